'use strict';

/** `Headers` of the fetch standard, for guests whose global object has none. */

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

class WebHeaders {
  /** By lower-case name. @type {Map<string, string[]>} */
  #values = new Map();

  /** @param {any} [init] an object, pairs, or other headers */
  constructor(init) {
    if (init === undefined || init === null) return;
    const pairs = typeof init[Symbol.iterator] === 'function' ? init : Object.entries(init);
    for (const [name, value] of pairs) this.append(name, value);
  }

  /** @param {any} name @param {any} value */
  append(name, value) {
    const key = keyOf(name);
    const known = this.#values.get(key);
    if (known === undefined) this.#values.set(key, [textOf(value)]);
    else known.push(textOf(value));
  }

  /** @param {any} name @param {any} value */
  set(name, value) {
    this.#values.set(keyOf(name), [textOf(value)]);
  }

  /** @param {any} name */
  get(name) {
    return this.#values.get(keyOf(name))?.join(', ') ?? null;
  }

  /** @param {any} name */
  has(name) {
    return this.#values.has(keyOf(name));
  }

  /** @param {any} name */
  delete(name) {
    this.#values.delete(keyOf(name));
  }

  getSetCookie() {
    return [...(this.#values.get('set-cookie') ?? [])];
  }

  /** Sorted by name; cookies one by one. @returns {Generator<[string, string]>} */
  *entries() {
    for (const name of [...this.#values.keys()].sort()) {
      const values = /** @type {string[]} */ (this.#values.get(name));
      if (name === 'set-cookie') for (const value of values) yield [name, value];
      else yield [name, values.join(', ')];
    }
  }

  *keys() {
    for (const [name] of this.entries()) yield name;
  }

  *values() {
    for (const [, value] of this.entries()) yield value;
  }

  /** @param {(value: string, name: string, headers: this) => void} visit @param {any} [self] */
  forEach(visit, self) {
    for (const [name, value] of this.entries()) visit.call(self, value, name, this);
  }

  [Symbol.iterator]() {
    return this.entries();
  }
}

/** @param {any} name */
function keyOf(name) {
  const text = String(name);
  if (!TOKEN.test(text)) throw new TypeError(`Headers: ${JSON.stringify(text)} is an invalid header name.`);
  return text.toLowerCase();
}

/** @param {any} value */
function textOf(value) {
  const text = String(value).replace(/^[\t\r\n ]+|[\t\r\n ]+$/g, '');
  if (/[\0\r\n]/.test(text)) throw new TypeError(`Headers: ${JSON.stringify(text)} is an invalid header value.`);
  return text;
}

module.exports = { WebHeaders };
