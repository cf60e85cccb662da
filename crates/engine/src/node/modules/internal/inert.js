'use strict';
// Stand-ins for modules that reach outside: the right shape, harmless answers to what packages ask when they load, and
// ERR_ACCESS_DENIED naming module and function for everything else.

const { accessDenied, failure } = require('internal/errors');
const { constants } = require('internal/constants');
const shapes = require('../../stand-ins.json');

const nothing = () => {};
const missing = (call, path) => Object.assign(failure(Error, 'ENOENT', `ENOENT: no such file or directory, ${call} '${path}'`), { errno: -2, syscall: call, path });

/** A stream class that can be extended and inspected, but not made. */
function deniedClass(module, name) {
  const Class = { [name]: function () { throw accessDenied(module, name); } }[name];
  Object.setPrototypeOf(Class.prototype, require('events').prototype);
  return Class;
}

const answers = {
  fs: () => ({
    existsSync: () => false,
    accessSync(path) { throw missing('access', path); },
    statSync(path, options) {
      if (options?.throwIfNoEntry === false) return undefined;
      throw missing('stat', path);
    },
    lstatSync(path, options) {
      if (options?.throwIfNoEntry === false) return undefined;
      throw missing('lstat', path);
    },
    constants: constants.fs,
    promises: inert('fs/promises'),
    ...constants.fs,
  }),
  'fs/promises': () => ({ constants: constants.fs }),
  http: () => ({ METHODS: constants.http.METHODS, STATUS_CODES: constants.http.STATUS_CODES, maxHeaderSize: 16_384, globalAgent: {}, Agent: agent('http'), ...headerChecks(), setMaxIdleHTTPParsers: nothing }),
  https: () => ({ globalAgent: {}, Agent: agent('https') }),
  http2: () => ({ constants: constants.http2, sensitiveHeaders: Symbol('nodejs.http2.sensitiveHeaders'), getDefaultSettings: () => ({}) }),
  net: () => ({ isIP, isIPv4: (text) => isIP(text) === 4, isIPv6: (text) => isIP(text) === 6, getDefaultAutoSelectFamily: () => true, setDefaultAutoSelectFamily: nothing, getDefaultAutoSelectFamilyAttemptTimeout: () => 250, setDefaultAutoSelectFamilyAttemptTimeout: nothing }),
  tls: () => ({ CLIENT_RENEG_LIMIT: 3, CLIENT_RENEG_WINDOW: 600, DEFAULT_CIPHERS: '', DEFAULT_ECDH_CURVE: 'auto', DEFAULT_MIN_VERSION: 'TLSv1.2', DEFAULT_MAX_VERSION: 'TLSv1.3', rootCertificates: Object.freeze([]), getCiphers: () => [] }),
  dns: () => ({ getDefaultResultOrder: () => 'verbatim', setDefaultResultOrder: nothing, getServers: () => [], promises: inert('dns/promises'), ...constants.dns }),
  'dns/promises': () => ({ getDefaultResultOrder: () => 'verbatim', setDefaultResultOrder: nothing, getServers: () => [], ...constants.dns }),
  cluster: () => ({ isMaster: true, isPrimary: true, isWorker: false, workers: {}, settings: {}, SCHED_NONE: 1, SCHED_RR: 2, schedulingPolicy: 2, setupMaster: nothing, setupPrimary: nothing }),
  worker_threads: () => ({
    isMainThread: true, threadName: '', parentPort: null, workerData: null, threadId: 0, resourceLimits: {}, SHARE_ENV: Symbol.for('nodejs.worker_threads.SHARE_ENV'),
    MessageChannel, MessagePort, markAsUncloneable: nothing, markAsUntransferable: nothing, isMarkedAsUntransferable: () => false,
    getEnvironmentData: () => undefined, setEnvironmentData: nothing, receiveMessageOnPort: () => undefined, isInternalThread: false,
  }),
  v8: () => ({
    getHeapStatistics: () => ({ total_heap_size: 32 * 2 ** 20, used_heap_size: 16 * 2 ** 20, heap_size_limit: 64 * 2 ** 20 }),
    getHeapSpaceStatistics: () => [], cachedDataVersionTag: () => 0, setFlagsFromString: nothing,
    startupSnapshot: { isBuildingSnapshot: () => false, addSerializeCallback: nothing, addDeserializeCallback: nothing, setDeserializeMainFunction: nothing },
  }),
  vm: () => ({ isContext: () => false, runInThisContext, Script, constants: Object.freeze({ __proto__: null, USE_MAIN_CONTEXT_DEFAULT_LOADER: Symbol('vm_dynamic_import_main_context_default'), DONT_CONTEXTIFY: Symbol('vm_context_no_contextify') }) }),
  inspector: () => ({ url: () => undefined, console, Network: {} }),
  'inspector/promises': () => ({ url: () => undefined, console, Network: {} }),
  repl: () => ({ REPL_MODE_SLOPPY: Symbol('repl-sloppy'), REPL_MODE_STRICT: Symbol('repl-strict'), builtinModules: [], _builtinLibs: [] }),
  domain: () => ({ active: null }),
};

/** Code in the guest's own global object is what `eval` runs as well; other contexts there are none. */
function runInThisContext(code) {
  return (0, eval)(`${code}`);
}

function Script(code) {
  const text = `${code}`;
  this.runInThisContext = () => runInThisContext(text);
  for (const name of ['runInContext', 'runInNewContext', 'createCachedData']) this[name] = () => { throw accessDenied('vm', `Script.${name}`); };
}

/** Agents are made at load, before any request. */
function agent(module) {
  const Agent = deniedClass(module, 'Agent');
  const { prototype } = Agent;
  const made = function (options = {}) { Object.assign(this, { options, requests: {}, sockets: {}, freeSockets: {}, maxSockets: options.maxSockets ?? Infinity, keepAlive: Boolean(options.keepAlive) }); };
  made.prototype = prototype;
  prototype.constructor = made;
  prototype.destroy = nothing;
  return Object.defineProperty(made, 'name', { value: 'Agent' });
}

function headerChecks() {
  const isToken = (text) => /^[\^`\-\w!#$%&'*+.|~]+$/.test(text);
  return {
    validateHeaderName(name) { if (typeof name !== 'string' || !isToken(name)) throw failure(TypeError, 'ERR_INVALID_HTTP_TOKEN', `Header name must be a valid HTTP token ["${name}"]`); },
    validateHeaderValue(name, value) { if (value === undefined) throw failure(TypeError, 'ERR_HTTP_INVALID_HEADER_VALUE', `Invalid value "${value}" for header "${name}"`); },
  };
}

const PART = '(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)';
const IPV4 = new RegExp(`^${PART}(?:\\.${PART}){3}$`);

/** 4, 6, or 0 for neither. */
function isIP(value) {
  const text = `${value}`;
  if (IPV4.test(text)) return 4;
  const [address, zone] = text.split('%');
  if (zone === '' || !address.includes(':')) return 0;
  const tail = address.slice(address.lastIndexOf(':') + 1);
  const plain = tail.includes('.') ? (IPV4.test(tail) ? `${address.slice(0, -tail.length)}0:0` : '') : address;
  const halves = plain.split('::');
  if (plain === '' || halves.length > 2) return 0;
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')));
  if (!groups.every((group) => /^[\da-f]{1,4}$/i.test(group))) return 0;
  return halves.length === 2 ? (groups.length < 8 ? 6 : 0) : groups.length === 8 ? 6 : 0;
}

const made = new Map();

function inert(name) {
  if (made.has(name)) return made.get(name);
  const module = name === 'cluster' ? Object.create(require('events').prototype) : {};
  made.set(name, module);
  const own = answers[name]?.() ?? {};
  for (const [key, kind] of Object.entries(shapes[name])) {
    if (Object.hasOwn(own, key)) module[key] = own[key];
    else if (kind === 'class') module[key] = deniedClass(name, key);
    else if (kind === 'function') module[key] = { [key]() { throw accessDenied(name, key); } }[key];
    else if (kind === 'object') module[key] = {};
    else module[key] = undefined;
  }
  return Object.assign(module, own);
}

module.exports = inert;
