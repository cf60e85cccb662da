// kind: data; needs: none
'use strict';
const stringify = require('safe-stable-stringify');

module.exports.main = () => {
  const circle = { b: 1, a: { z: [1, 2n, undefined, () => 1], y: null } };
  circle.self = circle;
  return [stringify(circle), stringify(circle, null, 2), stringify.configure({ deterministic: false, maximumDepth: 1 })(circle), stringify(new Date(0))];
};
