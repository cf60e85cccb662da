'use strict';
// Guests have no terminal.

const { accessDenied } = require('internal/errors');

const denied = (name) => {
  const Stream = { [name]: function () { throw accessDenied('tty', name); } }[name];
  Object.setPrototypeOf(Stream.prototype, require('stream').Duplex.prototype);
  return Stream;
};

module.exports = { isatty: () => false, ReadStream: denied('ReadStream'), WriteStream: denied('WriteStream') };
