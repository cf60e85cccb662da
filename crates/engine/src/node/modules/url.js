'use strict';

const legacy = require('url/');
const { URL, URLSearchParams } = require('internal/url');
const { check, failure, wrongType, wrongValue } = require('internal/errors');

const [toAscii, toUnicode] = ['domainToAscii', 'domainToUnicode'].map(native);
const isWindows = (options) => options?.windows ?? process.platform === 'win32';

function format(value, options = undefined) {
  if (!(value instanceof URL)) return legacy.format(value);
  const { auth = true, fragment = true, search = true, unicode = false } = options ?? {};
  const copy = new URL(value.href);
  if (!auth) [copy.username, copy.password] = ['', ''];
  if (!fragment) copy.hash = '';
  if (!search) copy.search = '';
  return unicode && copy.hostname !== '' ? copy.href.replace(copy.hostname, toUnicode(copy.hostname)) : copy.href;
}

function fileURLToPath(value, options = undefined) {
  const url = typeof value === 'string' ? new URL(value) : value;
  if (!(url instanceof URL)) throw wrongType('path', 'of type string or an instance of URL', value);
  if (url.protocol !== 'file:') throw failure(TypeError, 'ERR_INVALID_URL_SCHEME', 'The URL must be of scheme file');
  return isWindows(options) ? windowsPath(url) : posixPath(url);
}

/** The bytes of a path that is no text. */
function fileURLToPathBuffer(value, options = undefined) {
  const url = typeof value === 'string' ? new URL(value) : value;
  if (isWindows(options)) return Buffer.from(fileURLToPath(url, options));
  if (url.protocol !== 'file:') throw failure(TypeError, 'ERR_INVALID_URL_SCHEME', 'The URL must be of scheme file');
  return require('querystring').unescapeBuffer(url.pathname);
}

function posixPath(url) {
  if (url.hostname !== '') throw failure(TypeError, 'ERR_INVALID_FILE_URL_HOST', `File URL host must be "localhost" or empty on ${process.platform}`);
  if (/%2f/i.test(url.pathname)) throw failure(TypeError, 'ERR_INVALID_FILE_URL_PATH', 'File URL path must not include encoded / characters');
  return decodeURIComponent(url.pathname);
}

function windowsPath(url) {
  if (/%2f|%5c/i.test(url.pathname)) throw failure(TypeError, 'ERR_INVALID_FILE_URL_PATH', 'File URL path must not include encoded \\ or / characters');
  const path = decodeURIComponent(url.pathname.replaceAll('/', '\\'));
  if (url.hostname !== '') return `\\\\${toUnicode(url.hostname)}${path}`;
  if (!/^\\[a-z]:/i.test(path)) throw failure(TypeError, 'ERR_INVALID_FILE_URL_PATH', 'File URL path must be absolute');
  return path.slice(1);
}

function pathToFileURL(value, options = undefined) {
  check.string(value, 'path');
  const windows = isWindows(options);
  const path = require(windows ? 'path/win32' : 'path/posix');
  const url = new URL('file:///');
  if (windows && value.startsWith('\\\\')) {
    const [, host, rest] = /^\\\\([^\\]+)(\\.*)$/.exec(path.resolve(value)) ?? [];
    if (host === undefined) throw wrongValue('path', value, 'Missing UNC resource path');
    url.hostname = toAscii(host);
    url.pathname = rest.replaceAll('\\', '/');
    return url;
  }
  let resolved = path.resolve(value);
  if (/[/\\]$/.test(value) && !/[/\\]$/.test(resolved)) resolved += path.sep;
  const escaped = resolved.replace(windows ? /[%\n\r\t?#]/g : /[%\\\n\r\t?#]/g, (letter) => encodeURIComponent(letter));
  url.pathname = windows ? `/${escaped.replaceAll('\\', '/')}` : escaped;
  return url;
}

function urlToHttpOptions(url) {
  const { hostname, pathname, port, username, password, search } = url;
  const options = {
    __proto__: null, ...url, protocol: url.protocol, hostname: hostname.startsWith('[') ? hostname.slice(1, -1) : hostname,
    hash: url.hash, search, pathname, path: `${pathname}${search}`, href: url.href,
  };
  if (port !== '') options.port = Number(port);
  if (username || password) options.auth = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return options;
}

const resolve = (from, to) => legacy.resolve(from, to);

module.exports = {
  Url: legacy.Url, parse: legacy.parse, resolve, resolveObject: legacy.resolveObject, format, URL, URLSearchParams,
  domainToASCII: (domain) => toAscii(`${domain}`), domainToUnicode: (domain) => toUnicode(`${domain}`),
  pathToFileURL, fileURLToPath, fileURLToPathBuffer, urlToHttpOptions,
};
