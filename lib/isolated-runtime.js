'use strict';

/**
 * `IsolatedRuntime`: checks what it is given, encodes arguments and context, and hands runs to its engine.
 */

const { Engine } = require('./engine');
const { HookThread } = require('./hooks');
const { encode } = require('./encode');
const { json } = require('./own-json');
const { RuntimeClosedError } = require('./errors');
const { PreparedApplication } = require('./prepared');
const checks = require('./checks');
const { builtinsText } = require('./builtins');
const { localesText } = require('./locales');
const { timeZone } = require('./time-zone');
const options = require('./options');
const { read } = checks;

const NO_HOOKS = json({ resolver: null, compiler: null, compilerId: '', arguments: null, running: false });

/**
 * @typedef {object} Job a run whose options have been checked and whose values have been encoded
 * @property {import('./hooks').HookModule[]} modules that the hook thread has to load first
 * @property {number} timeout
 * @property {string} request
 * @property {string} args
 * @property {string} context
 * @property {Omit<import('./engine').Run, 'resolve' | 'reject'>} run
 */

class IsolatedRuntime {
  static DEFAULT_TIMEOUT = options.DEFAULT_TIMEOUT;

  /** @type {options.RuntimeOptions} */
  #options;
  /** @type {InstanceType<typeof Engine>} */
  #engine;
  /** @type {InstanceType<typeof HookThread>} */
  #hooks;
  #isClosed = false;
  #lastPrepared = 0;
  /** @type {Promise<void> | undefined} */
  #shutdown;
  // The parts of requests that are the same for most runs, as text.
  #sourceExtensions;
  #limits;
  #builtins;
  #locales;

  /** @param {object} [given] */
  constructor(given) {
    this.#options = options.runtimeOptions(given);
    this.#sourceExtensions = json(this.#options.sourceExtensions);
    this.#limits = json(this.#options.limits);
    this.#builtins = builtinsText(this.#options.builtins);
    this.#locales = localesText(this.#options.locales);
    // A closure over `this` would keep a forgotten runtime alive for as long as its engine.
    this.#engine = new Engine(options.engineOptions(this.#options));
    this.#hooks = new HookThread(this.#engine);
  }

  /**
   * Never throws: whatever is wrong rejects.
   * @param {any} given
   * @returns {Promise<any>}
   */
  run(given) {
    return new Promise((resolve, reject) => this.#run(given, resolve, reject));
  }

  /** Lets runs in flight finish, and takes no more. @returns {Promise<void>} */
  shutdown() {
    this.#isClosed = true;
    this.#shutdown ??= this.#engine.idle().then(() => this.#end());
    return this.#shutdown;
  }

  /** As `shutdown`; with `force`, runs in flight are stopped instead. @param {{ force?: boolean }} [given] */
  async close({ force = false } = {}) {
    if (force) this.#end();
    await this.shutdown();
  }

  stats() {
    return JSON.parse(this.#engine.native.stats());
  }

  /** Older hosts have no such symbol yet; what stands in for it there is what they got later. */
  [/** @type {typeof Symbol.asyncDispose} */ (Symbol.asyncDispose ?? Symbol.for('Symbol.asyncDispose'))]() {
    return this.shutdown();
  }

  /**
   * Loads an application once; its runs start from there, each in a fresh heap.
   * @param {any} value
   * @returns {Promise<InstanceType<typeof PreparedApplication>>}
   */
  async prepare(value) {
    const given = checks.object(value, 'prepare options');
    if (given === undefined) throw checks.wrong('prepare options', 'an object', value);
    const place = this.#placeOf(given);
    const { hostFunctions, builtins } = options.narrowed(given, this.#options);
    const id = ++this.#lastPrepared;
    const ceiling = { ...this.#options, hostFunctions, builtins };
    const submit = (/** @type {Record<string, any>} */ own, /** @type {string} */ funcName, /** @type {object} */ args, /** @type {string} */ more) =>
      new Promise((resolve, reject) => this.#submit(this.#job(own, { place, funcName, ...argsOf({ args }), ceiling, more: `,"prepared":${id}${more}` }), resolve, reject));
    await submit({ timeout: read(given, 'timeout'), limits: read(given, 'limits'), signal: read(given, 'signal') }, 'prepare', [], ',"isPreparing":true');
    const { native } = this.#engine;
    return new PreparedApplication((own, funcName, args) => submit(own, funcName, args, ''), () => native.forget(id));
  }

  /** @param {any} given @param {(value: any) => void} resolve @param {(error: unknown) => void} reject */
  #run(given, resolve, reject) {
    this.#submit(this.#check(given), resolve, reject);
  }

  /** @param {Job} job @param {(value: any) => void} resolve @param {(error: unknown) => void} reject */
  #submit({ modules, timeout, request, args, context, run }, resolve, reject) {
    if (this.#isClosed) throw new RuntimeClosedError('the runtime is closed', 'ERR_CLOSED');
    if (run.signal?.aborted) throw run.signal.reason;
    const engine = this.#engine;
    const id = engine.admit({ resolve, reject, ...run });
    const waiting = modules.length === 0 ? undefined : this.#hooks.prepare(modules, timeout);
    if (waiting === undefined) engine.submit(id, request, args, context);
    else waiting.then(() => engine.submit(id, request, args, context), (error) => engine.fail(id, error));
  }

  /** @param {any} value @returns {Job} */
  #check(value) {
    const given = checks.object(value, 'run options');
    if (given === undefined) throw checks.wrong('run options', 'an object', value);
    const place = this.#placeOf(given);
    const funcName = checks.required(read(given, 'funcName'), 'funcName');
    return this.#job(given, { place, funcName, ...argsOf(given), ceiling: this.#options, more: '' });
  }

  /**
   * What is loaded, and from where: the same for all runs of a prepared application.
   * @param {Record<string, any>} given
   */
  #placeOf(given) {
    const root = options.rootOf(given);
    const file = checks.required(read(given, 'file'), 'file');
    const external = checks.strings(read(given, 'external'), 'external') ?? [];
    const whitelistedPaths = checks.absolutePaths(read(given, 'whitelistedPaths'), 'whitelistedPaths') ?? [];
    return {
      text: `"root":${json(root)},"file":${json(file)},"external":${json(external)},"whitelistedPaths":${json(whitelistedPaths)}`,
      resolverOptions: read(given, 'resolverOptions') ?? {},
    };
  }

  /**
   * @param {Record<string, any>} given
   * @param {{ place: { text: string, resolverOptions: unknown }, funcName: string, args: unknown, resolverPath?: string, ceiling: options.Ceiling, more: string }} call
   * @returns {Job}
   */
  #job(given, { place, funcName, args, resolverPath, ceiling, more }) {
    const { timeout, limits, priority, signal, wantsReceipt, hostFunctions, builtins, onConsole = this.#options.onConsole, values = this.#options.values } = options.narrowed(given, ceiling);
    const bounds = { bytes: values === 'structured', maxBytes: limits.argsBytes, maxValues: limits.argsValues };
    const context = options.contextOf(given);
    const hooks = this.#hooksOf(place.resolverOptions, resolverPath, bounds);
    const limitsText = limits === this.#options.limits ? this.#limits : json(limits);
    return {
      modules: hooks.modules, timeout,
      run: { signal, onConsole, wantsReceipt, hostFunctions, bounds },
      args: encode(args, { path: 'args', ...bounds }),
      context: context === undefined ? '' : encode(context, { path: 'context', ...bounds }),
      request: `{${place.text},"funcName":${json(funcName)}`
        + `,"sourceExtensions":${this.#sourceExtensions},"limits":${limitsText},"timeout":${timeout},"priority":${priority}`
        + `,${builtins === this.#options.builtins ? this.#builtins : builtinsText(builtins)}`
        + `,${this.#locales},"timeZone":${json(timeZone())},"console":${onConsole !== undefined},"result":"${values}","hooks":${hooks.places},"hookData":${hooks.data}`
        + `${hostFunctions.length === 0 ? '' : `,"hostFunctions":${namesOf(hostFunctions)}`}${more}}`,
    };
  }

  /**
   * @param {unknown} resolverOptions
   * @param {string | undefined} argsResolverPath
   * @param {object} argsLimits
   * @returns {{ modules: import('./hooks').HookModule[], places: string, data: string }}
   */
  #hooksOf(resolverOptions, argsResolverPath, argsLimits) {
    const { resolverModulePath: resolverPath, compilerModulePath: compilerPath } = this.#options;
    /** @type {import('./hooks').HookModule[]} */
    const modules = [];
    if (resolverPath !== undefined) modules.push({ file: resolverPath, kind: 'resolve' });
    if (compilerPath !== undefined) modules.push({ file: compilerPath, kind: 'compile' });
    if (argsResolverPath !== undefined) modules.push({ file: argsResolverPath, kind: 'arguments' });
    if (modules.length === 0) return { modules, places: NO_HOOKS, data: 'null' };
    const place = (/** @type {string | undefined} */ file) => (file === undefined ? null : 'thread');
    return {
      modules,
      places: json({
        resolver: place(resolverPath), compiler: place(compilerPath), compilerId: compilerPath ?? '', arguments: place(argsResolverPath), running: false,
      }),
      data: json({
        resolverPath, compilerPath, argsResolverPath, argsLimits,
        resolverOptions: resolverPath === undefined ? 'u' : encode(resolverOptions, { path: 'resolverOptions', bytes: true }),
      }),
    };
  }

  #end() {
    this.#isClosed = true;
    this.#hooks.close();
    this.#engine.close();
  }
}

/**
 * Both forms of arguments: a list, or a list and the module that maps it.
 * @param {Record<string, any>} given
 * @returns {{ args: unknown, resolverPath?: string }}
 */
function argsOf(given) {
  const value = read(given, 'args') ?? [];
  if (Array.isArray(value)) return { args: value };
  const expected = 'an array, or an object with resolverPath and original';
  if (typeof value !== 'object') throw checks.wrong('args', expected, value);
  const resolverPath = checks.absolutePath(read(value, 'resolverPath'), 'args.resolverPath');
  if (resolverPath === undefined) throw checks.wrong('args', expected, value);
  return { args: read(value, 'original') ?? [], resolverPath };
}

/** @param {import('./host-functions').HostFunction[]} hostFunctions as the engine knows them */
function namesOf(hostFunctions) {
  return json(hostFunctions.map(({ path, isFree }) => ({ path, isFree })));
}

module.exports = { IsolatedRuntime };
