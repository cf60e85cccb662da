'use strict';

/**
 * Runs inside the hook thread: loads the user's resolver, compiler and argument resolvers there, and answers the engine's
 * requests, which come one at a time. A hook that hangs hangs this thread and nothing else.
 */

const { parentPort, workerData } = require('node:worker_threads');
const { pathToFileURL } = require('node:url');
const native = require('./native');
const { encode } = require('./encode');
const { decode } = require('./decode');
const { hookReport } = require('./failures');
const { json } = require('./own-json');
const { stripTypes } = require('./type-stripper');

const { engineId, generation } = workerData;
/** Resolvers kept for distinct options; with more of them, the oldest are made anew. */
const MOST_RESOLVERS = 100;
/** Loads are numbered from 1. */
const NO_LOAD = 0;

/**
 * @typedef {object} HookData what the host gave with the run
 * @property {string} resolverPath
 * @property {string} resolverOptions as text
 * @property {string} compilerPath
 * @property {string} argsResolverPath
 * @property {{ bytes: boolean, maxBytes: number, maxValues: number }} argsLimits
 */

/** @type {Map<string, Promise<Function>>} */
const modules = new Map();
/** How often each has failed to load. @type {Map<string, number>} */
const failures = new Map();
/** @type {Map<string, Function>} */
const resolvers = new Map();

/** The function a hook module exports, in either module system. @param {string} file */
async function importHook(file) {
  const failed = failures.get(file) ?? 0;
  // Hosts remember modules that failed, by their addresses.
  const loaded = await (failed === 0 ? requireOrImport(file) : import(`${pathToFileURL(file).href}?attempt=${failed + 1}`));
  // What a bundler makes of a default export has one more `default`.
  for (const candidate of [loaded, loaded?.default, loaded?.default?.default]) if (typeof candidate === 'function') return candidate;
  throw new TypeError(`${file} must export a function`);
}

/** @param {string} file */
async function requireOrImport(file) {
  try {
    return require(file);
  } catch (error) {
    const { code } = /** @type {any} */ (error);
    const isModule = code === 'ERR_REQUIRE_ESM' || code === 'ERR_REQUIRE_ASYNC_MODULE'
      || (error instanceof SyntaxError && /\b(import|export|await)\b/.test(error.message)) || /require\(\) async|async module/i.test(String(error));
    if (!isModule) throw error;
    return import(pathToFileURL(file).href);
  }
}

/** Kept once it is loaded; a failure is not. @param {string} file */
function load(file) {
  const known = modules.get(file);
  if (known !== undefined) return known;
  const loading = importHook(file);
  modules.set(file, loading);
  loading.catch(() => {
    modules.delete(file);
    delete require.cache[file];
    failures.set(file, (failures.get(file) ?? 0) + 1);
  });
  return loading;
}

/** @param {string} file @param {string} options as text, which also tells them apart */
async function resolverFor(file, options) {
  const key = `${file}\n${options}`;
  const known = resolvers.get(key);
  if (known !== undefined) return known;
  const resolver = await (await load(file))(decode(options));
  if (typeof resolver !== 'function') throw new TypeError('the resolver module must export a function that returns a function');
  if (resolvers.size >= MOST_RESOLVERS) resolvers.delete(/** @type {string} */ (resolvers.keys().next().value));
  resolvers.set(key, resolver);
  return resolver;
}

/** @type {Record<string, { file: (data: HookData) => string | null, answer: (data: HookData, payload: string[]) => Promise<string> }>} */
const KINDS = {
  resolve: {
    file: (data) => data.resolverPath,
    async answer(data, [specifier, fromDir]) {
      const found = await (await resolverFor(data.resolverPath, data.resolverOptions))(specifier, fromDir);
      if (found && typeof found !== 'string') throw new TypeError(`the resolver must answer a path or null, got ${typeof found}`);
      return json(found || null);
    },
  },
  compile: {
    file: (data) => data.compilerPath,
    async answer(data, [code, fileName]) {
      const compiled = await (await load(data.compilerPath))(code, fileName);
      if (typeof compiled !== 'string') throw new TypeError(`the compiler must answer a string, got ${typeof compiled}`);
      return compiled;
    },
  },
  strip: {
    file: () => null,
    answer: async (_data, [code]) => stripTypes(code),
  },
  arguments: {
    file: (data) => data.argsResolverPath,
    async answer(data, [args]) {
      const mapped = await (await load(data.argsResolverPath))(decode(args));
      if (!Array.isArray(mapped)) throw new TypeError(`the argument resolver must answer an array, got ${typeof mapped}`);
      return encode(mapped, { path: 'args', ...data.argsLimits });
    },
  },
};

/** @param {number} requestId @param {string} kind @param {string} text */
async function onRequest(requestId, kind, text) {
  const { data, payload } = JSON.parse(text);
  let answer;
  try {
    answer = await KINDS[kind].answer(data, payload);
  } catch (error) {
    const report = json(hookReport(error, kind, KINDS[kind].file(data)));
    return native.answerHook(engineId, generation, requestId, false, report);
  }
  tellThatItServes();
  native.answerHook(engineId, generation, requestId, true, answer);
}

let hasServed = false;
/** A thread that ends after it has been of use was worth starting. */
function tellThatItServes() {
  if (hasServed) return;
  hasServed = true;
  parentPort?.postMessage({ id: NO_LOAD, failure: null });
}

/** Loads what a run is going to need, before it starts, so that the time is not charged to it. */
async function onLoad(/** @type {{ id: number, files: string[], kinds: string[] }} */ { id, files, kinds }) {
  let failure = null;
  for (let at = 0; at < files.length && failure === null; at++) {
    try {
      await load(files[at]);
    } catch (error) {
      failure = hookReport(error, kinds[at], files[at]);
    }
  }
  parentPort?.postMessage({ id, failure });
}

parentPort?.on('message', onLoad);
native.attachHookThread(engineId, generation, onRequest);
