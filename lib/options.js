'use strict';

/**
 * Options as given, checked and turned into options as meant: those of a runtime, and those that every kind of run takes.
 * Unknown options are left alone, since the predecessors took them, too.
 */

const os = require('node:os');
const checks = require('./checks');
const { ALL, builtinsOf } = require('./builtins');
const { invalid } = require('./errors');
const { hostFunctions, joined } = require('./host-functions');
const { localesOf } = require('./locales');
const { read } = checks;

const DEFAULT_TIMEOUT = 5000;
const MiB = 2 ** 20;

/** Every limit with its default, and its bounds. A native thread's stack has to hold twice the guest's. */
const LIMITS = {
  memory: { standard: 64 * MiB, min: MiB, unit: 'bytes' },
  stack: { standard: 4 * MiB, min: 64 * 1024, max: 256 * MiB, unit: 'bytes' },
  cpu: { standard: undefined, min: 1, unit: 'ms' },
  timers: { standard: 1000, unit: 'timers' },
  hostCalls: { standard: 1000, unit: 'calls' },
  hostCallsInFlight: { standard: 64, unit: 'calls' },
  argsBytes: { standard: 16 * MiB, unit: 'bytes' },
  argsValues: { standard: 100_000, unit: 'values' },
  resultBytes: { standard: 16 * MiB, unit: 'bytes' },
  resultValues: { standard: 100_000, unit: 'values' },
  consoleBytes: { standard: 64 * 1024, unit: 'bytes' },
  sourceBytes: { standard: 8 * MiB, unit: 'bytes' },
  modules: { standard: 1000, min: 1, unit: 'modules' },
};

/** `cpu` may be absent: unlimited. @typedef {Record<keyof typeof LIMITS, any>} Limits */
/** @typedef {ReturnType<typeof runtimeOptions>} RuntimeOptions */
/** @typedef {{ timeout: number, limits: Limits, priorities: number, hostFunctions: import('./host-functions').HostFunction[], builtins?: import('./builtins').Builtins }} Ceiling what a run may narrow, and never widen */

/** What a runtime is made of. @param {unknown} value */
function runtimeOptions(value) {
  const given = checks.object(value, 'options') ?? {};
  const pool = poolOptions(read(given, 'poolOptions'));
  const parallelism = os.availableParallelism?.() ?? os.cpus().length;
  return {
    ...pool,
    maxQueue: countOrUnbounded(read(given, 'maxQueue'), 'options.maxQueue', 'runs') ?? pool.maxQueue,
    memory: poolMemory(read(given, 'poolMemory')),
    threads: checks.count(read(given, 'threads'), 'options.threads', { min: 1, max: 1024, unit: 'threads' }) ?? Math.max(2, parallelism),
    sourceExtensions: sourceExtensions(read(given, 'sourceExtensions'), 'options.sourceExtensions'),
    resolverModulePath: checks.absolutePath(read(given, 'resolverModulePath'), 'options.resolverModulePath'),
    compilerModulePath: checks.absolutePath(read(given, 'compilerModulePath'), 'options.compilerModulePath'),
    timeout: checks.timeout(read(given, 'timeout'), 'options.timeout') ?? DEFAULT_TIMEOUT,
    limits: limits(read(given, 'limits'), 'options.limits'),
    values: checks.oneOf(read(given, 'values'), 'options.values', ['json', 'structured']) ?? 'json',
    onConsole: checks.func(read(given, 'onConsole'), 'options.onConsole'),
    hostFunctions: hostFunctions(read(given, 'hostFunctions'), 'options.hostFunctions'),
    onEngineFault: checks.oneOf(read(given, 'onEngineFault'), 'options.onEngineFault', ['terminate', 'quarantine']) ?? 'terminate',
    builtins: builtinsOf(given, 'options.'),
    locales: localesOf(given, 'options.'),
  };
}

/**
 * Bytes that all sandboxes may hold together: half of the machine's, or of what its container may use. `null` stands for
 * no limit. @param {unknown} value
 */
function poolMemory(value) {
  if (value === Infinity) return null;
  const constrained = process.constrainedMemory?.() || Infinity;
  return checks.count(value, 'options.poolMemory', { min: MiB, unit: 'bytes' }) ?? Math.floor(Math.min(os.totalmem(), constrained) / 2);
}

/** Names of generic-pool. Those without a meaning here are checked, so that a typing error shows, and otherwise ignored. @param {unknown} value */
function poolOptions(value) {
  const given = checks.object(value, 'poolOptions') ?? {};
  const name = (/** @type {string} */ key) => `poolOptions.${key}`;
  const count = (/** @type {string} */ key, unit = 'runs') => countOrUnbounded(read(given, key), name(key), unit);
  for (const key of ['autostart', 'testOnBorrow', 'testOnReturn']) checks.boolean(read(given, key), name(key));
  for (const key of ['softIdleTimeoutMillis', 'evictionRunIntervalMillis', 'destroyTimeoutMillis']) time(read(given, key), name(key));
  count('numTestsPerEvictionRun');
  checks.func(read(given, 'Promise'), name('Promise'));
  // As there: less than one is one, and more than the most is the most.
  const max = Math.max(1, count('max') ?? 256);
  return {
    max,
    minSandboxes: Math.min(max, count('min') ?? 0),
    maxQueue: count('maxWaitingClients') ?? null,
    acquireTimeout: time(read(given, 'acquireTimeoutMillis'), name('acquireTimeoutMillis')) || null,
    idleTimeout: time(read(given, 'idleTimeoutMillis'), name('idleTimeoutMillis')) ?? 30_000,
    fifo: checks.boolean(read(given, 'fifo'), name('fifo')) ?? true,
    priorities: checks.count(read(given, 'priorityRange'), name('priorityRange'), { min: 1, max: 1e6, unit: 'priorities' }) ?? 1,
  };
}

/** @param {unknown} value @param {string} name @param {string} unit */
function countOrUnbounded(value, name, unit) {
  return value === Infinity ? undefined : checks.count(value, name, { max: 1e9, unit });
}

/** As generic-pool has it: negative and infinite stand for never. @param {unknown} value @param {string} name */
function time(value, name) {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'number' || Number.isNaN(value)) throw checks.wrong(name, 'a number of milliseconds', value);
  return value < 0 ? checks.LONGEST_TIME : Math.min(checks.LONGEST_TIME, Math.ceil(value));
}

/**
 * @param {unknown} value
 * @param {string} name
 * @param {Limits} [ceiling] what a run may lower but not raise
 * @returns {Limits}
 */
function limits(value, name, ceiling) {
  const given = checks.object(value, name) ?? {};
  const checked = /** @type {Limits} */ ({});
  for (const [key, { standard, ...bounds }] of Object.entries(LIMITS)) {
    const limit = /** @type {keyof Limits} */ (key);
    const most = ceiling?.[limit] ?? Infinity;
    const own = checks.count(read(given, key), `${name}.${key}`, bounds);
    if (own !== undefined && own > most) throw checks.tooHigh(`${name}.${key}`, most, own, bounds.unit);
    checked[limit] = own ?? ceiling?.[limit] ?? standard;
  }
  return checked;
}

/** @param {unknown} value @param {string} name @returns {string[]} */
function sourceExtensions(value, name) {
  const given = checks.strings(value, name) ?? ['js'];
  given.forEach((item, index) => {
    if (!/^\.?[^./\\\0][^/\\\0]*$/.test(item)) throw checks.wrong(`${name}[${index}]`, 'an extension such as "js"', item);
  });
  return given;
}

/** The customer's folder under either of its names. @param {Record<string, any>} given @param {string} [prefix] */
function rootOf(given, prefix = '') {
  const root = read(given, 'root') ?? undefined;
  const folder = read(given, 'folder') ?? undefined;
  if (root !== undefined && folder !== undefined && root !== folder) {
    throw invalid(TypeError, `${prefix}root and ${prefix}folder are two names for one option, got ${checks.shown(root)} and ${checks.shown(folder)}`);
  }
  const name = prefix + (root === undefined && folder !== undefined ? 'folder' : 'root');
  const checked = checks.absolutePath(root ?? folder, name);
  if (checked === undefined) throw checks.wrong(name, 'an absolute path', read(given, 'root'));
  return checked;
}

/** @param {Record<string, any>} given */
function contextOf(given) {
  return checks.object(read(given, 'context'), 'context');
}

/**
 * What every kind of run may narrow.
 * @param {Record<string, any>} given
 * @param {Ceiling} ceiling
 */
function narrowed(given, ceiling) {
  const timeout = checks.timeout(read(given, 'timeout'), 'timeout');
  if (timeout !== undefined && timeout > ceiling.timeout) throw checks.tooHigh('timeout', ceiling.timeout, timeout, 'ms');
  const ownLimits = read(given, 'limits') ?? undefined;
  return {
    timeout: timeout ?? ceiling.timeout,
    limits: ownLimits === undefined ? ceiling.limits : limits(ownLimits, 'limits', ceiling.limits),
    priority: checks.count(read(given, 'priority'), 'priority', { max: ceiling.priorities - 1, unit: 'priority' }) ?? 0,
    signal: checks.abortSignal(read(given, 'signal'), 'signal'),
    onConsole: checks.func(read(given, 'onConsole'), 'onConsole'),
    values: checks.oneOf(read(given, 'values'), 'values', ['json', 'structured']),
    wantsReceipt: checks.boolean(read(given, 'receipt'), 'receipt') ?? false,
    hostFunctions: joined(ceiling.hostFunctions, hostFunctions(read(given, 'hostFunctions'), 'hostFunctions')),
    builtins: builtinsOf(given, '', ceiling.builtins ?? ALL),
  };
}

/** What the native engine is made of. @param {RuntimeOptions} options */
function engineOptions({ threads, max, minSandboxes, maxQueue, acquireTimeout, memory, idleTimeout, fifo, onEngineFault, limits: ceilings }) {
  return { threads, max, minSandboxes, maxQueue, acquireTimeout, memory, idleTimeout, fifo, onEngineFault, limits: ceilings };
}

module.exports = { DEFAULT_TIMEOUT, LIMITS, contextOf, engineOptions, narrowed, rootOf, runtimeOptions, sourceExtensions };
