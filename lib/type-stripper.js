'use strict';

/**
 * TypeScript to JavaScript by blanking its types out, so that every line and column stays where it was: by Node itself where
 * it can, else by amaro, which is what Node has built in.
 */

const nodeModule = require('node:module');

/** @typedef {(code: string, name?: string) => string} Strip by a name, errors show the place */

/** A name that Node shows a place by. */
const NAME = 'guest';

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
    const { code: kind } = /** @type {any} */ (error);
    if (!CODES.includes(kind)) throw error;
    return `e${JSON.stringify(problemOf(error, code))}`;
  }
}

/**
 * amaro tells the place. Node draws it above the stack, if the source has a name, which it would otherwise append to the code.
 * Deno tells neither place nor reason, so there amaro is asked if it is installed.
 * @param {any} error @param {string} code
 * @returns {{ message: string, line: number | null, column: number | null }} line and column from 1
 */
function problemOf(error, code) {
  const { message, startLine, startColumn } = error;
  if (startLine !== undefined) return { message: firstWords(message), line: startLine, column: startColumn === undefined ? null : startColumn + 1 };
  const drawn = String(errorOf(() => /** @type {Strip} */ (stripper)(code, NAME))?.stack);
  const [, line, pointer] = /^guest:(\d+)\n(?:.*\n)*?( *)\^+\n/.exec(drawn) ?? [];
  if (line !== undefined) return { message: firstWords(message), line: Number(line), column: pointer.length + 1 };
  const explained = errorOf(() => findAmaro().transformSync(code, { mode: 'strip-only' }));
  return explained?.startLine === undefined ? { message: firstWords(message), line: null, column: null } : problemOf(explained, code);
}

/** @param {() => unknown} action @returns {any} what it throws */
function errorOf(action) {
  try {
    action();
  } catch (error) {
    return error;
  }
}

/** @returns {Strip} */
function findStripper() {
  // Its types are younger than those that this package is checked with.
  const { stripTypeScriptTypes } = /** @type {any} */ (nodeModule);
  if (typeof stripTypeScriptTypes === 'function') return (code, name) => quietly(() => stripTypeScriptTypes(code, { mode: 'strip', ...(name === undefined ? {} : { sourceUrl: name }) }));
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
