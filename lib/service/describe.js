'use strict';

/**
 * What a service gets to know of its request, its environment and the host's variables: copies of what can be copied, and
 * functions to call. Live objects stay here. Must run no getter of theirs twice.
 */

const { encode } = require('../encode');

/** Bytes and values that one property may have. */
const BOUNDS = { maxBytes: 4 * 2 ** 20, maxValues: 50_000, bytes: true };

/** What requests of Node, Express and their like have on their prototypes. */
const REQUEST_KEYS = [
  'method', 'url', 'headers', 'rawHeaders', 'httpVersion', 'httpVersionMajor', 'httpVersionMinor', 'originalUrl', 'baseUrl', 'path', 'hostname',
  'host', 'ip', 'ips', 'protocol', 'secure', 'xhr', 'subdomains', 'fresh', 'stale', 'query', 'params', 'body', 'cookies', 'signedCookies',
];

/** Own properties that say how Node's streams and sockets are. */
const INTERNAL_KEYS = new Set([
  'socket', 'connection', 'client', 'server', 'res', 'req', 'app', 'next', 'aborted', 'complete', 'upgrade', 'trailers', 'rawTrailers', 'statusCode',
  'statusMessage', 'readable', 'writable', 'destroyed', 'closed', 'errored', 'allowHalfOpen', 'joinDuplicateHeaders',
]);

const CONNECTION_KEYS = ['remoteAddress', 'remoteFamily', 'remotePort', 'localAddress', 'localPort', 'encrypted'];

/** @param {any} req @returns {Record<string, any>} */
function describeRequest(req) {
  /** @type {Record<string, any>} */
  const described = {};
  for (const key of new Set([...REQUEST_KEYS, ...Object.keys(req)])) {
    if (key.startsWith('_') || INTERNAL_KEYS.has(key)) continue;
    const value = req[key];
    if (value !== undefined && isCopyable(value, key)) described[key] = value;
  }
  const socket = req.socket ?? req.connection;
  if (typeof socket === 'object' && socket !== null) {
    const entries = CONNECTION_KEYS.map((key) => [key, socket[key]]).filter(([, value]) => value !== undefined && typeof value !== 'object');
    described.connection = Object.fromEntries(entries);
    described.socket = described.connection;
  }
  return described;
}

/** Every key but the streams themselves. @param {Record<string, any>} env @returns {Record<string, any>} */
function describeEnv(env) {
  const { req: _req, res: _res, ...rest } = env;
  return Object.fromEntries(Object.entries(rest).filter(([key, value]) => value !== undefined && isCopyable(value, key)));
}

/**
 * The host's variables, as values and functions. What is neither stays here, as does everything under a name that the
 * sandbox has a safe namesake of.
 * @param {Record<string, any>} vm
 * @returns {{ values: Record<string, any>, functions: Record<string, any> }}
 */
function splitVariables(vm) {
  /** @type {Record<string, any>} */
  const values = {};
  /** @type {Record<string, any>} */
  const functions = {};
  for (const [key, value] of Object.entries(vm)) {
    if (SANDBOX_OWN.has(key) || key === '' || key === '__proto__') continue;
    if (isCopyable(value, key)) values[key] = value;
    else if (typeof value === 'function') functions[key] = value;
    else if (isPlain(value)) {
      const inner = splitVariables(value);
      if (Object.keys(inner.values).length > 0) values[key] = inner.values;
      if (Object.keys(inner.functions).length > 0) functions[key] = inner.functions;
    }
  }
  return { values, functions };
}

/** Services get the sandbox's own under these names, never the host's. */
const SANDBOX_OWN = new Set([
  'require', 'module', 'exports', 'global', 'globalThis', 'process', 'console', 'Buffer', '__filename', '__dirname', '__service', '__globals__',
  'setTimeout', 'setInterval', 'setImmediate', 'clearTimeout', 'clearInterval', 'clearImmediate', 'queueMicrotask',
]);

/** @param {unknown} value */
function isPlain(value) {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** @param {unknown} value @param {string} key */
function isCopyable(value, key) {
  if (typeof value === 'function' || typeof value === 'symbol') return false;
  if (typeof value !== 'object' || value === null) return true;
  try {
    encode(value, { path: key, ...BOUNDS });
    return true;
  } catch (error) {
    const { code } = /** @type {NodeJS.ErrnoException} */ (error);
    if (code === 'ERR_VALUE') return false;
    throw error;
  }
}

module.exports = { describeEnv, describeRequest, splitVariables };
