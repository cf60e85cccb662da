'use strict';

/**
 * The life of a runtime's hook thread: started on first use, never keeping the process alive, replaced when it hangs or
 * ends. Requests of runs do not pass through here; the engine reaches the thread itself.
 */

const path = require('node:path');
const { Worker } = require('node:worker_threads');
const { HookError, QueueTimeoutError, RuntimeClosedError } = require('./errors');
const { fromReport } = require('./failures');
const { json } = require('./own-json');

const SCRIPT = path.join(__dirname, 'hook-thread.js');
/** A thread that ends by itself is started again this often, until one has loaded or answered something. */
const MOST_RESTARTS = 1;
/** A run waits this many times its time-out for things that are not its own doing. */
const PATIENCE = 10;

/** @typedef {{ file: string, kind: 'resolve' | 'compile' | 'arguments' }} HookModule */

/**
 * @typedef {object} Load modules that a run waits for
 * @property {object} message asks the thread
 * @property {string[]} files
 * @property {(error?: Error) => void} settle
 */

/** A thread lives as long as its script wants; it ends with the runtime it serves. @type {FinalizationRegistry<Worker>} */
const forgotten = new FinalizationRegistry((worker) => void worker.terminate());

class HookThread {
  /** @param {InstanceType<typeof import('./engine').Engine>} engine */
  constructor(engine) {
    this.engine = engine;
    this.generation = 0;
    this.restarts = 0;
    this.isClosed = false;
    /** @type {Worker | undefined} */
    this.worker = undefined;
    /** Files that the present thread has loaded. @type {Set<string>} */
    this.loaded = new Set();
    this.lastLoad = 0;
    /** @type {Map<number, Load>} */
    this.loads = new Map();
    engine.onHookThreadHangs = (generation) => this.replace(generation);
    engine.onHookThreadWanted = () => this.startIfNone();
  }

  /**
   * Whether the thread has these modules; if not, the promise of when it will.
   * @param {HookModule[]} modules
   * @param {number} timeout of the run that needs them
   * @returns {Promise<void> | undefined}
   */
  prepare(modules, timeout) {
    if (this.worker !== undefined && modules.every(({ file }) => this.loaded.has(file))) return undefined;
    return new Promise((resolve, reject) => {
      const id = ++this.lastLoad;
      const files = modules.map(({ file }) => file);
      const timer = setTimeout(() => this.giveUp(id, timeout * PATIENCE), timeout * PATIENCE);
      const settle = (/** @type {Error | undefined} */ error) => {
        clearTimeout(timer);
        this.loads.delete(id);
        if (error === undefined) resolve();
        else reject(error);
      };
      const message = { id, files, kinds: modules.map(({ kind }) => kind) };
      this.loads.set(id, { message, files, settle });
      if (this.worker === undefined) this.start();
      else this.worker.postMessage(message);
    });
  }

  /** A run has a request for the thread, which no module of a hook has been a reason to start. */
  startIfNone() {
    if (this.worker === undefined && !this.isClosed) this.start();
  }

  /** The thread of this generation hangs. @param {number} generation */
  replace(generation) {
    if (generation !== this.generation || this.worker === undefined) return;
    const hanging = this.worker;
    this.start();
    void hanging.terminate();
  }

  close() {
    if (this.isClosed) return;
    this.isClosed = true;
    const { worker } = this;
    this.worker = undefined;
    this.generation++;
    for (const load of [...this.loads.values()]) load.settle(new RuntimeClosedError('the runtime was closed', 'ERR_CLOSED'));
    forgotten.unregister(this);
    void worker?.terminate();
  }

  start() {
    const generation = ++this.generation;
    this.loaded = new Set();
    forgotten.unregister(this);
    try {
      // Flags of this process, such as a debugger's port, are not for a thread that runs the user's hooks.
      this.worker = new Worker(SCRIPT, { workerData: { engineId: this.engine.id, generation }, execArgv: [] });
    } catch (error) {
      return this.abandon(/** @type {Error} */ (error));
    }
    this.listen(this.worker, generation);
    // Whatever a former thread had not finished loading.
    for (const { message } of this.loads.values()) this.worker.postMessage(message);
  }

  /** @param {Worker} worker @param {number} generation */
  listen(worker, generation) {
    forgotten.register(this, worker, this);
    // The thread's listeners live as long as it does: they may not hold what is to be forgotten.
    const weak = new WeakRef(this);
    worker.on('message', (message) => weak.deref()?.onLoaded(generation, message));
    worker.on('error', (error) => weak.deref()?.onEnd(generation, error instanceof Error ? error : new Error(String(error))));
    worker.on('exit', (code) => weak.deref()?.onEnd(generation, new Error(`the hook thread ended with exit code ${code}`)));
    // Last, since listening for messages makes the process wait for them.
    worker.unref();
  }

  /** @param {number} generation @param {{ id: number, failure: import('./failures').HookReport | null }} message */
  onLoaded(generation, { id, failure }) {
    if (generation !== this.generation) return;
    this.restarts = 0;
    const load = this.loads.get(id);
    if (load === undefined) return;
    if (failure !== null) return load.settle(fromReport(failure));
    for (const file of load.files) this.loaded.add(file);
    load.settle();
  }

  /** @param {number} id @param {number} limit in milliseconds */
  giveUp(id, limit) {
    const load = this.loads.get(id);
    if (load === undefined) return;
    const message = `run waited ${limit} ms for its hook modules to load (${load.files.join(', ')})`;
    load.settle(new QueueTimeoutError(message, 'ERR_QUEUE_TIMEOUT', { limit }));
    this.replace(this.generation);
  }

  /** @param {number} generation @param {Error} error */
  onEnd(generation, error) {
    if (generation !== this.generation || this.worker === undefined) return;
    if (this.restarts++ < MOST_RESTARTS) this.start();
    else this.abandon(error);
  }

  /** No thread until the next run wants one. @param {Error} error */
  abandon(error) {
    this.worker = undefined;
    this.restarts = 0;
    const report = { name: error.name, message: String(error.message), stack: String(error.stack), hook: 'hook thread', file: null };
    for (const load of [...this.loads.values()]) load.settle(new HookError(report.hook, null, report.message, error));
    this.engine.native.hookThreadFailed(this.generation, json(report));
  }
}

module.exports = { HookThread };
