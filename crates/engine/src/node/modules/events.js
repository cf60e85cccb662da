'use strict';
// The well-kept `events` package, and what Node's emitter has beyond it.

const EventEmitter = require('events/');
const { abortedBy, check, failure } = require('internal/errors');

const { prototype } = EventEmitter;
const errorMonitor = Symbol('events.errorMonitor');
const captureRejectionSymbol = Symbol.for('nodejs.rejection');
const captures = Symbol('kCapture');

// Packages copy the methods of the prototype, so what is set here must not depend on the class.
Object.defineProperties(EventEmitter, {
  // The bundler renames the package's function, and `constructor.name` shows it.
  name: { value: 'EventEmitter', configurable: true },
  EventEmitter: { value: EventEmitter, writable: true, enumerable: true, configurable: true },
  errorMonitor: { value: errorMonitor, enumerable: true },
  captureRejectionSymbol: { value: captureRejectionSymbol, enumerable: true },
  captureRejections: {
    enumerable: true,
    get: () => prototype[captures] === true,
    set(value) { check.boolean(value, 'EventEmitter.captureRejections'); prototype[captures] = value; },
  },
});
Object.defineProperty(prototype, captures, { value: false, writable: true, enumerable: false });

const init = EventEmitter.init;
EventEmitter.init = function (options) {
  init.call(this);
  if (options?.captureRejections !== undefined) {
    check.boolean(options.captureRejections, 'options.captureRejections');
    Object.defineProperty(this, captures, { value: options.captureRejections, writable: true, enumerable: false });
  }
};

const emit = prototype.emit;
prototype.emit = function (type, ...args) {
  if (type === 'error') {
    if (this._events?.[errorMonitor] !== undefined) emit.call(this, errorMonitor, ...args);
    if (this._events?.error === undefined && !(args[0] instanceof Error)) throw unhandled(args[0]);
  }
  if (this[captures] !== true) return emit.call(this, type, ...args);
  const listeners = this.rawListeners(type);
  for (const listener of listeners) catchRejection(this, Reflect.apply(listener, this, args), type, args);
  return listeners.length > 0;
};

function unhandled(value) {
  const shown = require('internal/inspect').inspect(value);
  const error = failure(Error, 'ERR_UNHANDLED_ERROR', `Unhandled error. (${shown})`);
  error.context = value;
  return error;
}

function catchRejection(emitter, answer, type, args) {
  if (typeof answer?.then !== 'function') return;
  answer.then(undefined, (error) => process.nextTick(() => {
    if (typeof emitter[captureRejectionSymbol] === 'function') emitter[captureRejectionSymbol](error, type, ...args);
    else emitter.emit('error', error);
  }));
}

const isTarget = (emitter) => typeof emitter?.addEventListener === 'function' && typeof emitter.on !== 'function';
const add = (emitter, name, listener, options) => (isTarget(emitter) ? emitter.addEventListener(name, listener, options) : emitter[options?.once ? 'once' : 'on'](name, listener));
const remove = (emitter, name, listener) => (isTarget(emitter) ? emitter.removeEventListener(name, listener) : emitter.removeListener(name, listener));

/** Calls back when the signal is aborted; the answer undoes that. */
function onAbort(signal, listener) {
  if (signal === undefined) return () => {};
  signal.addEventListener('abort', listener, { once: true });
  return () => signal.removeEventListener('abort', listener);
}

async function once(emitter, name, options = {}) {
  check.object(options, 'options');
  const { signal } = options;
  check.signal(signal, 'options.signal');
  if (signal?.aborted) throw abortedBy(signal);
  return new Promise((resolve, reject) => {
    const settle = (finish) => (...args) => {
      remove(emitter, name, resolved);
      if (!isTarget(emitter)) remove(emitter, 'error', rejected);
      forget();
      finish(...args);
    };
    const resolved = settle((...args) => resolve(args));
    const rejected = settle(reject);
    const forget = onAbort(signal, settle(() => reject(abortedBy(signal))));
    add(emitter, name, resolved, { once: true });
    if (!isTarget(emitter) && name !== 'error') add(emitter, 'error', rejected, { once: true });
  });
}

/** An endless iterator over the arguments of each event. */
function on(emitter, name, options = {}) {
  check.object(options, 'options');
  const { signal, close = [] } = options;
  check.signal(signal, 'options.signal');
  if (signal?.aborted) throw abortedBy(signal);
  const events = [];
  const readers = [];
  let failed;
  let isDone = false;
  const done = () => ({ value: undefined, done: true });
  const heard = (...args) => (readers.length > 0 ? readers.shift().resolve({ value: args, done: false }) : events.push(args));
  const fail = (error) => {
    if (readers.length > 0) readers.shift().reject(error);
    else failed = error;
    finish();
  };
  const finish = () => {
    if (isDone) return Promise.resolve(done());
    isDone = true;
    forget();
    remove(emitter, name, heard);
    if (!isTarget(emitter)) remove(emitter, 'error', fail);
    for (const event of close) remove(emitter, event, finish);
    for (const reader of readers.splice(0)) reader.resolve(done());
    return Promise.resolve(done());
  };
  const forget = onAbort(signal, () => fail(abortedBy(signal)));
  add(emitter, name, heard);
  if (!isTarget(emitter) && name !== 'error') add(emitter, 'error', fail);
  for (const event of close) add(emitter, event, finish);
  return {
    next() {
      if (events.length > 0) return Promise.resolve({ value: events.shift(), done: false });
      if (failed !== undefined) {
        const error = failed;
        failed = undefined;
        return Promise.reject(error);
      }
      if (isDone) return Promise.resolve(done());
      return new Promise((resolve, reject) => { readers.push({ resolve, reject }); });
    },
    return: finish,
    throw(error) {
      if (!(error instanceof Error)) throw failure(TypeError, 'ERR_INVALID_ARG_TYPE', 'The "EventEmitter.AsyncIterator" property must be an instance of Error');
      fail(error);
    },
    [Symbol.asyncIterator]() { return this; },
  };
}

function getEventListeners(emitter, type) {
  return typeof emitter.listeners === 'function' ? emitter.listeners(type) : require('internal/event-target').listenersOf(emitter, type);
}

function setMaxListeners(count = EventEmitter.defaultMaxListeners, ...emitters) {
  check.integer(count, 'setMaxListeners', 0);
  if (emitters.length === 0) EventEmitter.defaultMaxListeners = count;
  for (const emitter of emitters) if (typeof emitter.setMaxListeners === 'function') emitter.setMaxListeners(count);
}

const getMaxListeners = (emitter) => (typeof emitter.getMaxListeners === 'function' ? emitter.getMaxListeners() : EventEmitter.defaultMaxListeners);

function addAbortListener(signal, listener) {
  check.signal(signal, 'signal');
  check.func(listener, 'listener');
  let forget = () => {};
  if (signal.aborted) queueMicrotask(() => listener());
  else forget = onAbort(signal, listener);
  return { [Symbol.dispose]: () => forget() };
}

class EventEmitterAsyncResource extends EventEmitter {
  #resource;

  constructor(options = {}) {
    super(options);
    const { AsyncResource } = require('async_hooks');
    this.#resource = new AsyncResource(typeof options === 'string' ? options : options.name ?? new.target.name, options);
  }

  emit(...args) { return this.#resource.runInAsyncScope(super.emit, this, ...args); }
  emitDestroy() { this.#resource.emitDestroy(); }
  get asyncId() { return this.#resource.asyncId(); }
  get triggerAsyncId() { return this.#resource.triggerAsyncId(); }
  get asyncResource() { return this.#resource; }
}

Object.assign(EventEmitter, {
  once, on, getEventListeners, setMaxListeners, getMaxListeners, addAbortListener, EventEmitterAsyncResource, usingDomains: false,
  kMaxEventTargetListeners: Symbol('events.maxEventTargetListeners'), kMaxEventTargetListenersWarned: Symbol('events.maxEventTargetListenersWarned'),
  listenerCount: (emitter, type) => (typeof emitter.listenerCount === 'function' ? emitter.listenerCount(type) : getEventListeners(emitter, type).length),
});

module.exports = EventEmitter;
