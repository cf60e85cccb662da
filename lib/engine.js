'use strict';

/**
 * One native engine and the promises of its runs: hands runs in, drains events, settles each promise exactly once, and
 * keeps the process alive while runs are in flight and no longer.
 */

const native = require('./native');
const errors = require('./errors');
const { decode } = require('./values');

const DONE = 1;
const FAILED = 2;
const CONSOLE = 3;
const HOOK = 4;
const REPLACE_HOOK_THREAD = 5;

/** Nothing happens that often; the handle only keeps the event loop alive. */
const LONGEST_INTERVAL = 2 ** 31 - 1;

/**
 * @typedef {object} Run what the host keeps of a run in flight
 * @property {(value: any) => void} resolve
 * @property {(error: unknown) => void} reject
 * @property {Function} [onConsole]
 * @property {(kind: string, payload: string[]) => Promise<string> | string} [answerHook] hooks on the host's event loop
 * @property {() => void} [release] undoes what was registered for the run
 */

/** Engines of this environment, so that `exit` can cut them off; weak, since a runtime may be forgotten unclosed. */
let listensToExit = false;

class Engine {
  /**
   * @param {object} options as the native engine takes them
   * @param {{ onReplaceHookThread?: (generation: number) => void }} [handlers]
   */
  constructor(options, handlers = {}) {
    /** @type {Map<number, Run>} */
    this.runs = new Map();
    this.lastId = 0;
    this.isClosed = false;
    this.handlers = handlers;
    /** @type {NodeJS.Timeout | undefined} */
    this.keepAlive = undefined;
    /** @type {(() => void)[]} */
    this.idleListeners = [];
    // The native side keeps this function for as long as the environment lives: it may not keep the engine.
    const weak = new WeakRef(this);
    this.native = new native.Engine(JSON.stringify(options), () => weak.deref()?.drain());
    stopRunsAtExit();
  }

  get id() {
    return this.native.id;
  }

  /**
   * @param {string} request JSON
   * @param {string} args
   * @param {string} context
   * @param {Run} run
   * @returns {number} the run's id
   */
  start(request, args, context, run) {
    const id = this.nextId();
    this.runs.set(id, run);
    this.hold();
    try {
      this.native.run(id, request, args, context);
    } catch (error) {
      this.take(id)?.reject(error);
    }
    return id;
  }

  /** Rejects a run now, and has it stopped. @param {number} id @param {unknown} reason */
  abort(id, reason) {
    const run = this.take(id);
    if (run === undefined) return;
    this.native.abort(id);
    run.reject(reason);
  }

  drain() {
    const events = this.native.drain();
    for (let at = 0; at < events.length; at += 3) {
      this.handle(/** @type {number} */ (events[at]), /** @type {number} */ (events[at + 1]), /** @type {string} */ (events[at + 2]));
    }
  }

  /** Resolves when no run is in flight. @returns {Promise<void>} */
  idle() {
    return this.runs.size === 0 ? Promise.resolve() : new Promise((resolve) => this.idleListeners.push(resolve));
  }

  /** Rejects what is in flight, and stops it. */
  close() {
    if (this.isClosed) return;
    this.isClosed = true;
    this.native.close();
    for (const id of [...this.runs.keys()]) this.take(id)?.reject(new errors.RuntimeClosedError('the runtime was closed', 'ERR_CLOSED'));
    clearInterval(this.keepAlive);
  }

  /** @param {number} kind @param {number} id @param {string} text */
  handle(kind, id, text) {
    switch (kind) {
      case DONE:
        return this.take(id)?.resolve(decode(text));
      case FAILED:
        return this.take(id)?.reject(errors.fromFailure(text));
      case CONSOLE:
        return this.report(this.runs.get(id), text);
      case HOOK:
        return void this.answer(id, JSON.parse(text));
      case REPLACE_HOOK_THREAD:
        return this.handlers.onReplaceHookThread?.(id);
      default:
    }
  }

  /** A console listener that throws fails its own run, never the event loop. @param {Run | undefined} run @param {string} text */
  report(run, text) {
    if (run?.onConsole === undefined) return;
    const { method, args } = JSON.parse(text);
    try {
      run.onConsole(method, ...decode(`S${args}`));
    } catch (error) {
      const id = [...this.runs].find(([, known]) => known === run)?.[0];
      if (id !== undefined) this.abort(id, error);
    }
  }

  /** @param {number} requestId @param {{ runId: number, kind: string, payload: string[] }} request */
  async answer(requestId, { runId, kind, payload }) {
    const run = this.runs.get(runId);
    if (run?.answerHook === undefined) return;
    try {
      this.native.answer(requestId, true, await run.answerHook(kind, payload));
    } catch (error) {
      this.native.answer(requestId, false, JSON.stringify(hookReport(error, kind, null)));
    }
  }

  nextId() {
    do this.lastId = (this.lastId + 1) % 2 ** 32;
    while (this.runs.has(this.lastId));
    return this.lastId;
  }

  /** The run, which from now on is settled. @param {number} id */
  take(id) {
    const run = this.runs.get(id);
    if (run === undefined) return undefined;
    this.runs.delete(id);
    run.release?.();
    if (this.runs.size === 0) this.letGo();
    return run;
  }

  hold() {
    if (this.runs.size > 1) return;
    if (this.keepAlive === undefined) this.keepAlive = setInterval(() => {}, LONGEST_INTERVAL);
    else this.keepAlive.ref?.();
  }

  letGo() {
    if (this.isClosed) clearInterval(this.keepAlive);
    else this.keepAlive?.unref?.();
    for (const listener of this.idleListeners.splice(0)) listener();
  }
}

const HOOK_NAMES = /** @type {Record<string, string>} */ ({
  resolve: 'resolver hook', compile: 'compiler hook', arguments: 'argument resolver', running: 'running hook',
});

/** What the engine is told about a hook that failed. @param {unknown} error @param {string} kind @param {string | null} file */
function hookReport(error, kind, file) {
  const known = error instanceof Error ? error : new Error(String(error));
  const code = /** @type {any} */ (known).code;
  return {
    name: String(known.name), message: String(known.message), stack: String(known.stack ?? ''),
    ...(typeof code === 'string' ? { code } : {}), hook: HOOK_NAMES[kind] ?? kind, file,
  };
}

/** `process.exit()` runs no cleanup hooks on the main thread. */
function stopRunsAtExit() {
  if (listensToExit) return;
  listensToExit = true;
  if (require('node:worker_threads').isMainThread) process.on('exit', () => native.shutdownAll());
}

module.exports = { Engine, hookReport };
