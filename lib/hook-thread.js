'use strict';

/**
 * Runs inside the hook thread: loads the user's resolver, compiler and argument resolvers there, and answers the engine's
 * requests, which come one at a time. A hook that hangs hangs this thread and nothing else.
 */

const { parentPort, workerData } = require('node:worker_threads');
const { pathToFileURL } = require('node:url');
const native = require('./native');
const { encode, decode } = require('./values');
const { hookReport } = require('./engine');

const { engineId, generation } = workerData;
/** Resolvers made for distinct options; more of them than this are made anew. */
const MOST_RESOLVERS = 100;

/** @type {Map<string, Promise<Function>>} */
const modules = new Map();
/** @type {Map<string, Function>} */
const resolvers = new Map();

/** The function a hook module exports, in either module system. @param {string} file */
async function importHook(file) {
  let loaded;
  try {
    loaded = require(file);
  } catch (error) {
    const { code } = /** @type {any} */ (error);
    const isModule = code === 'ERR_REQUIRE_ESM' || code === 'ERR_REQUIRE_ASYNC_MODULE' || (error instanceof SyntaxError && /\b(import|export)\b/.test(error.message));
    if (!isModule) throw error;
    loaded = await import(pathToFileURL(file).href);
  }
  for (const candidate of [loaded, loaded?.default, loaded?.default?.default]) if (typeof candidate === 'function') return candidate;
  throw new TypeError(`${file} must export a function`);
}

/** Kept once it is loaded; a failure is not. @param {string} file */
function load(file) {
  const known = modules.get(file);
  if (known !== undefined) return known;
  const loading = importHook(file);
  modules.set(file, loading);
  loading.catch(() => modules.delete(file));
  return loading;
}

/** @param {string} file @param {unknown} options */
async function resolverFor(file, options) {
  const key = JSON.stringify([file, options]) ?? file;
  const known = resolvers.get(key);
  if (known !== undefined) return known;
  const resolver = (await load(file))(options);
  if (typeof resolver !== 'function') throw new TypeError('the resolver module must export a function that returns a function');
  if (resolvers.size >= MOST_RESOLVERS) resolvers.clear();
  resolvers.set(key, resolver);
  return resolver;
}

/** @type {Record<string, { file: (data: any) => string, run: (data: any, payload: string[]) => Promise<string> }>} */
const KINDS = {
  resolve: {
    file: (data) => data.resolverPath,
    async run(data, [specifier, fromDir]) {
      const answer = await (await resolverFor(data.resolverPath, decode(data.resolverOptions)))(specifier, fromDir);
      if (answer !== null && answer !== undefined && answer !== false && typeof answer !== 'string') {
        throw new TypeError(`the resolver must answer a path or null, got ${typeof answer}`);
      }
      return JSON.stringify(answer || null);
    },
  },
  compile: {
    file: (data) => data.compilerPath,
    async run(data, [code, fileName]) {
      const compiled = await (await load(data.compilerPath))(code, fileName);
      if (typeof compiled !== 'string') throw new TypeError(`the compiler must answer a string, got ${typeof compiled}`);
      return compiled;
    },
  },
  arguments: {
    file: (data) => data.argsResolverPath,
    async run(data, [args]) {
      const mapped = await (await load(data.argsResolverPath))(decode(args));
      if (!Array.isArray(mapped)) throw new TypeError(`the argument resolver must answer an array, got ${typeof mapped}`);
      return encode(mapped, { path: 'args', ...data.argsLimits });
    },
  },
};

/** @param {number} requestId @param {string} kind @param {string} text */
async function onRequest(requestId, kind, text) {
  const { data, payload } = JSON.parse(text);
  try {
    const answer = await KINDS[kind].run(data, payload);
    native.answerHook(engineId, generation, requestId, true, answer);
  } catch (error) {
    native.answerHook(engineId, generation, requestId, false, JSON.stringify(hookReport(error, kind, KINDS[kind].file(data))));
  }
}

// Loading is asked for by the host before a run starts, so that it is not charged to the run.
parentPort?.on('message', async ({ id, files, kinds }) => {
  let failure = null;
  for (let at = 0; at < files.length && failure === null; at++) {
    try {
      await load(files[at]);
    } catch (error) {
      failure = hookReport(error, kinds[at], files[at]);
    }
  }
  parentPort?.postMessage({ id, failure });
});

native.attachHookThread(engineId, generation, onRequest);
