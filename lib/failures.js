'use strict';

/**
 * What crosses when something fails: a run's failure as the engine reports it, and a hook's failure as the engine is told.
 */

const errors = require('./errors');
const { decode } = require('./decode');

/** @type {Record<string, new (message: string, code: string, details?: { limit?: number, measured?: number }) => Error>} */
const CLASS_OF_KIND = {
  timeout: errors.RuntimeTimeoutError,
  cpu: errors.CpuLimitError,
  memory: errors.MemoryLimitError,
  stack: errors.StackLimitError,
  limit: errors.LimitError,
  queueFull: errors.QueueFullError,
  exhausted: errors.QueueFullError,
  queueTimeout: errors.QueueTimeoutError,
  closed: errors.RuntimeClosedError,
  notPreparable: errors.NotPreparableError,
  engine: errors.EngineError,
};

const HOOK_NAMES = /** @type {Record<string, string>} */ ({
  resolve: 'resolver hook', compile: 'compiler hook', arguments: 'argument resolver', strip: 'type stripper', running: 'running hook',
});

/**
 * @typedef {object} HookReport what the engine is told about a hook that failed, and hands back when its run fails of it
 * @property {string} name
 * @property {string} message
 * @property {string} stack
 * @property {string} [code]
 * @property {string} hook
 * @property {string | null} file
 * @property {number} [request] finds the error itself, where the hook ran on this event loop
 */

/**
 * The public error of a failed run.
 * @param {string} json what the engine says
 * @param {Map<number, unknown>} [hookErrors] what this run's hooks threw, by request
 * @returns {Error}
 */
function fromFailure(json, hookErrors) {
  const failure = JSON.parse(json);
  switch (failure.kind) {
    case 'guest':
      return guestError(failure);
    case 'notFunction':
      return new TypeError(failure.message);
    case 'module':
      return new errors.ModuleNotFound(failure.message, failure.reason);
    case 'hook':
      return fromReport(failure.hook ?? { message: failure.message }, hookErrors);
    default: {
      const Class = CLASS_OF_KIND[failure.kind] ?? errors.InternalError;
      return new Class(failure.message, failure.code ?? 'ERR_INTERNAL', failure);
    }
  }
}

/** @param {{ value: string, reason?: string }} failure */
function guestError({ value, reason }) {
  const thrown = decode(`S${value}`);
  if (!(thrown instanceof Error)) return wrapped(thrown);
  if (reason === undefined) return thrown;
  // The class has no stack of its own, so where the guest asked is said along with the reason.
  const place = /\n\s+at (.*)/.exec(String(thrown.stack))?.[1];
  return new errors.ModuleNotFound(thrown.message, place === undefined ? reason : `${reason} (required at ${place})`);
}

/** Guests may throw anything; callers of `run` may rely on an `Error`. @param {unknown} thrown */
function wrapped(thrown) {
  const error = new Error(textOf(thrown), { cause: thrown });
  // Frames of this package would say nothing about the guest.
  errors.hide(error, 'stack', `Error: ${error.message}`);
  return error;
}

/**
 * @param {Partial<HookReport>} report
 * @param {Map<number, unknown>} [hookErrors]
 */
function fromReport({ name = 'Error', message = 'unknown', stack, code, hook = 'hook', file = null, request }, hookErrors) {
  if (request !== undefined && hookErrors?.has(request)) return new errors.HookError(hook, file, message, hookErrors.get(request));
  const original = new Error(message);
  errors.hide(original, 'name', name);
  if (stack !== undefined) errors.hide(original, 'stack', stack);
  return new errors.HookError(hook, file, message, code === undefined ? original : Object.assign(original, { code }));
}

/**
 * Total, whatever was thrown.
 * @param {unknown} error
 * @param {string} kind of request
 * @param {string | null} file
 * @returns {HookReport}
 */
function hookReport(error, kind, file) {
  const hook = HOOK_NAMES[kind] ?? kind;
  if (!(error instanceof Error)) return { name: 'Error', message: textOf(error), stack: '', hook, file };
  const { name, message, stack, code } = /** @type {NodeJS.ErrnoException} */ (error);
  return { name: textOf(name), message: textOf(message), stack: textOf(stack ?? ''), ...(typeof code === 'string' ? { code } : {}), hook, file };
}

/** What was thrown and is no error, as a message. @param {unknown} thrown */
function textOf(thrown) {
  if (typeof thrown !== 'object' || thrown === null) return String(thrown);
  try {
    const { message } = /** @type {{ message?: unknown }} */ (thrown);
    return typeof message === 'string' ? message : JSON.stringify(thrown) ?? 'an object';
  } catch {
    return 'an object';
  }
}

module.exports = { fromFailure, fromReport, hookReport };
