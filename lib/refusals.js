'use strict';

/**
 * Which objects cannot cross, and what they are called in messages: those that are nothing without state that no copy can
 * take along. Must run no code of the value's own.
 */

const { types } = require('node:util');

/** What all iterators and generators descend from, where no global name leads. */
const ITERATORS = [[].values(), (async function* () {})()].map((iterator) => Object.getPrototypeOf(Object.getPrototypeOf(iterator)));

/** Global classes whose objects cross, or which lend their prototype to others'. */
const CLONEABLE = new Set([
  'Object', 'Array', 'Date', 'RegExp', 'Map', 'Set', 'Number', 'String', 'Boolean', 'BigInt', 'ArrayBuffer', 'DataView', 'Buffer',
  'Error', 'TypeError', 'RangeError', 'SyntaxError', 'ReferenceError', 'EvalError', 'URIError', 'AggregateError',
  'Int8Array', 'Uint8Array', 'Uint8ClampedArray', 'Int16Array', 'Uint16Array', 'Int32Array', 'Uint32Array', 'Float16Array',
  'Float32Array', 'Float64Array', 'BigInt64Array', 'BigUint64Array', 'Iterator',
]);

/** Where classes of the host are found by their names, and what stands before the name in messages. @type {[any, string][]} */
const HOLDERS = [[globalThis, ''], [Intl, 'Intl.'], [/** @type {any} */ (globalThis).WebAssembly ?? {}, 'WebAssembly.']];

/** @param {object} value neither a proxy nor an array @param {boolean} bytes whether buffers and views may cross */
function mayCross(value, bytes) {
  if (types.isPromise(value) || types.isWeakMap(value) || types.isWeakSet(value) || types.isSymbolObject(value)) return false;
  if (types.isGeneratorObject(value) || types.isModuleNamespaceObject(value) || types.isArgumentsObject(value)) return false;
  // Deno has no `isExternal`, and no way to make such a value.
  if (types.isExternal?.(value) || types.isMapIterator(value) || types.isSetIterator(value) || types.isSharedArrayBuffer(value)) return false;
  if (types.isAnyArrayBuffer(value) || ArrayBuffer.isView(value)) return bytes;
  return nameOfHostObject(value) === undefined;
}

/**
 * Objects of the host's own classes, such as `URL` and `Blob`: a copy of their properties would be empty.
 * @param {object} value
 * @returns {string | undefined} what it is, with an article
 */
function nameOfHostObject(value) {
  for (let at = Object.getPrototypeOf(value); at !== null && !types.isProxy(at); at = Object.getPrototypeOf(at)) {
    const known = ITERATORS.includes(at) ? taggedName(value) : nameOfHostClass(at);
    if (known !== undefined) return known;
  }
  return undefined;
}

/** @param {object} prototype @returns {string | undefined} */
function nameOfHostClass(prototype) {
  const Class = Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value;
  if (typeof Class !== 'function' || types.isProxy(Class)) return undefined;
  const name = Object.getOwnPropertyDescriptor(Class, 'name')?.value;
  if (typeof name !== 'string' || name === '' || CLONEABLE.has(name)) return undefined;
  const holder = HOLDERS.find(([names]) => Object.hasOwn(names, name) && names[name] === Class);
  return holder && withArticle(holder[1] + name);
}

/** What a value is, with an article. @param {any} value @returns {string} */
function describe(value) {
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'symbol') return 'a symbol';
  if (types.isProxy(value)) return 'a Proxy';
  if (Buffer.isBuffer(value)) return 'a Buffer';
  return nameOfHostObject(value) ?? taggedName(value);
}

/** @param {object} value */
function taggedName(value) {
  return withArticle(Object.prototype.toString.call(value).slice(8, -1));
}

/** @param {string} name */
function withArticle(name) {
  return `${/^[AEIOU]/.test(name) && !/^(Uint|URL|URI)/.test(name) ? 'an' : 'a'} ${name}`;
}

module.exports = { describe, mayCross };
