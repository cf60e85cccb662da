'use strict';

/**
 * Values on their way to the other side. What can be written as JSON without losing anything is (`J…`); everything else
 * that structured cloning knows becomes a graph of nodes (`S…`), with structured cloning's rules. What cannot cross is
 * refused with its path. The grammar of graphs is in `README.md`; `decode.js` reads them.
 */

const { types } = require('node:util');
const { LimitError, readableBytes } = require('./errors');
const { isJsonTouched, json } = require('./own-json');
const { PlainWalk } = require('./plain-json');
const { describe, mayCross } = require('./refusals');

/** Names that structured cloning keeps; any other error arrives as an `Error`. */
const ERROR_CLASSES = new Set(['Error', 'TypeError', 'RangeError', 'SyntaxError', 'ReferenceError', 'EvalError', 'URIError', 'AggregateError']);
const VIEW_NAMES = [
  'Int8Array', 'Uint8Array', 'Uint8ClampedArray', 'Int16Array', 'Uint16Array', 'Int32Array', 'Uint32Array', 'Float32Array',
  'Float64Array', 'BigInt64Array', 'BigUint64Array', 'DataView',
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
  const { maxValues = Infinity, maxBytes = Infinity } = options;
  const walk = new PlainWalk(maxValues, maxBytes);
  const isPlain = walk.isPlain(value, 0) && !isJsonTouched();
  if (walk.values > maxValues) throw tooManyValues(walk.values, options);
  if (walk.bytes > maxBytes) throw tooManyBytes(walk.bytes, options);
  const text = isPlain ? `J${JSON.stringify(value)}` : `S${new GraphWriter(options).write(value)}`;
  // At most three bytes a code unit: most texts need not be measured.
  if (text.length * 3 <= maxBytes) return text;
  const measured = Buffer.byteLength(text);
  if (measured > maxBytes) throw tooManyBytes(measured, options);
  return text;
}

/** @param {number} measured @param {EncodeOptions} options */
function tooManyValues(measured, { path, maxValues }) {
  return new LimitError(`values in ${path}: ${measured} or more, limit is ${maxValues}`, 'ERR_LIMIT', { limit: maxValues, measured });
}

/** @param {number} measured @param {EncodeOptions} options */
function tooManyBytes(measured, { path, maxBytes = Infinity }) {
  const message = `${path} is ${readableBytes(measured)} or more, limit is ${readableBytes(maxBytes)}`;
  return new LimitError(message, 'ERR_LIMIT', { limit: maxBytes, measured });
}

/** Writes graphs, breadth first, so that no depth can overflow the stack. */
class GraphWriter {
  /** @param {EncodeOptions} options */
  constructor(options) {
    this.options = options;
    this.maxValues = options.maxValues ?? Infinity;
    this.maxBytes = options.maxBytes ?? Infinity;
    /** @type {Map<object, number>} */
    this.indexOf = new Map();
    /** Objects by node, less one, and how messages reach them. @type {{ value: any, parent: number, key: string }[]} */
    this.found = [];
    this.values = 0;
    this.bytes = 0;
  }

  /** @param {any} root */
  write(root) {
    const parts = [json(['x', this.slot(root, 0, '')])];
    for (let index = 0; index < this.found.length; index++) {
      const text = json(this.node(this.found[index].value, index + 1));
      this.addBytes(text.length);
      parts.push(text);
    }
    return `[${parts.join(',')}]`;
  }

  /** @param {number} bytes */
  addBytes(bytes) {
    this.bytes += bytes;
    if (this.bytes > this.maxBytes) throw tooManyBytes(this.bytes, this.options);
  }

  /**
   * What stands for a value inside another; objects get a node of their own.
   * @param {any} value
   * @param {number} parent node
   * @param {string} key how messages reach it from there, dot or brackets included
   * @returns {any}
   */
  slot(value, parent, key) {
    if (++this.values > this.maxValues) throw tooManyValues(this.values, this.options);
    switch (typeof value) {
      case 'string':
        // Before it is copied into a text.
        if (this.bytes + value.length > this.maxBytes) throw tooManyBytes(this.bytes + value.length, this.options);
        return value;
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
        return value === null ? null : [this.reference(value, parent, key)];
      default:
        throw this.refusal(value, parent, key);
    }
  }

  /** @param {object} value @param {number} parent @param {string} key */
  reference(value, parent, key) {
    const known = this.indexOf.get(value);
    if (known !== undefined) return known;
    const isRefused = types.isProxy(value) || !(Array.isArray(value) || mayCross(value, this.options.bytes === true));
    if (isRefused) throw this.refusal(value, parent, key);
    this.found.push({ value, parent, key });
    this.indexOf.set(value, this.found.length);
    return this.found.length;
  }

  /** @param {any} value @param {number} index @returns {any[]} */
  node(value, index) {
    if (Array.isArray(value)) return this.arrayNode(value, index);
    if (types.isDate(value)) return ['d', dateOf(value)];
    if (types.isRegExp(value)) return ['r', value.source, value.flags];
    if (types.isMap(value)) return this.mapNode(value, index);
    if (types.isSet(value)) return this.setNode(value, index);
    if (types.isBoxedPrimitive(value)) return ['w', this.slot(unboxed(value), index, '')];
    if (types.isNativeError(value)) return this.errorNode(value, index);
    if (types.isAnyArrayBuffer(value)) return ['y', this.bytesOf(/** @type {ArrayBuffer} */ (value))];
    if (ArrayBuffer.isView(value)) return this.viewNode(value, index);
    return this.addEntries(['o'], value, index, Object.keys(value));
  }

  /** @param {any[]} node @param {any} object @param {number} index @param {string[]} keys */
  addEntries(node, object, index, keys) {
    for (const key of keys) {
      // A getter of a former one may have removed it.
      if (!Object.hasOwn(object, key)) continue;
      node.push(key, this.slot(object[key], index, pathOf(key)));
    }
    return node;
  }

  /** @param {any[]} array @param {number} index */
  arrayNode(array, index) {
    const { length } = array;
    if (this.isSurelyTooLong(array)) throw tooManyValues(this.maxValues + 1, this.options);
    const keys = Object.keys(array);
    const isDense = keys.length === length && (length === 0 || keys[length - 1] === String(length - 1));
    if (!isDense) return this.addEntries(['s', length], array, index, keys);
    /** @type {any[]} */
    const node = ['a'];
    for (let at = 0; at < length; at++) node.push(at in array ? this.slot(array[at], index, `[${at}]`) : ['h']);
    return node;
  }

  /** Before its keys are listed, which takes more memory than the array itself. @param {any[]} array */
  isSurelyTooLong(array) {
    if (array.length <= this.maxValues) return false;
    for (let at = 0; at <= this.maxValues; at++) if (!(at in array)) return false;
    return true;
  }

  /** @param {Map<any, any>} map @param {number} index */
  mapNode(map, index) {
    /** @type {any[]} */
    const node = ['m'];
    // No code of the value's own runs in between, so there is nothing to guard against.
    Map.prototype.forEach.call(map, (item, key) => {
      const at = (node.length - 1) / 2;
      node.push(this.slot(key, index, `.keys()[${at}]`), this.slot(item, index, `.values()[${at}]`));
    });
    return node;
  }

  /** @param {Set<any>} set @param {number} index */
  setNode(set, index) {
    /** @type {any[]} */
    const node = ['t'];
    Set.prototype.forEach.call(set, (item) => node.push(this.slot(item, index, `.values()[${node.length - 1}]`)));
    return node;
  }

  /** Structured cloning takes class, message, stack and cause along, and no other data. @param {any} error @param {number} index */
  errorNode(error, index) {
    const { name } = error;
    const message = Object.getOwnPropertyDescriptor(error, 'message');
    const messageSlot = message !== undefined && 'value' in message ? String(message.value) : ['h'];
    const stack = error.stack;
    const node = ['e', ERROR_CLASSES.has(name) ? name : 'Error', messageSlot, typeof stack === 'string' ? stack : ['h']];
    node.push(Object.hasOwn(error, 'cause') ? this.slot(error.cause, index, '.cause') : ['h']);
    if (name === 'AggregateError' && Array.isArray(error.errors)) node.push('errors', this.slot(error.errors, index, '.errors'));
    return node;
  }

  /** @param {ArrayBuffer} buffer */
  bytesOf(buffer) {
    if (this.bytes + buffer.byteLength > this.maxBytes) throw tooManyBytes(this.bytes + buffer.byteLength, this.options);
    return Buffer.from(buffer).toString('base64');
  }

  /**
   * A view of a small part of a large buffer takes that part only: Node cuts its small Buffers out of a shared one, with
   * other people's bytes in it.
   * @param {ArrayBufferView} view
   * @param {number} index
   */
  viewNode(view, index) {
    const isBuffer = Buffer.isBuffer(view);
    const name = isBuffer ? 'Buffer' : VIEW_NAMES.find((known) => types[/** @type {'isUint8Array'} */ (`is${known}`)]?.(view)) ?? 'DataView';
    const length = name === 'DataView' ? view.byteLength : /** @type {Uint8Array} */ (view).length;
    const isShared = types.isSharedArrayBuffer(view.buffer);
    if (!isBuffer && !isShared) return ['v', name, this.slot(view.buffer, index, '.buffer'), view.byteOffset, length];
    const own = new Uint8Array(view.buffer, view.byteOffset, view.byteLength).slice().buffer;
    return ['v', name, this.slot(own, index, '.buffer'), 0, length];
  }

  /** @param {any} value @param {number} parent @param {string} key */
  refusal(value, parent, key) {
    /** @type {string[]} */
    const keys = [key];
    for (let at = parent; at > 0; at = this.found[at - 1].parent) keys.push(this.found[at - 1].key);
    const isBytes = typeof value === 'object' && (ArrayBuffer.isView(value) || types.isAnyArrayBuffer(value)) && !types.isSharedArrayBuffer(value);
    const hint = isBytes ? "; bytes cross with values: 'structured'" : '';
    const path = this.options.path + keys.reverse().join('');
    return Object.assign(new TypeError(`${path} is ${describe(value)}${hint}`), { code: 'ERR_VALUE' });
  }
}

/** @param {string} key */
function pathOf(key) {
  return /^[A-Za-z_$][\w$]*$/.test(key) ? `.${key}` : `[${/^\d+$/.test(key) ? key : JSON.stringify(key)}]`;
}

/** @param {Date} date */
function dateOf(date) {
  const time = Date.prototype.getTime.call(date);
  return Number.isNaN(time) ? null : time;
}

/** Without asking the object, which may have a `valueOf` of its own. @param {any} box */
function unboxed(box) {
  if (types.isStringObject(box)) return String.prototype.valueOf.call(box);
  if (types.isNumberObject(box)) return Number.prototype.valueOf.call(box);
  if (types.isBooleanObject(box)) return Boolean.prototype.valueOf.call(box);
  return BigInt.prototype.valueOf.call(box);
}

module.exports = { encode };
