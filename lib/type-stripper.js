'use strict';

/**
 * TypeScript to JavaScript by blanking its types out, so that every line and column stays where it was: by Node itself where
 * it can, else by amaro, which is what Node has built in.
 */

const nodeModule = require('node:module');

/** @typedef {(code: string) => string} Strip */

/** Whose fault it is: the source's. */
const CODES = ['InvalidSyntax', 'UnsupportedSyntax', 'ERR_INVALID_TYPESCRIPT_SYNTAX', 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX'];

/** @type {Strip | undefined} */
let stripper;

/**
 * The answer for the engine: `c` and the JavaScript, or `e` and, as JSON, what is wrong with the source.
 * @param {string} code
 */
function stripTypes(code) {
  stripper ??= findStripper();
  try {
    return `c${stripper(code)}`;
  } catch (error) {
    const { code: kind, message, startLine, startColumn } = /** @type {any} */ (error);
    if (!CODES.includes(kind)) throw error;
    return `e${JSON.stringify({ message: firstWords(message), line: startLine ?? null, column: startColumn === undefined ? null : startColumn + 1 })}`;
  }
}

/** @returns {Strip} */
function findStripper() {
  // Its types are younger than those that this package is checked with.
  const { stripTypeScriptTypes } = /** @type {any} */ (nodeModule);
  if (typeof stripTypeScriptTypes === 'function') return (code) => quietly(() => stripTypeScriptTypes(code, { mode: 'strip' }));
  const amaro = findAmaro();
  return (code) => amaro.transformSync(code, { mode: 'strip-only' }).code;
}

function findAmaro() {
  try {
    // @ts-ignore an optional peer dependency
    return require('amaro');
  } catch (error) {
    if (/** @type {any} */ (error).code !== 'MODULE_NOT_FOUND') throw error;
    throw new Error('TypeScript needs Node.js 22.13 or newer, or the package amaro (npm install amaro); '
      + `this is ${process.version} without it`, { cause: error });
  }
}

/** Node says once that it is experimental; whoever runs guests has not asked. @param {() => string} action */
function quietly(action) {
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    return action();
  } finally {
    process.emitWarning = emitWarning;
  }
}

/** Without the drawing that some versions put around it. @param {unknown} message */
function firstWords(message) {
  const line = String(message).split('\n').find((text) => /\w/.test(text)) ?? 'the TypeScript cannot be read';
  return line.replace(/^[\s×x✕]+(?=\s|[A-Z])\s*/, '').trim();
}

module.exports = { stripTypes };
