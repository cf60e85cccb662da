'use strict';

/**
 * Checks of single options. Every message names the option, what was expected and what was given; a check answers the
 * value it has proved, and `undefined` for an option that is absent (`undefined` or `null`).
 */

const path = require('node:path');
const { invalid } = require('./errors');

/** The most any count or size may be: larger ones are surely mistakes. */
const LARGEST = 2 ** 40;
/** What timers of the host can wait. */
const LONGEST_TIME = 2 ** 31 - 1;

/**
 * An option, read once: it may be a getter. What somebody put on all objects of the process is not an option.
 * @param {Record<string, any>} given
 * @param {string} key
 * @returns {any}
 */
function read(given, key) {
  const value = given[key];
  if (value === undefined || !(key in Object.prototype) || Object.hasOwn(given, key)) return value;
  return value === /** @type {any} */ (Object.prototype)[key] ? undefined : value;
}

/** How a value reads in a message. @param {unknown} value @returns {string} */
function shown(value) {
  if (typeof value === 'string') return JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}…` : value);
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'bigint') return `${value}n`;
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object' && value !== null) return 'an object';
  return String(value);
}

/** @param {string} name @param {string} expected @param {unknown} value */
function wrong(name, expected, value) {
  return invalid(TypeError, `${name} must be ${expected}, got ${shown(value)}`);
}

/** @param {string} name @param {number} most @param {number} given @param {string} unit */
function tooHigh(name, most, given, unit) {
  return invalid(RangeError, `${name} may not exceed the runtime's, which is ${most} ${unit}, got ${given}`);
}

/** @param {unknown} value @param {string} name @returns {Record<string, any> | undefined} */
function object(value, name) {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'object' || Array.isArray(value)) throw wrong(name, 'an object', value);
  return /** @type {Record<string, any>} */ (value);
}

/**
 * @param {unknown} value
 * @param {string} name
 * @param {{ min?: number, max?: number, unit: string }} bounds
 * @returns {number | undefined}
 */
function count(value, name, { min = 0, max = LARGEST, unit }) {
  if (value === undefined || value === null) return undefined;
  const expected = `a whole number of ${unit}`;
  if (typeof value !== 'number' || Number.isNaN(value)) throw wrong(name, expected, value);
  if (!Number.isInteger(value) || value < min || value > max) {
    throw invalid(RangeError, `${name} must be ${expected} from ${min} to ${max}, got ${value}`);
  }
  return value;
}

/** @param {unknown} value @param {string} name @returns {number | undefined} in milliseconds, rounded up */
function timeout(value, name) {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'number' || Number.isNaN(value)) throw wrong(name, 'a positive number of milliseconds', value);
  if (value <= 0 || value > LONGEST_TIME) {
    throw invalid(RangeError, `${name} must be a positive number of milliseconds up to ${LONGEST_TIME}, got ${value}`);
  }
  return Math.ceil(value);
}

/** @param {unknown} value @param {string} name @returns {string} */
function required(value, name) {
  if (typeof value !== 'string' || value === '') throw wrong(name, 'a non-empty string', value);
  return value;
}

/** @param {unknown} value @param {string} name @returns {string[] | undefined} a copy: what was checked is what is used */
function strings(value, name) {
  if (value === undefined || value === null) return undefined;
  if (!Array.isArray(value)) throw wrong(name, 'an array of strings', value);
  return Array.from(value, (item, index) => {
    if (typeof item !== 'string') throw wrong(`${name}[${index}]`, 'a string', item);
    return item;
  });
}

/** @param {unknown} value @param {string} name @returns {Function | undefined} */
function func(value, name) {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'function') throw wrong(name, 'a function', value);
  return value;
}

/** @param {unknown} value @param {string} name @returns {boolean | undefined} */
function boolean(value, name) {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'boolean') throw wrong(name, 'true or false', value);
  return value;
}

/** @param {unknown} value @param {string} name @returns {string | undefined} */
function absolutePath(value, name) {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string' || !path.isAbsolute(value) || value.includes('\0')) throw wrong(name, 'an absolute path', value);
  return value;
}

/** @param {unknown} value @param {string} name @returns {string[] | undefined} */
function absolutePaths(value, name) {
  const list = strings(value, name);
  list?.forEach((item, index) => absolutePath(item, `${name}[${index}]`));
  return list;
}

/** @template {string} Choice @param {unknown} value @param {string} name @param {Choice[]} choices @returns {Choice | undefined} */
function oneOf(value, name, choices) {
  if (value === undefined || value === null) return undefined;
  if (!choices.includes(/** @type {any} */ (value))) throw wrong(name, choices.map((choice) => `'${choice}'`).join(' or '), value);
  return /** @type {Choice} */ (value);
}

/** @param {unknown} value @param {string} name @returns {AbortSignal | undefined} */
function abortSignal(value, name) {
  if (value === undefined || value === null) return undefined;
  const given = /** @type {any} */ (value);
  const isSignal = typeof given === 'object' && typeof given.aborted === 'boolean'
    && typeof given.addEventListener === 'function' && typeof given.removeEventListener === 'function';
  if (!isSignal) throw wrong(name, 'an AbortSignal', value);
  return given;
}

module.exports = {
  LONGEST_TIME,
  abortSignal, absolutePath, absolutePaths, boolean, count, func, object, oneOf, read, required, shown, strings, timeout, tooHigh, wrong,
};
