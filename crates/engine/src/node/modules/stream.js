'use strict';

const stream = require('readable-stream/lib/stream.js');
const { toWeb, fromWeb } = require('internal/stream-adapters');

/** Node's defaults of version 22; the package has those of version 18. */
let [bytes, objects] = [64 * 1024, 16];
stream.getDefaultHighWaterMark = (isObjectMode) => (isObjectMode ? objects : bytes);
stream.setDefaultHighWaterMark = (isObjectMode, value) => { if (isObjectMode) objects = value; else bytes = value; };

stream.isDestroyed = (one) => Boolean(one?.destroyed);
stream.isWritable = (one) => {
  if (typeof one?.writable !== 'boolean') return null;
  return one.writable && !one.destroyed && !one.writableEnded;
};

/** Two duplex streams: what is written to one is read from the other. */
stream.duplexPair = (options) => {
  const sides = [0, 1].map((own) => {
    let release;
    const side = new stream.Duplex({
      ...options,
      read() {
        const resume = release;
        release = undefined;
        resume?.();
      },
      write(chunk, _encoding, callback) {
        sides[1 - own].receive(chunk, callback);
      },
      final(callback) {
        sides[1 - own].side.push(null);
        callback();
      },
    });
    const receive = (chunk, callback) => {
      if (side.push(chunk)) callback();
      else release = callback;
    };
    return { side, receive };
  });
  return sides.map(({ side }) => side);
};

stream.Readable.toWeb = toWeb.readable;
stream.Readable.fromWeb = fromWeb.readable;
stream.Writable.toWeb = toWeb.writable;
stream.Writable.fromWeb = fromWeb.writable;
stream.Duplex.toWeb = toWeb.duplex;
stream.Duplex.fromWeb = fromWeb.duplex;
Object.defineProperty(stream, 'promises', { enumerable: true, configurable: true, get: () => require('stream/promises') });

module.exports = stream;
