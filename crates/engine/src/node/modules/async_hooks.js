'use strict';
// `AsyncLocalStorage` and `AsyncResource`. `createHook` hears nothing.

const { check } = require('internal/errors');
const { bound, current, follow, set, within } = require('internal/async_frames');

class AsyncLocalStorage {
  #name;
  #defaultValue;

  constructor(options = {}) {
    follow();
    this.#name = `${options?.name ?? ''}`;
    this.#defaultValue = options?.defaultValue;
  }

  static bind(callback) {
    check.func(callback, 'fn');
    return bound(callback);
  }

  static snapshot() {
    const own = current();
    return (callback, ...args) => within(own, callback, undefined, args);
  }

  get name() { return this.#name; }

  run(store, callback, ...args) { return within(new Map(current()).set(this, store), callback, undefined, args); }

  exit(callback, ...args) { return within(this.#without(), callback, undefined, args); }

  getStore() { return current().has(this) ? current().get(this) : this.#defaultValue; }

  enterWith(store) { set(new Map(current()).set(this, store)); }

  disable() { set(this.#without()); }

  #without() {
    const frame = new Map(current());
    frame.delete(this);
    return frame;
  }
}

let lastId = 1;

class AsyncResource {
  #frame = current();
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
