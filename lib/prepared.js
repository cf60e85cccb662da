'use strict';

/**
 * An application that has been loaded once, so that each of its runs starts from there. Must not know how runs are made;
 * `isolated-runtime.js` hands it the means.
 */

const checks = require('./checks');
const { RuntimeClosedError } = require('./errors');
const { read } = checks;

/** @typedef {(options: Record<string, any>, funcName: string, args: object) => Promise<any>} Submit */

/** What is kept for an application goes with it. @type {FinalizationRegistry<() => void>} */
const forgotten = new FinalizationRegistry((forget) => forget());

class PreparedApplication {
  #submit;
  #forget;
  #isClosed = false;

  /** @param {Submit} submit @param {() => void} forget */
  constructor(submit, forget) {
    this.#submit = submit;
    this.#forget = forget;
    forgotten.register(this, forget, this);
  }

  /**
   * Calls one of its exports, in a fresh heap.
   * @param {string} funcName
   * @param {object} [args] a list, or `{ resolverPath, original }`
   * @param {object} [given] what a run may narrow, and its context
   * @returns {Promise<any>}
   */
  async run(funcName, args = [], given = {}) {
    if (this.#isClosed) throw new RuntimeClosedError('the prepared application is closed', 'ERR_CLOSED');
    const own = checks.object(given, 'run options') ?? {};
    if (read(own, 'hostFunctions') !== undefined) throw checks.wrong('hostFunctions', 'given to prepare(): the application is loaded with them', read(own, 'hostFunctions'));
    return this.#submit(own, checks.required(funcName, 'funcName'), args);
  }

  /** Gives back what is kept for it. Runs in flight go on. Idempotent. */
  close() {
    if (this.#isClosed) return;
    this.#isClosed = true;
    forgotten.unregister(this);
    this.#forget();
  }
}

module.exports = { PreparedApplication };
