'use strict';

/**
 * The life of a runtime's hook thread: started on first use, never keeping the process alive, replaced when it hangs or
 * ends. Requests of runs do not pass through here; the engine reaches the thread itself.
 */

const path = require('node:path');
const { Worker } = require('node:worker_threads');
const errors = require('./errors');

const SCRIPT = path.join(__dirname, 'hook-thread.js');
/** A thread that ends by itself this often without answering anything in between is not started again. */
const MOST_FAILURES = 3;
/** A run waits this many times its time-out for things that are not its own doing. */
const PATIENCE = 10;

/** @typedef {{ file: string, kind: 'resolve' | 'compile' | 'arguments' }} HookModule */

class HookThread {
  /** @param {import('./engine').Engine} engine */
  constructor(engine) {
    this.engine = engine;
    this.generation = 0;
    this.failures = 0;
    /** @type {Worker | undefined} */
    this.worker = undefined;
    /** Files that the present thread has loaded. @type {Set<string>} */
    this.loaded = new Set();
    this.lastLoad = 0;
    /** @type {Map<number, { resolve: () => void, reject: (error: Error) => void, message: object, files: string[] }>} */
    this.loads = new Map();
  }

  /**
   * Whether the thread has these modules; if not, the promise of when it will.
   * @param {HookModule[]} modules
   * @param {number} timeout of the run that needs them
   * @returns {Promise<void> | undefined}
   */
  prepare(modules, timeout) {
    if (this.worker !== undefined && modules.every(({ file }) => this.loaded.has(file))) return undefined;
    const limit = timeout * PATIENCE;
    return new Promise((resolve, reject) => {
      const id = ++this.lastLoad;
      const files = modules.map(({ file }) => file);
      const message = { id, files, kinds: modules.map(({ kind }) => kind) };
      const timer = setTimeout(() => {
        this.loads.delete(id);
        const text = `run waited ${limit} ms for its hook modules to load (${files.join(', ')})`;
        reject(new errors.QueueTimeoutError(text, 'ERR_QUEUE_TIMEOUT', { limit }));
        this.replace(this.generation);
      }, limit);
      const settle = (/** @type {() => void} */ then) => () => {
        clearTimeout(timer);
        then();
      };
      this.loads.set(id, {
        resolve: settle(resolve), reject: (error) => settle(() => reject(error))(), message, files,
      });
      if (this.worker === undefined) this.start();
      else this.worker.postMessage(message);
    });
  }

  /** The thread of this generation hangs. @param {number} generation */
  replace(generation) {
    if (generation !== this.generation || this.worker === undefined) return;
    const hanging = this.worker;
    this.start();
    void hanging.terminate();
  }

  close() {
    const worker = this.worker;
    this.worker = undefined;
    this.generation++;
    for (const load of this.loads.values()) load.reject(new errors.RuntimeClosedError('the runtime was closed', 'ERR_CLOSED'));
    this.loads.clear();
    void worker?.terminate();
  }

  start() {
    const generation = ++this.generation;
    const worker = new Worker(SCRIPT, { workerData: { engineId: this.engine.id, generation }, execArgv: [] });
    worker.unref();
    this.worker = worker;
    this.loaded = new Set();
    worker.on('message', (message) => this.onLoaded(generation, message));
    worker.on('error', (error) => this.onEnd(generation, error));
    worker.on('exit', () => this.onEnd(generation, new Error('the hook thread ended')));
    // Whatever a former thread had not finished loading.
    for (const { message } of this.loads.values()) worker.postMessage(message);
  }

  /** @param {number} generation @param {{ id: number, failure: any }} message */
  onLoaded(generation, { id, failure }) {
    if (generation !== this.generation) return;
    const load = this.loads.get(id);
    if (load === undefined) return;
    this.loads.delete(id);
    this.failures = 0;
    if (failure !== null) return load.reject(new errors.HookError(failure));
    for (const file of load.files) this.loaded.add(file);
    load.resolve();
  }

  /** @param {number} generation @param {Error} error */
  onEnd(generation, error) {
    if (generation !== this.generation || this.worker === undefined) return;
    if (++this.failures < MOST_FAILURES) return this.start();
    this.worker = undefined;
    this.failures = 0;
    const report = { name: error.name, message: error.message, hook: 'hook thread', file: null };
    for (const load of this.loads.values()) load.reject(new errors.HookError(report));
    this.loads.clear();
    this.engine.native.hookThreadFailed(generation, JSON.stringify(report));
  }
}

module.exports = { HookThread };
