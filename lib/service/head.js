'use strict';

/**
 * Status and headers as a guest sends them, checked: a guest may say what its own response is, and not where that response
 * ends on a connection which others use, too. Must not know the stream they go to.
 */

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const FORBIDDEN = /[^\t\x20-\x7e\x80-\xff]/;
const MOST_HEADER_BYTES = 64 * 1024;
const CONTENT_LENGTH = 'content-length';

/** They are about the connection, which belongs to the host. */
const OF_THE_CONNECTION = new Set(['connection', 'keep-alive', 'proxy-connection', 'te', 'transfer-encoding', 'upgrade']);

/**
 * @typedef {object} Head
 * @property {boolean} isExplicit whether the service called `writeHead`
 * @property {number} statusCode
 * @property {string | undefined} statusMessage
 * @property {[string, string | string[]][]} headers
 * @property {number | undefined} contentLength
 */

/** @param {any} given @returns {Head} */
function headOf(given) {
  const { isExplicit, statusCode, statusMessage, headers } = Object(given);
  // Interim answers would leave the client waiting for the real one.
  if (!Number.isInteger(statusCode) || statusCode < 200 || statusCode > 999) {
    throw coded(`Invalid status code: ${shown(statusCode)}`, 'ERR_HTTP_INVALID_STATUS_CODE', RangeError);
  }
  if (statusMessage !== undefined && (typeof statusMessage !== 'string' || FORBIDDEN.test(statusMessage))) {
    throw coded('Invalid character in statusMessage', 'ERR_INVALID_CHAR');
  }
  const pairs = pairsOf(headers);
  const length = pairs.find(([name]) => name.toLowerCase() === CONTENT_LENGTH);
  return { isExplicit: isExplicit === true, statusCode, statusMessage, headers: pairs, contentLength: length && contentLengthOf(length[1]) };
}

/** @param {any} given @returns {[string, string | string[]][]} */
function trailersOf(given) {
  return pairsOf(given).filter(([name]) => name.toLowerCase() !== CONTENT_LENGTH);
}

/** One pair for each name, the last one given: that is the one Node would send. @param {any} given @returns {[string, string | string[]][]} */
function pairsOf(given) {
  if (!Array.isArray(given)) throw new TypeError('headers have to be a list of pairs');
  let bytes = 0;
  /** By lower-case name. @type {Map<string, [string, string | string[]]>} */
  const pairs = new Map();
  for (const pair of given) {
    const [name, value] = Array.isArray(pair) ? pair : [];
    if (typeof name !== 'string' || !TOKEN.test(name)) throw coded(`Header name must be a valid HTTP token ["${shown(name)}"]`, 'ERR_INVALID_HTTP_TOKEN');
    for (const item of Array.isArray(value) ? value : [value]) {
      if (typeof item !== 'string' || FORBIDDEN.test(item)) throw coded(`Invalid character in header content ["${name}"]`, 'ERR_INVALID_CHAR');
      bytes += name.length + item.length;
    }
    if (bytes > MOST_HEADER_BYTES) throw new RangeError(`headers have ${bytes} bytes or more, limit is ${MOST_HEADER_BYTES}`);
    if (!OF_THE_CONNECTION.has(name.toLowerCase())) pairs.set(name.toLowerCase(), [name, value]);
  }
  return [...pairs.values()];
}

/** @param {string | string[]} value */
function contentLengthOf(value) {
  const text = Array.isArray(value) && value.length === 1 ? value[0] : value;
  if (typeof text !== 'string' || !/^\d{1,15}$/.test(text)) throw new RangeError(`Content-Length must be a whole number of bytes, got ${shown(text)}`);
  return Number(text);
}

/** @param {unknown} value */
function shown(value) {
  return typeof value === 'object' ? 'an object' : String(value).slice(0, 80);
}

/** @param {string} message @param {string} code @param {typeof Error} Class */
function coded(message, code, Class = TypeError) {
  return Object.assign(new Class(message), { code });
}

module.exports = { headOf, trailersOf };
