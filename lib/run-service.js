'use strict';

/**
 * `runService`: the API of run-service and serverless-runtime. Checks what it is given, and tells callers how services ended
 * in the ways they know. All services of a process share one pool, which never keeps the process alive while it is idle.
 */

const checks = require('./checks');
const { Services } = require('./service/services');
const { fileSource, sourceOf } = require('./service/source');
const { read } = checks;

const DEFAULT_TIMEOUT = 10_000;

/** @type {InstanceType<typeof Services> | undefined} */
let shared;

/**
 * @param {any} given
 * @returns {(callback?: (error: any, result?: any) => void) => Promise<import('./receipt').Receipt | undefined>}
 */
function runService(given) {
  const config = checks.object(given, 'options') ?? {};
  const call = checked(config, (shared ??= new Services()));
  const errorHandler = checks.func(read(config, 'errorHandler'), 'errorHandler');
  return (callback) => {
    checks.func(callback, 'callback');
    return started(call, errorHandler, callback);
  };
}

/** @param {Record<string, any>} config @param {InstanceType<typeof Services>} services */
function checked(config, services) {
  const service = read(config, 'service') ?? undefined;
  const file = read(config, 'file') ?? undefined;
  if (service === undefined && file === undefined) throw new Error('service is undefined');
  const env = checks.object(read(config, 'env'), 'env') ?? {};
  for (const name of ['req', 'res']) if (env[name] === undefined || env[name] === null) throw new Error(`${name} is undefined`);
  const timeout = checks.timeout(env.customTimeout, 'env.customTimeout') ?? checks.timeout(read(config, 'timeout'), 'timeout') ?? DEFAULT_TIMEOUT;
  const vm = checks.object(read(config, 'vm'), 'vm') ?? {};
  return {
    services,
    source: file === undefined ? sourceOf(service, read(config, 'root')) : fileSource(file, read(config, 'root')),
    req: env.req,
    res: env.res,
    env, vm, timeout,
    external: checks.strings(read(config, 'external'), 'external') ?? [],
    limits: services.narrowed(read(config, 'limits')),
    onConsole: /** @type {any} */ (checks.func(read(config, 'onConsole'), 'onConsole')) ?? consoleOf(vm.console),
  };
}

/** @param {ReturnType<typeof checked>} call @param {Function | undefined} errorHandler @param {Function | undefined} callback */
async function started({ services, ...call }, errorHandler, callback) {
  let isPassedOn = false;
  const onNext = (/** @type {any} */ error, /** @type {any} */ result) => {
    isPassedOn = true;
    callback?.(error, result);
  };
  try {
    const receipt = await services.run({ ...call, onNext });
    if (!isPassedOn) callback?.(null, undefined);
    return receipt;
  } catch (error) {
    // With nobody to tell, the promise rejects: thrown, as far as the process is concerned.
    if (errorHandler === undefined && callback === undefined) throw error;
    errorHandler?.(error);
    if (!isPassedOn) callback?.(error);
    return undefined;
  }
}

/** A console among the variables hears what the service logs. @param {any} console */
function consoleOf(console) {
  if (typeof console !== 'object' || console === null) return undefined;
  return (/** @type {string} */ method, /** @type {any[]} */ ...args) => {
    if (typeof console[method] === 'function') console[method](...args);
  };
}

/** Figures of the pool that services share. */
function stats() {
  return (shared ??= new Services()).stats();
}

module.exports = Object.assign(runService, { runService, default: runService, stats, DEFAULT_TIMEOUT });
