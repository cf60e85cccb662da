// kind: templating; needs: none
'use strict';
const Mustache = require('mustache');

module.exports.main = (input) => [
  Mustache.render('Hi {{name}}, {{{raw}}} {{&raw}} {{raw}} {{#list}}<{{.}}>{{/list}}{{^none}}nothing{{/none}}', { name: input.name, raw: '<b>', list: input.numbers }),
  Mustache.render('{{> part}}', { x: 1 }, { part: 'partial {{x}}' }),
  Mustache.parse('{{#a}}{{b}}{{/a}}').length,
];
