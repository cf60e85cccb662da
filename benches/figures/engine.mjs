// A sandbox alone, without pool, threads and Node: measured by criterion in crates/engine/benches/fresh_heap.rs.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repository } from '../../scripts/processes.mjs';
import { buildProfile } from '../harness/machine.mjs';
import { summary } from '../harness/statistics.mjs';
import { ratio, target } from './measure.mjs';

export const title = 'Engine only: a fresh heap for the echo module, JSON in and out';
export const unit = 'µs';

const BENCHMARKS = ['run and restore', 'restore', 'new runtime and context'];
const NANOSECONDS = 1000;

export async function measure() {
  const { status } = spawnSync('cargo', ['bench', '--package', 'isolated-runtime-engine', '--bench', 'fresh_heap', '--profile', buildProfile()], {
    cwd: repository, stdio: ['ignore', 'inherit', 'inherit'], env: { ...process.env, CARGO_TARGET_DIR: join(repository, 'target') },
  });
  if (status !== 0) throw new Error(`cargo bench ended with ${status}`);
  const rows = Object.fromEntries(BENCHMARKS.map((name) => [name, microseconds(name)]));
  const fresh = rows['run and restore'].median;
  return {
    rows,
    targets: [
      target('engine only, run and restore', fresh, { most: 20, unit: 'µs' }),
      target('engine only, times faster than a new runtime and context', ratio(rows['new runtime and context'].median, fresh), { least: 8 }),
    ],
  };
}

/** What criterion wrote about the run just made: times per iteration, from samples of growing numbers of iterations. */
function microseconds(name) {
  const folder = join(repository, 'target', 'criterion', 'fresh heap', name, 'new');
  const read = (/** @type {string} */ file) => JSON.parse(readFileSync(join(folder, file), 'utf8'));
  const { iters, times } = read('sample.json');
  const perRun = times.map((/** @type {number} */ time, /** @type {number} */ index) => time / iters[index] / NANOSECONDS);
  return summary(perRun);
}
