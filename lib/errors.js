'use strict';

/**
 * Every error that leaves this package, and how a failure of the engine becomes one. The codes stand here once, and once
 * in the engine; a test compares them.
 */

const { decode } = require('./values');

/** Codes that the engine produces. */
const ENGINE_CODES = Object.freeze([
  'MODULE_NOT_FOUND', 'ERR_TIMEOUT', 'ERR_MEMORY_LIMIT', 'ERR_STACK_LIMIT', 'ERR_LIMIT', 'ERR_HOOK', 'ERR_QUEUE_FULL',
  'ERR_QUEUE_TIMEOUT', 'ERR_POOL_EXHAUSTED', 'ERR_CLOSED', 'ERR_ABORTED', 'ERR_ENGINE_FAULT', 'ERR_INTERNAL',
]);

/** Codes that only the host side produces. */
const HOST_CODES = Object.freeze(['ERR_INVALID_ARG', 'ERR_VALUE', 'ERR_NO_BINARY']);

/** An error of this package: it has a name, a code, and the figures it speaks of. */
class IsolatedRuntimeError extends Error {
  /**
   * @param {string} message
   * @param {string} code
   * @param {{ cause?: unknown, limit?: number, measured?: number }} [details]
   */
  constructor(message, code, details = {}) {
    super(message, 'cause' in details ? { cause: details.cause } : undefined);
    Object.defineProperty(this, 'name', { value: new.target.name, configurable: true, writable: true });
    /** @type {string} */
    this.code = code;
    if (details.limit !== undefined) this.limit = details.limit;
    if (details.measured !== undefined) this.measured = details.measured;
  }
}

/** The run took longer than its `timeout`. */
class RuntimeTimeoutError extends IsolatedRuntimeError {}
/** The guest heap was full. */
class MemoryLimitError extends IsolatedRuntimeError {}
/** The native stack was exhausted. */
class StackLimitError extends IsolatedRuntimeError {}
/** Any other limit was exceeded. */
class LimitError extends IsolatedRuntimeError {}
/** The queue was full, or too many threads hang. */
class QueueFullError extends IsolatedRuntimeError {}
/** The run waited too long for what is not its own doing. */
class QueueTimeoutError extends IsolatedRuntimeError {}
/** The runtime is closed. */
class RuntimeClosedError extends IsolatedRuntimeError {}
/** The engine gave up on itself, or on this package. */
class EngineError extends IsolatedRuntimeError {}

/** A hook of the user threw, or answered what it may not. */
class HookError extends IsolatedRuntimeError {
  /** @param {{ name?: string, message?: string, stack?: string, code?: string, hook?: string, file?: string | null }} report */
  constructor(report) {
    const where = report.file ? ` (${report.file})` : '';
    const original = new Error(report.message ?? 'unknown');
    define(original, 'name', report.name ?? 'Error');
    if (report.stack) define(original, 'stack', report.stack);
    if (report.code) Object.assign(original, { code: report.code });
    super(`${report.hook ?? 'hook'}${where} failed: ${report.message ?? 'unknown'}`, 'ERR_HOOK', { cause: original });
    this.hook = report.hook;
    this.file = report.file ?? null;
  }
}

/** A module is missing, or may not be loaded; `reason` says which, and what would allow it. */
class ModuleNotFound extends IsolatedRuntimeError {
  /**
   * @param {string} message
   * @param {string} [reason]
   */
  constructor(message, reason) {
    super(message, 'MODULE_NOT_FOUND');
    // The predecessor's has none either: no frame of the guest led here.
    define(this, 'stack', '');
    if (reason !== undefined) this.reason = reason;
  }
}

/**
 * @param {object} target
 * @param {PropertyKey} key
 * @param {unknown} value
 */
function define(target, key, value) {
  Object.defineProperty(target, key, { value, configurable: true, writable: true, enumerable: false });
}

/**
 * A wrong option or argument.
 * @param {typeof TypeError | typeof RangeError} Class
 * @param {string} message
 */
function invalid(Class, message) {
  return Object.assign(new Class(message), { code: 'ERR_INVALID_ARG' });
}

/** @type {Record<string, new (message: string, code: string, details?: { limit?: number, measured?: number }) => Error>} */
const CLASS_OF_KIND = {
  timeout: RuntimeTimeoutError,
  memory: MemoryLimitError,
  stack: StackLimitError,
  limit: LimitError,
  queueFull: QueueFullError,
  exhausted: QueueFullError,
  queueTimeout: QueueTimeoutError,
  closed: RuntimeClosedError,
};

/**
 * The public error of a failed run.
 * @param {string} json what the engine says
 * @returns {Error}
 */
function fromFailure(json) {
  const failure = JSON.parse(json);
  switch (failure.kind) {
    case 'guest':
      return guestError(failure);
    case 'notFunction':
      return new TypeError(failure.message);
    case 'module':
      return new ModuleNotFound(failure.message, failure.reason);
    case 'hook':
      return new HookError(failure.hook ?? { message: failure.message });
    default: {
      const Class = CLASS_OF_KIND[failure.kind] ?? EngineError;
      return new Class(failure.message, failure.code, failure);
    }
  }
}

/** @param {{ value: string, reason?: string }} failure */
function guestError({ value, reason }) {
  const thrown = decode(`S${value}`);
  const error = thrown instanceof Error ? thrown : new Error(textOf(thrown), { cause: thrown });
  if (reason !== undefined) define(error, 'reason', reason);
  return error;
}

/** What a guest threw that is no error, as a message. @param {unknown} thrown */
function textOf(thrown) {
  if (typeof thrown === 'string') return thrown;
  if (typeof thrown !== 'object' || thrown === null) return String(thrown);
  const message = /** @type {any} */ (thrown).message;
  if (typeof message === 'string') return message;
  try {
    return JSON.stringify(thrown) ?? '[object]';
  } catch {
    return '[object]';
  }
}

module.exports = {
  ENGINE_CODES, HOST_CODES,
  IsolatedRuntimeError, RuntimeTimeoutError, MemoryLimitError, StackLimitError, LimitError, QueueFullError, QueueTimeoutError,
  RuntimeClosedError, EngineError, HookError, ModuleNotFound,
  fromFailure, invalid,
};
