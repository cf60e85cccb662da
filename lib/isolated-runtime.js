'use strict';

/**
 * `IsolatedRuntime`: checks what it is given, encodes arguments and context, and hands runs to its engine.
 */

const { Engine } = require('./engine');
const { HookThread } = require('./hooks');
const { encode } = require('./values');
const errors = require('./errors');
const options = require('./options');

const NO_HOOKS = Object.freeze({ resolver: null, compiler: null, arguments: null, compilerId: '', running: false });

class IsolatedRuntime {
  static DEFAULT_TIMEOUT = options.DEFAULT_TIMEOUT;

  /** @type {ReturnType<typeof options.runtimeOptions>} */
  #options;
  /** @type {Engine} */
  #engine;
  /** @type {HookThread} */
  #hooks;
  #isClosed = false;
  /** @type {Promise<void> | undefined} */
  #shutdown;
  /** Runs whose hook modules are being loaded. */
  #preparing = 0;

  /** @param {object} [given] */
  constructor(given) {
    const checked = options.runtimeOptions(given);
    this.#options = checked;
    const { priorities, ...pool } = checked.pool;
    /** @type {WeakRef<HookThread> | undefined} */
    let hooks;
    this.#engine = new Engine({ ...pool, limits: checked.limits }, { onReplaceHookThread: (generation) => hooks?.deref()?.replace(generation) });
    this.#hooks = new HookThread(this.#engine);
    hooks = new WeakRef(this.#hooks);
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
    this.#shutdown ??= this.#drain();
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

  async [/** @type {typeof Symbol.asyncDispose} */ (Symbol.asyncDispose ?? Symbol.for('Symbol.asyncDispose'))]() {
    await this.shutdown();
  }

  /** @param {any} given @param {(value: any) => void} resolve @param {(error: unknown) => void} reject */
  #run(given, resolve, reject) {
    if (this.#isClosed) throw new errors.RuntimeClosedError('the runtime is closed', 'ERR_CLOSED');
    const run = this.#check(given);
    if (run.signal?.aborted) throw run.signal.reason;
    const waiting = run.modules.length === 0 ? undefined : this.#hooks.prepare(run.modules, run.timeout);
    if (waiting === undefined) return this.#start(run, resolve, reject);
    this.#preparing++;
    waiting.then(() => {
      this.#preparing--;
      if (run.signal?.aborted) return reject(run.signal.reason);
      this.#start(run, resolve, reject);
    }).catch((error) => {
      this.#preparing--;
      reject(error);
    });
  }

  /** @param {any} given */
  #check(given) {
    const own = options.object(given === undefined ? null : given, 'run options');
    const { resolverModulePath, compilerModulePath } = this.#options;
    const root = options.rootOf(own);
    const file = options.required(own.file, 'file');
    const funcName = options.required(own.funcName, 'funcName');
    const external = options.strings(own.external, 'external');
    const whitelistedPaths = options.absolutePaths(own.whitelistedPaths, 'whitelistedPaths');
    const narrowed = options.narrowed(own, this.#options);
    const values = narrowed.values ?? this.#options.values;
    const { args, resolverPath } = this.#args(own.args);
    const { argsBytes: maxBytes, argsValues: maxValues } = narrowed.limits;
    const bounds = { bytes: values === 'structured', maxBytes, maxValues };
    const context = own.context ?? undefined;
    if (context !== undefined && (typeof context !== 'object' || Array.isArray(context))) throw options.wrong('context', 'an object', context);
    /** @type {import('./hooks').HookModule[]} */
    const modules = [];
    if (resolverModulePath !== undefined) modules.push({ file: resolverModulePath, kind: 'resolve' });
    if (compilerModulePath !== undefined) modules.push({ file: compilerModulePath, kind: 'compile' });
    if (resolverPath !== undefined) modules.push({ file: resolverPath, kind: 'arguments' });
    return {
      ...narrowed,
      onConsole: narrowed.onConsole ?? this.#options.onConsole,
      modules,
      argsText: encode(args, { path: 'args', ...bounds }),
      contextText: context === undefined ? '' : encode(context, { path: 'context', ...bounds }),
      request: {
        root, file, funcName, external, whitelistedPaths,
        sourceExtensions: this.#options.sourceExtensions,
        result: values,
        hooks: modules.length === 0 ? NO_HOOKS : {
          resolver: resolverModulePath === undefined ? null : 'thread',
          compiler: compilerModulePath === undefined ? null : 'thread',
          arguments: resolverPath === undefined ? null : 'thread',
          compilerId: compilerModulePath ?? '',
          running: false,
        },
        hookData: modules.length === 0 ? null : {
          resolverPath: resolverModulePath,
          resolverOptions: resolverModulePath === undefined ? 'u' : encode(own.resolverOptions, { path: 'resolverOptions', bytes: true }),
          compilerPath: compilerModulePath,
          argsResolverPath: resolverPath,
          argsLimits: bounds,
        },
      },
    };
  }

  /** Both forms of arguments: a list, or a list and the module that maps it. @param {any} given */
  #args(given) {
    if (given === undefined || given === null) return { args: [] };
    if (Array.isArray(given)) return { args: given };
    if (typeof given !== 'object') throw options.wrong('args', 'an array, or an object with resolverPath and original', given);
    const resolverPath = options.absolutePath(given.resolverPath, 'args.resolverPath');
    if (resolverPath === undefined) throw options.wrong('args', 'an array, or an object with resolverPath and original', given);
    return { args: given.original ?? [], resolverPath };
  }

  /**
   * @param {any} run what `#check` answered
   * @param {(value: any) => void} resolve
   * @param {(error: unknown) => void} reject
   */
  #start(run, resolve, reject) {
    const { timeout, limits, priority, signal, onConsole } = run;
    const request = JSON.stringify({ ...run.request, timeout, limits, priority, console: onConsole !== undefined });
    /** @type {import('./engine').Run} */
    const entry = { resolve, reject, onConsole };
    const id = this.#engine.start(request, run.argsText, run.contextText, entry);
    if (signal === undefined) return;
    const abort = () => this.#engine.abort(id, signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    entry.release = () => signal.removeEventListener('abort', abort);
  }

  async #drain() {
    while (this.#preparing > 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await this.#engine.idle();
    this.#end();
  }

  #end() {
    this.#isClosed = true;
    this.#hooks.close();
    this.#engine.close();
  }
}

module.exports = { IsolatedRuntime };
