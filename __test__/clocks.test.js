'use strict';

// Four clocks of a run, kept apart: queueing, the wall, the processor, the host. Each gets its own share, and only that.
// Shares are lower bounds; upper ones compare clocks with each other, since a busy machine stretches all of them.
const assert = require('node:assert/strict');
const path = require('node:path');
const { test } = require('node:test');
const { IsolatedRuntime, errors } = require('..');
const { folder, until } = require('./guest');

const SOURCE = `
const burn = (ms) => { const end = performance.now() + ms; let n = 0; while (performance.now() < end) n++; return n; };
exports.nothing = () => 1;
exports.burn = (ms) => { burn(ms); return ms; };
exports.sleep = (ms) => new Promise((done) => setTimeout(done, ms, ms));
exports.ask = (ms) => later(ms);
exports.all = async (ms) => { burn(ms); await exports.sleep(ms); await later(ms); return ms; };
exports.askTwiceAtOnce = (ms) => Promise.all([later(ms), later(ms)]);
exports.askWhileBurning = async (ms) => { const asked = later(ms / 4); burn(ms); await asked; };
exports.hold = () => released();
exports.yieldForEver = async () => { for (;;) await new Promise((done) => setImmediate(done)); };
exports.nap = async () => { for (;;) await new Promise((done) => setTimeout(done, 1)); };
exports.call = async () => { for (;;) await later(0); };
`;

const MS = 200;
/** A busy machine takes its time between a guest's call and the moment when its thread has let go of it. */
const FULL = MS * 0.75;

let release;
const gate = new Promise((resolve) => { release = resolve; });
/** Nobody waits for the timers of runs that are over. */
const hostFunctions = { later: (ms) => new Promise((done) => setTimeout(done, ms, ms).unref()), released: () => gate };

async function receiptOf(on, funcName, args = [MS], more = {}) {
  const { receipt } = await on.run({ root: folder({ 'index.js': SOURCE }), file: 'index.js', funcName, args, receipt: true, ...more });
  assert.ok(receipt.wallTime >= receipt.hostWaitTime, JSON.stringify(receipt));
  return receipt;
}

const runtime = (options = {}) => new IsolatedRuntime({ threads: 2, timeout: 20_000, hostFunctions, ...options });

test('a run that does nothing has next to nothing on any clock', async () => {
  const on = runtime();
  const { cpuTime, hostWaitTime, wallTime } = await receiptOf(on, 'nothing');
  assert.ok(cpuTime > 0 && cpuTime < MS && wallTime > 0, `${cpuTime} ${wallTime}`);
  assert.equal(hostWaitTime, 0);
  await on.shutdown();
});

test('burning is on the wall and on the processor, and nowhere else', async () => {
  const on = runtime();
  const { cpuTime, hostWaitTime, wallTime, queueTime } = await receiptOf(on, 'burn');
  assert.ok(wallTime >= FULL && cpuTime > 0.2 * MS && cpuTime <= wallTime + 5, `${cpuTime} of ${wallTime}`);
  assert.equal(hostWaitTime, 0);
  assert.ok(queueTime < wallTime, `${queueTime} of ${wallTime}`);
  await on.shutdown();
});

test('sleeping is on the wall alone', async () => {
  const on = runtime();
  const { cpuTime, hostWaitTime, wallTime, queueTime } = await receiptOf(on, 'sleep');
  assert.ok(wallTime >= FULL && cpuTime < wallTime / 3, `${cpuTime} of ${wallTime}`);
  assert.equal(hostWaitTime, 0);
  assert.ok(queueTime < wallTime / 2, `${queueTime} of ${wallTime}`);
  await on.shutdown();
});

test('waiting for host functions is on the wall and the host’s clock', async () => {
  const on = runtime();
  const { cpuTime, hostWaitTime, wallTime, queueTime } = await receiptOf(on, 'ask');
  assert.ok(hostWaitTime >= FULL && cpuTime < hostWaitTime / 3, `${cpuTime} of ${hostWaitTime}`);
  assert.ok(queueTime < wallTime / 2, `${queueTime} of ${wallTime}`);
  await on.shutdown();
});

test('two calls at once are waited for once, and one under way costs nothing while the guest computes', async () => {
  const on = runtime();
  const twice = await receiptOf(on, 'askTwiceAtOnce');
  assert.ok(twice.hostWaitTime >= FULL && twice.hostWaitTime <= twice.wallTime, JSON.stringify(twice));
  const burning = await receiptOf(on, 'askWhileBurning');
  assert.ok(burning.wallTime >= FULL && burning.hostWaitTime < burning.wallTime / 2, JSON.stringify(burning));
  await on.shutdown();
});

test('waiting for a place is on the queue’s clock alone', async () => {
  const on = runtime({ poolOptions: { max: 1 } });
  const first = receiptOf(on, 'sleep');
  await until(() => on.stats().parked === 1);
  const { cpuTime, hostWaitTime, wallTime, queueTime } = await receiptOf(on, 'nothing');
  assert.ok(queueTime > MS / 2, `${queueTime} ms`);
  assert.ok(wallTime < queueTime && cpuTime < queueTime / 3, `${wallTime} ${cpuTime}`);
  assert.equal(hostWaitTime, 0);
  assert.ok((await first).queueTime < MS * 10);
  await on.shutdown();
});

test('being ready without a thread is on the queue’s clock, and not charged to the time-out', async () => {
  const on = runtime({ threads: 1 });
  const asking = receiptOf(on, 'ask', [10], { timeout: 150 });
  await until(() => on.stats().parked === 1);
  const [{ queueTime, wallTime }] = await Promise.all([asking, receiptOf(on, 'burn', [2 * MS])]);
  assert.ok(queueTime > MS && wallTime >= queueTime, `${queueTime} of ${wallTime}`);
  await on.shutdown();
});

for (const funcName of ['yieldForEver', 'nap', 'call']) {
  test(`alone in the pool, a run gains no time by letting go of its thread (${funcName})`, async () => {
    const on = runtime({ threads: 2, limits: { hostCalls: 1e6 } });
    const began = performance.now();
    const error = await receiptOf(on, funcName, [], { timeout: 5 * MS }).catch((thrown) => thrown);
    const took = performance.now() - began;
    assert.equal(error.code, 'ERR_TIMEOUT');
    assert.ok(error.receipt.queueTime < MS / 10, `queue ${error.receipt.queueTime} ms`);
    // What it took is compared with what a run takes that never lets go of its thread.
    const steady = performance.now();
    await assert.rejects(receiptOf(on, 'burn', [60_000], { timeout: 5 * MS }), { code: 'ERR_TIMEOUT' });
    const other = performance.now() - steady;
    assert.ok(took < other + MS, `${took} ms beside ${other}`);
    await on.shutdown();
  });
}

test('a run that does everything has each share on its own clock', async () => {
  const on = runtime({ poolOptions: { max: 1 } });
  const first = on.run({ root: folder({ 'index.js': SOURCE }), file: 'index.js', funcName: 'sleep', args: [MS] });
  await until(() => on.stats().parked === 1);
  const { cpuTime, hostWaitTime, wallTime, queueTime } = await receiptOf(on, 'all');
  assert.ok(queueTime > MS / 2, `queue ${queueTime}`);
  assert.ok(hostWaitTime >= FULL, `host ${hostWaitTime}`);
  assert.ok(cpuTime > 0.2 * MS, `cpu ${cpuTime}`);
  assert.ok(wallTime >= 3 * FULL, `wall ${wallTime}`);
  assert.ok(wallTime - hostWaitTime >= 2 * FULL, 'burning and sleeping are not the host’s');
  assert.ok(cpuTime < wallTime - hostWaitTime - 0.6 * MS, 'sleeping is not the processor’s');
  await first;
  await on.shutdown();
});

test('hooks are waited for on the host’s clock, and their work is not the guest’s', async () => {
  const root = folder({ 'index.js': SOURCE, 'resolver.js': `module.exports = (args) => { const end = Date.now() + ${MS}; while (Date.now() < end); return args; };` });
  const on = runtime();
  const { receipt } = await on.run({ root, file: 'index.js', funcName: 'nothing', args: { resolverPath: path.join(root, 'resolver.js'), original: [] }, limits: { cpu: MS / 2 }, receipt: true });
  assert.ok(receipt.hostWaitTime >= FULL && receipt.cpuTime < receipt.hostWaitTime / 2, JSON.stringify(receipt));
  await on.shutdown();
});

test('each clock has its own limit, and says which it was', async () => {
  const on = runtime({ poolOptions: { max: 1, acquireTimeoutMillis: 100 } });
  const fails = (funcName, options) => receiptOf(on, funcName, [10_000], options).then(() => assert.fail('it ends'), (error) => error);
  const wall = await fails('sleep', { timeout: 100, limits: { cpu: 5000 } });
  assert.ok(wall instanceof errors.RuntimeTimeoutError && wall.receipt.wallTime >= 98 && wall.receipt.stoppedBy === 'ERR_TIMEOUT', String(wall));
  const cpu = await fails('burn', { timeout: 15_000, limits: { cpu: 100 } });
  assert.ok(cpu instanceof errors.CpuLimitError && cpu.receipt.cpuTime >= 90 && cpu.receipt.stoppedBy === 'ERR_CPU_LIMIT', String(cpu));
  const host = await fails('ask', { timeout: 100, limits: { cpu: 5000 } });
  assert.ok(host instanceof errors.RuntimeTimeoutError && host.receipt.cpuTime < 90, 'waiting for the host is the run’s own time');
  const held = on.run({ root: folder({ 'index.js': SOURCE }), file: 'index.js', funcName: 'hold' });
  await until(() => on.stats().parked === 1);
  const queue = await fails('nothing', { timeout: 5 });
  assert.ok(queue instanceof errors.QueueTimeoutError && queue.receipt.stoppedBy === 'ERR_QUEUE_TIMEOUT', String(queue));
  assert.deepEqual([queue.receipt.wallTime, queue.receipt.cpuTime], [0, 0], 'it never ran');
  release();
  await held;
  await on.shutdown();
});
