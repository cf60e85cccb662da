// kind: strings; needs: none
'use strict';
const { applyPatch, createPatch, diffChars, diffJson, diffLines, diffWords } = require('diff');

module.exports.main = () => {
  const [before, after] = ['one\ntwo\nthree\n', 'one\n2\nthree\nfour\n'];
  const patch = createPatch('file.txt', before, after);
  return [patch, applyPatch(before, patch), diffChars('abcd', 'acbd').length, diffWords('the quick fox', 'the slow fox').map(({ value }) => value), diffLines(before, after).length, diffJson({ a: 1, b: 2 }, { b: 2, c: 3 }).map(({ value }) => value)];
};
