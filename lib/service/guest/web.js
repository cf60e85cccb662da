'use strict';

/**
 * Services in the manner of the web: `fetch(request)` answers a Response. Offers the classes where the guest's global object
 * has none of its own. Runs inside the guest.
 */

const { WebHeaders } = require('./web-headers');

const global = /** @type {any} */ (globalThis);

/** @typedef {AsyncIterable<Uint8Array> | Iterable<Uint8Array>} Source */

/** What requests and responses have in common. */
class Body {
  /** @type {Source | null} */
  #source;
  #isUsed = false;
  /** @type {any} */
  #stream;

  /** @param {any} body */
  constructor(body) {
    this.#source = sourceOf(body);
  }

  get bodyUsed() {
    return this.#isUsed;
  }

  /** A ReadableStream of bytes, or null. */
  get body() {
    if (this.#source === null) return null;
    this.#stream ??= streamOf(this.#take.bind(this));
    return this.#stream;
  }

  async bytes() {
    const chunks = [];
    for await (const chunk of this.#take()) chunks.push(chunk);
    return new Uint8Array(Buffer.concat(chunks));
  }

  async arrayBuffer() {
    return (await this.bytes()).buffer;
  }

  async text() {
    const text = Buffer.from(await this.bytes()).toString();
    return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  }

  async json() {
    return JSON.parse(await this.text());
  }

  #take() {
    if (this.#isUsed) throw new TypeError('Body is unusable: Body has already been read');
    this.#isUsed = true;
    return this.#source ?? [];
  }
}

class WebRequest extends Body {
  /** @param {any} input a URL, or another request @param {any} [init] */
  constructor(input, init = {}) {
    super(init.body);
    const other = typeof input === 'object' && input !== null && 'url' in input ? input : undefined;
    this.url = String(other?.url ?? input);
    this.method = String(init.method ?? other?.method ?? 'GET').toUpperCase();
    this.headers = new WebHeaders(init.headers ?? other?.headers);
    this.signal = init.signal ?? other?.signal;
  }
}

class WebResponse extends Body {
  /** @param {any} [body] @param {any} [init] */
  constructor(body, { status = 200, statusText = '', headers } = {}) {
    super(body);
    if (!Number.isInteger(status) || status < 200 || status > 599) {
      throw new RangeError(`init["status"] must be in the range of 200 to 599, inclusive. Received ${status}`);
    }
    this.status = status;
    this.statusText = String(statusText);
    this.headers = new WebHeaders(headers);
    if (typeof body === 'string' && !this.headers.has('content-type')) this.headers.set('content-type', 'text/plain;charset=UTF-8');
  }

  get ok() {
    return this.status < 300;
  }

  /** @param {any} data @param {any} [init] */
  static json(data, init = {}) {
    const text = JSON.stringify(data);
    if (text === undefined) throw new TypeError('Value is not JSON serializable');
    const headers = new WebHeaders(init.headers);
    if (!headers.has('content-type')) headers.set('content-type', 'application/json');
    return new this(text, { ...init, headers });
  }

  /** @param {any} url */
  static redirect(url, status = 302) {
    if (![301, 302, 303, 307, 308].includes(status)) throw new RangeError(`Invalid status code ${status}`);
    return new this(null, { status, headers: { location: String(url) } });
  }
}

/** Gives services the classes that their global object lacks. */
function offerWebClasses() {
  for (const [name, value] of [['Headers', WebHeaders], ['Request', WebRequest], ['Response', WebResponse]]) {
    if (typeof global[/** @type {string} */ (name)] !== 'undefined') continue;
    Object.defineProperty(value, 'name', { value: name });
    Object.defineProperty(globalThis, /** @type {string} */ (name), { value, writable: true, configurable: true, enumerable: false });
  }
}

/**
 * @param {{ fetch: Function }} service
 * @param {any} req
 * @param {any} res
 * @param {Record<string, any>} env
 */
async function serveWeb(service, req, res, env) {
  const response = await service.fetch(requestOf(req), env);
  if (typeof response !== 'object' || response === null || typeof response.status !== 'number') {
    throw new TypeError('fetch(request) of the service answered no Response');
  }
  res.statusCode = response.status;
  if (response.statusText) res.statusMessage = response.statusText;
  for (const [name, value] of response.headers) {
    if (name === 'set-cookie') res.appendHeader(name, value);
    else res.setHeader(name, value);
  }
  for await (const chunk of response.body ?? []) {
    if (!res.write(chunk)) await new Promise((resolve) => res.once('drain', resolve));
  }
  res.end();
}

/** @param {any} req */
function requestOf(req) {
  const headers = new global.Headers();
  for (let at = 0; at + 1 < (req.rawHeaders?.length ?? 0); at += 2) headers.append(req.rawHeaders[at], req.rawHeaders[at + 1]);
  if (req.rawHeaders === undefined) for (const [name, value] of Object.entries(req.headers ?? {})) headers.set(name, value);
  const method = req.method ?? 'GET';
  const scheme = req.connection?.encrypted ? 'https' : 'http';
  const url = `${scheme}://${headers.get('host') ?? 'localhost'}${req.originalUrl ?? req.url ?? '/'}`;
  const aborter = new AbortController();
  req.once('aborted', () => aborter.abort());
  const hasBody = method !== 'GET' && method !== 'HEAD';
  return new global.Request(url, { method, headers, signal: aborter.signal, ...(hasBody ? { body: req, duplex: 'half' } : {}) });
}

/** @param {any} body @returns {Source | null} */
function sourceOf(body) {
  if (body === undefined || body === null) return null;
  if (body instanceof ArrayBuffer) return [new Uint8Array(body)];
  if (ArrayBuffer.isView(body)) return [new Uint8Array(body.buffer, body.byteOffset, body.byteLength)];
  if (typeof body === 'object' && typeof body[Symbol.asyncIterator] === 'function') return bytesOf(body);
  return [Buffer.from(String(body))];
}

/** @param {AsyncIterable<any>} chunks */
async function* bytesOf(chunks) {
  for await (const chunk of chunks) yield typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
}

/** @param {() => Source} take */
function streamOf(take) {
  /** @type {any} */
  let iterator;
  return new ReadableStream({
    async pull(controller) {
      if (iterator === undefined) {
        const source = /** @type {any} */ (take());
        iterator = (source[Symbol.asyncIterator] ?? source[Symbol.iterator]).call(source);
      }
      const { done, value } = await iterator.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    async cancel() {
      await iterator?.return?.();
    },
  });
}

module.exports = { offerWebClasses, serveWeb };
