'use strict';
// One case, once: laid out, run, and held against its expectation and the oracles. Runs in a child process, because
// some cases are about to end theirs.

const fs = require('node:fs');
const { IsolatedRuntime } = require('../..');
const { CANARY, evaluate, layOut, passesCanaryIn } = require('./cases.js');
const { shown, unmet } = require('./expectations.js');
const { HostSnapshot, LastResort, TurnWatch, contains } = require('./oracles.js');
const probe = require('./probe.js');

const LONGEST_TURN = 50;
const LATEST_SETTLING = 100;
const LONGEST_LINGERING = 200;
/** Heap, result and what decoding it takes; whatever grows beyond that grows without a limit. */
const MOST_MEMORY = 192 << 20;

const host = new HostSnapshot();
const lastResort = new LastResort();
const turns = new TurnWatch();

/**
 * @typedef {object} Finding
 * @property {string} text
 * @property {boolean} isTiming whether a busy machine could be to blame
 */

/**
 * @param {any} template of a corpus
 * @returns {Promise<{ findings: Finding[], isTainted: boolean }>} tainted: a thread of this process hangs in guest code
 */
async function attempt(template) {
  const { one, root, folder } = layOut(template);
  const lines = [];
  const runtime = new IsolatedRuntime({ onConsole: (method, ...args) => lines.push([method, args]) });
  const outcomes = [];
  const findings = [];
  const say = (text, isTiming = false) => findings.push({ text, isTiming });
  for (let repetition = 0; repetition < (one.repeat ?? 1); repetition++) {
    const { outcome, longestTurn, took, grown } = await runOnce(runtime, one, root);
    outcomes.push(outcome);
    if (longestTurn > LONGEST_TURN) say(`a turn of the event loop took ${Math.round(longestTurn)} ms`, true);
    if (grown > MOST_MEMORY) say(`the host's memory grew by ${Math.round(grown / 2 ** 20)} MiB`);
    const timeout = one.run.timeout ?? IsolatedRuntime.DEFAULT_TIMEOUT;
    if (took > timeout + LATEST_SETTLING) say(`settled after ${Math.round(took)} ms, time-out is ${timeout} ms`, true);
  }
  const after = await probe.complaints(runtime, lines);
  // A busy machine may not have let it come as far as it wanted to.
  const ranOut = outcomes.some(({ error }) => error?.code === 'ERR_TIMEOUT');
  for (const text of unmet(one.expect, outcomes)) say(text, ranOut);
  for (const text of [...after, ...lastResort.take(), ...host.changes()]) say(text);
  if (!passesCanaryIn(one) && contains([outcomes, lines], CANARY)) say(`${CANARY} got out: ${outcomes.map(shown).join(', ')}`);
  const isTainted = await hasLostThread(runtime);
  if (isTainted) say(`a thread still executed the guest ${LONGEST_LINGERING} ms after its end`, true);
  await runtime.close({ force: true });
  fs.rmSync(folder, { recursive: true, force: true });
  return { findings, isTainted };
}

/** Whether a thread goes on with a run that has been settled. @param {any} runtime */
async function hasLostThread(runtime) {
  const end = performance.now() + LONGEST_LINGERING;
  while (runtime.stats().quarantined > 0) {
    if (performance.now() > end) return true;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return false;
}

/** One run of the case; building its arguments counts for nothing. */
async function runOnce(runtime, one, root) {
  const options = { file: 'index.js', ...one.run, root };
  if (one.argsExpr !== undefined) options.args = evaluate(one.argsExpr);
  if (one.contextExpr !== undefined) options.context = evaluate(one.contextExpr);
  if (one.optionsExpr !== undefined) Object.assign(options, evaluate(one.optionsExpr));
  const memory = process.memoryUsage.rss();
  turns.start();
  const promise = runtime.run(options);
  const started = performance.now();
  const outcome = await promise.then((value) => ({ value, isRejected: false }), (error) => ({ error, isRejected: true }));
  const took = performance.now() - started;
  const grown = process.memoryUsage.rss() - memory;
  return { outcome, took, grown, longestTurn: await turns.longest() };
}

module.exports = { attempt };
