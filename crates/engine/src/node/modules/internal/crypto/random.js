'use strict';

const { fillRandom } = require('internal/crypto/bytes');
const { check, outOfRange, wrongType } = require('internal/errors');

const MOST = 2 ** 31 - 1;

function randomBytes(size, callback = undefined) {
  check.integer(size, 'size', 0, MOST);
  const bytes = fillRandom(Buffer.alloc(size));
  if (callback === undefined) return bytes;
  check.func(callback, 'callback');
  setImmediate(callback, null, bytes);
  return undefined;
}

function part(view, offset = 0, size = undefined) {
  if (!ArrayBuffer.isView(view) && !(view instanceof ArrayBuffer)) throw wrongType('buf', 'an instance of ArrayBuffer, Buffer, TypedArray, or DataView', view);
  const unit = view.BYTES_PER_ELEMENT ?? 1;
  const length = view.byteLength / unit;
  check.integer(offset, 'offset', 0, length);
  const count = size ?? length - offset;
  check.integer(count, 'size', 0, MOST);
  if (offset + count > length) throw outOfRange('size + offset', `<= ${length}`, offset + count);
  return new Uint8Array(view.buffer ?? view, (view.byteOffset ?? 0) + offset * unit, count * unit);
}

function randomFillSync(view, offset, size) {
  fillRandom(part(view, offset, size));
  return view;
}

function randomFill(view, ...rest) {
  const callback = rest.pop();
  check.func(callback, 'callback');
  randomFillSync(view, ...rest);
  setImmediate(callback, null, view);
}

/** Without bias: what lies beyond the last whole multiple of the range is drawn anew. */
function randomInt(low, high, callback) {
  if (high === undefined || typeof high === 'function') [low, high, callback] = [0, low, high];
  if (!Number.isSafeInteger(low)) throw wrongType('min', 'a safe integer', low);
  if (!Number.isSafeInteger(high)) throw wrongType('max', 'a safe integer', high);
  if (high <= low) throw outOfRange('max', `greater than the value of "min" (${low})`, high);
  const range = high - low;
  if (range > 2 ** 48 - 1) throw outOfRange(low === 0 ? 'max' : 'max - min', `<= ${2 ** 48 - 1}`, range);
  const limit = 2 ** 48 - (2 ** 48 % range);
  let drawn;
  do drawn = randomBytes(6).readUIntBE(0, 6); while (drawn >= limit);
  const value = (drawn % range) + low;
  if (callback === undefined) return value;
  setImmediate(callback, undefined, value);
  return undefined;
}

function randomUUID() {
  const bytes = randomBytes(16);
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

module.exports = { randomBytes, randomFill, randomFillSync, randomInt, randomUUID };
