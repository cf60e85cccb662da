'use strict';

// The time-out covers whatever guests do, wherever they do it.
const assert = require('node:assert/strict');
const { test } = require('node:test');
const { IsolatedRuntime } = require('..');
const { run, runtime, until } = require('./guest');

const loop = 'const loop = () => { for (;;); };';

/** Guest code that never ends, by where it hangs. */
const ENDLESS = {
  'synchronous code': 'exports.main = () => { for (;;); }',
  'code that runs while the module loads': 'for (;;);',
  'a required module': { 'index.js': 'require("./endless")', 'endless.js': 'for (;;);' },
  'promise jobs that make promise jobs': 'exports.main = async () => { for (;;) await null; }',
  'a chain of thenables': 'exports.main = () => { const t = { then(f) { f(t); } }; return t; }',
  'a microtask': `${loop} exports.main = () => { queueMicrotask(loop); return new Promise(() => {}); }`,
  'ticks that make ticks': 'exports.main = () => { const tick = () => process.nextTick(tick); tick(); return new Promise(() => {}); }',
  'a timer': `${loop} exports.main = () => { setTimeout(loop, 1); return new Promise(() => {}); }`,
  'an interval that never stops': 'exports.main = () => { setInterval(() => {}, 1); return new Promise(() => {}); }',
  'immediates that make immediates': 'exports.main = () => { const again = () => setImmediate(again); again(); return new Promise(() => {}); }',
  'a promise that nobody settles': 'exports.main = () => new Promise(() => {})',
  'a timer that is due later': 'exports.main = () => new Promise((done) => setTimeout(done, 1e6))',
  'a promise executor inside a loop': 'exports.main = () => { for (;;) new Promise(() => { for (;;); }); }',
  'a catch block': 'exports.main = () => { for (;;) try { for (;;); } catch {} }',
  'a finally block': 'exports.main = () => { try { for (;;); } finally { for (;;); } }',
  'a generator': 'exports.main = () => { const g = (function* () { for (;;) yield 1; })(); for (const x of g); }',
  'a regular expression': 'exports.main = () => /^(a+)+$/.test("a".repeat(50) + "b")',
  'sorting with a comparison that does not end': `${loop} exports.main = () => [3, 2, 1].sort(loop)`,
  'a getter of the result': `${loop} exports.main = () => ({ get a() { loop(); } })`,
  'toJSON of the result': `${loop} exports.main = () => ({ toJSON: loop })`,
  'a proxy in the result': `${loop} exports.main = () => new Proxy({}, { ownKeys: loop })`,
  'a proxy with endless keys': 'exports.main = () => ({ toJSON() { let n = 0; return new Proxy([], { get: (t, k) => (k === "length" ? 2 ** 53 - 1 : ++n) }); } })',
  'the then of the result': `${loop} exports.main = () => ({ get then() { loop(); } })`,
  'reading the export': `${loop} Object.defineProperty(exports, "main", { get: loop })`,
  'module.exports behind a proxy': `${loop} module.exports = new Proxy({}, { get: loop })`,
  'formatting an error with prepareStackTrace': `${loop} Error.prepareStackTrace = loop; exports.main = () => { throw new Error("x"); }`,
  'the message of an error': `${loop} exports.main = () => { throw new Error({ toString: loop }); }`,
  'stackTraceLimit': `${loop} exports.main = () => { Error.stackTraceLimit = { valueOf: loop }; null.x; }`,
};

for (const [place, source] of Object.entries(ENDLESS)) {
  test(`the time-out covers ${place}`, async () => {
    const started = Date.now();
    await assert.rejects(run(source, [], { timeout: 60 }), { name: 'RuntimeTimeoutError', code: 'ERR_TIMEOUT' });
    const took = Date.now() - started;
    assert.ok(took >= 55 && took < 3000, `${took} ms`);
  });
}

test('with values: structured, the time-out covers getters and proxies of the result', async () => {
  for (const expression of ['{ get a() { for (;;); } }', '[{ get a() { for (;;); } }]', 'new Map([[1, { get a() { for (;;); } }]])']) {
    await assert.rejects(run(`exports.main = () => (${expression})`, [], { values: 'structured', timeout: 60 }), { code: 'ERR_TIMEOUT' });
  }
});

test('the time-out covers the text of a failure that is no ordinary error', async () => {
  for (const thrown of ['{ get message() { for (;;); } }', 'new Proxy(new Error("x"), { get() { for (;;); } })', '{ toString() { for (;;); } }']) {
    await assert.rejects(run(`exports.main = () => { throw ${thrown}; }`, [], { timeout: 2000 }), (error) => error instanceof Error);
  }
});

test('a run that ends in time is not disturbed by the time-outs of others', async () => {
  const on = new IsolatedRuntime({ threads: 2 });
  const endless = [1, 2, 3].map(() => assert.rejects(run('exports.main = () => { for (;;); }', [], { timeout: 80 }, on), { code: 'ERR_TIMEOUT' }));
  for (let round = 0; round < 20; round++) assert.equal(await run('exports.main = (x) => x + 1', [round], {}, on), round + 1);
  await Promise.all(endless);
  await on.shutdown();
});

test('the event loop of the host runs on while guests hang', async () => {
  let ticks = 0;
  const ticking = setInterval(() => ticks++, 5);
  await assert.rejects(run('exports.main = () => { for (;;); }', [], { timeout: 300 }), { code: 'ERR_TIMEOUT' });
  clearInterval(ticking);
  assert.ok(ticks >= 2, `${ticks} ticks`);
});

test('after a time-out nothing of the run goes on', async () => {
  const lines = [];
  const source = 'exports.main = () => { setInterval(() => console.log("still here"), 5); return new Promise(() => {}); }';
  await assert.rejects(run(source, [], { timeout: 60, onConsole: (...line) => lines.push(line) }), { code: 'ERR_TIMEOUT' });
  const heard = lines.length;
  await until(() => runtime().stats().running + runtime().stats().parked === 0);
  await run('exports.main = () => new Promise((done) => setTimeout(done, 50))');
  assert.equal(lines.length, heard);
});

test('the sandbox of a run that was stopped is as new for the next one', async () => {
  const on = new IsolatedRuntime({ threads: 1, poolOptions: { max: 1 } });
  for (let round = 0; round < 5; round++) {
    await assert.rejects(run('globalThis.left = 1; Array.prototype.push = null; exports.main = () => { for (;;); }', [], { timeout: 40 }, on), { code: 'ERR_TIMEOUT' });
    assert.deepEqual(await run('exports.main = () => { const a = []; a.push(typeof left); return a; }', [], {}, on), ['undefined']);
  }
  await on.shutdown();
});
