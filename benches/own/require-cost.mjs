// What one require costs a run, in a process that has not seen the module before: CPU time of the run, less that of a run
// that requires nothing.
//
//   node require-cost.mjs <module>
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { repository } from '../../scripts/processes.mjs';
import { median } from '../harness/statistics.mjs';

const WARM_RUNS = 30;
const { IsolatedRuntime } = createRequire(import.meta.url)('../..');
const runtime = new IsolatedRuntime({ threads: 1, timeout: 60_000 });
const root = join(repository, 'benches', 'peers', 'packages');
const milliseconds = async (/** @type {string} */ funcName, /** @type {string} */ name) => {
  const { receipt } = await runtime.run({ root, file: 'index.js', funcName, args: [name], external: ['*'], receipt: true });
  return receipt.cpuTime;
};

/** @type {number[]} */
const nothing = [];
for (let run = 0; run < WARM_RUNS; run += 1) nothing.push(await milliseconds('nothing', ''));
const first = (await milliseconds('load', process.argv[2])) - median(nothing);
/** @type {number[]} */
const warm = [];
for (let run = 0; run < WARM_RUNS; run += 1) warm.push((await milliseconds('load', process.argv[2])) - median(nothing));
await runtime.shutdown();
console.log(JSON.stringify({ first, warm: median(warm) }));
