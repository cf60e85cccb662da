'use strict';
// `Event`, `EventTarget`, `AbortController` and their kin, as the DOM standard has them without a tree.

const { check, failure, wrongType } = require('internal/errors');

const EVENT = Symbol('event');

class Event {
  static NONE = 0;
  static CAPTURING_PHASE = 1;
  static AT_TARGET = 2;
  static BUBBLING_PHASE = 3;

  constructor(type, options = undefined) {
    if (arguments.length === 0) throw failure(TypeError, 'ERR_MISSING_ARGS', 'The "type" argument must be specified');
    if (options !== undefined && options !== null && typeof options !== 'object' && typeof options !== 'function') throw wrongType('options', 'of type object', options);
    this[EVENT] = {
      type: `${type}`, bubbles: Boolean(options?.bubbles), cancelable: Boolean(options?.cancelable), composed: Boolean(options?.composed),
      target: null, isDispatching: false, isStopped: false, isStoppedAtOnce: false, isPrevented: false, isPassive: false, timeStamp: performance.now(),
    };
    Object.defineProperty(this, EVENT, { enumerable: false });
    Object.defineProperty(this, 'isTrusted', { get: isTrusted, enumerable: true, configurable: false });
  }

  get type() { return this[EVENT].type; }
  get bubbles() { return this[EVENT].bubbles; }
  get cancelable() { return this[EVENT].cancelable; }
  get composed() { return this[EVENT].composed; }
  get target() { return this[EVENT].target; }
  get srcElement() { return this[EVENT].target; }
  get currentTarget() { return this[EVENT].isDispatching ? this[EVENT].target : null; }
  get eventPhase() { return this[EVENT].isDispatching ? Event.AT_TARGET : Event.NONE; }
  get timeStamp() { return this[EVENT].timeStamp; }
  get defaultPrevented() { return this[EVENT].isPrevented; }
  get returnValue() { return !this[EVENT].isPrevented; }
  get cancelBubble() { return this[EVENT].isStopped; }
  set cancelBubble(value) { if (value) this[EVENT].isStopped = true; }
  composedPath() { return this[EVENT].isDispatching ? [this[EVENT].target] : []; }
  preventDefault() { if (this[EVENT].cancelable && !this[EVENT].isPassive) this[EVENT].isPrevented = true; }
  stopPropagation() { this[EVENT].isStopped = true; }
  stopImmediatePropagation() { this[EVENT].isStopped = this[EVENT].isStoppedAtOnce = true; }
  initEvent(type, bubbles = false, cancelable = false) {
    if (!this[EVENT].isDispatching) Object.assign(this[EVENT], { type: `${type}`, bubbles: Boolean(bubbles), cancelable: Boolean(cancelable) });
  }
}
function isTrusted() { return false; }
tag(Event, 'Event');
for (const name of ['NONE', 'CAPTURING_PHASE', 'AT_TARGET', 'BUBBLING_PHASE']) Object.defineProperty(Event.prototype, name, { value: Event[name], enumerable: true });

class CustomEvent extends Event {
  #detail;

  constructor(type, options = undefined) {
    super(type, options);
    this.#detail = options?.detail ?? null;
  }

  get detail() { return this.#detail; }
}
tag(CustomEvent, 'CustomEvent');

class MessageEvent extends Event {
  #data;
  #ports;

  constructor(type, options = undefined) {
    super(type, options);
    this.#data = options?.data === undefined ? null : options.data;
    this.#ports = options?.ports ?? [];
  }

  get data() { return this.#data; }
  get origin() { return ''; }
  get lastEventId() { return ''; }
  get source() { return null; }
  get ports() { return this.#ports; }
}
tag(MessageEvent, 'MessageEvent');

const LISTENERS = Symbol('listeners');
/** A target's own method under this name hears for which types there are listeners. */
const ADDED = Symbol('added');

class EventTarget {
  constructor() {
    Object.defineProperty(this, LISTENERS, { value: new Map() });
  }

  addEventListener(type, listener, options = undefined) {
    const listeners = listenersIn(this);
    if (arguments.length < 2) throw failure(TypeError, 'ERR_MISSING_ARGS', 'The "type" and "listener" arguments must be specified');
    if (listener === null || listener === undefined) return;
    if (typeof listener !== 'function' && typeof listener !== 'object') throw wrongType('listener', 'an instance of EventListener', listener);
    const { once = false, capture = false, passive = false, signal } = typeof options === 'object' && options !== null ? options : { capture: options };
    if (signal !== undefined && !(signal instanceof AbortSignal)) throw wrongType('options.signal', 'an instance of AbortSignal', signal);
    if (signal?.aborted) return;
    const name = `${type}`;
    const list = listeners.get(name) ?? [];
    if (list.some((known) => known.listener === listener && known.capture === Boolean(capture))) return;
    const entry = { listener, once: Boolean(once), capture: Boolean(capture), passive: Boolean(passive), isRemoved: false };
    listeners.set(name, [...list, entry]);
    signal?.addEventListener('abort', () => this.removeEventListener(type, listener, options), { once: true });
    this[ADDED]?.(name);
  }

  removeEventListener(type, listener, options = undefined) {
    const listeners = listenersIn(this);
    const capture = Boolean(typeof options === 'object' && options !== null ? options.capture : options);
    const list = listeners.get(`${type}`) ?? [];
    const entry = list.find((known) => known.listener === listener && known.capture === capture);
    if (entry === undefined) return;
    entry.isRemoved = true;
    listeners.set(`${type}`, list.filter((known) => known !== entry));
  }

  dispatchEvent(event) {
    if (!(event instanceof Event)) throw wrongType('event', 'an instance of Event', event);
    const state = event[EVENT];
    if (state.isDispatching) throw failure(Error, 'ERR_EVENT_RECURSION', `The event "${state.type}" is already being dispatched`);
    const listeners = listenersIn(this);
    Object.assign(state, { target: this, isDispatching: true });
    for (const entry of listeners.get(state.type) ?? []) {
      if (entry.isRemoved || state.isStoppedAtOnce) continue;
      if (entry.once) this.removeEventListener(state.type, entry.listener, entry.capture);
      state.isPassive = entry.passive;
      callListener(entry.listener, this, event);
    }
    Object.assign(state, { isDispatching: false, isPassive: false });
    return !state.isPrevented;
  }
}
tag(EventTarget, 'EventTarget');

function listenersIn(target) {
  const listeners = target?.[LISTENERS];
  if (listeners === undefined) throw failure(TypeError, 'ERR_INVALID_THIS', 'Value of "this" must be of type EventTarget');
  return listeners;
}

/** What a listener throws does not stop the others; it is an error that nobody handles. */
function callListener(listener, target, event) {
  const uncaught = (error) => process.nextTick(() => { throw error; });
  try {
    const answer = typeof listener === 'function' ? listener.call(target, event) : listener.handleEvent(event);
    if (typeof answer?.then === 'function') answer.then(undefined, uncaught);
  } catch (error) {
    uncaught(error);
  }
}

const listenersOf = (target, type) => (listenersIn(target).get(`${type}`) ?? []).map(({ listener }) => listener);

/** `target.onabort = ...`: one listener that can be replaced. */
function handler(Class, type) {
  const HANDLER = Symbol(`on${type}`);
  Object.defineProperty(Class.prototype, `on${type}`, {
    enumerable: true,
    configurable: true,
    get() { return this[HANDLER]?.listener ?? null; },
    set(listener) {
      if (this[HANDLER] !== undefined) this.removeEventListener(type, this[HANDLER].call);
      const isCallable = typeof listener === 'function';
      const call = (event) => listener.call(this, event);
      Object.defineProperty(this, HANDLER, { value: isCallable ? { listener, call } : undefined, configurable: true });
      if (isCallable) this.addEventListener(type, call);
    },
  });
}

const MAKE = Symbol('make');
/** Assigned while the class is made: only this file may abort a signal. */
let abortSignal;

class AbortSignal extends EventTarget {
  #isAborted = false;
  #reason;
  #followers = new Set();

  constructor(key = undefined) {
    if (key !== MAKE) throw failure(TypeError, 'ERR_ILLEGAL_CONSTRUCTOR', 'Illegal constructor');
    super();
  }

  get aborted() { return this.#isAborted; }
  get reason() { return this.#reason; }
  throwIfAborted() { if (this.#isAborted) throw this.#reason; }

  static abort(reason = new DOMException('This operation was aborted', 'AbortError')) {
    const signal = new AbortSignal(MAKE);
    signal.#isAborted = true;
    signal.#reason = reason;
    return signal;
  }

  static timeout(delay) {
    check.integer(delay, 'delay', 0);
    const signal = new AbortSignal(MAKE);
    setTimeout(() => AbortSignal.#abort(signal, new DOMException('The operation was aborted due to timeout', 'TimeoutError')), delay).unref();
    return signal;
  }

  static any(signals) {
    const sources = [...signals];
    for (const [index, source] of sources.entries()) if (!(source instanceof AbortSignal)) throw wrongType(`signals[${index}]`, 'an instance of AbortSignal', source);
    const aborted = sources.find((source) => source.aborted);
    if (aborted !== undefined) return AbortSignal.abort(aborted.reason);
    const signal = new AbortSignal(MAKE);
    for (const source of sources) source.#followers.add(signal);
    return signal;
  }

  static #abort(signal, reason) {
    if (signal.#isAborted) return;
    const followers = [signal, ...signal.#followers].filter((one) => !one.#isAborted);
    for (const one of followers) {
      one.#isAborted = true;
      one.#reason = reason;
    }
    for (const one of followers) {
      one.dispatchEvent(new Event('abort'));
      if (one !== signal) for (const next of one.#followers) AbortSignal.#abort(next, reason);
    }
  }

  static {
    abortSignal = AbortSignal.#abort;
  }
}
tag(AbortSignal, 'AbortSignal');
handler(AbortSignal, 'abort');

class AbortController {
  #signal = new AbortSignal(MAKE);

  get signal() { return this.#signal; }

  abort(reason = new DOMException('This operation was aborted', 'AbortError')) {
    abortSignal(this.#signal, reason);
  }
}
tag(AbortController, 'AbortController');

function tag(Class, name) {
  // The bundler renames classes that mention themselves.
  Object.defineProperty(Class, 'name', { value: name, configurable: true });
  Object.defineProperty(Class.prototype, Symbol.toStringTag, { value: name, configurable: true });
  // Methods and accessors of web classes are enumerable, those of JavaScript classes are not.
  for (const [key, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(Class.prototype))) {
    if (key !== 'constructor') Object.defineProperty(Class.prototype, key, { ...descriptor, enumerable: true });
  }
}

module.exports = { ADDED, AbortController, AbortSignal, CustomEvent, Event, EventTarget, MessageEvent, handler, listenersOf, tag };
