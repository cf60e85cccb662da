'use strict';
// `TextEncoder` and `TextDecoder`; the work is done by natives over whole byte ranges.

const { failure, wrongType } = require('internal/errors');
const { tag } = require('internal/event-target');

const [encodeUtf8, encodeInto, labelOf, decode] = ['encodeUtf8', 'encodeUtf8Into', 'encodingLabel', 'decodeBytes'].map(native);

class TextEncoder {
  get encoding() { return 'utf-8'; }
  encode(text = '') { return new Uint8Array(encodeUtf8(`${text}`)); }

  encodeInto(text, target) {
    if (!(target instanceof Uint8Array)) throw wrongType('dest', 'an instance of Uint8Array', target);
    const [read, written] = encodeInto(`${text}`, target);
    return { read, written };
  }
}
tag(TextEncoder, 'TextEncoder');

const EMPTY = new Uint8Array(0);

class TextDecoder {
  #encoding;
  #fatal;
  #ignoreBOM;
  /** Bytes of an unfinished character, and whether the byte order mark is still ahead. */
  #rest = EMPTY;
  #isAtStart = true;

  constructor(label = 'utf-8', options = {}) {
    const encoding = labelOf(`${label}`);
    if (encoding === undefined) throw failure(RangeError, 'ERR_ENCODING_NOT_SUPPORTED', `The "${label}" encoding is not supported`);
    this.#encoding = encoding;
    this.#fatal = Boolean(options?.fatal);
    this.#ignoreBOM = Boolean(options?.ignoreBOM);
  }

  get encoding() { return this.#encoding; }
  get fatal() { return this.#fatal; }
  get ignoreBOM() { return this.#ignoreBOM; }

  decode(input = EMPTY, options = {}) {
    if (!ArrayBuffer.isView(input) && !(input instanceof ArrayBuffer)) throw wrongType('list', 'an instance of ArrayBuffer or ArrayBufferView', input);
    const bytes = ArrayBuffer.isView(input) ? new Uint8Array(input.buffer, input.byteOffset, input.byteLength) : new Uint8Array(input);
    const isLast = !options?.stream;
    const all = this.#rest.length === 0 ? bytes : concatenated(this.#rest, bytes);
    const keepsMark = this.#ignoreBOM || !this.#isAtStart;
    const answer = decode(this.#encoding, all, this.#fatal, keepsMark, isLast);
    this.#rest = isLast || answer === undefined ? EMPTY : all.slice(answer[1]);
    if (answer === undefined) {
      this.#isAtStart = true;
      throw failure(TypeError, 'ERR_ENCODING_INVALID_ENCODED_DATA', `The encoded data was not valid for encoding ${this.#encoding}`);
    }
    this.#isAtStart = isLast || (this.#isAtStart && answer[1] === 0);
    return answer[0];
  }
}
tag(TextDecoder, 'TextDecoder');

function concatenated(left, right) {
  const both = new Uint8Array(left.length + right.length);
  both.set(left);
  both.set(right, left.length);
  return both;
}

module.exports = { TextDecoder, TextEncoder };
