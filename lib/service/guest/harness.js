'use strict';

/**
 * Runs a service inside the guest: makes its `req`, `res` and `hook`, loads it, calls it in the form it was written in, and
 * waits for the end of the response. Holds nothing that a service may not have: what it sends is checked by the host.
 */

const { ServiceRequest } = require('./request');
const { ServiceResponse } = require('./response');
const { offerWebClasses, serveWeb } = require('./web');

// Taken before the service runs, and taken away from it.
const channel = /** @type {any} */ (globalThis).__service;
delete (/** @type {any} */ (globalThis).__service);

/** Where a hook keeps its request. */
const REQUEST = Symbol('request');

/** What all requests can do, forwarded once for all hooks. */
const methods = {};
for (let at = ServiceRequest.prototype; at !== Object.prototype; at = Object.getPrototypeOf(at)) {
  for (const key of Object.getOwnPropertyNames(at)) if (!Object.hasOwn(methods, key) && key !== 'constructor') forward(methods, key);
}

/**
 * @typedef {object} Call what the host says about it
 * @property {string} file the service
 * @property {Record<string, any>} request
 * @property {Record<string, any>} env
 * @property {boolean} isStreaming
 */

/** @param {Call} call */
exports.serve = async ({ file, request, env, isStreaming }) => {
  const req = new ServiceRequest(channel.read, request);
  const res = new ServiceResponse(channel);
  const responded = settled(res);
  const disconnected = watch(req, res);
  offerWebClasses();
  const service = await load(file);
  const passedOn = new Promise((resolve, reject) => {
    call(service, hookOf(req, res, env, isStreaming), env, callbackOf(resolve)).then(undefined, reject);
  });
  await Promise.race([responded, passedOn, disconnected]);
};

/** Resolves when the response has been ended, or given up. @param {InstanceType<typeof ServiceResponse>} res */
function settled(res) {
  return new Promise((resolve) => {
    res.once('finish', resolve);
    res.once('close', () => {
      if (!res.writableFinished && !res.isGone) resolve(channel.destroy());
    });
  });
}

/** Rejects when the client is gone, and the service had its turn to hear of it. @param {InstanceType<typeof ServiceRequest>} req @param {InstanceType<typeof ServiceResponse>} res */
async function watch(req, res) {
  const { message, code } = await channel.closed();
  const error = Object.assign(new Error(message), { code });
  req.abort(error);
  res.abandon();
  await new Promise((resolve) => setImmediate(resolve));
  throw error;
}

/** @param {string} file */
async function load(file) {
  const exported = /\.m[jt]s$/.test(file) ? await import(file) : require(file);
  const service = typeof exported === 'function' || isWeb(exported) ? exported : exported?.default ?? exported;
  if (typeof service === 'function' || isWeb(service)) return { service, exported };
  throw new TypeError('the service assigned no function: it needs module.exports = function (hook) { … }, a default export, or an object with fetch(request)');
}

/** @param {any} value */
function isWeb(value) {
  return typeof value === 'object' && value !== null && typeof value.fetch === 'function';
}

/** @param {{ service: any, exported: any }} loaded @param {any} hook @param {Record<string, any>} env @param {Function} callback */
async function call({ service, exported }, hook, env, callback) {
  if (isWeb(service)) return serveWeb(service, hook.req, hook.res, env);
  const language = env.resource?.language;
  if (language !== 'babel' && language !== 'es7') return service(hook, hook.res, callback);
  try {
    await (typeof exported.default === 'function' ? exported.default(hook, hook.res, callback) : service(hook, hook.res, callback));
  } catch (error) {
    hook.res.end(error instanceof Error ? error.message : String(error));
  }
}

/** What services know as `cb`: hands the request on; what has been written so far goes first. @param {(settled: Promise<void>) => void} done */
function callbackOf(done) {
  let isCalled = false;
  return (/** @type {any} */ error, /** @type {any} */ result) => {
    if (isCalled) return;
    isCalled = true;
    done(handOn(error, result));
  };
}

/** @param {any} error @param {any} result */
async function handOn(error, result) {
  await channel.next(error, result);
  await new Promise((resolve) => setImmediate(resolve));
}

/**
 * What services know as `hook`: every property of the request and every key of the environment, and these by name.
 * @param {InstanceType<typeof ServiceRequest>} req
 * @param {InstanceType<typeof ServiceResponse>} res
 * @param {Record<string, any>} env
 * @param {boolean} isStreaming
 */
function hookOf(req, res, env, isStreaming) {
  const hook = Object.create(methods, { [REQUEST]: { value: req } });
  for (const key of Object.keys(req)) forward(hook, key);
  const named = { params: {}, ...env, env, req, res, isStreaming, streaming: isStreaming };
  for (const [key, value] of Object.entries(named)) {
    Object.defineProperty(hook, key, { value, writable: true, enumerable: true, configurable: true });
  }
  return hook;
}

/** @param {object} hook @param {string} key */
function forward(hook, key) {
  Object.defineProperty(hook, key, {
    get() {
      const req = this[REQUEST];
      return typeof req[key] === 'function' ? req[key].bind(req) : req[key];
    },
    set(value) { this[REQUEST][key] = value; },
    enumerable: true,
    configurable: true,
  });
}
