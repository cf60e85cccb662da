'use strict';

// Functions of the host in the guest's hands: what crosses, what does not, and that waiting for them holds no thread.
const assert = require('node:assert/strict');
const { test } = require('node:test');
const { IsolatedRuntime } = require('..');
const { folder, run, until } = require('./guest');

test('host functions appear under their names, as async functions', async () => {
  const hostFunctions = { db: { get: (key) => `value of ${key}`, deep: { er: { sum: (...all) => all.reduce((a, b) => a + b) } } }, now: () => 7 };
  const source = `exports.main = async () => [db.get('k') instanceof Promise, await db.get('k'), await db.deep.er.sum(1, 2, 3), await now(), db.get.name];`;
  assert.deepEqual(await run(source, [], { hostFunctions }), [true, 'value of k', 6, 7, 'get']);
});

test('arguments and results are copies, with everything that structured cloning keeps', async () => {
  const sent = { date: new Date(5), map: new Map([[1, new Set(['x'])]]), big: 12n, nothing: undefined, zero: -0, bytes: Buffer.from('hi') };
  let received;
  const hostFunctions = { swap: (value) => { received = value; return sent; } };
  const source = `exports.main = async () => { const got = await swap({ date: new Date(9), map: new Map([['a', 1n]]), bytes: new Uint8Array([1, 2]), nan: NaN });
    return [got.date.getTime(), got.map.get(1).has('x'), typeof got.big, 'nothing' in got, Object.is(got.zero, -0), got.bytes.toString()]; }`;
  assert.deepEqual(await run(source, [], { hostFunctions }), [5, true, 'bigint', true, true, 'hi']);
  assert.deepEqual(received, { date: new Date(9), map: new Map([['a', 1n]]), bytes: new Uint8Array([1, 2]), nan: NaN });
});

test('what a host function throws arrives with name, message and code, and nothing else', async () => {
  const hostFunctions = {
    typed: () => { throw Object.assign(new TypeError('wrong key'), { code: 'E_KEY', secret: 'kept' }); },
    own: async () => { const error = new Error('gone'); error.name = 'GoneError'; throw error; },
    text: () => Promise.reject('just text'),
  };
  const source = `const told = async (f) => { try { await f(); } catch (e) { return [e.name, e.message, e.code, e instanceof TypeError, Object.keys(e), /host-functions/.test(e.stack)]; } };
    exports.main = async () => [await told(typed), await told(own), await told(text)];`;
  assert.deepEqual(await run(source, [], { hostFunctions }), [
    ['TypeError', 'wrong key', 'E_KEY', true, ['code'], false],
    ['GoneError', 'gone', null, false, [], false],
    ['Error', 'just text', null, false, [], false],
  ]);
});

test('a result that cannot cross is an error of the call, naming its path', async () => {
  const source = `exports.main = () => give().catch((e) => [e.name, e.message]);`;
  assert.deepEqual(await run(source, [], { hostFunctions: { give: () => ({ a: [() => 1] }) } }), ['TypeError', 'result of give.a[0] is a function']);
});

test('an argument that cannot cross throws in the guest, and the host is not called', async () => {
  let calls = 0;
  const source = `exports.main = () => { try { take({ f() {} }); } catch (e) { return [e.name, /is a function/.test(e.message)]; } };`;
  assert.deepEqual(await run(source, [], { hostFunctions: { take: () => { calls += 1; } } }), ['TypeError', true]);
  assert.equal(calls, 0);
});

test('runs that wait for the host hold no thread', async () => {
  const on = new IsolatedRuntime({ threads: 1, hostFunctions: { gate: () => open } });
  let release;
  const open = new Promise((resolve) => { release = resolve; });
  const root = folder({ 'index.js': 'exports.wait = () => gate(); exports.main = () => 1;' });
  const go = (funcName) => on.run({ root, file: 'index.js', funcName });
  const waiting = Array.from({ length: 50 }, () => go('wait'));
  await until(() => on.stats().parked === 50);
  assert.equal(await go('main'), 1);
  release('opened');
  assert.deepEqual(new Set(await Promise.all(waiting)), new Set(['opened']));
  await on.shutdown();
});

test('a run that waits for a host function for ever ends at its deadline, and late answers do no harm', async () => {
  let answer;
  const hostFunctions = { never: () => new Promise((resolve) => { answer = resolve; }) };
  await assert.rejects(run('exports.main = () => never()', [], { hostFunctions, timeout: 100 }), { code: 'ERR_TIMEOUT' });
  answer('late');
  assert.equal(await run('exports.main = () => typeof never'), 'undefined');
});

test('functions of a run stand beside those of its runtime and come first under the same name', async () => {
  const on = new IsolatedRuntime({ hostFunctions: { a: () => 'runtime', b: () => 'runtime' } });
  const source = 'exports.main = async () => [await a(), await b(), await c()]';
  assert.deepEqual(await run(source, [], { hostFunctions: { b: () => 'run', c: () => 'run' } }, on), ['runtime', 'run', 'run']);
  await on.shutdown();
});

test('wrong host functions are refused by name', async () => {
  assert.throws(() => new IsolatedRuntime({ hostFunctions: { db: { get: 5 } } }), { name: 'TypeError', code: 'ERR_INVALID_ARG', message: 'options.hostFunctions.db.get must be a function, or an object of functions, got 5' });
  await assert.rejects(run('', [], { hostFunctions: [] }), { name: 'TypeError', code: 'ERR_INVALID_ARG' });
});

test('a receipt tells what the run cost, on success and on failure', async () => {
  const source = `exports.main = async (mode) => { await nap(); const kept = new Uint8Array(3e6).fill(1); if (mode === 'throw') throw new Error('x'); return kept.length; };`;
  const options = { receipt: true, hostFunctions: { nap: () => new Promise((resolve) => setTimeout(resolve, 60)) } };
  const { result, receipt } = await run(source, [''], options);
  assert.equal(result, 3e6);
  assert.equal(receipt.stoppedBy, 'done');
  assert.equal(receipt.hostCalls, 1);
  assert.equal(receipt.modules, 1);
  assert.ok(receipt.hostWaitTime >= 40 && receipt.wallTime >= receipt.hostWaitTime, JSON.stringify(receipt));
  assert.ok(receipt.cpuTime > 0 && receipt.cpuTime < receipt.wallTime, JSON.stringify(receipt));
  assert.ok(receipt.peakBytes > 3e6 && receipt.bytesIn > 0 && receipt.bytesOut > 0, JSON.stringify(receipt));
  const error = await run(source, ['throw'], options).catch((thrown) => thrown);
  assert.equal(error.receipt.stoppedBy, 'error');
  assert.deepEqual(Object.keys(error), [], 'the receipt is no data of the guest');
  const slow = await run('exports.main = () => { for (;;); }', [], { timeout: 60 }).catch((thrown) => thrown);
  assert.equal(slow.receipt.stoppedBy, 'ERR_TIMEOUT');
  assert.ok(slow.receipt.wallTime >= 60);
});

test('bytes from the host are given back when the guest has done with them', async () => {
  const bytes = Buffer.alloc(64 * 1024, 7);
  const hostFunctions = { give: () => bytes, giveView: () => new Uint8Array(bytes), giveBox: () => Object('x'.repeat(64 * 1024)) };
  const source = `exports.main = async () => { let n = 0; for (let i = 0; i < 300; i++) for (const ask of [give, giveView, giveBox]) n += (await ask()).length; return n; };`;
  const { result, receipt } = await run(source, [], { hostFunctions, receipt: true, limits: { memory: 16 * 2 ** 20 } });
  assert.equal(result, 3 * 300 * 64 * 1024);
  assert.ok(receipt.peakBytes < 8 * 2 ** 20, `held ${receipt.peakBytes} bytes`);
});
