'use strict';

/**
 * Where a service's code comes from: source text, a function's source text, or a file. Must not know how it is run.
 */

const { createHash } = require('node:crypto');
const path = require('node:path');
const vm = require('node:vm');
const checks = require('../checks');
const { invalid } = require('../errors');

/** Our side inside the guest. Its `service.js` is replaced by source text when it is loaded. */
const GUEST_FOLDER = path.join(__dirname, 'guest');

/**
 * @typedef {object} ServiceSource
 * @property {string} file as the guest requires it
 * @property {string[]} folders it may read besides our own
 * @property {string | undefined} text what stands in for `file`
 * @property {string} id of the text, for the cache of compiled sources
 * @property {string | undefined} packages the folder in whose `node_modules` text finds packages, having no place of its own
 */

/** @param {unknown} service source text, or a function @param {unknown} [root] where it finds packages @returns {ServiceSource} */
function sourceOf(service, root) {
  const text = typeof service === 'function' ? assignment(service) : service;
  if (typeof text !== 'string') throw checks.wrong('service', 'source text or a function', service);
  const name = isModule(text) ? 'service.mjs' : 'service.js';
  const packages = checks.absolutePath(root, 'root');
  return { file: `./${name}`, folders: packages === undefined ? [] : [packages], packages, text, id: `service ${createHash('sha256').update(text).digest('base64')}` };
}

/** @param {unknown} file @param {unknown} [root] what else it may read lies below this folder @returns {ServiceSource} */
function fileSource(file, root) {
  const absolute = checks.absolutePath(file, 'file');
  if (absolute === undefined) throw checks.wrong('file', 'an absolute path', file);
  return { file: absolute, folders: [checks.absolutePath(root, 'root') ?? path.dirname(absolute)], text: undefined, id: '', packages: undefined };
}

/** @param {Function} service */
function assignment(service) {
  const text = Function.prototype.toString.call(service);
  const plain = `module['exports'] = ${text};`;
  if (parses(plain)) return plain;
  // A method, as in `{ service(hook) { … } }`.
  const method = `module['exports'] = Object.values({ ${text} })[0];`;
  if (parses(method)) return method;
  throw invalid(TypeError, 'service is a function without source text; bound and native functions cannot be services');
}

/** @param {string} text */
function parses(text) {
  try {
    return new vm.Script(text) instanceof vm.Script && !/\{\s*\[native code\]\s*\}/.test(text);
  } catch {
    return false;
  }
}

/** Whether it is written as an ES module. @param {string} text */
function isModule(text) {
  return /^\s*(?:export\s+(?:default|const|let|var|function|async|class|\{)|export\s*\{|import\s*(?:[\w*{]|['"]))/m.test(text) && !/\bmodule\s*(?:\.\s*exports|\[\s*['"]exports['"]\s*\])\s*=/.test(text);
}

module.exports = { GUEST_FOLDER, fileSource, sourceOf };
