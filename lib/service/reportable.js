'use strict';

/** Errors of services as their callers get them: without our own frames, and saying what a service has to do. */

const { RuntimeTimeoutError, hide } = require('../errors');

const OWN_FRAME = /^\s+at .*\/(?:harness|request|response|headers|web|web-headers)\.js:\d+(?::\d+)?\)?$/;

/**
 * @param {any} error
 * @param {{ timeout: number, source: import('./source').ServiceSource }} call
 */
function reportable(error, { timeout, source }) {
  if (error instanceof RuntimeTimeoutError) {
    hide(error, 'message', `service took more than ${timeout / 1000} seconds to call \`res.end()\``);
    hide(error, 'stack', `${error.name}: ${error.message}`);
    return error;
  }
  if (!(error instanceof Error)) return error;
  const { stack } = error;
  if (typeof stack !== 'string' || stack === '') return error;
  // Services in files lie outside of our folder, so their frames have absolute paths, and ours begin with a slash.
  const isOwn = (/** @type {string} */ line) => OWN_FRAME.test(line) && !source.folders.some((folder) => line.includes(`${folder}/`));
  let kept = stack.split('\n').filter((line) => !isOwn(line)).join('\n');
  for (const folder of source.folders) kept = kept.replaceAll(`${folder}/`, '/');
  hide(error, 'stack', kept);
  return error;
}

module.exports = { reportable };
