'use strict';
// Errors and argument checks with Node's codes and words: packages compare them.

/** An error as Node's own code throws it. */
function failure(Class, code, message) {
  const error = new Class(message);
  Object.defineProperty(error, 'code', { value: code, enumerable: true, writable: true, configurable: true });
  return error;
}

function received(value) {
  if (value === null || value === undefined) return String(value);
  if (typeof value === 'function') return `function ${value.name}`;
  if (typeof value === 'object') return value.constructor?.name ? `an instance of ${value.constructor.name}` : 'an object';
  const shown = typeof value === 'string' ? `'${value.length > 28 ? `${value.slice(0, 25)}...` : value}'` : String(value);
  return `type ${typeof value} (${shown})`;
}

/** `cb` is an argument, `options.signal` a property, `first argument` speaks for itself. */
function subject(name) {
  if (name.endsWith(' argument')) return `The ${name}`;
  return `The "${name}" ${name.includes('.') ? 'property' : 'argument'}`;
}

const wrongType = (name, expected, value) => failure(TypeError, 'ERR_INVALID_ARG_TYPE', `${subject(name)} must be ${expected}. Received ${received(value)}`);
const wrongValue = (name, value, reason = 'is invalid') => failure(TypeError, 'ERR_INVALID_ARG_VALUE', `The ${name.includes('.') ? 'property' : 'argument'} '${name}' ${reason}. Received ${typeof value === 'string' ? `'${value}'` : String(value)}`);
const outOfRange = (name, range, value) => failure(RangeError, 'ERR_OUT_OF_RANGE', `The value of "${name}" is out of range. It must be ${range}. Received ${typeof value === 'bigint' ? `${value}n` : String(value)}`);

/** What reaches outside the sandbox. */
function accessDenied(module, name) {
  return failure(Error, 'ERR_ACCESS_DENIED', `${module}.${name} is not available inside the sandbox`);
}

const isAbortSignal = (value) => value !== null && typeof value === 'object' && 'aborted' in value;

const check = {
  string(value, name) {
    if (typeof value !== 'string') throw wrongType(name, 'of type string', value);
  },
  func(value, name) {
    if (typeof value !== 'function') throw wrongType(name, 'of type function', value);
  },
  object(value, name) {
    if (value === null || typeof value !== 'object' || Array.isArray(value)) throw wrongType(name, 'of type object', value);
  },
  boolean(value, name) {
    if (typeof value !== 'boolean') throw wrongType(name, 'of type boolean', value);
  },
  integer(value, name, low = Number.MIN_SAFE_INTEGER, high = Number.MAX_SAFE_INTEGER) {
    if (typeof value !== 'number') throw wrongType(name, 'of type number', value);
    if (!Number.isInteger(value)) throw outOfRange(name, 'an integer', value);
    if (value < low || value > high) throw outOfRange(name, `>= ${low} && <= ${high}`, value);
  },
  signal(value, name) {
    if (value !== undefined && !isAbortSignal(value)) throw wrongType(name, 'an instance of AbortSignal', value);
  },
};

class AbortError extends Error {
  constructor(message = 'The operation was aborted', options = undefined) {
    super(message, options);
    this.code = 'ABORT_ERR';
    this.name = 'AbortError';
  }
}

const abortedBy = (signal) => new AbortError(undefined, { cause: signal.reason });

module.exports = { AbortError, abortedBy, accessDenied, check, failure, outOfRange, received, wrongType, wrongValue };
