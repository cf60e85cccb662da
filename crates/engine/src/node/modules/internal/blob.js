'use strict';

const { tag } = require('internal/event-target');
const { wrongType } = require('internal/errors');

const BYTES = Symbol('bytes');

/** One piece of a blob as bytes of its own. */
function bytesOf(part) {
  if (part instanceof Blob) return part[BYTES];
  if (part instanceof ArrayBuffer) return new Uint8Array(part.slice(0));
  if (ArrayBuffer.isView(part)) return new Uint8Array(part.buffer.slice(part.byteOffset, part.byteOffset + part.byteLength));
  return new TextEncoder().encode(`${part}`);
}

function joined(parts) {
  const all = parts.map(bytesOf);
  const bytes = new Uint8Array(all.reduce((sum, part) => sum + part.byteLength, 0));
  let at = 0;
  for (const part of all) {
    bytes.set(part, at);
    at += part.byteLength;
  }
  return bytes;
}

const typeOf = (type) => (/^[\x20-\x7e]*$/.test(type) ? type.toLowerCase() : '');

class Blob {
  #type;

  constructor(parts = [], options = {}) {
    if (parts === null || typeof parts !== 'object' || typeof parts[Symbol.iterator] !== 'function') throw wrongType('sources', 'a sequence', parts);
    const text = options?.endings === 'native' ? (part) => (typeof part === 'string' ? part.replace(/\r\n?|\n/g, '\n') : part) : (part) => part;
    Object.defineProperty(this, BYTES, { value: joined([...parts].map(text)) });
    this.#type = typeOf(`${options?.type ?? ''}`);
  }

  get size() { return this[BYTES].byteLength; }
  get type() { return this.#type; }
  async arrayBuffer() { return this[BYTES].slice().buffer; }
  async bytes() { return this[BYTES].slice(); }
  async text() { return new TextDecoder().decode(this[BYTES]); }

  slice(start = 0, end = this.size, type = '') {
    return new Blob([this[BYTES].slice(start, end)], { type });
  }

  stream() {
    const bytes = this[BYTES];
    let at = 0;
    return new ReadableStream({
      type: 'bytes',
      pull(controller) {
        if (at >= bytes.byteLength) return controller.close();
        controller.enqueue(bytes.slice(at, at += 65_536));
      },
    });
  }
}
tag(Blob, 'Blob');

class File extends Blob {
  #name;
  #lastModified;

  constructor(parts, name, options = {}) {
    if (arguments.length < 2) throw new TypeError('The "fileBits" and "fileName" arguments must be specified');
    super(parts, options);
    this.#name = `${name}`.toWellFormed();
    this.#lastModified = Math.trunc(Number(options?.lastModified ?? Date.now())) || 0;
  }

  get name() { return this.#name; }
  get lastModified() { return this.#lastModified; }
  get webkitRelativePath() { return ''; }
}
tag(File, 'File');

module.exports = { Blob, File };
