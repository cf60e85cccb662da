'use strict';

/**
 * `CodeRunner`: hooks given as functions, which run on the host's event loop because they are closures of it. All runners
 * of a process share one engine, which never keeps the process alive while it is idle.
 */

const { Engine } = require('./engine');
const { encode } = require('./values');
const options = require('./options');

/** @type {{ engine: Engine, defaults: ReturnType<typeof options.runtimeOptions> } | undefined} */
let shared;
let lastCompiler = 0;
/** @type {WeakMap<Function, string>} */
const compilerIds = new WeakMap();

function sharedEngine() {
  if (shared === undefined) {
    const defaults = options.runtimeOptions({});
    const { priorities, ...pool } = defaults.pool;
    shared = { engine: new Engine({ ...pool, limits: defaults.limits }), defaults };
  }
  return shared;
}

/** The cache of compiled sources tells compilers apart by this. @param {Function} compiler */
function compilerId(compiler) {
  const known = compilerIds.get(compiler);
  if (known !== undefined) return known;
  const id = `function ${++lastCompiler}`;
  compilerIds.set(compiler, id);
  return id;
}

class CodeRunner {
  #options;

  /** @param {any} given */
  constructor(given) {
    const own = options.object(given === undefined ? null : given, 'options');
    this.#options = {
      root: options.rootOf(own),
      file: options.required(own.file, 'options.file'),
      onConsole: options.func(own.onConsole, 'options.onConsole'),
      sourceExtensions: options.sourceExtensions(own.sourceExtensions, 'options.sourceExtensions'),
      compiler: options.func(own.compiler, 'options.compiler'),
      external: options.strings(own.external, 'options.external'),
      whitelistedPaths: options.absolutePaths(own.whitelistedPaths, 'options.whitelistedPaths'),
      resolve: options.func(own.resolve, 'options.resolve'),
      timeout: options.timeout(own.timeout, 'options.timeout') ?? options.DEFAULT_TIMEOUT,
    };
  }

  /**
   * Never throws: whatever is wrong rejects.
   * @param {any} given
   * @returns {Promise<any>}
   */
  run(given) {
    return new Promise((resolve, reject) => this.#run(given, resolve, reject));
  }

  /** @param {any} given @param {(value: any) => void} resolve @param {(error: unknown) => void} reject */
  #run(given, resolve, reject) {
    const { engine, defaults } = sharedEngine();
    const own = options.object(given === undefined ? null : given, 'run options');
    const funcName = options.required(own.funcName, 'funcName');
    const running = options.func(own.running, 'running');
    const resolveArguments = options.func(own.resolveArguments, 'resolveArguments');
    const narrowed = options.narrowed(own, { ...defaults, timeout: this.#options.timeout });
    const { limits, signal } = narrowed;
    const bounds = { maxBytes: limits.argsBytes, maxValues: limits.argsValues, bytes: narrowed.values === 'structured' };
    const args = own.args ?? [];
    if (!Array.isArray(args)) throw options.wrong('args', 'an array', args);
    const context = own.context ?? undefined;
    if (context !== undefined && (typeof context !== 'object' || Array.isArray(context))) throw options.wrong('context', 'an object', context);
    // With a mapping, only what it answers has to cross.
    const argsText = resolveArguments === undefined ? encode(args, { path: 'args', ...bounds }) : 'J[]';
    const contextText = context === undefined ? '' : encode(context, { path: 'context', ...bounds });
    if (signal?.aborted) throw signal.reason;
    const request = this.#request(funcName, narrowed, running, resolveArguments);
    const onConsole = narrowed.onConsole ?? this.#options.onConsole;
    const answerHook = (/** @type {string} */ kind, /** @type {string[]} */ payload) => {
      if (kind === 'running') return void running?.() ?? '';
      if (kind === 'arguments') return mapArguments(/** @type {Function} */ (resolveArguments), args, bounds);
      return this.#answer(kind, payload);
    };
    /** @type {import('./engine').Run} */
    const entry = { resolve, reject, onConsole, answerHook };
    const id = engine.start(JSON.stringify(request), argsText, contextText, entry);
    if (signal === undefined) return;
    const abort = () => engine.abort(id, signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    entry.release = () => signal.removeEventListener('abort', abort);
  }

  /** @param {string} funcName @param {any} narrowed @param {Function | undefined} running @param {Function | undefined} resolveArguments */
  #request(funcName, { timeout, limits, priority, values, onConsole }, running, resolveArguments) {
    const { root, file, external, whitelistedPaths, sourceExtensions, compiler, resolve } = this.#options;
    return {
      root, file, funcName, external, whitelistedPaths, sourceExtensions, timeout, limits, priority,
      console: (onConsole ?? this.#options.onConsole) !== undefined,
      result: values ?? 'json',
      hooks: {
        resolver: resolve === undefined ? null : 'host',
        compiler: compiler === undefined ? null : 'host',
        arguments: resolveArguments === undefined ? null : 'host',
        compilerId: compiler === undefined ? '' : compilerId(compiler),
        running: running !== undefined,
      },
      hookData: null,
    };
  }

  /** @param {string} kind @param {string[]} payload */
  async #answer(kind, payload) {
    if (kind === 'resolve') {
      const answer = await /** @type {Function} */ (this.#options.resolve)(...payload);
      if (answer && typeof answer !== 'string') throw new TypeError(`resolve must answer a path or null, got ${typeof answer}`);
      return JSON.stringify(answer || null);
    }
    const compiled = await /** @type {Function} */ (this.#options.compiler)(...payload);
    if (typeof compiled !== 'string') throw new TypeError(`compiler must answer a string, got ${typeof compiled}`);
    return compiled;
  }
}

/** @param {Function} resolveArguments @param {any[]} args @param {object} bounds */
async function mapArguments(resolveArguments, args, bounds) {
  const mapped = await resolveArguments(args);
  if (!Array.isArray(mapped)) throw new TypeError(`resolveArguments must answer an array, got ${typeof mapped}`);
  return encode(mapped, { path: 'args', ...bounds });
}

module.exports = { CodeRunner };
