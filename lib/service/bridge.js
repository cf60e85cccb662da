'use strict';

/**
 * The host's two streams as functions that the harness calls, and what happens to those streams as something that the
 * harness gets to know. Nothing a guest sends is trusted; see `outgoing.js` and `head.js`.
 */

const { Incoming } = require('./incoming');
const { Outgoing } = require('./outgoing');
const { LimitError } = require('../errors');

/** The harness waits for one answer of a kind before it asks for the next; whoever does not is no harness. */
const MOST_PENDING = 64;
/** What a service has after its client is gone, to notice it. */
const GRACE = 1000;

class Bridge {
  #incoming;
  #outgoing;
  #pending = 0;
  #onNext;
  /** @type {((reason: { message: string, code: string }) => void) | undefined} */
  #tellGuest;
  /** @type {(error: Error) => void} */
  #fail = () => {};
  /** @type {NodeJS.Timeout | undefined} */
  #grace;
  #isReleased = false;
  #isPassedOn = false;
  /** Why the client is gone, if it is. @type {Error | undefined} */
  disconnection;

  /**
   * @param {any} req
   * @param {any} res
   * @param {{ mostUnread: number, onNext: (error: any, result: any) => void }} options
   */
  constructor(req, res, { mostUnread, onNext }) {
    this.req = req;
    this.res = res;
    this.#incoming = new Incoming(req);
    this.#outgoing = new Outgoing(res, mostUnread);
    this.#onNext = onNext;
    /** @type {[any, string, (error?: Error) => void][]} */
    this.listeners = [
      [req, 'aborted', () => this.#disconnect('aborted')],
      [req, 'error', (error) => this.#disconnect('req failed', error)],
      [req, 'close', () => isComplete(req) || this.#disconnect('aborted')],
      [res, 'error', (error) => this.#disconnect('res failed', error)],
      [res, 'close', () => res.writableFinished === true || this.#disconnect('aborted')],
    ];
  }

  /** @returns {import('../host-functions').HostFunction[]} */
  hostFunctions() {
    const functions = {
      read: () => this.#read(),
      write: (/** @type {unknown[]} */ ...sent) => this.#outgoing.write(sent[0], sent[1], sent[2]),
      end: (/** @type {unknown[]} */ ...sent) => this.#outgoing.end(sent[0], sent[1], sent[2]),
      destroy: () => this.#outgoing.destroy(),
      closed: () => this.#closed(),
      next: (/** @type {any} */ error, /** @type {any} */ result) => this.#next(error, result),
    };
    return Object.entries(functions).map(([name, call]) => ({
      path: ['__service', name], isFree: true, call: (/** @type {unknown[]} */ ...sent) => this.#bounded(call, sent),
    }));
  }

  /** From now on the service hears what happens to the streams. @param {(error: Error) => void} fail stops the run */
  open(fail) {
    this.#fail = fail;
    for (const [stream, event, listener] of this.listeners) stream.on(event, listener);
    for (const stream of [this.req, this.res]) heedLateErrors(stream);
    if (this.req.destroyed && !isComplete(this.req)) this.#disconnect('aborted');
  }

  /** The run is over. */
  release() {
    this.#isReleased = true;
    clearTimeout(this.#grace);
    this.#incoming.release();
    for (const [stream, event, listener] of this.listeners) stream.off(event, listener);
  }

  /** @param {(...sent: any[]) => any} call @param {unknown[]} sent */
  async #bounded(call, sent) {
    if (this.#pending >= MOST_PENDING) {
      const message = `too many pieces of a response at once: ${this.#pending + 1}, limit is ${MOST_PENDING}`;
      return this.#fail(new LimitError(message, 'ERR_LIMIT', { limit: MOST_PENDING, measured: this.#pending + 1 }));
    }
    this.#pending++;
    try {
      return await call(...sent);
    } finally {
      this.#pending--;
    }
  }

  async #read() {
    const chunk = await this.#incoming.next();
    if (chunk !== undefined) return chunk;
    const { trailers = {}, rawTrailers = [] } = this.req;
    return { trailers: { ...trailers }, rawTrailers: [...rawTrailers] };
  }

  /** @param {any} error @param {any} result */
  #next(error, result) {
    if (this.#isPassedOn) return;
    this.#isPassedOn = true;
    // What the host's callback throws is the host's, and none of the guest's business.
    process.nextTick(this.#onNext, error, result);
  }

  /** Answers when the client is gone; mostly never. */
  #closed() {
    return new Promise((resolve) => {
      this.#tellGuest = resolve;
      if (this.disconnection !== undefined) this.#tell();
    });
  }

  /** @param {string} message @param {Error} [cause] */
  #disconnect(message, cause) {
    if (this.disconnection !== undefined || this.#isReleased || this.#outgoing.isEnded) return;
    this.disconnection = cause ?? Object.assign(new Error(message), { code: 'ECONNRESET' });
    this.#tell();
    // A service that does not let the harness have a turn is stopped all the same.
    this.#grace = setTimeout(() => this.#fail(/** @type {Error} */ (this.disconnection)), GRACE);
  }

  #tell() {
    const { message, code } = /** @type {NodeJS.ErrnoException} */ (this.disconnection);
    this.#tellGuest?.({ message: String(message), code: String(code ?? 'ECONNRESET') });
  }
}

/** Whether a request has been received to its end. @param {any} req */
function isComplete(req) {
  return typeof req.complete === 'boolean' ? req.complete : req.readableEnded === true;
}

/** @type {WeakSet<object>} */
const heeded = new WeakSet();

/** Errors of a stream whose service has ended are nobody's business, and may not end the process. @param {any} stream */
function heedLateErrors(stream) {
  if (heeded.has(stream)) return;
  heeded.add(stream);
  stream.on('error', () => {});
}

module.exports = { Bridge };
