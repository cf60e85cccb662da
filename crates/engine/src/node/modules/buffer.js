// Source of the bundled `buffer` module: the well-kept npm package, and the parts of Node's Buffer it lacks.
// It runs inside the guest and may use nothing but ECMAScript, and natives for UTF-8, which streams convert all day. Error
// texts and codes are Node's: packages compare them.
'use strict';

const base = require('buffer/');
const [encodeUtf8, encodeUtf8Into, decodeBytes] = ['encodeUtf8', 'encodeUtf8Into', 'decodeBytes'].map(native);

const { Buffer } = base;
const { prototype } = Buffer;
// The bundler renames the package's function, and `constructor.name` shows it.
Object.defineProperty(Buffer, 'name', { value: 'Buffer' });
const MAX_STRING_LENGTH = 0x3fffffff;
const SLICES = { utf8: 'utf8', ucs2: 'utf16le', latin1: 'latin1', ascii: 'ascii', hex: 'hex', base64: 'base64', base64url: 'base64url' };

function failure(Class, code, message) {
  return Object.assign(new Class(message), { code });
}

function received(value) {
  if (value === null || value === undefined) return String(value);
  if (typeof value === 'function') return `function ${value.name}`;
  if (typeof value === 'object') return value.constructor ? `an instance of ${value.constructor.name}` : 'an object';
  return `type ${typeof value} (${typeof value === 'string' ? `'${value}'` : String(value)})`;
}

const wrongType = (name, expected, value) =>
  failure(TypeError, 'ERR_INVALID_ARG_TYPE', `The ${name} must be ${expected}. Received ${received(value)}`);
const outOfRange = (name, low, high, value) =>
  failure(RangeError, 'ERR_OUT_OF_RANGE', `The value of "${name}" is out of range. It must be >= ${low} and <= ${high}. Received ${value}`);
const outOfBounds = () => failure(RangeError, 'ERR_BUFFER_OUT_OF_BOUNDS', 'Attempt to access memory outside buffer bounds');

const isBase64Url = (encoding) => typeof encoding === 'string' && encoding.toLowerCase() === 'base64url';
const isHex = (encoding) => typeof encoding === 'string' && encoding.toLowerCase() === 'hex';
const isUtf8Name = (encoding) => encoding === undefined || /^utf-?8$/i.test(String(encoding));
const isKnown = Buffer.isEncoding;
Buffer.isEncoding = (encoding) => isBase64Url(encoding) || isKnown(encoding);

/** The package's own name of an encoding; throws for one that Node does not know either. */
function encodingOf(encoding) {
  if (encoding === undefined || encoding === null || encoding === '') return undefined;
  if (!Buffer.isEncoding(encoding)) throw failure(TypeError, 'ERR_UNKNOWN_ENCODING', `Unknown encoding: ${encoding}`);
  return isBase64Url(encoding) ? 'base64' : encoding;
}

/** Node stops at the first pair that is no hexadecimal; the package reads half of such a pair. */
const hexPart = (text) => /^(?:[0-9a-f]{2})*/i.exec(text)[0];

/** Decodes as the Encoding standard says: one replacement character for each longest broken sequence. */
function decodeUtf8(bytes, start, end) {
  return end > start ? decodeBytes('UTF-8', new Uint8Array(bytes.buffer, bytes.byteOffset + start, end - start), false, true, true)[0] : '';
}

const clamp = (value, high, otherwise) => (value === undefined ? otherwise : Math.min(Math.max(Math.trunc(value) || 0, 0), high));

const toString = prototype.toString;
prototype.toString = function (encoding, start, end) {
  if (isUtf8Name(encoding)) return decodeUtf8(this, clamp(start, this.length, 0), clamp(end, this.length, this.length));
  const text = toString.call(this, encodingOf(encoding), start, end);
  return isBase64Url(encoding) ? text.replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '') : text;
};
prototype.toLocaleString = prototype.toString;

const from = Buffer.from;
Buffer.from = function (value, encodingOrOffset, length) {
  if (typeof value === 'string') {
    if (isUtf8Name(encodingOrOffset)) return from.call(Buffer, encodeUtf8(value));
    return from.call(Buffer, isHex(encodingOrOffset) ? hexPart(value) : value, typeof encodingOrOffset === 'string' ? encodingOf(encodingOrOffset) : undefined);
  }
  try {
    return from.call(Buffer, value, encodingOrOffset, length);
  } catch (error) {
    // Only the package's complaint about the type is reworded; what a caller's getter throws passes through.
    if (!(error instanceof TypeError) || !/must (be one|not be) of type/.test(error.message)) throw error;
    throw wrongType('first argument', 'of type string or an instance of Buffer, ArrayBuffer, or Array or an Array-like Object', value);
  }
};

for (const name of ['alloc', 'allocUnsafe', 'allocUnsafeSlow']) {
  const make = Buffer[name];
  Buffer[name] = { [name](size, fill, encoding) {
    if (typeof size !== 'number') throw wrongType('"size" argument', 'of type number', size);
    if (!(size >= 0 && size <= base.kMaxLength)) {
      throw failure(RangeError, 'ERR_OUT_OF_RANGE', `The value of "size" is out of range. It must be >= 0 && <= ${base.kMaxLength}. Received ${size}`);
    }
    return make.call(Buffer, size, fill, encodingOf(encoding));
  } }[name];
}

const concat = Buffer.concat;
Buffer.concat = function (list, length) {
  if (!Array.isArray(list)) throw wrongType('"list" argument', 'an instance of Array', list);
  list.forEach((part, index) => {
    if (!(part instanceof Uint8Array)) throw wrongType(`"list[${index}]" argument`, 'an instance of Buffer or Uint8Array', part);
  });
  return concat.call(Buffer, list, length);
};

const byteLength = Buffer.byteLength;
Buffer.byteLength = function (value, encoding) {
  if (typeof value !== 'string' && !ArrayBuffer.isView(value) && !(value instanceof ArrayBuffer)) {
    throw wrongType('"string" argument', 'of type string or an instance of Buffer or ArrayBuffer', value);
  }
  if (typeof value === 'string' && isUtf8Name(encoding)) return encodeUtf8(value).byteLength;
  return byteLength.call(Buffer, value, isBase64Url(encoding) ? 'base64' : encoding);
};

Buffer.copyBytesFrom = function (view, offset = 0, length = view.length - offset) {
  const part = view.subarray(offset, offset + length);
  return Buffer.from(part.buffer.slice(part.byteOffset, part.byteOffset + part.byteLength));
};

prototype.equals = function (other) {
  if (!(other instanceof Uint8Array)) throw wrongType('"otherBuffer" argument', 'an instance of Buffer or Uint8Array', other);
  return this === other || (this.length === other.length && Buffer.compare(this, other) === 0);
};

const write = prototype.write;
prototype.write = function (text, ...rest) {
  const encoding = rest.find((one) => typeof one === 'string');
  const [offset = 0, length = this.length - offset] = rest.filter((one) => typeof one === 'number');
  if (typeof text !== 'string') throw wrongType('"string" argument', 'of type string', text);
  if (!(offset >= 0 && offset <= this.length)) {
    throw failure(RangeError, 'ERR_OUT_OF_RANGE', `The value of "offset" is out of range. It must be >= 0 && <= ${this.length}. Received ${offset}`);
  }
  const room = Math.min(length, this.length - offset);
  if (isUtf8Name(encoding)) return writeUtf8(this, text, offset, room);
  return write.call(this, isHex(encoding) ? hexPart(text) : text, offset, room, encodingOf(encoding));
};

/** Writes whole characters only, as Node does; the package writes the first bytes of one that does not fit. */
function writeUtf8(target, text, offset, room) {
  return encodeUtf8Into(text, new Uint8Array(target.buffer, target.byteOffset + offset, room))[1];
}

// `fill`, `indexOf` and their like take an encoding as their last argument and know neither base64url nor Node's error.
for (const name of ['fill', 'indexOf', 'lastIndexOf', 'includes']) {
  const method = prototype[name];
  prototype[name] = { [name](value, ...rest) {
    return method.call(this, value, ...rest.map((one) => (typeof one === 'string' ? encodingOf(one) : one)));
  } }[name];
}

for (const [name, encoding] of Object.entries(SLICES)) {
  prototype[`${name}Slice`] = function (start, end) { return this.toString(encoding, start, end); };
  prototype[`${name}Write`] = function (text, offset, length) { return this.write(text, ...[offset, length].filter((one) => one !== undefined), encoding); };
}

const BYTES = { 8: 1, 16: 2, 32: 4, 64: 8, Float: 4, Double: 8 };

function checkOffset(buffer, offset, bytes) {
  if (typeof offset !== 'number') throw wrongType('"offset" argument', 'of type number', offset);
  const last = buffer.length - bytes;
  if (Number.isInteger(offset) && offset >= 0 && offset <= last) return;
  if (!Number.isInteger(offset)) throw failure(RangeError, 'ERR_OUT_OF_RANGE', `The value of "offset" is out of range. It must be an integer. Received ${offset}`);
  if (last < 0) throw outOfBounds();
  throw outOfRange('offset', 0, last, offset);
}

function checkValue(value, kind, bits) {
  if (kind !== 'Int' && kind !== 'UInt') return;
  const [low, high] = kind === 'Int' ? [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1] : [0, 2 ** bits - 1];
  if (value > high || value < low) throw outOfRange('value', low, high, value);
}

for (const name of Object.getOwnPropertyNames(prototype)) {
  const [, action, kind, bits] = /^(read|write)(U?[Ii]nt|BigU?Int|Float|Double)(8|16|32|64)?(?:LE|BE)?$/.exec(name) ?? [];
  const bytes = BYTES[bits ?? kind];
  if (bytes === undefined || kind === 'Uint') continue;
  const method = prototype[name];
  const alias = kind.startsWith('Big') ? name.replace('BigUInt', 'BigUint') : name.replace('UInt', 'Uint');
  prototype[name] = action === 'read'
    ? { [name](offset = 0) { checkOffset(this, offset, bytes); return method.call(this, offset); } }[name]
    : { [name](value, offset = 0) { checkValue(value, kind, Number(bits)); checkOffset(this, offset, bytes); return method.call(this, value, offset); } }[name];
  prototype[alias] = prototype[name];
}

function isUtf8(bytes) {
  const view = ArrayBuffer.isView(bytes) ? new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength) : new Uint8Array(bytes);
  return Buffer.from(decodeUtf8(view, 0, view.length)).equals(view);
}

function isAscii(bytes) {
  return (ArrayBuffer.isView(bytes) ? new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength) : new Uint8Array(bytes)).every((byte) => byte < 0x80);
}

function invalidCharacter() {
  return Object.assign(new Error('Invalid character'), { name: 'InvalidCharacterError', code: 5 });
}

function btoa(input) {
  const text = String(input);
  if (/[^\0-\xff]/.test(text)) throw invalidCharacter();
  return Buffer.from(text, 'latin1').toString('base64');
}

function atob(input) {
  const text = String(input).replace(/[\t\n\f\r ]/g, '');
  const data = text.length % 4 === 0 ? text.replace(/={1,2}$/, '') : text;
  if (data.length % 4 === 1 || /[^A-Za-z0-9+/]/.test(data)) throw invalidCharacter();
  return Buffer.from(data, 'base64').toString('latin1');
}

module.exports = {
  get Blob() { return globalThis.Blob; },
  get File() { return globalThis.File; },
  resolveObjectURL() {},
  Buffer,
  SlowBuffer: base.SlowBuffer,
  INSPECT_MAX_BYTES: base.INSPECT_MAX_BYTES,
  kMaxLength: base.kMaxLength,
  kStringMaxLength: MAX_STRING_LENGTH,
  constants: { MAX_LENGTH: base.kMaxLength, MAX_STRING_LENGTH },
  transcode: (source, fromEncoding, toEncoding) => Buffer.from(Buffer.from(source).toString(fromEncoding), toEncoding),
  isUtf8,
  isAscii,
  atob,
  btoa,
};
