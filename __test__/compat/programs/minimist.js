// kind: strings; needs: none
'use strict';
const minimist = require('minimist');

module.exports.main = () => [
  minimist(['-a', '3', '--bee=x', '-xyz', '--no-color', 'rest', '--', 'more']),
  minimist(['--n', '5', '-v', '--list', 'a', '--list', 'b'], { string: ['n'], boolean: ['v'], alias: { v: 'verbose' }, default: { d: 1 } }),
];
