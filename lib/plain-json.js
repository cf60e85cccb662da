'use strict';

/**
 * The fast path of `encode.js`: whether `JSON.stringify` would say everything about a value, found out without running
 * any code of the value's own.
 */

const { types } = require('node:util');

/** Deeper values become graphs, whose readers and writers are iterative; `JSON.stringify` and this walk are not. */
const DEEPEST = 200;

class PlainWalk {
  /**
   * @param {number} maxValues
   * @param {number} maxBytes
   */
  constructor(maxValues, maxBytes) {
    this.maxValues = maxValues;
    this.maxBytes = maxBytes;
    this.values = 0;
    /** No text can be shorter: characters of strings and keys only. */
    this.bytes = 0;
    this.seen = new Set();
  }

  /** Stops early, with `true`, where a limit is exceeded already: see `values` and `bytes`. @param {any} value @param {number} depth @returns {boolean} */
  isPlain(value, depth) {
    this.values++;
    switch (typeof value) {
      case 'string':
        this.bytes += value.length;
        return true;
      case 'boolean':
        return true;
      case 'number':
        return Number.isFinite(value) && !Object.is(value, -0);
      case 'object':
        if (value === null) return true;
        if (depth > DEEPEST || this.seen.has(value) || types.isProxy(value)) return false;
        this.seen.add(value);
        return Array.isArray(value) ? this.isPlainArray(value, depth + 1) : this.isPlainObject(value, depth + 1);
      default:
        return false;
    }
  }

  exceedsLimit() {
    return this.values > this.maxValues || this.bytes > this.maxBytes;
  }

  /** @param {any[]} array @param {number} depth */
  isPlainArray(array, depth) {
    const { length } = array;
    // More values than are allowed are not looked at; there may be four thousand million of them.
    if (length > this.maxValues) return false;
    // Holes make it fewer keys, and names other than indexes make it more; both at once fail at the hole.
    if (Object.getPrototypeOf(array) !== Array.prototype || Object.keys(array).length !== length) return false;
    for (let at = 0; at < length; at++) {
      if (!this.isPlainProperty(array, at, depth)) return false;
      if (this.exceedsLimit()) return true;
    }
    return true;
  }

  /** @param {object} object @param {number} depth */
  isPlainObject(object, depth) {
    const prototype = Object.getPrototypeOf(object);
    if (prototype !== Object.prototype && prototype !== null) return false;
    // The objects that functions know as `arguments` look plain but for this.
    if (Object.hasOwn(object, Symbol.iterator)) return false;
    for (const key of Object.keys(object)) {
      this.bytes += key.length;
      if (key === 'toJSON' || !this.isPlainProperty(object, key, depth)) return false;
      if (this.exceedsLimit()) return true;
    }
    return true;
  }

  /** @param {object} object @param {PropertyKey} key @param {number} depth */
  isPlainProperty(object, key, depth) {
    const descriptor = Object.getOwnPropertyDescriptor(object, key);
    return descriptor !== undefined && 'value' in descriptor && this.isPlain(descriptor.value, depth);
  }
}

module.exports = { PlainWalk };
