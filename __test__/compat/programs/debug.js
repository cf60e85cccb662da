// kind: other; needs: process, tty, util
'use strict';
const createDebug = require('debug');

module.exports.main = function (input) {
  const lines = [];
  createDebug.log = (...args) => lines.push(args.map(String).join(' ').replace(/\u001b\[[0-9;]*m/g, '').replace(/^\S+T\S+Z /, '').trim());
  createDebug.enable('app:*,-app:quiet');
  createDebug('app:loud')('hello %s %d %o', input.name, 4, { a: [1] });
  createDebug('app:quiet')('never');
  createDebug('other')('never');
  return { lines, enabled: ['app:x', 'app:quiet', 'other'].map((name) => createDebug.enabled(name)) };
};
