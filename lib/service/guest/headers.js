'use strict';

/** Headers of a response, with the rules and the errors of Node's. Runs inside the guest. */

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const FORBIDDEN = /[^\t\x20-\x7e\x80-\xff]/;

/** @param {string} message @param {string} code @param {typeof Error} Class */
function coded(message, code, Class = TypeError) {
  return Object.assign(new Class(message), { code });
}

/** @param {string} action */
function headersSent(action) {
  return coded(`Cannot ${action} headers after they are sent to the client`, 'ERR_HTTP_HEADERS_SENT', Error);
}

/** Interim statuses are the host's business. @param {any} code */
function checkStatus(code) {
  if (!Number.isInteger(code) || code < 200 || code > 999) throw coded(`Invalid status code: ${code}`, 'ERR_HTTP_INVALID_STATUS_CODE', RangeError);
}

class HeaderList {
  /** By lower-case name: the name as given, and its value. @type {Map<string, [string, string | string[]]>} */
  #entries = new Map();

  /** @param {string} name @param {any} value */
  set(name, value) {
    checkName(name);
    this.#entries.set(name.toLowerCase(), [name, checked(name, value)]);
  }

  /** @param {string} name @param {any} value */
  append(name, value) {
    checkName(name);
    const known = this.get(name);
    this.set(name, known === undefined ? value : [known, value].flat());
  }

  /** Objects, Maps, lists of pairs, and flat lists. @param {any} headers */
  setAll(headers) {
    if (headers === undefined || headers === null) return;
    for (const [name, value] of pairsOf(headers)) this.set(name, value);
  }

  /** @param {string} name */
  get(name) {
    return this.#entries.get(String(name).toLowerCase())?.[1];
  }

  /** @param {string} name */
  delete(name) {
    this.#entries.delete(String(name).toLowerCase());
  }

  /** @returns {[string, string | string[]][]} */
  entries() {
    return [...this.#entries.values()];
  }

  /** @returns {Record<string, string | string[]>} */
  toObject() {
    const object = Object.create(null);
    for (const [key, [, value]] of this.#entries) object[key] = value;
    return object;
  }
}

/** @param {any} headers @returns {[string, any][]} */
function pairsOf(headers) {
  if (!Array.isArray(headers)) return typeof headers[Symbol.iterator] === 'function' ? [...headers] : Object.entries(headers);
  if (headers.every(Array.isArray)) return /** @type {[string, any][]} */ (headers);
  if (headers.length % 2 !== 0) throw coded("The argument 'headers' is invalid. Received a list of odd length", 'ERR_INVALID_ARG_VALUE');
  return Array.from({ length: headers.length / 2 }, (_, at) => /** @type {[string, any]} */ ([headers[2 * at], headers[2 * at + 1]]));
}

/** @param {any} name */
function checkName(name) {
  if (typeof name !== 'string' || !TOKEN.test(name)) throw coded(`Header name must be a valid HTTP token ["${name}"]`, 'ERR_INVALID_HTTP_TOKEN');
}

/** @param {string} name @param {any} value @returns {string | string[]} */
function checked(name, value) {
  if (value === undefined) throw coded(`Invalid value "undefined" for header "${name}"`, 'ERR_HTTP_INVALID_HEADER_VALUE');
  if (Array.isArray(value)) return value.map((item) => /** @type {string} */ (checked(name, item)));
  const text = String(value);
  if (FORBIDDEN.test(text)) throw coded(`Invalid character in header content ["${name}"]`, 'ERR_INVALID_CHAR');
  return text;
}

module.exports = { HeaderList, checkStatus, headersSent };
