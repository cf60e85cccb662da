'use strict';

/** stdin and stdout as request and response of a service. Must not know which command asks. */

const { PassThrough, Writable, pipeline } = require('node:stream');

/** What comes in on stdin, with the properties of a request. @param {Record<string, any>} properties */
function standardRequest(properties) {
  const request = new PassThrough();
  // Errors arrive at the request, whose readers know of them.
  pipeline(process.stdin, request, () => {});
  return Object.assign(request, properties);
}

/** A response on stdout, which itself stays open. */
class StandardResponse extends Writable {
  #onHead;
  #tail;
  headersSent = false;

  /**
   * @param {(code: number, headers: Record<string, any>) => void} onHead
   * @param {string} tail what follows data that came with the end
   */
  constructor(onHead, tail = '') {
    super();
    this.#onHead = onHead;
    this.#tail = tail;
    // A reader that went away, as `head` does, is a client that went away.
    process.stdout.on('error', (error) => this.destroy(error));
  }

  /** @param {number} code @param {any} message @param {Record<string, any>} [headers] */
  writeHead(code, message, headers) {
    if (this.headersSent) return this;
    this.headersSent = true;
    this.#onHead(code, headers ?? (typeof message === 'object' ? message : {}));
    return this;
  }

  /** @param {any} [chunk] @param {any} [encoding] @param {any} [done] */
  end(chunk, encoding, done) {
    if (chunk === undefined || chunk === null || this.#tail === '') return super.end(chunk, encoding, done);
    this.write(chunk);
    return super.end(this.#tail);
  }

  /** @param {any} chunk @param {string} _encoding @param {(error?: Error | null) => void} done */
  _write(chunk, _encoding, done) {
    process.stdout.write(chunk, done);
  }
}

module.exports = { StandardResponse, standardRequest };
