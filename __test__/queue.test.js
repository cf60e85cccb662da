'use strict';

// The queue's limits and the time-out: just under what they allow, at it, and far over it.
const assert = require('node:assert/strict');
const { test } = require('node:test');
const { IsolatedRuntime, errors } = require('..');
const { folder, run, until } = require('./guest');

const SOURCE = 'exports.hold = () => released(); exports.main = (x) => x; exports.sleep = (ms) => new Promise((done) => setTimeout(done, ms, ms));';

/** A runtime with one place, which is taken until `release` is called. */
async function busy(options = {}) {
  let release;
  const gate = new Promise((resolve) => { release = resolve; });
  const on = new IsolatedRuntime({ hostFunctions: { released: () => gate }, ...options, poolOptions: { max: 1, ...options.poolOptions } });
  const root = folder({ 'index.js': SOURCE });
  const go = (funcName, ...args) => on.run({ root, file: 'index.js', funcName, args });
  const holding = go('hold');
  await until(() => on.stats().parked === 1);
  return { on, go, end: async () => { release(); await holding; } };
}

for (const [name, options] of [['maxWaitingClients', { poolOptions: { maxWaitingClients: 3 } }], ['maxQueue', { maxQueue: 3 }]]) {
  test(`${name}: as many runs as allowed wait, one more is refused at once, and so are thousands`, async () => {
    const { on, go, end } = await busy(options);
    const waiting = [go('main', 0), go('main', 1)];
    assert.equal(on.stats().queued, 2);
    waiting.push(go('main', 2));
    assert.equal(on.stats().queued, 3);
    const refused = await Promise.allSettled(Array.from({ length: 2000 }, (_, n) => go('main', n)));
    for (const { reason } of refused) {
      assert.ok(reason instanceof errors.QueueFullError, String(reason));
      assert.deepEqual([reason.code, reason.limit, reason.measured], ['ERR_QUEUE_FULL', 3, 3]);
    }
    assert.match(refused[0].reason.message, /^the queue is full: 3 runs wait, limit is 3; 1 of 1 places are taken, /);
    await end();
    assert.deepEqual(await Promise.all(waiting), [0, 1, 2]);
    assert.equal(await go('main', 9), 9, 'there is room again');
    await on.shutdown();
  });
}

test('maxQueue: none may wait where it is 0, and a run with a place goes on', async () => {
  const { on, go, end } = await busy({ maxQueue: 0 });
  await assert.rejects(go('main'), { code: 'ERR_QUEUE_FULL' });
  await end();
  await until(() => on.stats().parked + on.stats().running === 0);
  assert.equal(await go('main', 7), 7);
  await on.shutdown();
});

test('a queue without a limit takes ten thousand, and all come out right', async () => {
  const { on, go, end } = await busy();
  const runs = Array.from({ length: 10_000 }, (_, n) => go('main', n));
  assert.equal(on.stats().queued, 10_000);
  await end();
  (await Promise.all(runs)).forEach((answer, n) => assert.equal(answer, n));
  await on.shutdown();
});

test('acquireTimeoutMillis: a run that waits less is served, one that waits longer is told so', async () => {
  const { on, go, end } = await busy({ poolOptions: { acquireTimeoutMillis: 500 } });
  const late = go('main', 1);
  await assert.rejects(late, (error) => {
    assert.ok(error instanceof errors.QueueTimeoutError, String(error));
    const [, waited] = /^run waited (\d+) ms for a place in the pool, limit is 500 ms; 1 of 1 places are taken, /.exec(error.message) ?? [];
    assert.ok(Number(waited) >= 500, error.message);
    return true;
  });
  const served = go('main', 2);
  assert.equal(on.stats().queued, 1);
  await end();
  assert.equal(await served, 2);
  await on.shutdown();
});

test('timeout: a run that takes less is not disturbed, one that takes more is stopped', async () => {
  const source = 'exports.main = (ms) => new Promise((done) => setTimeout(done, ms, ms)); exports.compute = (ms) => { const end = Date.now() + ms; while (Date.now() < end); return ms; }';
  for (const funcName of ['main', 'compute']) {
    assert.equal(await run(source, [100], { timeout: 2000, funcName }), 100);
    for (const ms of [300, 4000, 2 ** 31 - 1]) {
      const start = Date.now();
      await assert.rejects(run(source, [ms], { timeout: 150, funcName }), { name: 'RuntimeTimeoutError', code: 'ERR_TIMEOUT', limit: 150, message: 'run exceeded its time-out of 150 ms' });
      assert.ok(Date.now() - start >= 148, 'it had all of its time');
    }
  }
});

test('timeout: what ends at the same moment ends one way or the other, and once', async () => {
  const settled = await Promise.allSettled(Array.from({ length: 60 }, (_, n) => run(`exports.main = () => new Promise((done) => setTimeout(done, ${45 + (n % 11)}, "done"))`, [], { timeout: 50 })));
  for (const { value, reason } of settled) assert.ok(value === 'done' || reason.code === 'ERR_TIMEOUT', String(reason));
});
