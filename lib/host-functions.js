'use strict';

/**
 * Functions of the host that guests may call: read from an object of any depth, and called with copies. Must not know how
 * calls travel; `engine.js` does.
 */

const checks = require('./checks');
const { encode } = require('./encode');
const { decode } = require('./decode');
const { invalid } = require('./errors');

const MOST_FUNCTIONS = 1000;
const DEEPEST = 8;

/**
 * @typedef {object} HostFunction
 * @property {string[]} path the names that lead to it from the guest's global object
 * @property {Function} call
 * @property {boolean} isFree whether its calls do not count
 */

/**
 * @param {unknown} value `{ db: { get: async (key) => … } }`
 * @param {string} name of the option
 * @returns {HostFunction[]}
 */
function hostFunctions(value, name) {
  /** @type {HostFunction[]} */
  const found = [];
  collect(checks.object(value, name) ?? {}, [], name, found);
  return found;
}

/** @param {Record<string, any>} object @param {string[]} path @param {string} name @param {HostFunction[]} found */
function collect(object, path, name, found) {
  if (path.length >= DEEPEST) throw invalid(RangeError, `${name} is nested deeper than ${DEEPEST} levels`);
  for (const key of Object.keys(object)) {
    const own = `${name}.${key}`;
    if (key === '' || key === '__proto__') throw invalid(TypeError, `${name} has a function under the name ${JSON.stringify(key)}, which guests cannot be given`);
    const value = object[key];
    if (typeof value === 'function') found.push({ path: [...path, key], call: value, isFree: false });
    else if (typeof value === 'object' && value !== null && !Array.isArray(value)) collect(value, [...path, key], own, found);
    else throw checks.wrong(own, 'a function, or an object of functions', value);
    if (found.length > MOST_FUNCTIONS) throw invalid(RangeError, `${name} has more than ${MOST_FUNCTIONS} functions`);
  }
}

/** Those of a run stand beside its runtime's; under the same name they come first. @param {HostFunction[]} general @param {HostFunction[]} own */
function joined(general, own) {
  if (own.length === 0) return general;
  const names = new Set(own.map(({ path }) => path.join('\n')));
  return [...general.filter(({ path }) => !names.has(path.join('\n'))), ...own];
}

/**
 * Calls one with copies of the guest's arguments; answers its result as text.
 * @param {HostFunction} hostFunction
 * @param {string} args
 * @param {{ maxBytes: number, maxValues: number }} bounds
 * @returns {Promise<string>}
 */
async function callHost({ path, call }, args, bounds) {
  const result = await call(...decode(args));
  if (result === undefined) return 'u';
  return encode(result, { path: `result of ${path.join('.')}`, ...bounds, bytes: true });
}

/** What a guest gets to know of an error: name, message and code. Total, whatever was thrown. @param {unknown} error @returns {string} */
function describeError(error) {
  try {
    const { name, message, code } = /** @type {any} */ (Object(error));
    const text = error instanceof Error ? String(message) : String(error);
    return JSON.stringify({ name: String(name ?? 'Error'), message: text, ...(typeof code === 'string' ? { code } : {}) });
  } catch {
    return JSON.stringify({ name: 'Error', message: 'a host function failed' });
  }
}

module.exports = { callHost, describeError, hostFunctions, joined };
