'use strict';

// Runs of every kind, mixed, for long: memory, threads and descriptors stay what they are.
// SOAK_RUNS says how many; by hand 200,000, here as many as a minute allows.
const assert = require('node:assert/strict');
const fs = require('node:fs');
const { test } = require('node:test');
const { IsolatedRuntime } = require('..');
const { folder, until } = require('./guest');

const RUNS = Number(process.env.SOAK_RUNS ?? 20_000);
const WAVE = 500;

const SOURCE = `
exports.good = (n) => ({ n, text: 'x'.repeat(n % 100), list: Array.from({ length: n % 50 }, (_, i) => i) });
exports.throwing = (n) => { throw new RangeError('number ' + n); };
exports.parked = (n) => new Promise((done) => setTimeout(done, n % 5, n));
exports.asking = async (n) => (await double(n)) + 1;
exports.hungry = () => { const hoard = []; for (;;) hoard.push(new Array(10000).fill(hoard.length)); };
exports.endless = () => { globalThis.leak = 1; Array.prototype.leak = 1; for (;;); };
// Joining would meet the memory limit on a machine that is quick enough.
exports.deaf = () => Array.prototype.lastIndexOf.call({ length: 2 ** 53 - 1 }, 1);
exports.leaves = () => { globalThis.mark = (globalThis.mark || 0) + 1; setInterval(() => {}, 1); return globalThis.mark; };
`;

/** Which function the n-th run calls, and whether it came out as it should. */
const KINDS = [
  { name: 'good', of: () => true, isRight: (n, { value }) => value.n === n && value.text.length === n % 100 && value.list.length === n % 50 },
  { name: 'throwing', of: (n) => n % 7 === 1, isRight: (n, { reason }) => reason instanceof RangeError && reason.message === `number ${n}` },
  { name: 'parked', of: (n) => n % 11 === 2, isRight: (n, { value }) => value === n },
  { name: 'asking', of: (n) => n % 13 === 3, isRight: (n, { value }) => value === 2 * n + 1 },
  { name: 'leaves', of: (n) => n % 17 === 4, isRight: (_n, { value }) => value === 1 },
  { name: 'hungry', of: (n) => n % 101 === 5, isRight: (_n, { reason }) => reason.code === 'ERR_MEMORY_LIMIT' },
  { name: 'endless', of: (n) => n % 397 === 6, isRight: (_n, { reason }) => reason.code === 'ERR_TIMEOUT' },
  { name: 'deaf', of: (n) => n % 401 === 7, isRight: (_n, { reason }) => reason.code === 'ERR_TIMEOUT' },
];
const kindOf = (n) => KINDS.findLast?.(({ of }) => of(n)) ?? [...KINDS].reverse().find(({ of }) => of(n));

function resources() {
  const count = (path) => (process.platform === 'linux' ? fs.readdirSync(path).length : 0);
  return { threads: count('/proc/self/task'), descriptors: count('/proc/self/fd'), memory: process.memoryUsage.rss() };
}

test(`${RUNS} runs of every kind come out right and leave memory, threads and descriptors as they are`, { timeout: 600_000 }, async () => {
  const on = new IsolatedRuntime({ threads: 2, limits: { memory: 8 * 2 ** 20 }, hostFunctions: { double: async (n) => 2 * n }, poolOptions: { max: 16 } });
  const root = folder({ 'index.js': SOURCE });
  const go = (n) => {
    const { name } = kindOf(n);
    const timeout = name === 'endless' || name === 'deaf' ? 20 : 5000;
    return on.run({ root, file: 'index.js', funcName: name, args: [n], timeout });
  };
  const wrong = [];
  let before;
  for (let first = 0; first < RUNS; first += WAVE) {
    const numbers = Array.from({ length: Math.min(WAVE, RUNS - first) }, (_, index) => first + index);
    const settled = await Promise.allSettled(numbers.map(go));
    settled.forEach((outcome, index) => {
      const n = numbers[index];
      if (!kindOf(n).isRight(n, outcome)) wrong.push([n, kindOf(n).name, String(outcome.reason ?? JSON.stringify(outcome.value))]);
    });
    // What the first quarter has warmed up is the measure.
    if (before === undefined && first + WAVE >= RUNS / 4) before = resources();
  }
  assert.deepEqual(wrong.slice(0, 5), []);
  await until(() => on.stats().quarantined === 0);
  const after = resources();
  assert.equal(on.stats().engineFaults, 0);
  assert.ok(after.threads <= before.threads + 2, `${before.threads} threads became ${after.threads}`);
  assert.ok(after.descriptors <= before.descriptors + 2, `${before.descriptors} descriptors became ${after.descriptors}`);
  const grown = (after.memory - before.memory) / 2 ** 20;
  assert.ok(grown < 64, `memory grew by ${grown.toFixed(1)} MiB over ${Math.round(RUNS * 0.75)} runs`);
  await on.shutdown();
});
