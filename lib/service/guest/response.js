'use strict';

/**
 * What services know as `res`: a Writable with the methods of Node's ServerResponse. The host's stream says when it wants
 * more. Runs inside the guest; whatever it sends is checked again by the host.
 */

const { Writable } = require('stream');
const { HeaderList, checkStatus, headersSent } = require('./headers');

/** Bytes that cross at once. */
const PIECE = 64 * 1024;

/**
 * @typedef {object} Sender how responses travel
 * @property {(head: object | null, bytes: Uint8Array, isEnded: boolean) => Promise<void>} write
 * @property {(head: object | null, bytes: Uint8Array | null, trailers: [string, string][] | null) => Promise<void>} end
 */

class ServiceResponse extends Writable {
  #sender;
  #headers = new HeaderList();
  #trailers = new HeaderList();
  /** The head on its way to the host, until something takes it along. @type {object | null} */
  #head = null;
  /** Sends what was written in its order, whoever calls `_write`. @type {Promise<void>} */
  #sent = Promise.resolve();
  /** The last bytes, which go with the end. @type {Uint8Array | null} */
  #last = null;
  /** Whether there is no client any more. */
  isGone = false;

  /** @param {Sender} sender */
  constructor(sender) {
    super();
    this.#sender = sender;
    this.statusCode = 200;
    /** @type {string | undefined} */
    this.statusMessage = undefined;
    this.headersSent = false;
    this.sendDate = true;
  }

  get finished() {
    return this.writableEnded;
  }

  /**
   * @param {number} statusCode
   * @param {any} [reason] the message, or the headers
   * @param {any} [headers]
   */
  writeHead(statusCode, reason, headers) {
    if (this.headersSent) throw headersSent('write');
    if (typeof reason === 'string') this.statusMessage = reason;
    else headers ??= reason;
    this.statusCode = statusCode;
    this.#headers.setAll(headers);
    this.#closeHead(true);
    return this;
  }

  /** @param {string} name @param {any} value */
  setHeader(name, value) {
    if (this.headersSent) throw headersSent('set');
    this.#headers.set(name, value);
    return this;
  }

  /** @param {string} name @param {any} value */
  appendHeader(name, value) {
    if (this.headersSent) throw headersSent('append');
    this.#headers.append(name, value);
    return this;
  }

  /** @param {Iterable<[string, any]>} headers a Map, or Headers */
  setHeaders(headers) {
    for (const [name, value] of headers) this.setHeader(name, value);
    return this;
  }

  /** @param {string} name */
  removeHeader(name) {
    if (this.headersSent) throw headersSent('remove');
    this.#headers.delete(name);
  }

  /** @param {string} name */
  getHeader(name) {
    return this.#headers.get(name);
  }

  /** @param {string} name */
  hasHeader(name) {
    return this.#headers.get(name) !== undefined;
  }

  getHeaders() {
    return this.#headers.toObject();
  }

  getHeaderNames() {
    return Object.keys(this.#headers.toObject());
  }

  getRawHeaderNames() {
    return this.#headers.entries().map(([name]) => name);
  }

  flushHeaders() {
    if (!this.headersSent) this.#closeHead(false);
    this.#enqueue(new Uint8Array(0), () => {});
  }

  /** @param {any} headers sent behind the last chunk */
  addTrailers(headers) {
    this.#trailers.setAll(headers);
  }

  /** Interim responses are the host's business, as are time-outs of sockets. */
  writeContinue() {}
  writeProcessing() {}
  writeEarlyHints() {}
  setTimeout() {
    return this;
  }

  /**
   * As Node has it for responses: too late is an error that destroys nothing.
   * @param {any} chunk @param {any} [encoding] @param {any} [done]
   * @returns {boolean}
   */
  write(chunk, encoding, done) {
    return this.writableEnded ? this.#refuse(encoding, done) : super.write(chunk, encoding, done);
  }

  /** @param {any} [chunk] @param {any} [encoding] @param {any} [done] */
  end(chunk, encoding, done) {
    const hasChunk = chunk !== undefined && chunk !== null && typeof chunk !== 'function';
    if (this.writableEnded && hasChunk) this.#refuse(encoding, done);
    else super.end(chunk, encoding, done);
    return this;
  }

  /** @param {Uint8Array} chunk @param {string} _encoding @param {(error?: Error | null) => void} done */
  _write(chunk, _encoding, done) {
    this.#enqueue(chunk, done);
  }

  /** Small chunks that have piled up cross together. @param {{ chunk: any }[]} chunks @param {(error?: Error | null) => void} done */
  _writev(chunks, done) {
    this.#enqueue(Buffer.concat(chunks.map(({ chunk }) => chunk)), done);
  }

  /** @param {(error?: Error | null) => void} done */
  _final(done) {
    if (!this.headersSent) this.#closeHead(false);
    const trailers = this.#trailers.entries();
    const end = () => this.#sender.end(this.#takeHead(), this.#last, trailers.length === 0 ? null : /** @type {any} */ (trailers));
    this.#sent = this.#sent.then(end);
    void tell(this.#sent, done);
  }

  /** The client is gone: there is nobody to be told. */
  abandon() {
    this.isGone = true;
    this.destroy();
  }

  /** @param {any} encoding @param {any} done */
  #refuse(encoding, done) {
    const callback = typeof encoding === 'function' ? encoding : done;
    const error = Object.assign(new Error('write after end'), { code: 'ERR_STREAM_WRITE_AFTER_END' });
    process.nextTick(() => {
      if (!this.destroyed) this.emit('error', error);
      callback?.(error);
    });
    return false;
  }

  /** @param {boolean} isExplicit whether the service wrote it itself */
  #closeHead(isExplicit) {
    checkStatus(this.statusCode);
    this.headersSent = true;
    this.#head = { isExplicit, statusCode: this.statusCode, statusMessage: this.statusMessage, headers: this.#headers.entries() };
  }

  #takeHead() {
    const head = this.#head;
    this.#head = null;
    return head;
  }

  /** @param {Uint8Array} chunk @param {(error?: Error | null) => void} done */
  #enqueue(chunk, done) {
    if (!this.headersSent) this.#closeHead(false);
    // Runs after the call that wrote this: `end(chunk)` has said by then that it is the last.
    this.#sent = this.#sent.then(() => this.#send(chunk));
    void tell(this.#sent, done);
  }

  /** @param {Uint8Array} chunk */
  async #send(chunk) {
    if (this.writableEnded && chunk.length > 0 && chunk.length <= PIECE && this.writableLength === chunk.length) {
      this.#last = copyOf(chunk, 0);
      return;
    }
    let at = 0;
    do {
      await this.#sender.write(this.#takeHead(), copyOf(chunk, at), this.writableEnded);
      at += PIECE;
    } while (at < chunk.length);
  }
}

/** @param {Promise<void>} sent @param {(error?: any) => void} done */
async function tell(sent, done) {
  try {
    await sent;
  } catch (error) {
    return done(error);
  }
  done();
}

/** A piece without what else is in its buffer. @param {Uint8Array} chunk @param {number} start */
function copyOf(chunk, start) {
  return Uint8Array.prototype.slice.call(chunk, start, start + PIECE);
}

module.exports = { ServiceResponse };
