'use strict';

/** What commands write: results to stdout, everything else to stderr; colours only where a person looks. */

const path = require('node:path');
const { format } = require('node:util');
const { readableBytes } = require('../errors');
const { UsageError } = require('./exit-codes');

const OWN_FOLDER = path.join(__dirname, '..', '..') + path.sep;

/** @param {any} stream */
function hasColours(stream) {
  return stream.isTTY === true && process.env.NO_COLOR === undefined && process.env.TERM !== 'dumb';
}

/** @param {any} stream @param {number} colour @param {string} text */
function coloured(stream, colour, text) {
  return hasColours(stream) ? `\u001b[${colour}m${text}\u001b[0m` : text;
}

/** An error as data. @param {any} error */
function describeError(error) {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error) };
  const { code, limit, measured, reason } = /** @type {any} */ (error);
  const optional = Object.entries({ code, limit, measured, reason }).filter(([, value]) => value !== undefined);
  const name = error instanceof UsageError ? 'UsageError' : error.name;
  const stack = (error.stack ?? '').split('\n').filter((line) => !/^\s+at /.test(line) || isOfGuest(line)).join('\n');
  return { name, message: error.message, ...Object.fromEntries(optional), stack: stack || undefined };
}

/** For people. @param {any} error */
function printError(error) {
  const { name, message, reason, stack } = /** @type {any} */ (describeError(error));
  const frames = typeof stack === 'string' ? stack.split('\n').filter(isOfGuest) : [];
  process.stderr.write(`${coloured(process.stderr, 31, error instanceof UsageError ? message : `${name}: ${message}`)}\n`);
  for (const line of frames) process.stderr.write(`${coloured(process.stderr, 2, line)}\n`);
  if (reason !== undefined) process.stderr.write(`  (${reason})\n`);
}

/** Our own frames say nothing about what went wrong. @param {string} line */
function isOfGuest(line) {
  return /^\s+at /.test(line) && !line.includes(OWN_FOLDER) && !/\(?node:/.test(line);
}

/** @param {import('../receipt').Receipt | undefined} receipt */
function printReceipt(receipt) {
  if (receipt !== undefined) process.stderr.write(`${coloured(process.stderr, 2, `receipt: ${JSON.stringify(receipt)}`)}\n`);
}

/** @param {import('../receipt').Receipt} receipt */
function shortReceipt({ cpuTime, peakBytes, queueTime }) {
  return `cpu ${cpuTime.toFixed(1)} ms, heap ${readableBytes(peakBytes)}, queued ${queueTime.toFixed(1)} ms`;
}

/** What guests log is no result. @param {string} _method @param {any[]} args */
function printConsole(_method, ...args) {
  process.stderr.write(`${format(...args)}\n`);
}

/** @param {NodeJS.WriteStream} stream @param {string} text @returns {Promise<void>} when it has been taken */
function written(stream, text) {
  return new Promise((resolve, reject) => stream.write(text, (error) => (error ? reject(error) : resolve())));
}

module.exports = { coloured, describeError, hasColours, printConsole, printError, printReceipt, shortReceipt, written };
