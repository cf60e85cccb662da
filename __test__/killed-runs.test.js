'use strict';

// Runs that are killed, one after another and in a burst: nothing of them stays, and nobody else notices.
// KILLED_RUNS and BURST_RUNS say how many; by hand 10,000 of each, here as many as some seconds allow. What was measured is
// printed; docs/SECURITY.md has the figures of the large ones.
const assert = require('node:assert/strict');
const fs = require('node:fs');
const { test } = require('node:test');
const v8 = require('node:v8');
const vm = require('node:vm');
const { IsolatedRuntime } = require('..');
const { folder, until } = require('./guest');

const KILLED = Number(process.env.KILLED_RUNS ?? 600);
const BURST = Number(process.env.BURST_RUNS ?? 1000);
const LARGE = 10_000;
const KiB = 1024;
const MiB = 1024 * KiB;
const AT_ONCE = 6;

const SOURCE = `
exports.good = (n) => ({ n, list: Array.from({ length: n % 50 }, (_, i) => i) });
exports.endless = () => { for (;;); };
exports.deaf = () => Array.prototype.join.call({ length: 2 ** 53 - 1 });
exports.hungry = () => { const hoard = []; for (;;) hoard.push(new Array(1000).fill(hoard.length)); };
exports.deep = () => { let it = [1].values(); for (let n = 0; n < 30000; n++) it = it.map((x) => x); return it.next(); };
exports.stubborn = () => new Promise(() => { for (;;) new Promise(() => { for (;;); }); });
exports.throwing = (n) => { throw new RangeError('number ' + n); };
exports.waiting = () => new Promise(() => { setInterval(() => {}, 1); });
`;

/** How a run can be killed: what it calls, with which options, and the code it ends with. */
const WAYS = [
  { funcName: 'endless', timeout: 5, code: 'ERR_TIMEOUT' },
  { funcName: 'hungry', code: 'ERR_MEMORY_LIMIT' },
  { funcName: 'endless', limits: { cpu: 5 }, code: 'ERR_CPU_LIMIT' },
  { funcName: 'deep', code: 'ERR_STACK_LIMIT' },
  { funcName: 'deaf', timeout: 5, code: 'ERR_TIMEOUT' },
  { funcName: 'stubborn', abortAfter: 5, code: 'ABORTED' },
  { funcName: 'waiting', timeout: 10, code: 'ERR_TIMEOUT' },
];

const root = folder({ 'index.js': SOURCE });

function collectGarbage() {
  if (process.versions.bun !== undefined) return globalThis.Bun.gc(true);
  v8.setFlagsFromString('--expose-gc');
  const collect = globalThis.gc ?? vm.runInNewContext('gc');
  for (let n = 0; n < 3; n++) collect();
}

/** Threads and descriptors only where the system lists them. */
function resources() {
  collectGarbage();
  const count = (path) => (process.platform === 'linux' ? fs.readdirSync(path).length : 0);
  return { threads: count('/proc/self/task'), descriptors: count('/proc/self/fd'), memory: process.memoryUsage.rss() };
}

/** Resolves when the run has ended as it should. */
async function kill(on, { funcName, timeout, limits, abortAfter, code }) {
  const abort = abortAfter === undefined ? undefined : new AbortController();
  const run = on.run({ root, file: 'index.js', funcName, timeout, limits, signal: abort?.signal });
  if (abort !== undefined) setTimeout(() => abort.abort(Object.assign(new Error('enough'), { code: 'ABORTED' })), abortAfter);
  const outcome = await run.then((value) => ({ value }), (error) => error);
  assert.equal(outcome.code, code, `${funcName}: ${outcome.stack ?? JSON.stringify(outcome)}`);
}

/** `count` jobs, so many at a time. */
async function inWaves(count, job) {
  let next = 0;
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    while (next < count) await job(next++);
  }));
}

const good = async (on, n) => assert.equal((await on.run({ root, file: 'index.js', funcName: 'good', args: [n] })).n, n);
const median = (numbers) => numbers.sort((a, b) => a - b)[numbers.length >> 1];

/** How fast one runtime is beside another: the median over pairs of slices, one right after the other, either one first. */
async function speedRatio(on, control, pairs, runs) {
  const time = async (measured) => {
    const start = process.hrtime.bigint();
    await inWaves(runs, (n) => good(measured, n));
    return Number(process.hrtime.bigint() - start);
  };
  const ratios = [];
  for (let pair = 0; pair < pairs; pair++) {
    const [first, second] = pair % 2 === 0 ? [on, control] : [control, on];
    const times = new Map([[first, await time(first)], [second, await time(second)]]);
    ratios.push(times.get(control) / times.get(on));
  }
  return median(ratios);
}

const pool = () => new IsolatedRuntime({ threads: 2, limits: { memory: 16 * MiB, stack: 512 * KiB }, poolOptions: { max: 8 } });

test(`${KILLED} killed runs leave threads, descriptors, memory and speed as they were`, { timeout: 1_200_000 }, async (t) => {
  const [on, control] = [pool(), pool()];
  await inWaves(2000, (n) => good(n % 2 === 0 ? on : control, n));
  const isLarge = KILLED >= LARGE;
  const [pairs, runs] = isLarge ? [151, 200] : [15, 60];
  const before = await speedRatio(on, control, pairs, runs);
  const warmUp = Math.floor(KILLED / 4);
  await inWaves(warmUp, (n) => kill(on, WAYS[n % WAYS.length]));
  const first = resources();
  await inWaves(KILLED - warmUp, (n) => kill(on, WAYS[n % WAYS.length]));
  await until(() => on.stats().quarantined === 0 && on.stats().running === 0);
  const last = resources();
  const after = await speedRatio(on, control, pairs, runs);
  const grown = last.memory - first.memory;
  const perRun = Math.round(grown / (KILLED - warmUp));
  const speed = after / before;
  t.diagnostic(`threads ${first.threads} → ${last.threads}, descriptors ${first.descriptors} → ${last.descriptors}, `
    + `memory ${(first.memory / MiB).toFixed(1)} → ${(last.memory / MiB).toFixed(1)} MiB (${perRun} bytes a killed run), speed ${(100 * speed).toFixed(1)} % of before`);
  assert.ok(last.threads <= first.threads + 1, `${first.threads} threads became ${last.threads}`);
  assert.ok(last.descriptors <= first.descriptors + 1, `${first.descriptors} descriptors became ${last.descriptors}`);
  if (isLarge) assert.ok(perRun < KiB, `${perRun} bytes a run`);
  else assert.ok(grown < 48 * MiB, `${grown} bytes`);
  assert.ok(speed > (isLarge ? 0.95 : 0.5), `${speed} of the speed before`);
  assert.equal(on.stats().queued, 0);
  await Promise.all([on.shutdown(), control.shutdown()]);
});

test(`of a burst of ${BURST} runs, half of them hostile, each settles once and the good ones are right`, { timeout: 1_200_000 }, async (t) => {
  const on = pool();
  const unhandled = [];
  const listener = (error) => unhandled.push(error);
  process.on('unhandledRejection', listener);
  const settled = new Uint8Array(BURST);
  const wrong = [];
  const hostile = [...WAYS, { funcName: 'throwing', code: undefined }];
  const start = Date.now();
  const runs = Array.from({ length: BURST }, async (_, n) => {
    const way = hostile[(n >> 1) % hostile.length];
    try {
      if (n % 2 === 0) await good(on, n);
      else if (way.funcName !== 'throwing') await kill(on, way.abortAfter === undefined ? way : { ...way, abortAfter: n % 100 });
      else await assert.rejects(on.run({ root, file: 'index.js', funcName: 'throwing', args: [n] }), { name: 'RangeError', message: `number ${n}` });
    } catch (error) {
      wrong.push(error);
    }
    settled[n] += 1;
  });
  // While they were handed in, the first ones have begun.
  assert.ok(on.stats().queued > BURST / 2, `${on.stats().queued} wait`);
  await Promise.all(runs);
  t.diagnostic(`${BURST} runs in ${Date.now() - start} ms, ${wrong.length} of them wrong`);
  assert.deepEqual(wrong.slice(0, 5), []);
  assert.ok(settled.every((times) => times === 1));
  await until(() => on.stats().running === 0);
  const { queued, parked, quarantined } = on.stats();
  assert.deepEqual({ queued, parked, quarantined }, { queued: 0, parked: 0, quarantined: 0 });
  await good(on, 7);
  assert.deepEqual(unhandled, []);
  process.off('unhandledRejection', listener);
  await on.shutdown();
});
