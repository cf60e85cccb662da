'use strict';

/**
 * Options as given, checked once and turned into options as meant. Every message names the option, what was expected and
 * what was given. Unknown options are left alone: the predecessors took them, too.
 */

const os = require('node:os');
const path = require('node:path');
const { invalid } = require('./errors');

const DEFAULT_TIMEOUT = 5000;
const MiB = 2 ** 20;

/** Every limit with its default and the least that makes sense. */
const LIMITS = /** @type {const} */ ({
  memory: { default: 64 * MiB, min: MiB, unit: 'bytes' },
  stack: { default: 4 * MiB, min: 64 * 1024, unit: 'bytes' },
  timers: { default: 1000, min: 0, unit: 'timers' },
  argsBytes: { default: 16 * MiB, min: 2, unit: 'bytes' },
  argsValues: { default: 100_000, min: 1, unit: 'values' },
  resultBytes: { default: 16 * MiB, min: 0, unit: 'bytes' },
  resultValues: { default: 100_000, min: 1, unit: 'values' },
  consoleBytes: { default: 64 * 1024, min: 0, unit: 'bytes' },
  sourceBytes: { default: 8 * MiB, min: 1, unit: 'bytes' },
  modules: { default: 1000, min: 1, unit: 'modules' },
});

/** The most any limit of bytes may be: larger ones are surely mistakes. */
const LARGEST = 2 ** 40;
/** A native thread's stack has to hold twice this. */
const LARGEST_STACK = 256 * MiB;
const LONGEST_TIMEOUT = 2 ** 31 - 1;

/** @typedef {Record<keyof typeof LIMITS, number>} Limits */

/** How a value reads in a message. @param {unknown} value */
function shown(value) {
  if (typeof value === 'string') return JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}…` : value);
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'bigint') return `${value}n`;
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object' && value !== null) return 'an object';
  return String(value);
}

/** @param {string} name @param {string} expected @param {unknown} value */
function wrong(name, expected, value) {
  return invalid(TypeError, `${name} must be ${expected}, got ${shown(value)}`);
}

/** @param {unknown} value @param {string} name @returns {Record<string, any>} */
function object(value, name) {
  if (value === undefined) return {};
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong(name, 'an object', value);
  return /** @type {Record<string, any>} */ (value);
}

/**
 * @param {unknown} value
 * @param {string} name
 * @param {{ min?: number, max?: number, unit: string, integer?: boolean }} bounds
 * @returns {number | undefined}
 */
function number(value, name, { min = 0, max = LARGEST, unit, integer = true }) {
  if (value === undefined || value === null) return undefined;
  const expected = `${integer ? 'a whole number' : 'a number'} of ${unit}`;
  if (typeof value !== 'number' || Number.isNaN(value)) throw wrong(name, expected, value);
  if ((integer && !Number.isInteger(value)) || value < min || value > max) {
    throw invalid(RangeError, `${name} must be ${expected} from ${min} to ${max}, got ${value}`);
  }
  return value;
}

/** @param {unknown} value @param {string} name @returns {string | undefined} */
function string(value, name) {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw wrong(name, 'a string', value);
  return value;
}

/** @param {unknown} value @param {string} name @returns {string[]} */
function strings(value, name) {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw wrong(name, 'an array of strings', value);
  // Read once; what was checked is what is used.
  return Array.from(value, (item, index) => {
    if (typeof item !== 'string') throw wrong(`${name}[${index}]`, 'a string', item);
    return item;
  });
}

/** @param {unknown} value @param {string} name @returns {Function | undefined} */
function func(value, name) {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'function') throw wrong(name, 'a function', value);
  return value;
}

/** @param {unknown} value @param {string} name */
function boolean(value, name) {
  if (value !== undefined && value !== null && typeof value !== 'boolean') throw wrong(name, 'true or false', value);
}

/** @param {unknown} value @param {string} name @returns {string | undefined} */
function absolutePath(value, name) {
  const given = string(value, name);
  if (given === undefined) return undefined;
  if (!path.isAbsolute(given) || given.includes('\0')) throw wrong(name, 'an absolute path', given);
  return given;
}

/** @param {unknown} value @param {string} name */
function absolutePaths(value, name) {
  const list = strings(value, name);
  list.forEach((item, index) => absolutePath(item, `${name}[${index}]`));
  return list;
}

/** @param {unknown} value @param {string} name */
function timeout(value, name) {
  return number(value, name, { min: 1, max: LONGEST_TIMEOUT, unit: 'milliseconds', integer: false });
}

/**
 * @param {unknown} value
 * @param {string} name
 * @param {Limits} [ceiling] what a run may lower but not raise
 * @returns {Limits}
 */
function limits(value, name, ceiling) {
  const given = object(value ?? undefined, name);
  const checked = /** @type {Limits} */ ({});
  for (const key of /** @type {(keyof typeof LIMITS)[]} */ (Object.keys(LIMITS))) {
    const { default: standard, min, unit } = LIMITS[key];
    const max = key === 'stack' ? LARGEST_STACK : LARGEST;
    const own = Object.hasOwn(given, key) ? number(given[key], `${name}.${key}`, { min, max, unit }) : undefined;
    const most = ceiling?.[key];
    if (own !== undefined && most !== undefined && own > most) throw tooHigh(`${name}.${key}`, most, own, unit);
    checked[key] = own ?? most ?? standard;
  }
  return checked;
}

/** @param {string} name @param {number} most @param {number} given @param {string} unit */
function tooHigh(name, most, given, unit) {
  return invalid(RangeError, `${name} may not exceed the runtime's, which is ${most} ${unit}, got ${given}`);
}

/** Names of generic-pool; those without a meaning here are checked for their type and otherwise ignored. */
function poolOptions(/** @type {unknown} */ value) {
  const given = object(value ?? undefined, 'poolOptions');
  const name = (/** @type {string} */ key) => `poolOptions.${key}`;
  const count = (/** @type {string} */ key, min = 0, unit = 'runs') => number(given[key], name(key), { min, max: 1e6, unit });
  const time = (/** @type {string} */ key) => number(given[key], name(key), { max: LONGEST_TIMEOUT, unit: 'milliseconds', integer: false });
  for (const key of ['autostart', 'testOnBorrow', 'testOnReturn']) boolean(given[key], name(key));
  for (const key of ['softIdleTimeoutMillis', 'evictionRunIntervalMillis', 'destroyTimeoutMillis']) {
    number(given[key], name(key), { min: -1, max: LONGEST_TIMEOUT, unit: 'milliseconds', integer: false });
  }
  count('numTestsPerEvictionRun');
  boolean(given.fifo, name('fifo'));
  func(given.Promise, name('Promise'));
  return {
    max: count('max', 1) ?? 256,
    minSandboxes: count('min', 0) ?? 0,
    maxQueue: count('maxWaitingClients') ?? null,
    acquireTimeout: time('acquireTimeoutMillis') ?? null,
    idleTimeout: Math.ceil(time('idleTimeoutMillis') ?? 30_000),
    fifo: given.fifo ?? true,
    priorities: count('priorityRange', 1, 'priorities') ?? 1,
  };
}

/** What a runtime is made of. @param {unknown} value */
function runtimeOptions(value) {
  const given = object(value ?? undefined, 'options');
  const pool = poolOptions(given.poolOptions);
  const parallelism = os.availableParallelism?.() ?? os.cpus().length;
  return {
    pool: {
      ...pool,
      maxQueue: number(given.maxQueue, 'options.maxQueue', { max: 1e9, unit: 'runs' }) ?? pool.maxQueue,
      threads: number(given.threads, 'options.threads', { min: 1, max: 1024, unit: 'threads' }) ?? Math.max(2, parallelism),
    },
    sourceExtensions: sourceExtensions(given.sourceExtensions, 'options.sourceExtensions'),
    resolverModulePath: absolutePath(given.resolverModulePath, 'options.resolverModulePath'),
    compilerModulePath: absolutePath(given.compilerModulePath, 'options.compilerModulePath'),
    timeout: timeout(given.timeout, 'options.timeout') ?? DEFAULT_TIMEOUT,
    limits: limits(given.limits, 'options.limits'),
    values: form(given.values, 'options.values') ?? 'json',
    onConsole: func(given.onConsole, 'options.onConsole'),
  };
}

/** @param {unknown} value @param {string} name */
function sourceExtensions(value, name) {
  return value === undefined || value === null ? ['js'] : strings(value, name);
}

/** @param {unknown} value @param {string} name @returns {'json' | 'structured' | undefined} */
function form(value, name) {
  if (value === undefined || value === null) return undefined;
  if (value !== 'json' && value !== 'structured') throw wrong(name, "'json' or 'structured'", value);
  return value;
}

/** The customer's folder under either of its names. @param {Record<string, any>} given */
function rootOf(given) {
  const { root, folder } = given;
  if (root !== undefined && folder !== undefined && root !== folder) {
    throw invalid(TypeError, `root and folder are two names for one option, got ${shown(root)} and ${shown(folder)}`);
  }
  const name = root === undefined && folder !== undefined ? 'folder' : 'root';
  const checked = absolutePath(root ?? folder, name);
  if (checked === undefined) throw wrong('root', 'an absolute path', root);
  return checked;
}

/** @param {unknown} value @param {string} name */
function required(value, name) {
  const checked = string(value, name);
  if (checked === undefined || checked === '') throw wrong(name, 'a non-empty string', value);
  return checked;
}

/** @param {unknown} value @returns {AbortSignal | undefined} */
function signal(value) {
  if (value === undefined || value === null) return undefined;
  const given = /** @type {any} */ (value);
  if (typeof given !== 'object' || typeof given.aborted !== 'boolean' || typeof given.addEventListener !== 'function') {
    throw wrong('signal', 'an AbortSignal', value);
  }
  return given;
}

/**
 * What every kind of run may narrow.
 * @param {Record<string, any>} given
 * @param {{ timeout: number, limits: Limits, pool: { priorities: number } }} runtime
 */
function narrowed(given, runtime) {
  const own = timeout(given.timeout, 'timeout');
  if (own !== undefined && own > runtime.timeout) throw tooHigh('timeout', runtime.timeout, own, 'ms');
  const priority = number(given.priority, 'priority', { max: runtime.pool.priorities - 1, unit: 'priority' }) ?? 0;
  return {
    timeout: Math.ceil(own ?? runtime.timeout),
    limits: given.limits === undefined ? runtime.limits : limits(given.limits, 'limits', runtime.limits),
    priority,
    signal: signal(given.signal),
    onConsole: func(given.onConsole, 'onConsole'),
    values: form(given.values, 'values'),
  };
}

module.exports = {
  DEFAULT_TIMEOUT, LIMITS,
  absolutePath, absolutePaths, func, limits, narrowed, object, required, rootOf, runtimeOptions, sourceExtensions, strings, timeout, wrong,
};
