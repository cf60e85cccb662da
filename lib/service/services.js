'use strict';

/**
 * Runs services: one engine, and for each call the streams of the host on one side and the harness in the guest on the
 * other. Must not know who calls: `run-service.js` and the command line do.
 */

const path = require('node:path');
const { Engine } = require('../engine');
const { encode } = require('../encode');
const { HookThread } = require('../hooks');
const { json } = require('../own-json');
const options = require('../options');
const { hostFunctions } = require('../host-functions');
const { Bridge } = require('./bridge');
const { describeEnv, describeRequest, splitVariables } = require('./describe');
const { reportable } = require('./reportable');
const { GUEST_FOLDER } = require('./source');

/** Runs in flight; one that waits for its client holds no thread. */
const MOST_SERVICES = 2048;
/** Names the prepared harness to the engine. */
const HARNESS = 1;

/**
 * @typedef {object} ServiceCall
 * @property {import('./source').ServiceSource} source
 * @property {any} req
 * @property {any} res
 * @property {Record<string, any>} env
 * @property {Record<string, any>} vm
 * @property {string[]} external
 * @property {number} timeout ms until `res.end()`
 * @property {options.Limits} limits
 * @property {(method: string, ...args: any[]) => void} [onConsole]
 * @property {(error: any, result: any) => void} onNext the service called its callback
 */

class Services {
  #engine;
  /** Takes the types out of TypeScript; started when the first such service is met. */
  #hooks;
  #defaults;

  /** @param {{ threads?: number, limits?: object, max?: number }} [given] */
  constructor({ threads, limits, max = MOST_SERVICES } = {}) {
    this.#defaults = options.runtimeOptions({ threads, limits, poolOptions: { max } });
    this.#engine = new Engine(options.engineOptions(this.#defaults));
    this.#hooks = new HookThread(this.#engine);
  }

  /** What calls may use up at most. */
  get limits() {
    return this.#defaults.limits;
  }

  /** Lower limits, checked. @param {unknown} limits @returns {options.Limits} */
  narrowed(limits) {
    return options.narrowed({ limits }, this.#defaults).limits;
  }

  /**
   * Resolves with the receipt when the service has ended its response, or handed the request on.
   * @param {ServiceCall} call
   * @returns {Promise<import('../receipt').Receipt>}
   */
  run(call) {
    return new Promise((resolve, reject) => this.#run(call, resolve, reject));
  }

  stats() {
    return JSON.parse(this.#engine.native.stats());
  }

  /** Resolves when no service is in flight. */
  idle() {
    return this.#engine.idle();
  }

  /** Stops what is in flight. */
  close() {
    this.#hooks.close();
    this.#engine.close();
  }

  /** @param {ServiceCall} call @param {(receipt: any) => void} resolve @param {(error: unknown) => void} reject */
  #run(call, resolve, reject) {
    const engine = this.#engine;
    const { source, limits, onConsole } = call;
    const { values, functions } = splitVariables(call.vm);
    const bounds = { maxBytes: limits.argsBytes, maxValues: limits.argsValues, bytes: true };
    const bridge = new Bridge(call.req, call.res, { mostUnread: limits.memory, onNext: call.onNext });
    // First the bridge's: a prepared harness knows them by their places.
    const callable = [...bridge.hostFunctions(), ...hostFunctions(functions, 'vm')];
    const isPreparable = Object.keys(functions).length === 0;
    const args = encode([this.#described(call)], { path: 'env', ...bounds });
    const context = encode(values, { path: 'vm', ...bounds });
    const id = engine.admit({
      resolve: ({ receipt }) => {
        bridge.release();
        // A service may end well although its client is gone.
        if (bridge.disconnection === undefined) resolve(receipt);
        else reject(bridge.disconnection);
      },
      reject: (error) => {
        bridge.release();
        reject(bridge.disconnection ?? reportable(error, call));
      },
      wantsReceipt: true,
      onConsole,
      answerHook: (kind, payload) => answerHook(source, kind, payload),
      hostFunctions: callable,
      bounds,
    });
    bridge.open((error) => engine.fail(id, error));
    engine.submit(id, json(requestOf(call, callable, isPreparable)), args, context);
  }

  /** @param {ServiceCall} call */
  #described({ source, req, env }) {
    return {
      file: source.file,
      request: describeRequest(req),
      env: describeEnv(env),
      isStreaming: typeof env.isStreaming === 'boolean' ? env.isStreaming : (req.readableLength ?? 0) > 0,
    };
  }
}

/** @param {import('./source').ServiceSource} source @param {string} kind @param {string[]} payload */
function answerHook({ text, packages }, kind, [given, where]) {
  if (kind === 'compile') return isStandIn(where) ? /** @type {string} */ (text) : given;
  // The engine holds the answer to the folders that the service may read.
  return json(packages === undefined || given.startsWith('.') ? null : path.join(packages, 'node_modules', given));
}

/** @param {string} fileName */
function isStandIn(fileName) {
  return ['service.js', 'service.mjs'].some((name) => fileName === path.join(GUEST_FOLDER, name));
}

/** @param {ServiceCall} call @param {import('../host-functions').HostFunction[]} callable @param {boolean} isPreparable */
function requestOf({ source, external, timeout, limits, onConsole }, callable, isPreparable) {
  return {
    // The harness and its streams are loaded once per sandbox; functions of the caller's own come too late for that.
    ...(isPreparable ? { prepared: HARNESS } : {}),
    root: GUEST_FOLDER,
    file: 'harness.js',
    funcName: 'serve',
    whitelistedPaths: source.folders,
    external, timeout, limits,
    sourceExtensions: ['js', 'mjs', 'cjs', 'ts', 'mts', 'cts'],
    priority: 0,
    console: onConsole !== undefined,
    result: 'json',
    hooks: {
      resolver: source.packages === undefined ? null : 'host',
      arguments: null, running: false,
      compiler: source.text === undefined ? null : 'host',
      compilerId: source.id,
    },
    hookData: null,
    hostFunctions: callable.map(({ path, isFree }) => ({ path, isFree })),
  };
}

module.exports = { Services };
