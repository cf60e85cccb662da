'use strict';

/**
 * What a run cost, as the engine measured it. Must not know where receipts go; `engine.js` hands them out.
 */

const diagnostics = require('node:diagnostics_channel');

/** Every run that ends is published here, for whoever listens: `{ receipt, error? }`. */
const runs = diagnostics.channel('isolated-runtime-native:run');

const NANOSECONDS = 1e6;

/**
 * Times in milliseconds, sizes in bytes.
 * @typedef {object} Receipt
 * @property {number} queueTime waiting for a place, a thread, or the hook thread
 * @property {number} wallTime from the first instruction until it settled
 * @property {number} cpuTime of the threads that executed it
 * @property {number} hostWaitTime waiting for hooks and host functions
 * @property {number} peakBytes the most its heap held, the realm included
 * @property {number} modules it loaded
 * @property {number} hostCalls
 * @property {number} bytesIn arguments, context, results of host functions, as text
 * @property {number} bytesOut result, arguments of host functions, as text
 * @property {number} consoleBytesDropped
 * @property {string} stoppedBy `done`, `error` for what guests throw, or the code of the error
 */

/**
 * @param {string} text the fields in their order, separated by spaces; times in nanoseconds
 * @returns {Receipt}
 */
function readReceipt(text) {
  const fields = text.split(' ');
  const [queue, wall, cpu, hostWait, peakBytes, modules, hostCalls, bytesIn, bytesOut, consoleBytesDropped] = fields.map(Number);
  return {
    queueTime: queue / NANOSECONDS, wallTime: wall / NANOSECONDS, cpuTime: cpu / NANOSECONDS, hostWaitTime: hostWait / NANOSECONDS,
    peakBytes, modules, hostCalls, bytesIn, bytesOut, consoleBytesDropped,
    stoppedBy: fields[10],
  };
}

function hasListeners() {
  return runs.hasSubscribers;
}

/** @param {string} text @param {unknown} [error] */
function publish(text, error) {
  if (runs.hasSubscribers) runs.publish(error === undefined ? { receipt: readReceipt(text) } : { receipt: readReceipt(text), error });
}

module.exports = { hasListeners, publish, readReceipt };
