'use strict';
// `URL` and `URLSearchParams` as the URL standard has them. Parsing is native; a URL is the list of its parts.

const { failure } = require('internal/errors');
const { tag } = require('internal/event-target');

const [parse, change] = ['parseUrl', 'changeUrl'].map(native);
const INSPECT = Symbol.for('nodejs.util.inspect.custom');

function missing(...names) {
  const list = names.map((name) => `"${name}"`).join(' and ');
  return failure(TypeError, 'ERR_MISSING_ARGS', `The ${list} argument${names.length > 1 ? 's' : ''} must be specified`);
}

const notTuple = () => failure(TypeError, 'ERR_INVALID_TUPLE', 'Each query pair must be an iterable [name, value] tuple');
const wellFormed = (value) => `${value}`.toWellFormed();

/** The application/x-www-form-urlencoded parser and serializer. */
function decoded(text) {
  const spaced = text.replaceAll('+', ' ');
  if (!spaced.includes('%')) return spaced;
  try {
    return decodeURIComponent(spaced);
  } catch {
    return require('querystring').unescapeBuffer(spaced).toString();
  }
}
const pairsOf = (query) => query.split('&').filter((pair) => pair !== '').map((pair) => {
  const at = pair.indexOf('=');
  return at < 0 ? [decoded(pair), ''] : [decoded(pair.slice(0, at)), decoded(pair.slice(at + 1))];
});
const encoded = (text) => encodeURIComponent(text).replace(/[!'()~]/g, (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`).replaceAll('%20', '+');

let paramsOf;
let reread;

class URLSearchParams {
  #pairs = [];
  #url;

  constructor(init = undefined) {
    if (init === undefined || init === null) return;
    if (typeof init !== 'object' && typeof init !== 'function') {
      const text = wellFormed(init);
      this.#pairs = pairsOf(text.startsWith('?') ? text.slice(1) : text);
    } else if (init[Symbol.iterator] !== undefined && init[Symbol.iterator] !== null) {
      this.#pairs = Array.from(init, (pair) => {
        if (pair === null || typeof pair !== 'object' || typeof pair[Symbol.iterator] !== 'function') throw notTuple();
        const list = [...pair];
        if (list.length !== 2) throw notTuple();
        return list.map(wellFormed);
      });
    } else {
      const byName = new Map();
      for (const key of Reflect.ownKeys(init)) if (Object.getOwnPropertyDescriptor(init, key)?.enumerable) byName.set(wellFormed(key), wellFormed(init[key]));
      this.#pairs = [...byName];
    }
  }

  static {
    /** The list behind `url.searchParams`: what changes it changes the URL. */
    paramsOf = (url, query) => {
      const params = new URLSearchParams(query);
      params.#url = url;
      return params;
    };
    reread = (params, query) => { params.#pairs = pairsOf(query); };
  }

  get size() { return this.#pairs.length; }

  append(name, value) {
    if (arguments.length < 2) throw missing('name', 'value');
    this.#pairs.push([wellFormed(name), wellFormed(value)]);
    this.#changed();
  }

  delete(name, value = undefined) {
    if (arguments.length < 1) throw missing('name');
    const [key, only] = [wellFormed(name), value === undefined ? undefined : wellFormed(value)];
    this.#pairs = this.#pairs.filter(([one, held]) => one !== key || (only !== undefined && held !== only));
    this.#changed();
  }

  get(name) {
    if (arguments.length < 1) throw missing('name');
    const key = wellFormed(name);
    return this.#pairs.find(([one]) => one === key)?.[1] ?? null;
  }

  getAll(name) {
    if (arguments.length < 1) throw missing('name');
    const key = wellFormed(name);
    return this.#pairs.filter(([one]) => one === key).map(([, value]) => value);
  }

  has(name, value = undefined) {
    if (arguments.length < 1) throw missing('name');
    const [key, only] = [wellFormed(name), value === undefined ? undefined : wellFormed(value)];
    return this.#pairs.some(([one, held]) => one === key && (only === undefined || held === only));
  }

  set(name, value) {
    if (arguments.length < 2) throw missing('name', 'value');
    const [key, text] = [wellFormed(name), wellFormed(value)];
    const first = this.#pairs.findIndex(([one]) => one === key);
    if (first < 0) this.#pairs.push([key, text]);
    else this.#pairs = this.#pairs.flatMap((pair, at) => (at === first ? [[key, text]] : pair[0] === key ? [] : [pair]));
    this.#changed();
  }

  sort() {
    this.#pairs.sort(([left], [right]) => (left < right ? -1 : left > right ? 1 : 0));
    this.#changed();
  }

  forEach(callback, receiver = undefined) {
    if (typeof callback !== 'function') throw failure(TypeError, 'ERR_INVALID_ARG_TYPE', `The "callback" argument must be of type function. Received ${String(callback)}`);
    for (const [name, value] of this) callback.call(receiver, value, name, this);
  }

  * entries() { for (let at = 0; at < this.#pairs.length; at += 1) yield [...this.#pairs[at]]; }
  * keys() { for (let at = 0; at < this.#pairs.length; at += 1) yield this.#pairs[at][0]; }
  * values() { for (let at = 0; at < this.#pairs.length; at += 1) yield this.#pairs[at][1]; }
  toString() { return this.#pairs.map(([name, value]) => `${encoded(name)}=${encoded(value)}`).join('&'); }

  [INSPECT](_depth, options, inspect) {
    const shown = this.#pairs.map(([name, value]) => `${inspect(name, options)} => ${inspect(value, options)}`);
    return shown.length === 0 ? 'URLSearchParams {}' : `URLSearchParams { ${shown.join(', ')} }`;
  }

  #changed() { this.#url?.[QUERY](this.toString()); }
}
tag(URLSearchParams, 'URLSearchParams');
Object.defineProperty(URLSearchParams.prototype, Symbol.iterator, { value: URLSearchParams.prototype.entries, writable: true, configurable: true });

const QUERY = Symbol('query');
/** The order of the parts that the natives answer. */
const [HREF, ORIGIN, PROTOCOL, USERNAME, PASSWORD, HOST, HOSTNAME, PORT, PATHNAME, SEARCH, HASH] = Array.from({ length: 11 }, (_, index) => index);

function invalid(input, base) {
  return Object.assign(failure(TypeError, 'ERR_INVALID_URL', 'Invalid URL'), { input }, base === undefined ? {} : { base });
}

class URL {
  #parts;
  #params;

  constructor(input, base = undefined) {
    if (arguments.length === 0) throw missing('url');
    const [text, from] = [wellFormed(input), base === undefined ? undefined : wellFormed(base)];
    this.#parts = parse(text, from);
    if (this.#parts === undefined) throw invalid(text, from);
  }

  static canParse(input, base = undefined) {
    if (arguments.length === 0) throw missing('url');
    return parse(wellFormed(input), base === undefined ? undefined : wellFormed(base)) !== undefined;
  }

  static parse(input, base = undefined) {
    if (arguments.length === 0) throw missing('url');
    return URL.canParse(input, base) ? new URL(input, base) : null;
  }

  static createObjectURL() { throw require('internal/errors').accessDenied('URL', 'createObjectURL'); }
  static revokeObjectURL() {}

  get href() { return this.#parts[HREF]; }
  set href(value) {
    const parts = parse(wellFormed(value), undefined);
    if (parts === undefined) throw invalid(`${value}`);
    this.#take(parts);
  }

  get origin() { return this.#parts[ORIGIN]; }
  get protocol() { return this.#parts[PROTOCOL]; }
  set protocol(value) { this.#set(PROTOCOL, value); }
  get username() { return this.#parts[USERNAME]; }
  set username(value) { this.#set(USERNAME, value); }
  get password() { return this.#parts[PASSWORD]; }
  set password(value) { this.#set(PASSWORD, value); }
  get host() { return this.#parts[HOST]; }
  set host(value) { this.#set(HOST, value); }
  get hostname() { return this.#parts[HOSTNAME]; }
  set hostname(value) { this.#set(HOSTNAME, value); }
  get port() { return this.#parts[PORT]; }
  set port(value) { this.#set(PORT, value); }
  get pathname() { return this.#parts[PATHNAME]; }
  set pathname(value) { this.#set(PATHNAME, value); }
  get search() { return this.#parts[SEARCH]; }
  set search(value) { this.#set(SEARCH, value); }
  get hash() { return this.#parts[HASH]; }
  set hash(value) { this.#set(HASH, value); }
  get searchParams() { return (this.#params ??= paramsOf(this, this.search)); }
  toString() { return this.href; }
  toJSON() { return this.href; }

  [INSPECT](depth, options, inspect) {
    if (depth < 0) return options.stylize('[URL]', 'special');
    const shown = {};
    for (const name of ['href', 'origin', 'protocol', 'username', 'password', 'host', 'hostname', 'port', 'pathname', 'search', 'searchParams', 'hash']) shown[name] = this[name];
    return `URL ${inspect(shown, options)}`;
  }

  /** Called by the list of parameters that belongs to this URL. */
  [QUERY](query) { this.#parts = change(this.href, SEARCH, query); }

  #set(part, value) { this.#take(change(this.href, part, wellFormed(value))); }

  #take(parts) {
    this.#parts = parts;
    if (this.#params !== undefined) reread(this.#params, this.search.slice(1));
  }
}
tag(URL, 'URL');

module.exports = { URL, URLSearchParams };
