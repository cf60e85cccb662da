// kind: data; needs: none
'use strict';
const _ = require('underscore');

module.exports.main = function (input) {
  return {
    chained: _.chain(input.numbers).filter((n) => n % 2 === 0).map((n) => n * 10).value(),
    grouped: _.countBy(['one', 'two', 'three'], 'length'),
    template: _.template('Hello <%= name %>! <% _.each(list, (n) => { %>[<%- n %>]<% }) %>')({ name: input.name, list: ['<', 2] }),
    nested: _.get({ a: { b: [1, 2] } }, ['a', 'b', 1]),
    equal: _.isEqual({ a: new Map([[1, { b: 2 }]]) }, { a: new Map([[1, { b: 2 }]]) }),
    debounced: typeof _.debounce(() => 1, 10),
  };
};
