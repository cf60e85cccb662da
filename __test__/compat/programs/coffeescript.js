// kind: parsers; needs: eval
'use strict';
const coffee = require('coffeescript');

module.exports.main = () => {
  let problem;
  try { coffee.compile('a = (1'); } catch (error) { problem = error.message; }
  return [coffee.compile('square = (x) -> x * x\nlist = (square n for n in [1..3] when n isnt 2)', { bare: true }), coffee.eval('(x for x in [1..3])'), problem];
};
