'use strict';

/**
 * One native engine and the promises of its runs: hands runs in, drains events, settles each promise exactly once, and
 * keeps the process alive while runs are in flight and no longer. Must not know what a run is made of.
 */

const timers = require('node:timers');
const { isMainThread } = require('node:worker_threads');
const native = require('./native');
const { RuntimeClosedError, hide } = require('./errors');
const { fromFailure, hookReport } = require('./failures');
const { decode } = require('./decode');
const { json } = require('./own-json');
const { callHost, describeError } = require('./host-functions');
const { hasListeners, publish, readReceipt } = require('./receipt');

const DONE = 1;
const FAILED = 2;
const CONSOLE = 3;
const HOOK = 4;
const REPLACE_HOOK_THREAD = 5;
const CALL = 6;
const WANT_HOOK_THREAD = 7;

/** Nothing happens that often; the handle only keeps the event loop alive. */
const LONGEST_INTERVAL = 2 ** 31 - 1;
/** Characters; reading so much takes milliseconds. */
const LARGE_TEXT = 1 << 20;

/**
 * @typedef {object} Run what the host keeps of a run in flight
 * @property {(value: any) => void} resolve
 * @property {(error: unknown) => void} reject
 * @property {Function} [onConsole]
 * @property {(kind: string, payload: string[]) => Promise<string> | string} [answerHook] hooks on the host's event loop
 * @property {Map<number, unknown>} [hookErrors] what those threw, by request
 * @property {AbortSignal} [signal]
 * @property {() => void} [onAbort]
 * @property {boolean} [wantsReceipt] whether it resolves with its result and its receipt
 * @property {import('./host-functions').HostFunction[]} [hostFunctions]
 * @property {{ maxBytes: number, maxValues: number }} [bounds] of what host functions answer
 */

/** Engines with runs in flight. Nothing else holds an engine, so that a runtime may be forgotten unclosed. @type {Set<Engine>} */
const busy = new Set();
/** @type {NodeJS.Timeout | undefined} */
let keepAlive;
let listensToExit = false;

class Engine {
  /**
   * @param {object} options as the native engine takes them
   */
  constructor(options) {
    /** @type {Map<number, Run>} */
    this.runs = new Map();
    this.lastId = 0;
    /** Runs in flight that resolve with their receipt. */
    this.receiptsWanted = 0;
    /** Events that wait for a turn of their own. @type {any[]} */
    this.backlog = [];
    this.isClosed = false;
    /** Told the generation of a hook thread that hangs. @type {(generation: number) => void} */
    this.onHookThreadHangs = () => {};
    /** Told that a run has a request and there is no hook thread. */
    this.onHookThreadWanted = () => {};
    /** @type {(() => void)[]} */
    this.idleListeners = [];
    // The native side keeps this function for as long as the environment lives: it may not keep the engine.
    const weak = new WeakRef(this);
    this.native = new native.Engine(json(options), (isOpen) => (isOpen ? weak.deref()?.drain() : undefined));
    stopRunsAtExit();
  }

  get id() {
    return this.native.id;
  }

  /**
   * From now on the run is in flight: it can be aborted, and the process waits for it.
   * @param {Run} run
   * @returns {number} its id
   */
  admit(run) {
    const id = this.nextId();
    if (this.runs.size === 0) hold(this);
    this.runs.set(id, run);
    if (run.wantsReceipt) this.receiptsWanted += 1;
    const { signal } = run;
    if (signal !== undefined) {
      run.onAbort = () => this.fail(id, signal.reason);
      signal.addEventListener('abort', run.onAbort, { once: true });
    }
    return id;
  }

  /**
   * Nothing happens if the run has been settled meanwhile.
   * @param {number} id
   * @param {string} request JSON
   * @param {string} args
   * @param {string} context
   */
  submit(id, request, args, context) {
    if (!this.runs.has(id)) return;
    try {
      this.native.run(id, request, args, context);
    } catch (error) {
      this.take(id)?.reject(error);
    }
  }

  /** Rejects a run now, and has it stopped. @param {number} id @param {unknown} reason */
  fail(id, reason) {
    const run = this.take(id);
    if (run === undefined) return;
    if (!this.isClosed) this.native.abort(id);
    run.reject(reason);
  }

  drain() {
    const events = /** @type {any[]} */ (this.native.drain(this.receiptsWanted > 0 || hasListeners()));
    if (this.backlog.length > 0) this.backlog = this.backlog.concat(events);
    else this.handleAll(events, false);
  }

  /**
   * Handles events in their order. A large one begins a turn of the event loop, since taking it over from the engine took
   * a good part of this one.
   * @param {any[]} events
   * @param {boolean} isTurnOfFirst
   */
  handleAll(events, isTurnOfFirst) {
    for (let at = 0; at < events.length; at += 4) {
      if (events[at + 2].length > LARGE_TEXT && !(isTurnOfFirst && at === 0)) {
        this.backlog = events.slice(at);
        setImmediate(() => this.handleBacklog());
        return;
      }
      this.handle(events[at], events[at + 1], events[at + 2], events[at + 3]);
    }
  }

  handleBacklog() {
    const events = this.backlog;
    this.backlog = [];
    this.handleAll(events, true);
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
    for (const id of [...this.runs.keys()]) this.fail(id, new RuntimeClosedError('the runtime was closed', 'ERR_CLOSED'));
  }

  /** Throws never: one event's trouble may not cost the others of its batch. @param {number} kind @param {number} id @param {string} text @param {any} more a string, or 0 */
  handle(kind, id, text, more) {
    switch (kind) {
      case DONE:
        return this.settle(this.take(id), text, more);
      case FAILED:
        return this.reject(this.take(id), text, more);
      case CONSOLE:
        return this.report(id, text);
      case HOOK:
        return void this.answer(id, JSON.parse(text));
      case CALL:
        return void this.call(id, text, more);
      case REPLACE_HOOK_THREAD:
        return this.onHookThreadHangs(id);
      case WANT_HOOK_THREAD:
        return this.onHookThreadWanted();
      default:
    }
  }

  /** @param {Run | undefined} run @param {string} text @param {string | 0} receipt 0 if nobody wanted it when the event was drained */
  settle(run, text, receipt) {
    if (run === undefined) return;
    try {
      const result = decode(text);
      run.resolve(run.wantsReceipt ? { result, receipt: readReceipt(/** @type {string} */ (receipt)) } : result);
      if (receipt !== 0) publish(receipt);
    } catch (error) {
      run.reject(error);
    }
  }

  /** @param {Run | undefined} run @param {string} json @param {string} receipt */
  reject(run, json, receipt) {
    if (run === undefined) return;
    try {
      const error = fromFailure(json, run.hookErrors);
      hide(error, 'receipt', readReceipt(receipt));
      run.reject(error);
      publish(receipt, error);
    } catch (error) {
      run.reject(error);
    }
  }

  /** @param {number} runId @param {string} args @param {string} which the call, and the function's place in the run's list */
  async call(runId, args, which) {
    const run = this.runs.get(runId);
    const [callId, index] = which.split(' ').map(Number);
    const hostFunction = run?.hostFunctions?.[index];
    if (run === undefined || hostFunction === undefined) return;
    let answer;
    let isAnswered = true;
    try {
      answer = await callHost(hostFunction, args, /** @type {NonNullable<Run['bounds']>} */ (run.bounds));
    } catch (error) {
      isAnswered = false;
      answer = describeError(error);
    }
    if (!this.isClosed) this.native.answerCall(runId, callId, isAnswered, answer);
  }

  /** A console listener that throws fails its own run, never the event loop. @param {number} id @param {string} text */
  report(id, text) {
    const onConsole = this.runs.get(id)?.onConsole;
    if (onConsole === undefined) return;
    try {
      const { method, args } = JSON.parse(text);
      onConsole(method, ...decode(`S${args}`));
    } catch (error) {
      this.fail(id, error);
    }
  }

  /** @param {number} requestId @param {{ runId: number, kind: string, payload: string[] }} request */
  async answer(requestId, { runId, kind, payload }) {
    const run = this.runs.get(runId);
    if (run?.answerHook === undefined) return;
    try {
      const answer = await run.answerHook(kind, payload);
      if (!this.isClosed) this.native.answer(requestId, true, answer);
    } catch (error) {
      run.hookErrors ??= new Map();
      run.hookErrors.set(requestId, error);
      if (!this.isClosed) this.native.answer(requestId, false, json({ ...hookReport(error, kind, null), request: requestId }));
    }
  }

  nextId() {
    do this.lastId = (this.lastId + 1) % 2 ** 32;
    while (this.runs.has(this.lastId));
    return this.lastId;
  }

  /** The run, which its caller settles now. @param {number} id */
  take(id) {
    const run = this.runs.get(id);
    if (run === undefined) return undefined;
    this.runs.delete(id);
    if (run.wantsReceipt) this.receiptsWanted -= 1;
    if (run.onAbort !== undefined) run.signal?.removeEventListener('abort', run.onAbort);
    if (this.runs.size > 0) return run;
    letGo(this);
    for (const listener of this.idleListeners.splice(0)) listener();
    return run;
  }
}

/** @param {Engine} engine */
function hold(engine) {
  busy.add(engine);
  if (busy.size > 1) return;
  // The module's own timers: the global ones are numbers on some hosts.
  if (keepAlive === undefined) keepAlive = timers.setInterval(() => {}, LONGEST_INTERVAL);
  else keepAlive.ref();
}

/** @param {Engine} engine */
function letGo(engine) {
  busy.delete(engine);
  if (busy.size === 0) keepAlive?.unref();
}

/** `process.exit()` runs no cleanup hooks on the main thread. One listener serves all engines of the process. */
function stopRunsAtExit() {
  if (listensToExit || !isMainThread) return;
  listensToExit = true;
  process.on('exit', () => native.shutdownAll());
}

module.exports = { Engine };
