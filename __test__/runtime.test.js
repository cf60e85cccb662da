'use strict';

// COMPAT: constructor and run of isolated-runtime 1.x.
const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');
const { IsolatedRuntime, errors } = require('..');
const { folder, run, runtime, until, write } = require('./guest');

test('the default time-out is 5000 ms and is exposed on the class', () => {
  assert.equal(IsolatedRuntime.DEFAULT_TIMEOUT, 5000);
});

test('a function of the module is called with the arguments and its result is awaited', async () => {
  assert.equal(await run('exports.main = (a, b) => a + b', [2, 3]), 5);
  assert.equal(await run('exports.main = async (a) => a * 2', [21]), 42);
  assert.equal(await run('exports.main = () => ({ then(done) { done("thenable"); } })'), 'thenable');
});

test('this is the module, so that exports can call each other', async () => {
  assert.equal(await run('exports.help = () => 7; exports.main = function () { return this.help(); }'), 7);
});

test('root is also accepted as folder, and both must agree', async () => {
  const root = folder({ 'index.js': 'exports.main = () => 1' });
  const rest = { file: 'index.js', funcName: 'main' };
  assert.equal(await runtime().run({ folder: root, ...rest }), 1);
  assert.equal(await runtime().run({ root, folder: root, ...rest }), 1);
  await assert.rejects(runtime().run({ root, folder: '/elsewhere', ...rest }), { name: 'TypeError', message: /root and folder/ });
});

test('a file that leaves root is refused', async () => {
  const root = folder({ 'app/index.js': '', 'secret.js': 'exports.main = () => 1' });
  for (const file of ['../secret.js', path.join(root, 'secret.js'), 'x/../../secret.js']) {
    await assert.rejects(runtime().run({ root: path.join(root, 'app'), file, funcName: 'main' }), { code: 'MODULE_NOT_FOUND' });
  }
  assert.equal(await runtime().run({ root, file: './app/../secret.js', funcName: 'main' }), 1);
});

test('an export that is not a function rejects with a TypeError that names it', async () => {
  await assert.rejects(run('exports.main = 1'), { name: 'TypeError', message: 'main is not a function' });
  await assert.rejects(run(''), { name: 'TypeError', message: 'main is not a function' });
  await assert.rejects(run('module.exports = null'), { name: 'TypeError', message: 'main is not a function' });
});

test('context keys are globals, and __globals__ has context, file, funcName and args', async () => {
  const source = 'exports.main = (x) => [a, global.b.c, __globals__, x]';
  const context = { a: 1, b: { c: 'two' } };
  const root = folder({ 'index.js': source });
  const [a, b, globals, x] = await runtime().run({ root, file: './lib/../index.js', funcName: 'main', args: ['arg'], context });
  assert.deepEqual([a, b, x], [1, 'two', 'arg']);
  assert.deepEqual(globals, { __context__: context, file: path.join(root, 'index.js'), funcName: 'main', args: ['arg'] });
  assert.equal(await run('exports.loaded = true; exports.main = () => require(__globals__.file).loaded'), true);
});

test('context is there while the module loads', async () => {
  assert.equal(await run('const seen = a; exports.main = () => seen', [], { context: { a: 5 } }), 5);
});

test('context keys may have the names of built-ins', async () => {
  const context = { Promise: 1, Error: 2, JSON: 3, Object: 4, console: 5, undefined: 6, require: 7, __globals__: 8, globalThis: 9 };
  const source = 'exports.main = async () => [Promise, Error, JSON, Object, console, typeof undefined, typeof require, __globals__.__context__.undefined]';
  assert.deepEqual(await run(source, [], { context }), [1, 2, 3, 4, 5, 'undefined', 'function', 6]);
});

test('an argument resolver module maps the arguments on the host side', async () => {
  const root = folder({ 'index.js': 'exports.main = (...args) => args', 'resolver.js': 'module.exports = (args) => args.map((x) => [x, typeof process.pid])' });
  const args = { resolverPath: path.join(root, 'resolver.js'), original: [1, 2] };
  assert.deepEqual(await runtime().run({ root, file: 'index.js', funcName: 'main', args }), [[1, 'number'], [2, 'number']]);
});

test('sourceExtensions rule the search and which own files load, with or without the dot', async () => {
  const files = { 'index.es6': 'exports.main = () => require("./a") + require("./data").n', 'a.es6': 'module.exports = 1', 'data.json': { n: 2 }, 'b.js': 'exports.main = () => 1' };
  for (const extension of ['es6', '.es6']) {
    const on = new IsolatedRuntime({ sourceExtensions: [extension] });
    const root = folder(files);
    assert.equal(await on.run({ root, file: 'index', funcName: 'main' }), 3);
    await assert.rejects(on.run({ root, file: 'b.js', funcName: 'main' }), { code: 'MODULE_NOT_FOUND', reason: /sourceExtensions/ });
    await on.shutdown();
  }
});

test('every run has its own heap and global object', async () => {
  const root = folder({ 'index.js': 'let n = 0; exports.main = () => { Array.prototype.leak = (globalThis.count = (globalThis.count || 0) + 1); return [++n, count, Object.keys(require.cache).length]; }' });
  for (let round = 0; round < 5; round++) {
    assert.deepEqual(await runtime().run({ root, file: 'index.js', funcName: 'main' }), [1, 1, 1]);
  }
});

test('a deployed file is seen by the next run', async () => {
  const root = folder({ 'index.js': 'exports.main = () => 1' });
  assert.equal(await runtime().run({ root, file: 'index.js', funcName: 'main' }), 1);
  write(root, 'index.js', 'exports.main = () => 2');
  assert.equal(await runtime().run({ root, file: 'index.js', funcName: 'main' }), 2);
});

test('a deployed file is seen although its size and its time stay the same', async () => {
  const root = folder({ 'index.js': 'exports.main = () => 1' });
  const file = path.join(root, 'index.js');
  const long = new Date('2020-01-01');
  for (const answer of [1, 2, 3]) {
    write(root, 'index.js', `exports.main = () => ${answer}`);
    fs.utimesSync(file, long, long);
    for (let round = 0; round < 2; round++) assert.equal(await runtime().run({ root, file: 'index.js', funcName: 'main' }), answer);
  }
});

test('runs that wait hold no thread: more runs than threads wait at once', async () => {
  const on = new IsolatedRuntime({ threads: 2 });
  const root = folder({ 'index.js': 'exports.main = () => new Promise((done) => setTimeout(done, 300, 1))' });
  const started = Date.now();
  const results = await Promise.all(Array.from({ length: 40 }, () => on.run({ root, file: 'index.js', funcName: 'main' })));
  assert.equal(results.length, 40);
  assert.ok(Date.now() - started < 40 * 300, 'not one after another');
  await on.shutdown();
});

test('poolOptions.max bounds runs in flight, and the rest waits', async () => {
  const on = new IsolatedRuntime({ poolOptions: { max: 1 } });
  const root = folder({ 'index.js': 'exports.main = () => new Promise((done) => setTimeout(done, 50, 1))' });
  const runs = [1, 2, 3].map(() => on.run({ root, file: 'index.js', funcName: 'main' }));
  await until(() => on.stats().parked + on.stats().running === 1);
  assert.equal(on.stats().queued, 2);
  assert.deepEqual(await Promise.all(runs), [1, 1, 1]);
  await on.shutdown();
});

test('maxWaitingClients refuses what exceeds it, saying how busy the pool is', async () => {
  const on = new IsolatedRuntime({ poolOptions: { max: 1, maxWaitingClients: 1 } });
  const root = folder({ 'index.js': 'exports.main = () => new Promise((done) => setTimeout(done, 100, 1))' });
  const go = () => on.run({ root, file: 'index.js', funcName: 'main' });
  const first = go();
  await until(() => on.stats().queued === 0 && on.stats().parked === 1);
  const second = go();
  await assert.rejects(go(), { name: 'QueueFullError', code: 'ERR_QUEUE_FULL', message: /limit is 1.*1 of 1 places/ });
  assert.deepEqual(await Promise.all([first, second]), [1, 1]);
  await on.shutdown();
});

test('acquireTimeoutMillis ends the wait for a place', async () => {
  const on = new IsolatedRuntime({ poolOptions: { max: 1, acquireTimeoutMillis: 50 } });
  const root = folder({ 'index.js': 'exports.main = () => new Promise((done) => setTimeout(done, 400, 1))' });
  const first = on.run({ root, file: 'index.js', funcName: 'main' });
  await assert.rejects(on.run({ root, file: 'index.js', funcName: 'main' }), { name: 'QueueTimeoutError', code: 'ERR_QUEUE_TIMEOUT' });
  assert.equal(await first, 1);
  await on.shutdown();
});

test('testOnBorrow does not hang calls, idleTimeoutMillis 0 means 0, other names of generic-pool are accepted', async () => {
  const poolOptions = { min: 0, max: 2, testOnBorrow: true, testOnReturn: true, idleTimeoutMillis: 0, softIdleTimeoutMillis: -1, evictionRunIntervalMillis: 0, numTestsPerEvictionRun: 3, fifo: false, priorityRange: 2, autostart: false, destroyTimeoutMillis: 10, Promise };
  const on = new IsolatedRuntime({ poolOptions });
  assert.equal(await run('exports.main = () => 1', [], { priority: 1 }, on), 1);
  await until(() => on.stats().idleSandboxes === 0);
  await on.shutdown();
});

test('the time-out starts when the run starts, not while it queues', async () => {
  const on = new IsolatedRuntime({ timeout: 400, poolOptions: { max: 1 } });
  const root = folder({ 'index.js': 'exports.main = () => new Promise((done) => setTimeout(done, 250, 1))' });
  const runs = [1, 2, 3, 4].map(() => on.run({ root, file: 'index.js', funcName: 'main' }));
  assert.deepEqual(await Promise.all(runs), [1, 1, 1, 1]);
  await on.shutdown();
});

test('shutdown drains, is idempotent, and afterwards run rejects', async () => {
  const on = new IsolatedRuntime();
  const pending = run('exports.main = () => new Promise((done) => setTimeout(done, 80, "finished"))', [], {}, on);
  const closing = on.shutdown();
  assert.equal(on.shutdown(), closing);
  await assert.rejects(run('exports.main = () => 1', [], {}, on), { name: 'RuntimeClosedError', code: 'ERR_CLOSED' });
  assert.equal(await pending, 'finished');
  await closing;
  await on.shutdown();
});

test('close with force stops what is in flight', async () => {
  const on = new IsolatedRuntime();
  const pending = run('exports.main = () => { for (;;); }', [], {}, on);
  await until(() => on.stats().running === 1);
  const [closed] = await Promise.allSettled([pending, on.close({ force: true })]);
  assert.equal(closed.reason.code, 'ERR_CLOSED');
});

test('an abort rejects with the reason of the signal and stops the run', async () => {
  const reason = new Error('enough');
  const on = new IsolatedRuntime();
  for (const source of ['exports.main = () => { for (;;); }', 'exports.main = () => new Promise(() => {})']) {
    const controller = new AbortController();
    const pending = run(source, [], { signal: controller.signal }, on);
    await until(() => on.stats().running + on.stats().parked === 1);
    controller.abort(reason);
    await assert.rejects(pending, (error) => error === reason);
    await until(() => on.stats().running + on.stats().parked === 0);
  }
  await assert.rejects(run('exports.main = () => 1', [], { signal: AbortSignal.abort(reason) }, on), (error) => error === reason);
  assert.equal(await run('exports.main = () => 1', [], { signal: new AbortController().signal }, on), 1);
  await on.shutdown();
});

test('both ways of importing give the same class', () => {
  const main = require('..');
  assert.equal(main, main.IsolatedRuntime);
  assert.equal(main.errors.RuntimeTimeoutError, errors.RuntimeTimeoutError);
  assert.equal(require('../core').CodeRunner, main.CodeRunner);
});
