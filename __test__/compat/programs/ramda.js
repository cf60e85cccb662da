// kind: data; needs: none
'use strict';
const R = require('ramda');

module.exports.main = function (input) {
  const people = [{ name: 'Ada', age: 36 }, { name: 'Bob', age: 20 }, { name: 'Cyd', age: 36 }];
  return {
    piped: R.pipe(R.filter((n) => n > 8), R.map(R.multiply(2)), R.sum)(input.numbers),
    grouped: R.groupBy(R.prop('age'), people),
    sorted: R.sortWith([R.descend(R.prop('age')), R.ascend(R.prop('name'))], people).map(R.prop('name')),
    lens: R.over(R.lensPath(['a', 0, 'b']), R.inc, { a: [{ b: 1 }] }),
    curried: R.curry((a, b, c) => a + b + c)(1)(2, 3),
    evolved: R.evolve({ name: R.toUpper, age: R.add(1) }, people[0]),
    transduced: R.transduce(R.compose(R.map(R.inc), R.take(2)), R.flip(R.append), [], input.numbers),
  };
};
