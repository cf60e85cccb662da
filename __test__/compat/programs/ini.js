// kind: parsers; needs: process
'use strict';
const ini = require('ini');

module.exports.main = (input) => {
  const parsed = ini.parse('; comment\nroot = 1\n[section.sub]\nkey = "quoted ; text"\nlist[] = a\nlist[] = b\nflag\n');
  return [parsed, ini.stringify({ name: input.name, deep: { a: true, b: [1, 2] } }, { whitespace: true }).split(/\r?\n/)];
};
