'use strict';

/**
 * Data of this package's own making as JSON: no `toJSON` is looked up, whatever an application has put on the prototypes
 * of its process. Values of users are not written here, but for texts.
 */

/** Whether somebody taught all objects of this process to write themselves differently; texts and numbers are never asked. */
function isJsonTouched() {
  return 'toJSON' in Object.prototype || 'toJSON' in Array.prototype;
}

/** @param {any} data plain objects, arrays and primitives @returns {string} */
function json(data) {
  return isJsonTouched() ? written(data) : JSON.stringify(data);
}

/** @param {any} data @returns {string} */
function written(data) {
  if (typeof data !== 'object' || data === null) return JSON.stringify(data);
  if (Array.isArray(data)) return `[${data.map((item) => written(item) ?? 'null').join(',')}]`;
  const entries = Object.keys(data).filter((key) => data[key] !== undefined);
  return `{${entries.map((key) => `${JSON.stringify(key)}:${written(data[key])}`).join(',')}}`;
}

module.exports = { isJsonTouched, json };
