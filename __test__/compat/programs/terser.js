// kind: parsers; needs: eval, process
'use strict';
const { minify } = require('terser');

module.exports.main = async () => {
  const { code, map } = await minify({ 'a.js': 'function add(first, second) { const unused = 1; return first + second; } export const value = add(1, 2) + (false ? 1 : 3);' }, { module: true, sourceMap: { filename: 'out.js' } });
  const problem = await minify('let = 1 +').catch(({ line, message }) => [line, message]);
  return [code, JSON.parse(map).sources, problem];
};
