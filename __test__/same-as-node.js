'use strict';

/** Runs one source in a guest and in this process, for tests that compare the two. */

const nodeModule = require('node:module');
const vm = require('node:vm');
const { run } = require('./guest');

/** A module whose `main` has this body. @param {string} body */
const wrapped = (body) => `exports.main = async () => { ${body} };`;

/** What the body answers in this process, as JSON has it. @param {string} body */
async function inNode(body) {
  const module = { exports: /** @type {any} */ ({}) };
  vm.runInThisContext(`(function (exports, require, module) { ${wrapped(body)}\n})`)(module.exports, nodeModule.createRequire(__filename), module);
  const answer = await module.exports.main();
  return answer === undefined ? undefined : JSON.parse(JSON.stringify(answer));
}

module.exports = { inNode, run, wrapped };
