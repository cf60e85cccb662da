'use strict';
// `AsyncLocalStorage` without hooks in the engine: the frame of stores follows callbacks of timers, ticks, microtasks and
// `then`. The engine does not say which `await` it resumes; behind one, the frame is known when all unfinished
// asynchronous runs share it, and undefined when they differ.

const { check } = require('internal/errors');

/** The stores in force: a Map, never changed once it is in force; `undefined` for code that nothing is known about. */
let frame;
/** How many unfinished asynchronous runs have which frame. */
const unfinished = new Map();
let isPatched = false;

function currentFrame() {
  if (frame !== undefined) return frame;
  return unfinished.size === 1 ? unfinished.keys().next().value : new Map();
}

function within(wanted, callback, receiver, args) {
  const before = frame;
  frame = wanted;
  try {
    return Reflect.apply(callback, receiver, args);
  } finally {
    frame = before;
  }
}

/** A callback that runs in the frame it was made in. */
function bound(callback) {
  if (typeof callback !== 'function' || (frame === undefined && unfinished.size === 0)) return callback;
  const own = currentFrame();
  return function (...args) { return within(own, callback, this, args); };
}

/** Only programs that use stores pay for this. */
function patch() {
  if (isPatched) return;
  isPatched = true;
  const wrapFirst = (object, name) => {
    const original = object[name];
    const wrapped = { [name](callback, ...rest) { return Reflect.apply(original, this, [bound(callback), ...rest]); } }[name];
    Object.defineProperty(object, name, { ...Object.getOwnPropertyDescriptor(object, name), value: wrapped });
  };
  for (const name of ['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask']) wrapFirst(globalThis, name);
  wrapFirst(process, 'nextTick');
  const { then } = Promise.prototype;
  Object.defineProperty(Promise.prototype, 'then', {
    value: { then(onFulfilled, onRejected) { return Reflect.apply(then, this, [bound(onFulfilled), bound(onRejected)]); } }.then, writable: true, configurable: true,
  });
}

function keepUntilSettled(wanted, answer) {
  if (typeof answer?.then !== 'function') return;
  unfinished.set(wanted, (unfinished.get(wanted) ?? 0) + 1);
  const done = () => {
    const left = unfinished.get(wanted) - 1;
    if (left === 0) unfinished.delete(wanted);
    else unfinished.set(wanted, left);
  };
  answer.then(done, done);
}

class AsyncLocalStorage {
  #name;
  #defaultValue;

  constructor(options = {}) {
    this.#name = `${options?.name ?? ''}`;
    this.#defaultValue = options?.defaultValue;
  }

  static bind(callback) {
    check.func(callback, 'fn');
    patch();
    return bound(callback);
  }

  static snapshot() {
    const own = currentFrame();
    return (callback, ...args) => within(own, callback, undefined, args);
  }

  get name() { return this.#name; }

  run(store, callback, ...args) {
    patch();
    const wanted = new Map(currentFrame()).set(this, store);
    const answer = within(wanted, callback, undefined, args);
    keepUntilSettled(wanted, answer);
    return answer;
  }

  exit(callback, ...args) {
    const wanted = new Map(currentFrame());
    wanted.delete(this);
    return within(wanted, callback, undefined, args);
  }

  getStore() {
    const known = currentFrame();
    return known.has(this) ? known.get(this) : this.#defaultValue;
  }

  enterWith(store) {
    patch();
    frame = new Map(currentFrame()).set(this, store);
  }

  disable() {
    const without = new Map(currentFrame());
    without.delete(this);
    frame = without;
  }
}

let lastId = 1;

class AsyncResource {
  #frame = currentFrame();
  #id = (lastId += 1);

  constructor(type) { check.string(type, 'type'); }

  static bind(callback, type = undefined, receiver = undefined) {
    return new AsyncResource(type ?? callback.name ?? 'bound-anonymous-fn').bind(callback, receiver);
  }

  bind(callback, receiver = undefined) {
    check.func(callback, 'fn');
    const resource = this;
    return function (...args) { return resource.runInAsyncScope(callback, receiver ?? this, ...args); };
  }

  runInAsyncScope(callback, receiver, ...args) { return within(this.#frame, callback, receiver, args); }
  emitDestroy() { return this; }
  asyncId() { return this.#id; }
  triggerAsyncId() { return 1; }
}

// The bundler renames a class that mentions itself.
Object.defineProperty(AsyncResource, 'name', { value: 'AsyncResource', configurable: true });

const hook = { enable: () => hook, disable: () => hook };

module.exports = {
  AsyncLocalStorage,
  createHook: () => hook,
  executionAsyncId: () => 1,
  triggerAsyncId: () => 0,
  executionAsyncResource: () => ({}),
  asyncWrapProviders: Object.freeze({ __proto__: null, NONE: 0 }),
  AsyncResource,
};
