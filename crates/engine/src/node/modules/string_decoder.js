'use strict';

const { StringDecoder: Base } = require('string_decoder/');
const { failure, wrongType } = require('internal/errors');

const WITHOUT_STATE = new Set(['latin1', 'binary', 'ascii', 'hex']);

/** The well-kept package, which does not know base64url and shows its insides. */
class StringDecoder {
  #base;
  #isUrl;

  constructor(encoding = 'utf8') {
    const name = String(encoding ?? 'utf8').toLowerCase();
    if (!Buffer.isEncoding(name)) throw failure(TypeError, 'ERR_UNKNOWN_ENCODING', `Unknown encoding: ${encoding}`);
    this.#isUrl = name === 'base64url';
    this.#base = new Base(this.#isUrl ? 'base64' : name);
    this.encoding = this.#isUrl ? name : this.#base.encoding;
  }

  write(bytes) {
    if (typeof bytes === 'string') return bytes;
    if (!ArrayBuffer.isView(bytes)) throw wrongType('buf', 'an instance of Buffer, TypedArray, or DataView', bytes);
    const buffer = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return this.#encoded(WITHOUT_STATE.has(this.encoding) ? buffer.toString(this.encoding) : this.#base.write(buffer));
  }

  end(bytes) {
    const text = bytes === undefined ? '' : this.write(bytes);
    if (WITHOUT_STATE.has(this.encoding)) return text;
    const rest = this.#encoded(this.#base.end());
    this.#base = new Base(this.#isUrl ? 'base64' : this.encoding);
    return text + rest;
  }

  get lastChar() { return this.#base.lastChar; }
  get lastNeed() { return this.#base.lastNeed; }
  get lastTotal() { return this.#base.lastTotal; }

  #encoded(text) {
    return this.#isUrl ? text.replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '') : text;
  }
}

// Before classes, packages called it without `new` on an object of their own.
function Callable(encoding) {
  return Reflect.construct(StringDecoder, [encoding], new.target ?? Callable);
}
Callable.prototype = StringDecoder.prototype;
Object.defineProperty(Callable, 'name', { value: 'StringDecoder' });
StringDecoder.prototype.constructor = Callable;

module.exports = { StringDecoder: Callable };
