// Source of the bundled `buffer` module: the well-kept npm package, and the parts of Node's Buffer it lacks.
'use strict';

const base = require('buffer/');

const { Buffer } = base;
const isBase64Url = (encoding) => typeof encoding === 'string' && encoding.toLowerCase() === 'base64url';

/** The package knows base64 in both alphabets when reading, but writes only the ordinary one. */
const toString = Buffer.prototype.toString;
Buffer.prototype.toString = function (encoding, start, end) {
  if (!isBase64Url(encoding)) return toString.call(this, encoding, start, end);
  return toString.call(this, 'base64', start, end).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
};
Buffer.prototype.toLocaleString = Buffer.prototype.toString;

const from = Buffer.from;
Buffer.from = function (value, encodingOrOffset, length) {
  return from.call(Buffer, value, isBase64Url(encodingOrOffset) ? 'base64' : encodingOrOffset, length);
};

const write = Buffer.prototype.write;
Buffer.prototype.write = function (...args) {
  return write.apply(this, args.map((arg) => (isBase64Url(arg) ? 'base64' : arg)));
};

const isEncoding = Buffer.isEncoding;
Buffer.isEncoding = (encoding) => isBase64Url(encoding) || isEncoding(encoding);

const byteLength = Buffer.byteLength;
Buffer.byteLength = (value, encoding) => byteLength(value, isBase64Url(encoding) ? 'base64' : encoding);

Buffer.copyBytesFrom = (view, offset = 0, length = view.length - offset) => {
  const part = view.subarray(offset, offset + length);
  return Buffer.from(part.buffer.slice(part.byteOffset, part.byteOffset + part.byteLength));
};

module.exports = {
  Buffer,
  SlowBuffer: base.SlowBuffer,
  INSPECT_MAX_BYTES: base.INSPECT_MAX_BYTES,
  kMaxLength: base.kMaxLength,
  constants: { MAX_LENGTH: base.kMaxLength, MAX_STRING_LENGTH: base.constants ? base.constants.MAX_STRING_LENGTH : 0x3fffffff },
  atob: globalThis.atob,
  btoa: globalThis.btoa,
};
