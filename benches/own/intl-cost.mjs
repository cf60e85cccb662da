// What one touch of Intl costs a run, in a process that has not seen it before, in later runs, and again in the same run: CPU
// time of the run, less that of a run that touches nothing.
//
//   node intl-cost.mjs <touch>
//   node intl-cost.mjs --sort <texts>
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { repository } from '../../scripts/processes.mjs';
import { median } from '../harness/statistics.mjs';

const WARM_RUNS = 30;
const AGAIN = 1000;
const require = createRequire(import.meta.url);
const { IsolatedRuntime } = require('../..');
const runtime = new IsolatedRuntime({ threads: 1, timeout: 60_000 });
const root = join(repository, 'benches', 'programs');

/** @param {string} funcName @param {any[]} args */
const milliseconds = async (funcName, ...args) => (await runtime.run({ root, file: 'intl.js', funcName, args, receipt: true })).receipt.cpuTime;

/** @param {string} funcName @param {any[]} args */
async function warm(funcName, ...args) {
  const runs = [];
  for (let run = 0; run < WARM_RUNS; run += 1) runs.push(await milliseconds(funcName, ...args));
  return median(runs);
}

async function touch(/** @type {string} */ name) {
  const nothing = await warm('nothing');
  const first = (await milliseconds('touch', name)) - nothing;
  const later = (await warm('touch', name)) - nothing;
  const again = ((await milliseconds('repeat', name, AGAIN)) - nothing - later) / AGAIN;
  return { first, warm: later, again };
}

async function sort(/** @type {number} */ count) {
  const guest = (await warm('sort', count)) - (await warm('make', count));
  const program = require('../programs/intl.js');
  const times = Array.from({ length: WARM_RUNS }, () => ['make', 'sort'].map((name) => {
    const start = performance.now();
    program[name](count);
    return performance.now() - start;
  }));
  return { guest, node: median(times.map(([made, sorted]) => sorted - made)) };
}

const [what, count] = process.argv.slice(2);
const answer = what === '--sort' ? await sort(Number(count)) : await touch(what);
await runtime.shutdown();
console.log(JSON.stringify(answer));
