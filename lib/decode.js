'use strict';

/**
 * Values that come from the other side, where guests are: own properties are defined, never assigned, no getter, setter
 * or method of a decoded value is used, and neither depth nor breadth can overflow. The grammar is in `README.md`.
 */

const { hide, InternalError } = require('./errors');

const ERROR_CLASSES = new Map(/** @type {[string, any][]} */ (
  [Error, TypeError, RangeError, SyntaxError, ReferenceError, EvalError, URIError, AggregateError].map((Class) => [Class.name, Class])
));
const VIEW_CLASSES = new Map(/** @type {[string, any][]} */ ([
  Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array, Float32Array, Float64Array,
  BigInt64Array, BigUint64Array, DataView,
].map((Class) => [Class.name, Class])));

/** Properties of errors that are not enumerable where engines make them. */
const HIDDEN = new Set(['name', 'message', 'stack', 'errors']);

/**
 * @param {string} text `u`, or `J` and JSON, or `S` and a graph
 * @returns {any}
 */
function decode(text) {
  if (text === 'u') return undefined;
  try {
    const parsed = JSON.parse(text.slice(1));
    return text.charCodeAt(0) === 83 /* S */ ? new GraphReader(parsed).read() : parsed;
  } catch (cause) {
    throw new InternalError('a value of the guest could not be read', 'ERR_INTERNAL', { cause });
  }
}

/** Makes every object first and fills them afterwards, so that cycles need no care. */
class GraphReader {
  /** @param {any[][]} nodes */
  constructor(nodes) {
    this.nodes = nodes;
    /** @type {any[]} */
    this.made = [];
  }

  read() {
    const { nodes, made } = this;
    for (let index = 1; index < nodes.length; index++) made[index] = nodes[index][0] === 'v' ? undefined : this.make(nodes[index]);
    for (let index = 1; index < nodes.length; index++) if (nodes[index][0] === 'v') made[index] = this.makeView(nodes[index]);
    for (let index = 1; index < nodes.length; index++) this.fill(nodes[index], made[index]);
    return this.slot(nodes[0][1]);
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
      case 'o':
        return {};
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
        throw new TypeError(`there is no node of kind ${String(node[0])}`);
    }
  }

  /** @param {any[]} node */
  makeView([, name, slot, offset, length]) {
    const buffer = this.slot(slot);
    if (name === 'Buffer') return Buffer.from(buffer, offset, length);
    const Class = VIEW_CLASSES.get(name);
    if (Class === undefined) throw new TypeError(`there is no view of kind ${String(name)}`);
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
        return this.fillArray(node, target);
      case 'm':
        for (let at = 1; at + 1 < node.length; at += 2) target.set(this.slot(node[at]), this.slot(node[at + 1]));
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

  /** @param {any[]} node @param {any[]} target */
  fillArray(node, target) {
    for (let at = 1; at < node.length; at++) {
      if (isHole(node[at])) target.length = at;
      else target[at - 1] = this.slot(node[at]);
    }
  }

  /** @param {any[]} node @param {any} target @param {number} first */
  fillKeys(node, target, first) {
    for (let at = first; at + 1 < node.length; at += 2) show(target, node[at], this.slot(node[at + 1]));
  }

  /** @param {any[]} node @param {any} target */
  fillErrorKeys(node, target) {
    for (let at = 5; at + 1 < node.length; at += 2) (HIDDEN.has(node[at]) ? hide : show)(target, node[at], this.slot(node[at + 1]));
  }
}

/** Whether a slot stands for nothing at all. @param {any} slot */
function isHole(slot) {
  return typeof slot === 'object' && slot !== null && slot[0] === 'h';
}

/** @param {object} target @param {string} key @param {unknown} value */
function show(target, key, value) {
  // Assignment is quicker and does the same, but for names that the prototype knows.
  if (key in target) Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true });
  else /** @type {any} */ (target)[key] = value;
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
  const Class = ERROR_CLASSES.get(name) ?? Error;
  const limit = Error.stackTraceLimit;
  // The frames of this function say nothing about the guest.
  Error.stackTraceLimit = 0;
  const error = Class === AggregateError ? new AggregateError([]) : new Class();
  Error.stackTraceLimit = limit;
  if (typeof message === 'string') hide(error, 'message', message);
  hide(error, 'stack', typeof stack === 'string' ? stack : '');
  return error;
}

/** A buffer of its own, not a part of the pool that Node's small Buffers share. @param {string} base64 */
function bytesOf(base64) {
  const bytes = Buffer.from(base64, 'base64');
  // Large ones have one to themselves already.
  if (bytes.byteLength === bytes.buffer.byteLength) return bytes.buffer;
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
}

module.exports = { decode };
