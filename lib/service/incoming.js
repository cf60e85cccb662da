'use strict';

/**
 * The host's readable stream, read one chunk at a time: nothing is taken from it before the service asks. Must not know
 * where chunks go.
 */

const { Readable } = require('node:stream');

/** Bytes that cross at once. */
const PIECE = 64 * 1024;

class Incoming {
  /** What is left of a chunk that was too large to cross at once. @type {Buffer | undefined} */
  #rest;
  #isListening = false;
  /** @type {() => void} */
  #wake = () => {};
  /** @type {Error | undefined} */
  #error;

  /** @param {any} stream */
  constructor(stream) {
    this.stream = typeof stream.read === 'function' ? stream : new Readable().wrap(stream);
    this.onError = (/** @type {Error} */ error) => {
      this.#error = error;
      this.#wake();
    };
    this.onChange = () => this.#wake();
  }

  /** The next bytes, or undefined at the end. @returns {Promise<Buffer | undefined>} */
  async next() {
    const chunk = this.#rest ?? (await this.#chunk());
    if (chunk === undefined || chunk.length <= PIECE) {
      this.#rest = undefined;
      return chunk;
    }
    this.#rest = chunk.subarray(PIECE);
    return chunk.subarray(0, PIECE);
  }

  /** Leaves the stream as it is now to whoever else reads it. */
  release() {
    if (!this.#isListening) return;
    this.stream.off('error', this.onError);
    for (const event of ['readable', 'end', 'close']) this.stream.off(event, this.onChange);
  }

  async #chunk() {
    const { stream } = this;
    for (;;) {
      if (this.#error !== undefined) throw this.#error;
      const chunk = stream.destroyed ? null : stream.read();
      if (chunk !== null) return bytesOf(chunk);
      if (stream.readableEnded) return undefined;
      if (stream.destroyed) throw Object.assign(new Error('aborted'), { code: 'ECONNRESET' });
      await this.#change();
    }
  }

  /** @returns {Promise<void>} */
  #change() {
    return new Promise((resolve) => {
      this.#wake = resolve;
      if (this.#isListening) return;
      this.#isListening = true;
      this.stream.on('error', this.onError);
      for (const event of ['readable', 'end', 'close']) this.stream.on(event, this.onChange);
    });
  }
}

/** @param {unknown} chunk */
function bytesOf(chunk) {
  if (typeof chunk === 'string') return Buffer.from(chunk);
  if (chunk instanceof Uint8Array) return Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  throw new TypeError(`req has to be a stream of bytes or text; it gave a chunk of type ${typeof chunk}`);
}

module.exports = { Incoming };
