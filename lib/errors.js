'use strict';

/**
 * Every class of error and every code that this package makes itself. The engine's codes stand here once, and once in the
 * engine; a test compares them. Must not know where failures come from: `failures.js` does.
 */

/** Codes that the engine produces. */
const ENGINE_CODES = Object.freeze([
  'MODULE_NOT_FOUND', 'ERR_TIMEOUT', 'ERR_CPU_LIMIT', 'ERR_MEMORY_LIMIT', 'ERR_STACK_LIMIT', 'ERR_LIMIT', 'ERR_HOOK', 'ERR_NOT_PREPARABLE', 'ERR_QUEUE_FULL',
  'ERR_QUEUE_TIMEOUT', 'ERR_POOL_EXHAUSTED', 'ERR_CLOSED', 'ERR_ABORTED', 'ERR_ENGINE_FAULT', 'ERR_INTERNAL', 'ERR_VALUE',
]);

/** Codes that only the host side produces. */
const HOST_CODES = Object.freeze(['ERR_INVALID_ARG', 'ERR_NO_BINARY']);

/** An error of this package: it has a name, a code, and the figures it speaks of. */
class IsolatedRuntimeError extends Error {
  /**
   * @param {string} message
   * @param {string} code
   * @param {{ cause?: unknown, limit?: number, measured?: number }} [details]
   */
  constructor(message, code, details = {}) {
    super(message, 'cause' in details ? { cause: details.cause } : undefined);
    hide(this, 'name', new.target.name);
    /** @type {string} */
    this.code = code;
    if (details.limit !== undefined) this.limit = details.limit;
    if (details.measured !== undefined) this.measured = details.measured;
  }
}

/** The run took longer than its `timeout`. */
class RuntimeTimeoutError extends IsolatedRuntimeError {}
/** The run used more CPU time than it may. */
class CpuLimitError extends IsolatedRuntimeError {}
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
/** An application's top level leaves something pending that no image can keep. */
class NotPreparableError extends IsolatedRuntimeError {}
/** The runtime is closed. */
class RuntimeClosedError extends IsolatedRuntimeError {}
/** The engine gave up on itself. */
class EngineError extends IsolatedRuntimeError {}
/** A defect of this package. */
class InternalError extends EngineError {}

/** A hook of the user threw, or answered what it may not. `cause` is what it threw. */
class HookError extends IsolatedRuntimeError {
  /**
   * @param {string} hook which one, for people
   * @param {string | null} file the module it is in, if it has one
   * @param {string} message
   * @param {unknown} cause
   */
  constructor(hook, file, message, cause) {
    super(`${hook}${file === null ? '' : ` (${file})`} failed: ${message}`, 'ERR_HOOK', { cause });
    this.hook = hook;
    this.file = file;
  }
}

/** A module is missing, or may not be loaded; `reason` says which rule refused what, and what would allow it. */
class ModuleNotFound extends IsolatedRuntimeError {
  /**
   * @param {string} message
   * @param {string} [reason]
   */
  constructor(message, reason) {
    super(message, 'MODULE_NOT_FOUND');
    // The predecessor's is empty, and its users print it.
    hide(this, 'stack', '');
    if (reason !== undefined) this.reason = reason;
  }
}

/**
 * A wrong option or argument.
 * @param {typeof TypeError | typeof RangeError} Class
 * @param {string} message
 */
function invalid(Class, message) {
  return Object.assign(new Class(message), { code: 'ERR_INVALID_ARG' });
}

/**
 * Sets a property as engines set those of errors: not enumerable, and whatever the prototype says about its name.
 * @param {object} target
 * @param {PropertyKey} key
 * @param {unknown} value
 */
function hide(target, key, value) {
  Object.defineProperty(target, key, { value, configurable: true, writable: true, enumerable: false });
}

/** Bytes as the engine writes them, too: `17.2 MiB`, `64 KiB`, `12 bytes`. @param {number} bytes */
function readableBytes(bytes) {
  for (const [unit, name] of /** @type {[number, string][]} */ ([[2 ** 30, 'GiB'], [2 ** 20, 'MiB'], [2 ** 10, 'KiB']])) {
    if (bytes >= unit) return `${Math.floor((bytes / unit) * 10) / 10} ${name}`;
  }
  return `${bytes} bytes`;
}

module.exports = {
  ENGINE_CODES, HOST_CODES,
  IsolatedRuntimeError, RuntimeTimeoutError, CpuLimitError, MemoryLimitError, StackLimitError, LimitError, QueueFullError, QueueTimeoutError,
  NotPreparableError, RuntimeClosedError, EngineError, InternalError, HookError, ModuleNotFound,
  hide, invalid, readableBytes,
};
