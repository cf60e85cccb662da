'use strict';

/**
 * `CodeRunner`: hooks given as functions, which run on the host's event loop because they are closures of it. All runners
 * of a process share one engine, which never keeps the process alive while it is idle.
 */

const { Engine } = require('./engine');
const { HookThread } = require('./hooks');
const { encode } = require('./encode');
const { json } = require('./own-json');
const { timeZone } = require('./time-zone');
const checks = require('./checks');
const options = require('./options');
const { read } = checks;

/** @type {{ engine: InstanceType<typeof Engine>, hooks: InstanceType<typeof HookThread>, defaults: options.RuntimeOptions } | undefined} */
let shared;

function sharedEngine() {
  if (shared === undefined) {
    const defaults = options.runtimeOptions({});
    const engine = new Engine(options.engineOptions(defaults));
    // For TypeScript only: hooks are functions here.
    shared = { engine, hooks: new HookThread(engine), defaults };
  }
  return shared;
}

let lastCompiler = 0;
/** @type {WeakMap<Function, string>} */
const compilerIds = new WeakMap();

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

  /** @param {any} value */
  constructor(value) {
    const given = checks.object(value, 'options');
    if (given === undefined) throw checks.wrong('options', 'an object', value);
    this.#options = {
      root: options.rootOf(given, 'options.'),
      file: checks.required(read(given, 'file'), 'options.file'),
      onConsole: checks.func(read(given, 'onConsole'), 'options.onConsole'),
      sourceExtensions: options.sourceExtensions(read(given, 'sourceExtensions'), 'options.sourceExtensions'),
      compiler: checks.func(read(given, 'compiler'), 'options.compiler'),
      external: checks.strings(read(given, 'external'), 'options.external') ?? [],
      whitelistedPaths: checks.absolutePaths(read(given, 'whitelistedPaths'), 'options.whitelistedPaths') ?? [],
      resolve: checks.func(read(given, 'resolve'), 'options.resolve'),
      timeout: checks.timeout(read(given, 'timeout'), 'options.timeout') ?? options.DEFAULT_TIMEOUT,
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

  /** @param {any} value @param {(value: any) => void} resolve @param {(error: unknown) => void} reject */
  #run(value, resolve, reject) {
    const given = checks.object(value, 'run options');
    if (given === undefined) throw checks.wrong('run options', 'an object', value);
    const { engine, defaults } = sharedEngine();
    const funcName = checks.required(read(given, 'funcName'), 'funcName');
    const running = checks.func(read(given, 'running'), 'running');
    const resolveArguments = checks.func(read(given, 'resolveArguments'), 'resolveArguments');
    const narrowed = options.narrowed(given, { ...defaults, timeout: this.#options.timeout });
    const { limits, signal, wantsReceipt, hostFunctions, values = 'json', onConsole = this.#options.onConsole } = narrowed;
    const bounds = { maxBytes: limits.argsBytes, maxValues: limits.argsValues, bytes: values === 'structured' };
    const args = read(given, 'args') ?? [];
    if (!Array.isArray(args)) throw checks.wrong('args', 'an array', args);
    const context = options.contextOf(given);
    // With a mapping, only what it answers has to cross.
    const argsText = resolveArguments === undefined ? encode(args, { path: 'args', ...bounds }) : 'J[]';
    const contextText = context === undefined ? '' : encode(context, { path: 'context', ...bounds });
    if (signal?.aborted) throw signal.reason;
    const request = this.#request(funcName, { ...narrowed, values, onConsole }, running, resolveArguments);
    const answerHook = (/** @type {string} */ kind, /** @type {string[]} */ payload) => {
      if (kind === 'running') return called(/** @type {Function} */ (running));
      if (kind === 'arguments') return mapArguments(/** @type {Function} */ (resolveArguments), args, bounds);
      return this.#answer(kind, payload);
    };
    const id = engine.admit({ resolve, reject, onConsole, answerHook, signal, wantsReceipt, hostFunctions, bounds });
    engine.submit(id, json(request), argsText, contextText);
  }

  /** @param {string} funcName @param {any} narrowed @param {Function | undefined} running @param {Function | undefined} resolveArguments */
  #request(funcName, { timeout, limits, priority, values, onConsole, hostFunctions, builtins }, running, resolveArguments) {
    const { root, file, external, whitelistedPaths, sourceExtensions, compiler, resolve } = this.#options;
    return {
      root, file, funcName, external, whitelistedPaths, sourceExtensions, timeout, limits, priority,
      builtins: builtins.names ?? null,
      stubs: builtins.stubs,
      timeZone: timeZone(),
      console: onConsole !== undefined,
      result: values,
      hooks: {
        resolver: resolve === undefined ? null : 'host',
        compiler: compiler === undefined ? null : 'host',
        arguments: resolveArguments === undefined ? null : 'host',
        compilerId: compiler === undefined ? '' : compilerId(compiler),
        running: running !== undefined,
      },
      hookData: null,
      hostFunctions: hostFunctions.map((/** @type {import('./host-functions').HostFunction} */ { path, isFree }) => ({ path, isFree })),
    };
  }

  /** @param {string} kind @param {string[]} payload */
  async #answer(kind, payload) {
    if (kind === 'resolve') {
      const answer = await /** @type {Function} */ (this.#options.resolve)(...payload);
      if (answer && typeof answer !== 'string') throw new TypeError(`resolve must answer a path or null, got ${typeof answer}`);
      return json(answer || null);
    }
    const compiled = await /** @type {Function} */ (this.#options.compiler)(...payload);
    if (typeof compiled !== 'string') throw new TypeError(`compiler must answer a string, got ${typeof compiled}`);
    return compiled;
  }
}

/** @param {Function} running */
async function called(running) {
  await running();
  return '';
}

/** @param {Function} resolveArguments @param {any[]} args @param {object} bounds */
async function mapArguments(resolveArguments, args, bounds) {
  const mapped = await resolveArguments(args);
  if (!Array.isArray(mapped)) throw new TypeError(`resolveArguments must answer an array, got ${typeof mapped}`);
  return encode(mapped, { path: 'args', ...bounds });
}

module.exports = { CodeRunner };
