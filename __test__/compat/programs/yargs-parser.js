// kind: strings; needs: process, util, path, fs
'use strict';
const parse = require('yargs-parser');

module.exports.main = () => [
  parse('--foo=33 --bar hello -abc 5 --nested.key v'),
  parse(['--count', '-v', '-v', '--arr', '1', '2'], { array: ['arr'], count: ['v'], configuration: { 'camel-case-expansion': false } }),
  parse.camelCase('hello-world'), parse.decamelize('helloWorld'),
];
