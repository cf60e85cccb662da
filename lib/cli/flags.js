'use strict';

/** Flags as typed, and options as meant. Every complaint names the flag and what was given. */

const { statSync } = require('node:fs');
const path = require('node:path');
const { parseArgs } = require('node:util');
const { UsageError } = require('./exit-codes');

const TIMES = /** @type {Record<string, number>} */ ({ '': 1, ms: 1, s: 1000, m: 60_000 });
const SIZES = /** @type {Record<string, number>} */ ({ '': 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30 });

/** What all commands that run guests take. */
const LIMIT_FLAGS = /** @type {const} */ ({
  timeout: { type: 'string' },
  cpu: { type: 'string' },
  memory: { type: 'string' },
  external: { type: 'string', multiple: true },
  'allow-fetch': { type: 'string', multiple: true },
  json: { type: 'boolean' },
  receipt: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
});

const LIMIT_HELP = `Limits:
  --timeout TIME      wall clock, such as 500, 500ms or 10s
  --cpu TIME          CPU time; waiting is free
  --memory SIZE       heap of the guest, such as 32M
  --external NAME     a package the guest may require; may be repeated, patterns such as '@scope/*' too
  --allow-fetch URL   an origin the guest may fetch from; this version offers guests no fetch, and refuses the flag`;

/**
 * @param {string[]} argv
 * @param {Record<string, any>} options as util.parseArgs has them
 * @returns {{ values: Record<string, any>, positionals: string[] }}
 */
function parse(argv, options) {
  try {
    const { values, positionals } = parseArgs({ args: argv, options, allowPositionals: true, strict: true });
    return { values, positionals };
  } catch (error) {
    throw new UsageError(/** @type {Error} */ (error).message.split('. To specify')[0]);
  }
}

/** @param {Record<string, any>} values @returns {{ timeout?: number, limits: { cpu?: number, memory?: number }, external: string[] }} */
function limitsOf(values) {
  if (values['allow-fetch'] !== undefined) throw new UsageError('--allow-fetch: this version offers guests no fetch, so there is nothing to allow');
  const limits = /** @type {{ cpu?: number, memory?: number }} */ ({});
  if (values.cpu !== undefined) limits.cpu = quantity('--cpu', values.cpu, TIMES, 'a time such as 500, 500ms or 10s');
  if (values.memory !== undefined) limits.memory = quantity('--memory', values.memory, SIZES, 'a size such as 32M');
  const timeout = values.timeout === undefined ? undefined : quantity('--timeout', values.timeout, TIMES, 'a time such as 500, 500ms or 10s');
  return { timeout, limits, external: values.external ?? [] };
}

/** @param {string} flag @param {string} text @param {Record<string, number>} units @param {string} expected */
function quantity(flag, text, units, expected) {
  const [, number, unit] = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(text) ?? [];
  const factor = units[(unit ?? '-').toLowerCase().replace(/i?b$/, '')];
  if (factor === undefined || Number(number) * factor < 1) throw new UsageError(`${flag} must be ${expected}, got ${JSON.stringify(text)}`);
  return Math.ceil(Number(number) * factor);
}

/** @param {string} flag @param {string} text @param {number} min @param {number} max */
function wholeNumber(flag, text, min, max) {
  const number = Number(text);
  if (!/^\d+$/.test(text) || number < min || number > max) throw new UsageError(`${flag} must be a whole number from ${min} to ${max}, got ${JSON.stringify(text)}`);
  return number;
}

/** @param {string} what @param {string} text @returns {any} */
function jsonOf(what, text) {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UsageError(`${what} is not JSON: ${/** @type {Error} */ (error).message}`);
  }
}

/** @param {string} what @param {string} text @returns {Record<string, any>} */
function jsonObject(what, text) {
  const value = jsonOf(what, text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new UsageError(`${what} must be a JSON object`);
  return value;
}

/** An existing file by its absolute path. @param {string} given */
function fileOf(given) {
  const file = path.resolve(given);
  const found = statSync(file, { throwIfNoEntry: false });
  if (found === undefined) throw new UsageError(`${given}: no such file`);
  if (!found.isFile()) throw new UsageError(`${given} is not a file`);
  return file;
}

/** @param {string} given */
function folderOf(given) {
  const folder = path.resolve(given);
  const found = statSync(folder, { throwIfNoEntry: false });
  if (found === undefined) throw new UsageError(`${given}: no such folder`);
  if (!found.isDirectory()) throw new UsageError(`${given} is not a folder`);
  return folder;
}

module.exports = { LIMIT_FLAGS, LIMIT_HELP, fileOf, folderOf, jsonObject, jsonOf, limitsOf, parse, wholeNumber };
