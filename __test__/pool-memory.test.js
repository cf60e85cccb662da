'use strict';

// What all sandboxes of a runtime may hold together: new runs wait, growing ones end, and nothing ever hangs.
const assert = require('node:assert/strict');
const os = require('node:os');
const { test } = require('node:test');
const { IsolatedRuntime, errors } = require('..');
const { runtimeOptions } = require('../lib/options');
const { folder, until } = require('./guest');

const MiB = 2 ** 20;

const SOURCE = `
const kept = [];
const grow = (megabytes) => { for (let n = 0; n < megabytes; n++) kept.push(new Uint8Array(1048576).fill(n)); };
exports.grow = (megabytes) => { grow(megabytes); return megabytes; };
exports.hold = async (megabytes) => { grow(megabytes); await released(); return megabytes; };
exports.growLater = async (megabytes) => { await released(); try { grow(megabytes); } catch { return 'caught'; } return megabytes; };
exports.small = (x) => x;
`;

/** A runtime with so many megabytes for its pool, and a way to let runs go on that wait. */
function pool(megabytes, options = {}) {
  let release;
  const gate = new Promise((resolve) => { release = resolve; });
  const on = new IsolatedRuntime({ threads: 2, timeout: 20_000, poolMemory: megabytes * MiB, hostFunctions: { released: () => gate }, ...options });
  const root = folder({ 'index.js': SOURCE });
  const go = (funcName, ...args) => on.run({ root, file: 'index.js', funcName, args });
  return { on, go, release };
}

function isPoolLimit(error, megabytes) {
  assert.ok(error instanceof errors.MemoryLimitError, String(error));
  assert.deepEqual([error.code, error.limit], ['ERR_MEMORY_LIMIT', megabytes * MiB]);
  assert.match(error.message, new RegExp(`^the pool's memory is used up: [\\d.]+ MiB with what this run wanted, limit is ${megabytes} MiB$`));
  assert.ok(error.measured > error.limit && error.measured < error.limit + 3 * MiB, `${error.measured} bytes`);
  assert.equal(error.receipt.stoppedBy, 'ERR_MEMORY_LIMIT');
  return true;
}

test('a run that the pool has no memory for waits until another has given its own back', async () => {
  const { on, go, release } = pool(8);
  const first = go('hold', 7);
  await until(() => on.stats().parked === 1);
  assert.ok(on.stats().memory > 7 * MiB && on.stats().memory <= 8 * MiB, `${on.stats().memory} bytes`);
  const second = go('small', 2);
  await until(() => on.stats().idleThreads === on.stats().threads);
  assert.deepEqual([on.stats().queued, on.stats().parked], [1, 1]);
  release();
  assert.deepEqual(await Promise.all([first, second]), [7, 2]);
  await on.shutdown();
});

test('small runs go side by side where a large one would leave no room', async () => {
  const { on, go, release } = pool(8);
  const runs = [go('hold', 1), go('hold', 1), go('hold', 1)];
  await until(() => on.stats().parked === 3);
  release();
  assert.deepEqual(await Promise.all(runs), [1, 1, 1]);
  await on.shutdown();
});

test('a run that waits for memory too long is told what the pool was busy with', async () => {
  const { on, go, release } = pool(8, { poolOptions: { acquireTimeoutMillis: 50 } });
  const first = go('hold', 7);
  await until(() => on.stats().parked === 1);
  await assert.rejects(go('small', 2), (error) => {
    assert.ok(error instanceof errors.QueueTimeoutError);
    assert.match(error.message, /^run waited \d+ ms for a place in the pool, limit is 50 ms; 1 of 256 places are taken, .*, [\d.]+ MiB of the pool's 8 MiB of memory are in use$/);
    return true;
  });
  release();
  assert.equal(await first, 7);
  assert.equal(await go('small', 3), 3, 'memory is there again');
  await on.shutdown();
});

test('runs that wait for memory count in the queue', async () => {
  const { on, go, release } = pool(8, { maxQueue: 1 });
  const first = go('hold', 7);
  await until(() => on.stats().parked === 1);
  const second = go('small', 2);
  await assert.rejects(go('small', 3), { name: 'QueueFullError', code: 'ERR_QUEUE_FULL', message: /^the queue is full: 1 runs wait, limit is 1; .* MiB of the pool's 8 MiB of memory are in use$/ });
  release();
  assert.deepEqual(await Promise.all([first, second]), [7, 2]);
  await on.shutdown();
});

test('of runs that outgrow the pool together the one that asks for more is ended, and cannot catch it', async () => {
  const { on, go, release } = pool(12);
  const runs = [go('growLater', 8), go('growLater', 8)];
  await until(() => on.stats().parked === 2);
  release();
  const settled = await Promise.allSettled(runs);
  const failed = settled.filter(({ status }) => status === 'rejected');
  for (const { reason } of failed) isPoolLimit(reason, 12);
  // None fails where the second one grows after the first is done; never do both.
  assert.ok(settled.some(({ value }) => value === 8), 'one of them has what it needs, once the other is gone');
  await on.shutdown();
});

test('a run is ended while another holds what it would need', async () => {
  const { on, go, release } = pool(12);
  const first = go('hold', 6);
  await until(() => on.stats().parked === 1);
  await assert.rejects(go('grow', 8), (error) => isPoolLimit(error, 12));
  assert.equal(await go('grow', 3), 3, 'one that needs less goes on');
  release();
  assert.equal(await first, 6);
  assert.equal(await go('grow', 8), 8, 'alone it fits');
  await on.shutdown();
});

test('a run alone is bounded by the pool, too, and says which limit it was', async () => {
  const { on, go } = pool(4);
  await assert.rejects(go('grow', 400), (error) => isPoolLimit(error, 4));
  assert.equal(await go('grow', 2), 2);
  const lower = on.run({ root: folder({ 'index.js': SOURCE }), file: 'index.js', funcName: 'grow', args: [400], limits: { memory: 3 * MiB } });
  await assert.rejects(lower, { code: 'ERR_MEMORY_LIMIT', message: /^guest heap is full.*limit is 3 MiB$/ });
  await on.shutdown();
});

test('idle sandboxes make room for a run that grows', async () => {
  const { on, go, release } = pool(8);
  const held = [go('hold', 0), go('hold', 0), go('hold', 0), go('hold', 0)];
  await until(() => on.stats().parked === 4);
  release();
  await Promise.all(held);
  await until(() => on.stats().idleSandboxes === 4);
  const before = on.stats().memory;
  assert.ok(before > 2 * MiB, `${before} bytes`);
  assert.equal(await go('grow', 6), 6);
  assert.ok(on.stats().idleSandboxes < 4);
  await until(() => on.stats().memory < before);
  await on.shutdown();
});

test('what runs have held is given back, however they ended', async () => {
  const { on, go } = pool(16, { limits: { memory: 8 * MiB } });
  await go('small', 1);
  await until(() => on.stats().running === 0 && on.stats().idleSandboxes > 0);
  const pristine = on.stats().memory / on.stats().sandboxes;
  for (let n = 0; n < 40; n++) {
    const settled = await Promise.allSettled([go('grow', 5), go('grow', 400), on.run({ root: folder({ 'index.js': 'exports.main = () => { const all = []; for (;;) all.push({}); }' }), file: 'index.js', funcName: 'main', timeout: 10 })]);
    assert.equal(settled[0].value ?? settled[0].reason.code, settled[0].status === 'fulfilled' ? 5 : 'ERR_MEMORY_LIMIT');
  }
  // A run is settled first, and its sandbox made pristine then.
  await until(() => on.stats().memory === pristine * on.stats().idleSandboxes);
  await on.shutdown();
});

test('hundreds of runs through a pool for a few of them all come out right', async () => {
  const { on, go } = pool(6, { poolOptions: { max: 64 } });
  const sizes = Array.from({ length: 300 }, (_, n) => (n % 10 === 3 ? 40 : n % 3));
  const settled = await Promise.allSettled(sizes.map((size) => go('grow', size)));
  settled.forEach((outcome, n) => {
    if (sizes[n] === 40) isPoolLimit(outcome.reason, 6);
    else assert.ok(outcome.value === sizes[n] || isPoolLimit(outcome.reason, 6));
  });
  assert.ok(settled.filter(({ status }) => status === 'fulfilled').length > 200, 'most fit');
  assert.equal(on.stats().queued, 0);
  await on.shutdown();
});

test('by default it is half of the memory there is, and may be anything or nothing', async () => {
  const standard = runtimeOptions({}).memory;
  assert.ok(standard > 64 * MiB && standard <= os.totalmem() / 2, `${standard} bytes`);
  assert.equal(runtimeOptions({ poolMemory: Infinity }).memory, null);
  assert.equal(runtimeOptions({ poolMemory: 2 ** 30 }).memory, 2 ** 30);
  for (const poolMemory of [0, -1, 1.5, MiB - 1, 2 ** 41]) assert.throws(() => new IsolatedRuntime({ poolMemory }), { name: 'RangeError', code: 'ERR_INVALID_ARG', message: /^options\.poolMemory must be a whole number of bytes from 1048576 to/ });
  for (const poolMemory of ['1 GiB', NaN, {}]) assert.throws(() => new IsolatedRuntime({ poolMemory }), { name: 'TypeError', code: 'ERR_INVALID_ARG' });
  const { on, go } = pool(1, { poolMemory: Infinity });
  assert.equal(await go('grow', 40), 40);
  await on.shutdown();
});
