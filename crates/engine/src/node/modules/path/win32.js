'use strict';
const { basename, delimiter, dirname, extname, format, isAbsolute, join, normalize, parse, relative, resolve, sep, toNamespacedPath } = require('path-unified/win32');

const win32 = { resolve, normalize, isAbsolute, join, relative, toNamespacedPath, dirname, basename, extname, format, parse, sep, delimiter, _makeLong: toNamespacedPath };
win32.win32 = win32;
Object.defineProperty(win32, 'posix', { enumerable: true, configurable: true, get: () => require('path/posix') });

module.exports = win32;
