'use strict';

const { failure } = require('internal/errors');

const DIGIT = (code) => (code >= 48 && code <= 57 ? code - 48 : code >= 65 && code <= 70 ? code - 55 : code >= 97 && code <= 102 ? code - 87 : -1);

function escape(value) {
  const text = typeof value === 'string' ? value : typeof value === 'object' ? String(value) : `${value}`;
  try {
    return encodeURIComponent(text);
  } catch {
    throw failure(URIError, 'ERR_INVALID_URI', 'URI malformed');
  }
}

/** Percent signs that introduce no byte stay as they are. */
function unescapeBuffer(text, decodeSpaces = false) {
  const source = Buffer.from(text);
  const bytes = Buffer.alloc(source.length);
  let length = 0;
  for (let at = 0; at < source.length; at += 1) {
    const [high, low] = source[at] === 37 ? [DIGIT(source[at + 1]), DIGIT(source[at + 2])] : [-1, -1];
    if (high >= 0 && low >= 0) {
      bytes[length++] = high * 16 + low;
      at += 2;
    } else {
      bytes[length++] = decodeSpaces && source[at] === 43 ? 32 : source[at];
    }
  }
  return bytes.subarray(0, length);
}

function unescape(text, decodeSpaces) {
  try {
    return decodeURIComponent(text);
  } catch {
    return querystring.unescapeBuffer(text, decodeSpaces).toString();
  }
}

function parse(text, separator, equals, options) {
  const result = { __proto__: null };
  if (typeof text !== 'string' || text.length === 0) return result;
  const between = separator ? String(separator) : '&';
  const assigns = equals ? String(equals) : '=';
  const most = typeof options?.maxKeys === 'number' ? options.maxKeys : 1000;
  const decode = typeof options?.decodeURIComponent === 'function' ? options.decodeURIComponent : querystring.unescape;
  const decoded = (part) => {
    const spaced = part.replaceAll('+', decode === unescape ? ' ' : '%20');
    if (decode === unescape && !spaced.includes('%')) return spaced;
    try {
      return decode(spaced);
    } catch {
      return unescape(spaced, true);
    }
  };
  let pairs = text.split(between).filter((pair) => pair !== '');
  if (most > 0) pairs = pairs.slice(0, most);
  for (const pair of pairs) {
    const at = pair.indexOf(assigns);
    const key = decoded(at < 0 ? pair : pair.slice(0, at));
    const value = at < 0 ? '' : decoded(pair.slice(at + assigns.length));
    if (!Object.hasOwn(result, key)) result[key] = value;
    else if (Array.isArray(result[key])) result[key].push(value);
    else result[key] = [result[key], value];
  }
  return result;
}

function primitive(value) {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? `${value}` : '';
  return typeof value === 'bigint' || typeof value === 'boolean' ? `${value}` : '';
}

function stringify(object, separator, equals, options) {
  if (object === null || typeof object !== 'object') return '';
  const between = separator || '&';
  const assigns = equals || '=';
  const encode = typeof options?.encodeURIComponent === 'function' ? options.encodeURIComponent : querystring.escape;
  const encoded = (value) => encode(primitive(value));
  return Object.keys(object).flatMap((key) => {
    const start = encoded(key) + assigns;
    const value = object[key];
    return Array.isArray(value) ? value.map((one) => start + encoded(one)) : [start + encoded(value)];
  }).join(between);
}

const querystring = { unescapeBuffer, unescape, escape, stringify, encode: stringify, parse, decode: parse };

module.exports = querystring;
