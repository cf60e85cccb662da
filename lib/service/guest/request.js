'use strict';

/**
 * What services know as `req`: a Readable whose chunks are asked of the host one at a time, so that a slow service holds
 * the sender back. Runs inside the guest.
 */

const { Readable } = require('stream');
const { ServiceConnection } = require('./connection');

/** @typedef {(Uint8Array | { trailers: Record<string, string>, rawTrailers: string[] })} Chunk bytes, or the end */

class ServiceRequest extends Readable {
  #read;
  #isReading = false;
  #connection;

  /**
   * @param {() => Promise<Chunk>} read
   * @param {Record<string, any>} described what the host says of the request
   */
  constructor(read, described) {
    super();
    this.#read = read;
    this.aborted = false;
    this.complete = false;
    this.trailers = {};
    this.rawTrailers = /** @type {string[]} */ ([]);
    for (const key of Object.keys(described)) {
      Object.defineProperty(this, key, { value: described[key], writable: true, enumerable: true, configurable: true });
    }
    this.#connection = new ServiceConnection(described.connection ?? {});
    // Requests that came over no connection have one all the same, for middleware that looks whether it is open.
    for (const key of ['socket', 'connection']) {
      Object.defineProperty(this, key, { value: this.#connection, writable: true, enumerable: described.connection !== undefined, configurable: true });
    }
  }

  /** Services may call this as they like; the host is asked once at a time. */
  _read() {
    if (this.#isReading) return;
    this.#isReading = true;
    this.#read().then(
      (chunk) => {
        this.#isReading = false;
        this.#take(chunk);
      },
      (error) => this.destroy(error),
    );
  }

  /** @param {Chunk} chunk */
  #take(chunk) {
    if (this.destroyed) return;
    if (chunk instanceof Uint8Array) return void this.push(chunk);
    this.complete = true;
    this.trailers = chunk.trailers;
    this.rawTrailers = chunk.rawTrailers;
    this.push(null);
  }

  /** The client is gone. As Node does it: no error for who does not listen to errors. @param {Error} error */
  abort(error) {
    if (this.complete || this.destroyed) return;
    this.aborted = true;
    this.#connection.close();
    this.emit('aborted');
    this.destroy(this.listenerCount('error') > 0 ? error : undefined);
  }

  /** Time-outs of sockets are the host's business. */
  setTimeout() {
    return this;
  }
}

module.exports = { ServiceRequest };
