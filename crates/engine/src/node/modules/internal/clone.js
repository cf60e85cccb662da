'use strict';
// The structured clone algorithm over what a guest's heap can hold.

const types = require('util/types');

const ERRORS = { Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError };
const refuse = (what) => new DOMException(`${what} could not be cloned.`, 'DataCloneError');

function structuredClone(value, options = undefined) {
  if (arguments.length === 0) throw new TypeError('The "value" argument must be specified');
  const transfer = options?.transfer === undefined ? [] : [...options.transfer];
  const seen = new Map();
  for (const one of transfer) {
    if (seen.has(one)) throw new DOMException('ArrayBuffer occurs in the transfer list more than once', 'DataCloneError');
    if (types.isArrayBuffer(one)) seen.set(one, undefined);
    else if (isTransferable(one)) seen.set(one, one);
    else throw new DOMException('Value not transferable', 'DataCloneError');
  }
  for (const one of transfer) if (types.isArrayBuffer(one)) seen.set(one, one.transfer());
  return copy(value, seen);
}

const isTransferable = (value) => value?.[Symbol.toStringTag] === 'MessagePort' || value?.[Symbol.toStringTag] === 'ReadableStream';

function copy(value, seen) {
  if (typeof value === 'symbol') throw refuse(String(value));
  if (typeof value === 'function') throw refuse(String(value));
  if (value === null || typeof value !== 'object') return value;
  if (seen.has(value)) return seen.get(value);
  if (types.isProxy(value)) throw refuse('#<Object>');
  const shell = shellOf(value, seen);
  seen.set(value, shell);
  fill(value, shell, seen);
  return shell;
}

/** The copy without what hangs on it, so that cycles find it. */
function shellOf(value, seen) {
  if (Array.isArray(value)) return new Array(value.length);
  if (types.isDate(value)) return new Date(value.getTime());
  if (types.isRegExp(value)) return new RegExp(value.source, value.flags);
  if (types.isMap(value)) return new Map();
  if (types.isSet(value)) return new Set();
  if (types.isBoxedPrimitive(value) && !types.isSymbolObject(value)) return Object(value.valueOf());
  if (types.isArrayBuffer(value)) return value.slice(0);
  if (ArrayBuffer.isView(value)) return viewOf(value, seen);
  if (types.isNativeError(value)) return errorOf(value);
  if (value instanceof DOMException) return new DOMException(value.message, value.name);
  if (types.isPromise(value) || types.isWeakMap(value) || types.isWeakSet(value) || types.isSymbolObject(value) || types.isGeneratorObject(value)) {
    throw refuse(`#<${value.constructor?.name ?? 'Object'}>`);
  }
  if (typeof Blob === 'function' && value instanceof Blob) return value.slice(0, value.size, value.type);
  return {};
}

function viewOf(value, seen) {
  // A `Buffer` arrives as the Uint8Array that it is.
  const name = types.isDataView(value) ? 'DataView' : viewTag.call(value);
  const buffer = copy(value.buffer, seen);
  return new globalThis[name](buffer, value.byteOffset, types.isDataView(value) ? value.byteLength : value.length);
}
const viewTag = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), Symbol.toStringTag).get;

function errorOf(value) {
  const name = String(value.name);
  return new (Object.hasOwn(ERRORS, name) ? ERRORS[name] : Error)();
}

function fill(value, shell, seen) {
  if (types.isMap(value)) {
    for (const [key, one] of [...value]) shell.set(copy(key, seen), copy(one, seen));
  } else if (types.isSet(value)) {
    for (const one of [...value]) shell.add(copy(one, seen));
  } else if (types.isNativeError(value)) {
    for (const key of ['message', 'cause']) {
      const own = Object.getOwnPropertyDescriptor(value, key);
      if (own !== undefined && 'value' in own) Object.defineProperty(shell, key, { value: key === 'message' ? String(own.value) : copy(own.value, seen), writable: true, configurable: true });
    }
    Object.defineProperty(shell, 'stack', { value: String(value.stack), writable: true, configurable: true });
  } else if (Array.isArray(value) || Object.getPrototypeOf(shell) === Object.prototype) {
    for (const key of Object.keys(value)) shell[key] = copy(value[key], seen);
  }
}

module.exports = { structuredClone };
