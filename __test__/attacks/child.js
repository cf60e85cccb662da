'use strict';
// A child process of the runner: takes one case after another, and tells what it found.

const { IsolatedRuntime } = require('../..');
const { readCases } = require('./cases.js');
const { learn } = require('./probe.js');
const { attempt } = require('./trial.js');

const cases = new Map(readCases(process.argv[2]).map((one) => [one.name, one]));

async function ready() {
  const runtime = new IsolatedRuntime();
  await learn(runtime);
  await runtime.close();
  process.send({ isReady: true });
}

process.on('message', async (name) => {
  // The process has listeners for what nobody handles, which would keep such an error to themselves.
  const answer = await attempt(cases.get(name)).catch(({ stack }) => ({ findings: [{ text: `the case could not be judged: ${stack}`, isTiming: false }], isTainted: true }));
  process.send({ name, ...answer });
});
ready();
