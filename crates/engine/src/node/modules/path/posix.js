'use strict';
const { basename, delimiter, dirname, extname, format, isAbsolute, join, normalize, parse, relative, resolve, sep, toNamespacedPath } = require('path-unified/posix');

const posix = { resolve, normalize, isAbsolute, join, relative, toNamespacedPath, dirname, basename, extname, format, parse, sep, delimiter, _makeLong: toNamespacedPath };
posix.posix = posix;
// Each names the other, as in Node; only one is built before somebody asks.
Object.defineProperty(posix, 'win32', { enumerable: true, configurable: true, get: () => require('path/win32') });

module.exports = posix;
