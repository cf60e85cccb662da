'use strict';

const stream = require('readable-stream/lib/ours/index.js');
const { toWeb, fromWeb } = require('internal/stream-adapters');

/** Node's defaults of version 22; the package has those of version 18. */
let [bytes, objects] = [64 * 1024, 16];
stream.getDefaultHighWaterMark = (isObjectMode) => (isObjectMode ? objects : bytes);
stream.setDefaultHighWaterMark = (isObjectMode, value) => { if (isObjectMode) objects = value; else bytes = value; };

stream.Readable.toWeb = toWeb.readable;
stream.Readable.fromWeb = fromWeb.readable;
stream.Writable.toWeb = toWeb.writable;
stream.Writable.fromWeb = fromWeb.writable;
stream.Duplex.toWeb = toWeb.duplex;
stream.Duplex.fromWeb = fromWeb.duplex;
Object.defineProperty(stream, 'promises', { enumerable: true, configurable: true, get: () => require('stream/promises') });

module.exports = stream;
