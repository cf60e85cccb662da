// kind: parsers; needs: process, path, util, fs, url, os, module, assert, tty, crypto, timers
'use strict';
const prettier = require('prettier');

module.exports.main = () => [
  prettier.format('const a={b:1,c:[1,2,3]};function f( x ){return x?"y":\'z\'}', { parser: 'babel', singleQuote: true }),
  prettier.format('a{color:red;b:c}', { parser: 'css' }), prettier.format('{"b":1,\n"a":[1,2]}', { parser: 'json' }), prettier.format('#  Title\n* a\n* b', { parser: 'markdown' }),
  prettier.check('a;\n', { parser: 'babel' }),
];
