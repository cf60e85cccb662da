'use strict';

/**
 * An HTTP server whose every path is a service in a folder. Files are looked up for each request, so a changed, new or removed
 * file counts from the next request on. Must not know flags and logs.
 */

const http = require('node:http');
const path = require('node:path');
const { stat } = require('node:fs/promises');
const { fileSource } = require('../service/source');
const errors = require('../errors');

const EXTENSIONS = ['js', 'mjs', 'cjs', 'ts', 'mts', 'cts'];
const NAME = /^[A-Za-z0-9_-][\w.-]*$/;

/**
 * @typedef {object} Served what is known of a request that is over
 * @property {string} method
 * @property {string} path
 * @property {string | undefined} service
 * @property {number} status 499: the client went away
 * @property {number} milliseconds
 * @property {import('../receipt').Receipt | undefined} receipt
 * @property {any} error
 */

/**
 * @typedef {object} ServerOptions
 * @property {string} folder
 * @property {InstanceType<typeof import('../service/services').Services>} services
 * @property {number} timeout
 * @property {string[]} external
 * @property {(service: string) => number} concurrencyOf how many requests of a service may be in flight
 * @property {(served: Served) => void} onServed
 * @property {(method: string, ...args: any[]) => void} onConsole
 */

/** A request that no service answers. */
class Refusal extends Error {
  /** @param {number} status @param {string} code @param {string} message */
  constructor(status, code, message) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

class ServiceServer {
  #options;
  /** By service. @type {Map<string, number>} */
  #inFlight = new Map();
  #isStopping = false;

  /** @param {ServerOptions} options */
  constructor(options) {
    this.#options = options;
    this.server = http.createServer((req, res) => void this.#answer(req, res));
  }

  /** @param {number} port @param {string} host @returns {Promise<number>} the port */
  listen(port, host) {
    return new Promise((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(port, host, () => resolve(/** @type {import('node:net').AddressInfo} */ (this.server.address()).port));
    });
  }

  /** Takes no more requests; resolves when those in flight have been answered. @returns {Promise<void>} */
  stop() {
    this.#isStopping = true;
    return new Promise((resolve) => {
      this.server.close(() => resolve());
      this.server.closeIdleConnections?.();
    });
  }

  /** @param {http.IncomingMessage} req @param {http.ServerResponse} res */
  async #answer(req, res) {
    const started = performance.now();
    const served = /** @type {Served} */ ({ method: req.method, path: req.url });
    const isClosed = new Promise((resolve) => res.once('close', resolve));
    if (this.#isStopping) res.setHeader('Connection', 'close');
    try {
      served.receipt = await this.#serve(req, res, served, isClosed);
    } catch (error) {
      served.error = error;
      served.receipt = /** @type {any} */ (error).receipt;
      this.#refuse(req, res, error);
    }
    await isClosed;
    const isAborted = served.error !== undefined && served.error.code === 'ECONNRESET';
    served.status = isAborted ? 499 : res.statusCode;
    served.milliseconds = performance.now() - started;
    this.#options.onServed(served);
  }

  /** @param {http.IncomingMessage} req @param {http.ServerResponse} res @param {Served} served @param {Promise<unknown>} isClosed */
  async #serve(req, res, served, isClosed) {
    const { folder, services, timeout, external, onConsole } = this.#options;
    const { name, query } = addressOf(req.url ?? '/');
    const file = await this.#fileOf(name);
    served.service = name;
    const leave = this.#enter(name);
    // A slow client counts for as long as it takes the response.
    void isClosed.then(leave);
    return services.run({
      source: fileSource(file, folder),
      req, res, timeout, external, onConsole,
      env: { params: query, resource: { name } },
      vm: {},
      limits: services.limits,
      onNext: (error) => this.#next(res, error),
    });
  }

  /** A service that hands the request on has nobody to hand it to. @param {http.ServerResponse} res @param {any} error */
  #next(res, error) {
    if (res.headersSent || res.writableEnded) return;
    const refusal = error ? new Refusal(500, 'ERR_SERVICE', 'the service handed an error on') : new Refusal(404, 'ERR_NOT_FOUND', 'the service handed the request on');
    sendJson(res, refusal.status, refusal);
  }

  /** @param {string} name */
  #enter(name) {
    const most = this.#options.concurrencyOf(name);
    const count = this.#inFlight.get(name) ?? 0;
    if (count >= most) throw new Refusal(503, 'ERR_BUSY', `the service is answering ${count} requests, which is its limit`);
    this.#inFlight.set(name, count + 1);
    return () => {
      const left = /** @type {number} */ (this.#inFlight.get(name)) - 1;
      if (left === 0) this.#inFlight.delete(name);
      else this.#inFlight.set(name, left);
    };
  }

  /** @param {string} name @returns {Promise<string>} */
  async #fileOf(name) {
    for (const extension of EXTENSIONS) {
      const file = path.join(this.#options.folder, `${name}.${extension}`);
      const found = await stat(file).catch(() => undefined);
      if (found?.isFile()) return file;
    }
    throw new Refusal(404, 'ERR_NOT_FOUND', 'there is no such service');
  }

  /** @param {http.IncomingMessage} req @param {http.ServerResponse} res @param {any} error */
  #refuse(req, res, error) {
    if (res.destroyed || res.writableEnded) return;
    // Half a response is no response: the client has to see that.
    if (res.headersSent) return void res.destroy();
    for (const header of res.getHeaderNames()) res.removeHeader(header);
    if (error.code === 'ERR_BUSY') res.setHeader('Retry-After', '1');
    const { status, code, message } = error instanceof Refusal ? error : publicly(error, this.#options.folder);
    // What nobody reads of the request would be taken for the next one.
    if (!req.complete) res.setHeader('Connection', 'close');
    sendJson(res, status, { code, message });
  }
}

/** @param {string} url @returns {{ name: string, query: Record<string, string> }} */
function addressOf(url) {
  const [pathname, ...search] = url.split('?');
  let name;
  try {
    name = decodeURIComponent(pathname.split('/')[1] ?? '');
  } catch {
    throw new Refusal(400, 'ERR_BAD_REQUEST', 'the path is not encoded as URLs are');
  }
  if (!NAME.test(name)) throw new Refusal(404, 'ERR_NOT_FOUND', 'there is no such service');
  return { name, query: Object.fromEntries(new URLSearchParams(search.join('?'))) };
}

/** What clients may know of an error. @param {any} error @param {string} folder */
function publicly(error, folder) {
  if (error instanceof errors.RuntimeTimeoutError) return { status: 504, code: error.code, message: error.message };
  if (error instanceof errors.EngineError) return { status: 500, code: error.code, message: 'the service could not be run' };
  if (error instanceof errors.QueueFullError || error instanceof errors.QueueTimeoutError || error instanceof errors.RuntimeClosedError) {
    return { status: 503, code: error.code, message: 'too many services are running' };
  }
  if (error instanceof errors.ModuleNotFound) return { status: 500, code: error.code, message: withoutPaths(error.message, folder) };
  if (error instanceof errors.IsolatedRuntimeError) return { status: 500, code: error.code, message: error.message };
  const message = error instanceof Error ? `${error.name}: ${error.message}` : 'the service failed';
  return { status: 500, code: 'ERR_SERVICE', message: withoutPaths(message, folder) };
}

/** @param {string} message @param {string} folder */
function withoutPaths(message, folder) {
  return message.replaceAll(folder, '').replace(/(?:[A-Za-z]:)?(?:[\\/][\w.@-]+){2,}/g, (found) => `…/${path.basename(found)}`);
}

/** @param {http.ServerResponse} res @param {number} status @param {{ code: string, message: string }} error */
function sendJson(res, status, { code, message }) {
  res.statusCode = status;
  res.setHeader('Content-Type', 'application/json');
  res.end(`${JSON.stringify({ error: { code, message } })}\n`);
}

module.exports = { ServiceServer };
