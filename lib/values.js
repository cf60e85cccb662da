'use strict';

/**
 * Values between host and guest. What can be written as JSON without losing anything is (`J…`); everything else that
 * structured cloning knows becomes a graph of nodes (`S…`). What cannot cross is refused with its path.
 *
 * The grammar of graphs is in `lib/README.md`. Walks are iterative: neither depth nor breadth of a value can overflow.
 */

const { types } = require('node:util');

const ERROR_CLASSES = { Error, TypeError, RangeError, SyntaxError, ReferenceError, EvalError, URIError, AggregateError };
const VIEW_CLASSES = [
  Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array, Float32Array, Float64Array,
  BigInt64Array, BigUint64Array, DataView,
];

/**
 * @typedef {object} EncodeOptions
 * @property {string} path what the value is called in messages
 * @property {boolean} [bytes] whether buffers and views may cross
 * @property {number} [maxBytes] length of the text, in bytes
 * @property {number} [maxValues] values in it
 */

/**
 * @param {any} value
 * @param {EncodeOptions} options
 * @returns {string}
 */
function encode(value, options) {
  const maxValues = options.maxValues ?? Infinity;
  const text = isPlain(value, maxValues) ? `J${JSON.stringify(value)}` : `S${new GraphWriter(options).write(value)}`;
  checkBytes(text, options);
  return text;
}

/**
 * @param {string} text
 * @param {EncodeOptions} options
 */
function checkBytes(text, { path, maxBytes = Infinity }) {
  // At most three bytes a code unit: most texts need not be measured.
  if (text.length * 3 <= maxBytes) return;
  const measured = Buffer.byteLength(text);
  if (measured > maxBytes) throw limitError(`${path} is ${readable(measured)}, limit is ${readable(maxBytes)}`, maxBytes, measured);
}

/** @param {string} message @param {number} limit @param {number} measured */
function limitError(message, limit, measured) {
  const { LimitError } = require('./errors');
  return new LimitError(message, 'ERR_LIMIT', { limit, measured });
}

/** @param {number} bytes */
function readable(bytes) {
  for (const [unit, name] of /** @type {[number, string][]} */ ([[2 ** 30, 'GiB'], [2 ** 20, 'MiB'], [2 ** 10, 'KiB']])) {
    if (bytes >= unit) return `${Math.floor((bytes / unit) * 10) / 10} ${name}`;
  }
  return `${bytes} bytes`;
}

/**
 * Whether JSON says everything about a value: no -0, undefined, NaN, hole, getter, toJSON, class instance or shared
 * reference, and nothing that JSON leaves out.
 * @param {any} root
 * @param {number} maxValues
 */
function isPlain(root, maxValues) {
  const seen = new Set();
  const stack = [root];
  let count = 0;
  while (stack.length > 0) {
    const value = stack.pop();
    if (++count > maxValues) return false;
    switch (typeof value) {
      case 'string':
      case 'boolean':
        continue;
      case 'number':
        if (Number.isFinite(value) && !Object.is(value, -0)) continue;
        return false;
      case 'object':
        if (value === null) continue;
        if (seen.has(value) || types.isProxy(value)) return false;
        seen.add(value);
        if (!pushChildren(value, stack)) return false;
        continue;
      default:
        return false;
    }
  }
  // What guests of this process's own code may have added would change the text.
  return /** @type {any} */ (Object.prototype).toJSON === undefined && /** @type {any} */ (Array.prototype).toJSON === undefined;
}

/**
 * @param {any} object
 * @param {any[]} stack
 */
function pushChildren(object, stack) {
  const isArray = Array.isArray(object);
  const prototype = Object.getPrototypeOf(object);
  if (isArray ? prototype !== Array.prototype : prototype !== Object.prototype && prototype !== null) return false;
  // One call answers keys, holes and getters; an array has `length` besides.
  const descriptors = Object.getOwnPropertyDescriptors(object);
  const keys = Object.keys(descriptors);
  if (isArray && keys.length !== object.length + 1) return false;
  for (const key of keys) {
    const descriptor = descriptors[key];
    if (isArray && key === 'length') continue;
    if (!descriptor.enumerable || !('value' in descriptor) || key === 'toJSON') return false;
    stack.push(descriptor.value);
  }
  // A proper array has the indexes 0 … length - 1 first; anything else has been counted out above.
  return !isArray || keys.length === 1 || keys[keys.length - 2] === String(object.length - 1);
}

/** Writes graphs. */
class GraphWriter {
  /** @param {EncodeOptions} options */
  constructor(options) {
    this.options = options;
    /** @type {Map<object, number>} */
    this.indexOf = new Map();
    /** @type {{ value: any, parent: number, key: string }[]} */
    this.pending = [];
    this.values = 0;
    this.bytes = 0;
  }

  /** @param {any} root */
  write(root) {
    const parts = [JSON.stringify(['x', this.slot(root, 0, '')])];
    for (let index = 0; index < this.pending.length; index++) {
      const text = JSON.stringify(this.node(this.pending[index].value, index + 1));
      this.bytes += text.length;
      if (this.bytes > (this.options.maxBytes ?? Infinity)) {
        const { path, maxBytes = Infinity } = this.options;
        throw limitError(`${path} is ${readable(this.bytes)} or more, limit is ${readable(maxBytes)}`, maxBytes, this.bytes);
      }
      parts.push(text);
    }
    return `[${parts.join(',')}]`;
  }

  /**
   * What stands for a value inside another; objects get a node of their own.
   * @param {any} value
   * @param {number} parent node
   * @param {string} key how messages reach it from there, dot or brackets included
   * @returns {any}
   */
  slot(value, parent, key) {
    const { maxValues = Infinity, path } = this.options;
    if (++this.values > maxValues) throw limitError(`values in ${path}: ${this.values} or more, limit is ${maxValues}`, maxValues, this.values);
    switch (typeof value) {
      case 'string':
      case 'boolean':
        return value;
      case 'number':
        if (Number.isNaN(value)) return ['n'];
        if (value === Infinity) return ['+'];
        if (value === -Infinity) return ['-'];
        return Object.is(value, -0) ? ['0'] : value;
      case 'undefined':
        return ['u'];
      case 'bigint':
        return ['b', String(value)];
      case 'object':
        if (value === null) return null;
        return [this.reference(value, parent, key)];
      default:
        throw this.refusal(value, parent, key);
    }
  }

  /** @param {any} value @param {number} parent @param {string} key */
  reference(value, parent, key) {
    const known = this.indexOf.get(value);
    if (known !== undefined) return known;
    if (!this.mayCross(value)) throw this.refusal(value, parent, key);
    this.pending.push({ value, parent, key });
    this.indexOf.set(value, this.pending.length);
    return this.pending.length;
  }

  /** @param {any} value */
  mayCross(value) {
    if (types.isProxy(value) || types.isPromise(value) || types.isExternal(value)) return false;
    if (types.isWeakMap(value) || types.isWeakSet(value) || types.isGeneratorObject(value) || types.isModuleNamespaceObject(value)) return false;
    if (value instanceof WeakRef || types.isSharedArrayBuffer(value)) return false;
    if (types.isSymbolObject(value)) return false;
    if (types.isMapIterator(value) || types.isSetIterator(value)) return false;
    return this.options.bytes === true || !(types.isAnyArrayBuffer(value) || ArrayBuffer.isView(value));
  }

  /** @param {any} value @param {number} index */
  node(value, index) {
    if (Array.isArray(value)) return this.arrayNode(value, index);
    if (types.isDate(value)) {
      const time = Date.prototype.getTime.call(value);
      return ['d', Number.isNaN(time) ? null : time];
    }
    if (types.isRegExp(value)) return ['r', value.source, value.flags];
    if (types.isMap(value)) return this.mapNode(value, index);
    if (types.isSet(value)) return ['t', ...[...Set.prototype.values.call(value)].map((item, at) => this.slot(item, index, `.values()[${at}]`))];
    if (types.isBoxedPrimitive(value)) return ['w', this.slot(value.valueOf(), index, '')];
    if (types.isNativeError(value)) return this.errorNode(value, index);
    if (types.isAnyArrayBuffer(value)) return ['y', Buffer.from(/** @type {ArrayBuffer} */ (value)).toString('base64')];
    if (ArrayBuffer.isView(value)) return this.viewNode(value, index);
    return ['o', ...this.entries(value, index, Object.keys(value))];
  }

  /** @param {any} object @param {number} index @param {string[]} keys */
  entries(object, index, keys) {
    const flat = [];
    for (const key of keys) {
      flat.push(key, this.slot(object[key], index, /^[A-Za-z_$][\w$]*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`));
    }
    return flat;
  }

  /** @param {any[]} array @param {number} index */
  arrayNode(array, index) {
    const keys = Object.keys(array);
    const isDense = keys.length === array.length && (keys.length === 0 || keys[keys.length - 1] === String(array.length - 1));
    if (!isDense) return ['s', array.length, ...this.entries(array, index, keys)];
    const node = ['a'];
    for (let at = 0; at < array.length; at++) node.push(this.slot(array[at], index, `[${at}]`));
    return node;
  }

  /** @param {Map<any, any>} map @param {number} index */
  mapNode(map, index) {
    const node = ['m'];
    let at = 0;
    for (const [key, item] of Map.prototype.entries.call(map)) {
      node.push(this.slot(key, index, `.keys()[${at}]`), this.slot(item, index, `.values()[${at}]`));
      at++;
    }
    return node;
  }

  /** @param {Error} error @param {number} index */
  errorNode(error, index) {
    const name = String(error.name);
    const own = (/** @type {string} */ key) => (Object.hasOwn(error, key) ? /** @type {any} */ (error)[key] : undefined);
    const message = own('message');
    const node = ['e', name in ERROR_CLASSES ? name : 'Error', message === undefined ? ['h'] : String(message), String(error.stack ?? '')];
    node.push(Object.hasOwn(error, 'cause') ? this.slot(error.cause, index, '.cause') : /** @type {any} */ (['h']));
    return node;
  }

  /** @param {ArrayBufferView} view @param {number} index */
  viewNode(view, index) {
    const length = /** @type {any} */ (view).length ?? view.byteLength;
    const name = Buffer.isBuffer(view) ? 'Buffer' : VIEW_CLASSES.find((Class) => view instanceof Class)?.name ?? 'Uint8Array';
    return ['v', name, this.slot(view.buffer, index, '.buffer'), view.byteOffset, length];
  }

  /** @param {any} value @param {number} parent @param {string} key */
  refusal(value, parent, key) {
    let path = key;
    for (let at = parent; at > 0; at = this.pending[at - 1].parent) path = this.pending[at - 1].key + path;
    const hint = ArrayBuffer.isView(value) || types.isAnyArrayBuffer(value) ? "; bytes cross with values: 'structured'" : '';
    return Object.assign(new TypeError(`${this.options.path}${path} is ${describe(value)}${hint}`), { code: 'ERR_VALUE' });
  }
}

/** What a value is, with an article. @param {any} value */
function describe(value) {
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'symbol') return 'a symbol';
  if (types.isProxy(value)) return 'a Proxy';
  const name = Buffer.isBuffer(value) ? 'Buffer' : Object.prototype.toString.call(value).slice(8, -1);
  return `${/^[AEIOU]/.test(name) ? 'an' : 'a'} ${name}`;
}

/**
 * The value that a text from the guest's side stands for. Own properties are defined, never assigned.
 * @param {string} text
 * @returns {any}
 */
function decode(text) {
  if (text === 'u') return undefined;
  const parsed = JSON.parse(text.slice(1));
  return text[0] === 'S' ? new GraphReader(parsed).read() : parsed;
}

/** Reads graphs. */
class GraphReader {
  /** @param {any[][]} nodes */
  constructor(nodes) {
    this.nodes = nodes;
    /** @type {any[]} */
    this.made = [];
  }

  read() {
    this.made = this.nodes.map((node) => (node[0] === 'v' || node[0] === 'x' ? undefined : this.make(node)));
    this.nodes.forEach((node, index) => {
      if (node[0] === 'v') this.made[index] = this.makeView(node);
    });
    this.nodes.forEach((node, index) => this.fill(node, this.made[index]));
    return this.slot(this.nodes[0][1]);
  }

  /** @param {any} slot */
  slot(slot) {
    if (typeof slot !== 'object' || slot === null) return slot;
    switch (slot[0]) {
      case 'u':
      case 'h':
        return undefined;
      case 'n':
        return NaN;
      case '+':
        return Infinity;
      case '-':
        return -Infinity;
      case '0':
        return -0;
      case 'b':
        return BigInt(slot[1]);
      case 'f':
        return slot[1];
      default:
        return this.made[slot[0]];
    }
  }

  /** @param {any[]} node */
  make(node) {
    switch (node[0]) {
      case 'a':
      case 's':
        return [];
      case 'd':
        return new Date(node[1] ?? NaN);
      case 'r':
        return makeRegExp(node[1], node[2]);
      case 'm':
        return new Map();
      case 't':
        return new Set();
      case 'w':
        return Object(this.slot(node[1]));
      case 'e':
        return makeError(node);
      case 'y':
        return bytesOf(node[1]);
      default:
        return {};
    }
  }

  /** @param {any[]} node */
  makeView([, name, slot, offset, length]) {
    const buffer = this.slot(slot);
    if (name === 'Buffer') return Buffer.from(buffer, offset, length);
    const Class = /** @type {any} */ (VIEW_CLASSES.find((known) => known.name === name) ?? Uint8Array);
    return new Class(buffer, offset, length);
  }

  /** @param {any[]} node @param {any} target */
  fill(node, target) {
    switch (node[0]) {
      case 'o':
        return this.fillKeys(node, target, 1);
      case 's':
        target.length = node[1];
        return this.fillKeys(node, target, 2);
      case 'a':
        target.length = node.length - 1;
        for (let at = 1; at < node.length; at++) if (!isHole(node[at])) target[at - 1] = this.slot(node[at]);
        return;
      case 'm':
        for (let at = 1; at < node.length; at += 2) target.set(this.slot(node[at]), this.slot(node[at + 1]));
        return;
      case 't':
        for (let at = 1; at < node.length; at++) target.add(this.slot(node[at]));
        return;
      case 'e':
        if (!isHole(node[4])) hide(target, 'cause', this.slot(node[4]));
        return this.fillErrorKeys(node, target);
      default:
    }
  }

  /** @param {any[]} node @param {any} target @param {number} first */
  fillKeys(node, target, first) {
    for (let at = first; at < node.length; at += 2) put(target, node[at], this.slot(node[at + 1]));
  }

  /** `name` and the list of an AggregateError are not enumerable, as an engine has them. @param {any[]} node @param {any} target */
  fillErrorKeys(node, target) {
    for (let at = 5; at < node.length; at += 2) {
      const value = this.slot(node[at + 1]);
      if (node[at] === 'name' || node[at] === 'errors' || node[at] === 'stack' || node[at] === 'message') hide(target, node[at], value);
      else put(target, node[at], value);
    }
  }
}

/** Whether a slot stands for nothing at all. @param {any} slot */
function isHole(slot) {
  return Array.isArray(slot) && slot[0] === 'h';
}

/** @param {object} target @param {string} key @param {unknown} value */
function put(target, key, value) {
  Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true });
}

/** @param {object} target @param {string} key @param {unknown} value */
function hide(target, key, value) {
  Object.defineProperty(target, key, { value, writable: true, enumerable: false, configurable: true });
}

/** A pattern that this engine cannot read arrives as its text. @param {string} source @param {string} flags */
function makeRegExp(source, flags) {
  try {
    return new RegExp(source, flags);
  } catch {
    return `/${source}/${flags}`;
  }
}

/** @param {any[]} node */
function makeError([, name, message, stack]) {
  const Class = /** @type {any} */ (ERROR_CLASSES)[name] ?? Error;
  const limit = Error.stackTraceLimit;
  // The frames of this function say nothing about the guest.
  Error.stackTraceLimit = 0;
  const error = Class === AggregateError ? new AggregateError([]) : new Class();
  Error.stackTraceLimit = limit;
  if (typeof message === 'string') hide(error, 'message', message);
  hide(error, 'stack', typeof stack === 'string' ? stack : '');
  return error;
}

/** A buffer of its own, not a slice of Node's pool. @param {string} base64 */
function bytesOf(base64) {
  const bytes = Buffer.from(base64, 'base64');
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
}

module.exports = { encode, decode, describe };
