// Source of the bundled `buffer` module: the well-kept npm package, and the parts of Node's Buffer it lacks.
// It runs inside the guest and may use nothing but ECMAScript, and natives for what goes over all bytes: encodings, comparing,
// searching. Error texts and codes are Node's: packages compare them.
'use strict';

const base = require('buffer/');
const [encodeUtf8, encodeUtf8Into, decodeBytes] = ['encodeUtf8', 'encodeUtf8Into', 'decodeBytes'].map(native);
const [bytesToText, textToBytes, writeText] = ['bytesToText', 'textToBytes', 'writeText'].map(native);
const [compareBytes, findBytes] = ['compareBytes', 'findBytes'].map(native);

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
/** An offset that was given: a whole number from 0 on. */
function checkRange(name, value, high = base.kMaxLength) {
  if (typeof value !== 'number') throw wrongType(`"${name}" argument`, 'of type number', value);
  const expected = Number.isInteger(value) ? `>= 0 && <= ${high}` : 'an integer';
  if (!Number.isInteger(value) || value < 0 || value > high) {
    throw failure(RangeError, 'ERR_OUT_OF_RANGE', `The value of "${name}" is out of range. It must be ${expected}. Received ${value}`);
  }
}
const outOfBounds = () => failure(RangeError, 'ERR_BUFFER_OUT_OF_BOUNDS', 'Attempt to access memory outside buffer bounds');

/** What each encoding is called by the natives; UTF-8 has natives of its own. */
const FORMS = {
  __proto__: null, utf8: 'utf8', 'utf-8': 'utf8', ucs2: 'utf16le', 'ucs-2': 'utf16le', utf16le: 'utf16le', 'utf-16le': 'utf16le',
  latin1: 'latin1', binary: 'latin1', ascii: 'ascii', hex: 'hex', base64: 'base64', base64url: 'base64url',
};

const knownForm = (encoding) => FORMS[`${encoding}`.toLowerCase()];
Buffer.isEncoding = (encoding) => typeof encoding === 'string' && knownForm(encoding) !== undefined;

/** Throws for an encoding that Node does not know either. */
function formOf(encoding) {
  if (encoding === undefined) return 'utf8';
  const form = knownForm(encoding);
  if (form === undefined) throw failure(TypeError, 'ERR_UNKNOWN_ENCODING', `Unknown encoding: ${encoding}`);
  return form;
}

const part = (bytes, start, end) => new Uint8Array(bytes.buffer, bytes.byteOffset + start, end - start);

/** Decodes as the Encoding standard says: one replacement character for each longest broken sequence. */
function decodeUtf8(bytes, start, end) {
  return end > start ? decodeBytes('UTF-8', part(bytes, start, end), false, true, true)[0] : '';
}

const clamp = (value, high, otherwise) => (value === undefined ? otherwise : Math.min(Math.max(Math.trunc(value) || 0, 0), high));

prototype.toString = function (encoding, start, end) {
  const form = formOf(encoding);
  const [from, to] = [clamp(start, this.length, 0), clamp(end, this.length, this.length)];
  if (form === 'utf8') return decodeUtf8(this, from, to);
  if (to <= from) return '';
  if (form !== 'utf16le') return bytesToText(form, part(this, from, to));
  const units = part(this, from, to - (to - from) % 2);
  // The native takes units where they lie, and a copy begins at an even address.
  return bytesToText(form, units.byteOffset % 2 === 0 ? units : new Uint8Array(units));
};
prototype.toLocaleString = prototype.toString;

const from = Buffer.from;
Buffer.from = function (value, encodingOrOffset, length) {
  if (typeof value === 'string') {
    const form = typeof encodingOrOffset === 'string' && encodingOrOffset !== '' ? formOf(encodingOrOffset) : 'utf8';
    return from.call(Buffer, form === 'utf8' ? encodeUtf8(value) : textToBytes(form, value));
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
    return fill === undefined || fill === 0 || size === 0 ? make.call(Buffer, size) : make.call(Buffer, size).fill(fill, 0, size, encoding);
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

/** As Node estimates it: without looking for what is no Base64. */
function base64Length(text) {
  const padding = text.endsWith('==') && text.length > 2 ? 2 : text.endsWith('=') ? 1 : 0;
  return Math.floor((text.length - padding) * 3 / 4);
}

const LENGTHS = { hex: (text) => text.length >>> 1, base64: base64Length, base64url: base64Length, latin1: (text) => text.length, ascii: (text) => text.length, utf16le: (text) => 2 * text.length };

Buffer.byteLength = function (value, encoding) {
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return value.byteLength;
  if (typeof value !== 'string') throw wrongType('"string" argument', 'of type string or an instance of Buffer or ArrayBuffer', value);
  const length = LENGTHS[knownForm(encoding)];
  return length === undefined ? encodeUtf8(value).byteLength : length(value);
};

Buffer.copyBytesFrom = function (view, offset = 0, length = view.length - offset) {
  const wanted = view.subarray(offset, offset + length);
  return Buffer.from(wanted.buffer.slice(wanted.byteOffset, wanted.byteOffset + wanted.byteLength));
};

prototype.equals = function (other) {
  if (!(other instanceof Uint8Array)) throw wrongType('"otherBuffer" argument', 'an instance of Buffer or Uint8Array', other);
  return this === other || (this.length === other.length && compareBytes(this, other) === 0);
};

const compare = Buffer.compare;
Buffer.compare = function (left, right) {
  if (!(left instanceof Uint8Array) || !(right instanceof Uint8Array)) return compare.call(Buffer, left, right);
  return compareBytes(left, right);
};

prototype.compare = function (target, targetStart = 0, targetEnd = target?.length, sourceStart = 0, sourceEnd = this.length) {
  if (!(target instanceof Uint8Array)) throw wrongType('"target" argument', 'an instance of Buffer or Uint8Array', target);
  checkRange('targetStart', targetStart);
  checkRange('targetEnd', targetEnd, target.length);
  checkRange('sourceStart', sourceStart);
  checkRange('sourceEnd', sourceEnd, this.length);
  if (sourceStart >= sourceEnd) return targetStart >= targetEnd ? 0 : -1;
  if (targetStart >= targetEnd) return 1;
  return compareBytes(part(this, sourceStart, sourceEnd), part(target, targetStart, targetEnd));
};

prototype.write = function (text, ...rest) {
  const encoding = rest.find((one) => typeof one === 'string');
  const [offset = 0, length = this.length - offset] = rest.filter((one) => typeof one === 'number');
  if (typeof text !== 'string') throw wrongType('"string" argument', 'of type string', text);
  if (!(offset >= 0 && offset <= this.length)) {
    throw failure(RangeError, 'ERR_OUT_OF_RANGE', `The value of "offset" is out of range. It must be >= 0 && <= ${this.length}. Received ${offset}`);
  }
  const room = Math.min(length, this.length - offset);
  const form = formOf(encoding || undefined);
  const place = part(this, offset, offset + Math.max(0, room));
  return form === 'utf8' ? encodeUtf8Into(text, place)[1] : writeText(form, text, place);
};

prototype.fill = function (value, offset, end, encoding) {
  if (typeof value !== 'string') encoding = undefined;
  else if (offset === undefined || typeof offset === 'string') [offset, end, encoding] = [undefined, undefined, offset];
  else if (typeof end === 'string') [end, encoding] = [undefined, end];
  const form = formOf(encoding || undefined);
  if (offset !== undefined) checkRange('offset', offset);
  if (end !== undefined && offset !== undefined) checkRange('end', end, this.length);
  const [start, stop] = offset === undefined ? [0, this.length] : [offset, end ?? this.length];
  if (start >= stop) return this;
  const bytes = value === '' ? [0] : typeof value === 'string' ? Buffer.from(value, form) : value instanceof Uint8Array ? value : [value & 255];
  if (bytes.length === 0) {
    const shown = typeof value === 'string' ? `'${value}'` : Buffer.isBuffer(value) ? '<Buffer >' : 'Uint8Array(0) []';
    throw failure(TypeError, 'ERR_INVALID_ARG_VALUE', `The argument 'value' is invalid. Received ${shown}`);
  }
  const place = part(this, start, stop);
  place.set(bytes.length > place.length ? bytes.subarray(0, place.length) : bytes);
  // What is filled doubles until all is.
  for (let filled = bytes.length; filled < place.length; filled *= 2) place.copyWithin(filled, 0, Math.min(filled, place.length - filled));
  return this;
};

/** Where a search begins, as Node has it; -1 when nothing can be found. */
function searchStart(length, offset, wanted, isLast) {
  if (offset < 0) return offset + length >= 0 ? offset + length : !isLast || wanted === 0 ? 0 : -1;
  if (offset + wanted <= length) return offset;
  if (wanted === 0) return length;
  return isLast ? length - 1 : -1;
}

function search(buffer, value, byteOffset, encoding, isLast) {
  if (typeof byteOffset === 'string') [byteOffset, encoding] = [undefined, byteOffset];
  const form = formOf(encoding);
  const wanted = typeof value === 'number' ? Uint8Array.of(value) : typeof value === 'string' ? Buffer.from(value, form) : value;
  if (!(wanted instanceof Uint8Array)) throw wrongType('"value" argument', 'one of type number or string or an instance of Buffer or Uint8Array', value);
  const offset = Number.isNaN(+byteOffset) ? (isLast ? buffer.length : 0) : Math.trunc(Math.min(Math.max(+byteOffset, -0x80000000), 0x7fffffff));
  const start = searchStart(buffer.length, offset, wanted.length, isLast);
  if (start < 0 || wanted.length === 0) return start;
  // Node looks for halves of pairs as they are, which no UTF-8 has.
  if (typeof value === 'string' && form === 'utf8' && !value.isWellFormed()) return -1;
  const unit = form === 'utf16le' && typeof value !== 'number' ? 2 : 1;
  const whole = (bytes) => part(bytes, 0, bytes.length - bytes.length % unit);
  return searchUnits(whole(buffer), whole(wanted), start - start % unit, unit, isLast);
}

function searchUnits(bytes, wanted, start, unit, isLast) {
  if (wanted.length === 0 || (!isLast && start + wanted.length > bytes.length)) return -1;
  let [from, to] = isLast ? [0, Math.min(start + wanted.length, bytes.length)] : [start, bytes.length];
  while (to - from >= wanted.length) {
    const at = findBytes(part(bytes, from, to), wanted, isLast);
    if (at < 0 || (from + at) % unit === 0) return at < 0 ? -1 : from + at;
    // In the middle of a unit: on from there.
    if (isLast) to = from + at + wanted.length - 1;
    else from += at + 1;
  }
  return -1;
}

prototype.indexOf = function indexOf(value, byteOffset, encoding) { return search(this, value, byteOffset, encoding, false); };
prototype.lastIndexOf = function lastIndexOf(value, byteOffset, encoding) { return search(this, value, byteOffset, encoding, true); };
prototype.includes = function includes(value, byteOffset, encoding) { return search(this, value, byteOffset, encoding, false) !== -1; };

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
