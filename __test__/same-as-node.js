'use strict';

/** Runs one source in a guest and in Node, for tests that compare the two. */

const { spawnSync } = require('node:child_process');
const nodeModule = require('node:module');
const vm = require('node:vm');
const { run } = require('./guest');

/** Other hosts have modules of Node's names that answer otherwise, so there a Node beside them is asked. */
const isNode = process.versions.bun === undefined && process.versions.deno === undefined;
/** The command of that Node. */
const NODE = process.env.NODE_TO_COMPARE_WITH ?? 'node';

/** A module whose `main` has this body. @param {string} body */
const wrapped = (body) => `exports.main = async () => { ${body} };`;

/** What the body answers in Node, as JSON has it. @param {string} body */
async function inNode(body) {
  const json = isNode ? await answerOf(body) : askNode(body);
  return json === undefined ? undefined : JSON.parse(json);
}

/** @param {string} body @returns {Promise<string | undefined>} */
async function answerOf(body) {
  // Node 18 has no such global yet.
  globalThis.crypto ??= /** @type {any} */ (require('node:crypto').webcrypto);
  const module = { exports: /** @type {any} */ ({}) };
  vm.runInThisContext(`(function (exports, require, module) { ${wrapped(body)}\n})`)(module.exports, nodeModule.createRequire(__filename), module);
  return JSON.stringify(await module.exports.main());
}

/** @param {string} body @returns {string | undefined} */
function askNode(body) {
  const program = `require(${JSON.stringify(__filename)}).answerOf(require('node:fs').readFileSync(0, 'utf8')).then((json) => process.stdout.write(json ?? ''));`;
  const { status, stdout, stderr, error } = spawnSync(NODE, ['-e', program], { input: body, encoding: 'utf8', timeout: 60_000 });
  if (status !== 0) throw new Error(`${NODE} could not be compared with: ${error?.message ?? stderr}`);
  return stdout === '' ? undefined : stdout;
}

module.exports = { answerOf, inNode, run, wrapped };
