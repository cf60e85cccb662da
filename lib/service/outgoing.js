'use strict';

/**
 * The host's writable stream: takes what a guest sends, checked, and says when it wants more. Must not know where that comes
 * from.
 */

const { headOf, trailersOf } = require('./head');

/** Statuses whose responses Node sends without a body, whatever is written. */
const WITHOUT_BODY = new Set([204, 304]);

class Outgoing {
  /** @type {import('./head').Head | undefined} */
  #head;
  #bytes = 0;
  isEnded = false;

  /**
   * @param {any} stream
   * @param {number} mostUnread bytes that may pile up in the stream once the guest has ended its response
   */
  constructor(stream, mostUnread) {
    this.stream = stream;
    this.mostUnread = mostUnread;
  }

  /** Resolves when the stream wants more. @param {unknown} head @param {unknown} bytes @param {unknown} isLast whether the guest has ended its response */
  async write(head, bytes, isLast) {
    const { stream } = this;
    this.#open(head);
    const data = this.#checked(bytes);
    if (data.length === 0) return void stream.flushHeaders?.();
    if (stream.write(data) !== false) return;
    // All that is left is in the guest's heap: the client's pace is no reason to keep it.
    if (isLast === true && stream.writableLength <= this.mostUnread) return;
    await wanted(stream);
  }

  /** @param {unknown} head @param {unknown} bytes @param {unknown} trailers */
  end(head, bytes, trailers) {
    const { stream } = this;
    this.#open(head);
    const data = bytes === null || bytes === undefined ? undefined : this.#checked(bytes);
    this.#checkLength();
    this.isEnded = true;
    if (trailers !== null && trailers !== undefined && typeof stream.addTrailers === 'function') {
      // A body that is sent in one piece is not chunked, and has no place for them.
      if (data !== undefined) stream.write(data);
      stream.addTrailers(trailersOf(trailers));
      return void stream.end();
    }
    if (data === undefined) stream.end();
    else stream.end(data);
  }

  /** The guest gave the response up. */
  destroy() {
    this.isEnded = true;
    this.stream.destroy?.();
  }

  /** @param {unknown} given */
  #open(given) {
    const { stream } = this;
    if (this.isEnded) throw Object.assign(new Error('write after end'), { code: 'ERR_STREAM_WRITE_AFTER_END' });
    if (stream.destroyed) throw Object.assign(new Error('Cannot call write after a stream was destroyed'), { code: 'ERR_STREAM_DESTROYED' });
    if (given === null || given === undefined || this.#head !== undefined) return;
    this.#head = headOf(given);
    // The host may have answered already, or have a stream without heads.
    if (typeof stream.writeHead === 'function' && !stream.headersSent) writeHead(stream, this.#head);
  }

  /** @param {unknown} bytes */
  #checked(bytes) {
    if (!(bytes instanceof Uint8Array)) throw new TypeError('a chunk has to be bytes');
    this.#bytes += bytes.length;
    const declared = this.#head?.contentLength;
    if (declared !== undefined && this.#bytes > declared && !this.#isBodiless()) throw this.#wrongLength(declared);
    return bytes;
  }

  #checkLength() {
    const declared = this.#head?.contentLength;
    if (declared !== undefined && this.#bytes !== declared && !this.#isBodiless()) throw this.#wrongLength(declared);
  }

  #isBodiless() {
    return WITHOUT_BODY.has(this.#head?.statusCode ?? 200) || this.stream.req?.method === 'HEAD';
  }

  /** What follows would be taken for another response. @param {number} declared */
  #wrongLength(declared) {
    const message = `Response body's content-length of ${this.#bytes} byte(s) does not match the content-length of ${declared} byte(s) set in header`;
    return Object.assign(new Error(message), { code: 'ERR_HTTP_CONTENT_LENGTH_MISMATCH' });
  }
}

/** @param {any} stream @param {import('./head').Head} head */
function writeHead(stream, { isExplicit, statusCode, statusMessage, headers }) {
  if (typeof stream.setHeader === 'function') {
    for (const [name, value] of headers) stream.setHeader(name, value);
    stream.statusCode = statusCode;
    if (statusMessage !== undefined) stream.statusMessage = statusMessage;
    return;
  }
  if (!isExplicit && statusCode === 200 && headers.length === 0) return;
  const object = Object.fromEntries(headers);
  if (statusMessage === undefined) stream.writeHead(statusCode, object);
  else stream.writeHead(statusCode, statusMessage, object);
}

/** @param {any} stream @returns {Promise<void>} */
function wanted(stream) {
  return new Promise((resolve, reject) => {
    const settle = (/** @type {Error | undefined} */ error) => {
      for (const [event, listener] of listeners) stream.off(event, listener);
      if (error === undefined) resolve();
      else reject(error);
    };
    /** @type {[string, (error?: any) => void][]} */
    const listeners = [
      ['drain', () => settle(undefined)],
      ['close', () => settle(Object.assign(new Error('aborted'), { code: 'ECONNRESET' }))],
      ['error', settle],
    ];
    for (const [event, listener] of listeners) stream.on(event, listener);
  });
}

module.exports = { Outgoing };
