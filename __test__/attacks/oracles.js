'use strict';
// What holds for every case, whatever it expects: the host's own state. Must not know cases.

const { readFileSync } = require('node:fs');
const { monitorEventLoopDelay } = require('node:perf_hooks');

/** Built-in objects that no global names. */
function hiddenIntrinsics() {
  const { getPrototypeOf } = Object;
  const generator = function* () {};
  const asyncGenerator = async function* () {};
  return [
    getPrototypeOf(Uint8Array), getPrototypeOf(Uint8Array.prototype), getPrototypeOf([].values()), getPrototypeOf(new Map().keys()),
    getPrototypeOf(new Set().keys()), getPrototypeOf(''[Symbol.iterator]()), getPrototypeOf(getPrototypeOf([].values())),
    getPrototypeOf(generator), getPrototypeOf(generator).prototype, getPrototypeOf(asyncGenerator), getPrototypeOf(asyncGenerator).prototype,
    getPrototypeOf(getPrototypeOf(asyncGenerator).prototype), getPrototypeOf(async () => {}), require('node:events').prototype,
    getPrototypeOf(process), console,
  ];
}

/** Globals that hosts replace on first touch are looked at as they stand; no getter is called. */
function watchedObjects() {
  const watched = new Set([globalThis, ...hiddenIntrinsics()]);
  for (const descriptor of Object.values(Object.getOwnPropertyDescriptors(globalThis))) {
    const { value } = descriptor;
    if ((typeof value !== 'object' && typeof value !== 'function') || value === null) continue;
    watched.add(value);
    const prototype = typeof value === 'function' ? Object.getOwnPropertyDescriptor(value, 'prototype')?.value : undefined;
    if (prototype !== undefined && prototype !== null) watched.add(prototype);
  }
  return [...watched];
}

const copyOf = (object) => ({
  object, prototype: Object.getPrototypeOf(object), isExtensible: Object.isExtensible(object),
  own: new Map(Reflect.ownKeys(object).map((key) => [key, Object.getOwnPropertyDescriptor(object, key)])),
});

/** Remembers the host's globals and prototypes, own keys and values. */
class HostSnapshot {
  constructor() {
    this.copies = watchedObjects().map(copyOf);
  }

  /** @returns {string[]} what has changed since; it counts from now on */
  changes() {
    const found = this.copies.flatMap((copy) => differences(copy, copyOf(copy.object)));
    if (found.length > 0) this.copies = watchedObjects().map(copyOf);
    return found;
  }
}

function differences(before, after) {
  const name = nameOf(before.object);
  const found = [];
  if (before.prototype !== after.prototype) found.push(`the prototype of ${name} was replaced`);
  if (before.isExtensible !== after.isExtensible) found.push(`${name} was made ${after.isExtensible ? '' : 'in'}extensible`);
  for (const key of new Set([...before.own.keys(), ...after.own.keys()])) {
    if (!sameProperty(before.own.get(key), after.own.get(key))) found.push(`${name}.${String(key)} of the host changed`);
  }
  return found;
}

function sameProperty(one, other) {
  if (one === undefined || other === undefined) return one === other;
  return ['value', 'get', 'set', 'writable', 'enumerable', 'configurable'].every((field) => Object.is(one[field], other[field]));
}

function nameOf(object) {
  if (object === globalThis) return 'globalThis';
  if (typeof object === 'function') return object.name || 'a function';
  const constructor = Object.getOwnPropertyDescriptor(object, 'constructor')?.value;
  return typeof constructor === 'function' ? `${constructor.name}.prototype` : Object.prototype.toString.call(object);
}

/** Milliseconds that this thread was ready to run while others had the processor; 0 where the system does not tell. */
function waitedForProcessor() {
  try {
    return Number(readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'utf8').split(' ')[1]) / 1e6;
  } catch {
    return 0;
  }
}

/** How long turns of the event loop take, apart from what other programs of the machine take away from them. */
class TurnWatch {
  #histogram = monitorEventLoopDelay({ resolution: 1 });
  #waitedBefore = 0;

  start() {
    this.#waitedBefore = waitedForProcessor();
    this.#histogram.enable();
    this.#histogram.reset();
  }

  /** Waits until the turn that is under way has been measured. @returns {Promise<number>} milliseconds */
  async longest() {
    for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setTimeout(resolve, 3));
    const { max } = this.#histogram;
    this.#histogram.disable();
    const waited = waitedForProcessor() - this.#waitedBefore;
    return max > 0 && Number.isFinite(max) ? max / 1e6 - waited : 0;
  }
}

/** Collects what reaches the host's last resort. */
class LastResort {
  /** @type {string[]} */
  #caught = [];

  constructor() {
    for (const event of ['unhandledRejection', 'uncaughtException']) {
      process.on(event, (error) => this.#caught.push(`${event}: ${String(error?.stack ?? error)}`));
    }
  }

  take() {
    return this.#caught.splice(0);
  }
}

/**
 * Whether a text occurs anywhere in a value: keys, strings, errors' hidden properties. No getter is called, and neither
 * depth nor breadth can overflow.
 * @param {unknown} value
 * @param {string} text
 */
function contains(value, text) {
  const seen = new Set();
  const waiting = [value];
  while (waiting.length > 0) {
    const one = waiting.pop();
    if (typeof one === 'string' && one.includes(text)) return true;
    if ((typeof one !== 'object' && typeof one !== 'function') || one === null || seen.has(one)) continue;
    seen.add(one);
    if (one instanceof Map) waiting.push(...one.keys(), ...one.values());
    if (one instanceof Set) waiting.push(...one);
    if (ArrayBuffer.isView(one) || one instanceof ArrayBuffer) {
      if (bytesOf(one).includes(text)) return true;
      continue;
    }
    for (const key of Reflect.ownKeys(one)) {
      if (String(key).includes(text)) return true;
      waiting.push(Object.getOwnPropertyDescriptor(one, key)?.value);
    }
  }
  return false;
}

const bytesOf = (bytes) => (ArrayBuffer.isView(bytes) ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength) : Buffer.from(bytes));

module.exports = { HostSnapshot, LastResort, TurnWatch, contains };
