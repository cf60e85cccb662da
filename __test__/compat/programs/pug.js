// kind: templating; needs: eval, process, path, fs, assert
'use strict';
const pug = require('pug');

module.exports.main = (input) => [
  pug.render('ul\n  each n in numbers\n    li(class=n > 10 ? "big" : null)= n\np Hello #{name} !{"<b>"}', input),
  pug.compile('mixin pair(a, b)\n  b= a\n  i= b\n+pair(1, name)\nif show\n  span yes', { pretty: true })({ name: input.name, show: true }),
];
