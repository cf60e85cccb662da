'use strict';

// COMPAT "Results and errors": what goes in, and what is refused on the way. Results have a file of their own.
const assert = require('node:assert/strict');
const { EventEmitter } = require('node:events');
const { test } = require('node:test');
const { IsolatedRuntime } = require('..');
const { fingerprint } = require('./fingerprint');
const { folder, run, runtime } = require('./guest');
const { randomValues } = require('./random-values');

const DESCRIBE = `${fingerprint}; exports.main = (...args) => args.map(fingerprint); exports.context = () => fingerprint(__globals__.__context__);`;

/** What the guest sees of these arguments. */
const seen = (args, options) => run(DESCRIBE, args, options);

/** Each of these arrives as itself, as an argument and inside of others. */
async function arrives(...values) {
  const args = values.flatMap((value) => [value, [value], { key: value }, new Map([[value, value]])]);
  assert.deepEqual(await seen(args), args.map(fingerprint));
}

test('undefined, NaN, both infinities and minus zero arrive as themselves', async () => {
  await arrives(undefined, NaN, Infinity, -Infinity, -0, 0, null, true, false, '', 1e21, 5e-324, 0.1, -1e-7, 2 ** 53);
  assert.deepEqual(await run('exports.main = (...x) => [x.length, x[0] === undefined, Object.is(x[1], NaN), Object.is(x[2], -0), x[3] === 1 / 0, x[4] === -1 / 0]', [undefined, NaN, -0, Infinity, -Infinity]),
    [5, true, true, true, true, true]);
});

test('dates arrive as dates, invalid ones too', async () => {
  await arrives(new Date(0), new Date(-1), new Date(NaN), new Date(8.64e15));
  assert.deepEqual(await run('exports.main = (a, b) => [a instanceof Date, a.toISOString(), isNaN(b), b instanceof Date]', [new Date(5), new Date(NaN)]),
    [true, '1970-01-01T00:00:00.005Z', true, true]);
});

test('maps and sets arrive with their order and their object keys', async () => {
  await arrives(new Map([[{ a: 1 }, 'object'], ['b', 2], [NaN, new Set([1])]]), new Set(['z', 'a', { b: [] }, -0]));
  assert.deepEqual(await run('exports.main = (m, s) => [m instanceof Map, m.get("a"), [...m.keys()], s instanceof Set, s.has(2), s.size]', [new Map([['b', 1], ['a', 2]]), new Set([2, 3])]),
    [true, 2, ['b', 'a'], true, true, 2]);
});

test('regular expressions arrive with their flags and work', async () => {
  await arrives(/a/, /[/]\n/gimsuy, /(?<year>\d{4})/u, new RegExp(''), new RegExp('\n'));
  assert.deepEqual(await run('exports.main = (r) => [r instanceof RegExp, "xAx".replace(r, "-"), r.lastIndex]', [/a/gi]), [true, 'x-x', 0]);
});

test('big integers and boxed primitives arrive as themselves', async () => {
  await arrives(0n, -5n, 2n ** 200n, Object(1), Object(-0), Object('text'), Object(false), Object(3n));
  assert.deepEqual(await run('exports.main = (big, box) => [typeof big, String(big * 2n), typeof box, box instanceof String, box.length]', [10n, Object('abc')]),
    ['bigint', '20', 'object', true, 3]);
});

test('errors arrive with class, message, stack and cause', async () => {
  await arrives(new Error('plain'), new RangeError('of range'), new TypeError('caused', { cause: { code: 5 } }));
  const error = new SyntaxError('bad');
  assert.deepEqual(await run('exports.main = (e) => [e instanceof SyntaxError, e.message, e.stack, Object.keys(e)]', [error]), [true, 'bad', error.stack, []]);
});

test('cycles and shared references keep their shape', async () => {
  const shared = { n: 1 };
  const cyclic = { shared, again: shared, list: [shared] };
  cyclic.self = cyclic;
  cyclic.map = new Map([[cyclic, cyclic]]);
  cyclic.set = new Set([cyclic]);
  await arrives(cyclic);
  assert.deepEqual(await run('exports.main = (a, b) => [a === b, a.self === a, a.shared === a.list[0], a.map.get(a) === a, a.set.has(a)]', [cyclic, cyclic]),
    [true, true, true, true, true]);
});

test('holes, sparse arrays and extra keys of arrays stay what they are', async () => {
  // oxlint-disable-next-line no-sparse-arrays
  const holes = [, 1, , undefined, ,];
  await arrives(holes, Object.assign([], { 4_000_000_000: 'far', name: 'extra' }), new Array(3), Object.assign([1, 2], { key: 'value' }));
  assert.deepEqual(await run('exports.main = (a) => [a.length, 0 in a, 1 in a, 3 in a]', [holes]), [5, false, true, true]);
});

test('keys named __proto__, constructor and toJSON are data and change no prototype', async () => {
  const hostile = JSON.parse('{"__proto__": {"polluted": true}, "constructor": 1, "toJSON": "text", "then": 2}');
  await arrives(hostile, { nested: [hostile], self: new Date(1) });
  const source = 'exports.main = (x) => [Object.getPrototypeOf(x) === Object.prototype, Object.keys(x), ({}).polluted === undefined, x.polluted === undefined]';
  for (const args of [[hostile], [hostile, undefined]]) {
    assert.deepEqual(await run(source, args), [true, ['__proto__', 'constructor', 'toJSON', 'then'], true, true]);
  }
});

test('lone surrogates and null characters in texts and keys survive', async () => {
  await arrives('\ud800', 'a\udc00b', '\0', '\u2028', { '\ud83d': '\ude00' }, '😀'.repeat(100));
  assert.deepEqual(await run('exports.main = (x) => [x.length, x.charCodeAt(0), x.charCodeAt(1)]', ['\ud800\0']), [2, 0xd800, 0]);
});

test('instances of classes arrive as plain objects with their own data, getters read once, as in structured cloning', async () => {
  let reads = 0;
  class Point {
    x = 1;
    #hidden = 2;
    get sum() { return this.x + this.#hidden; }
  }
  const given = Object.defineProperty(Object.assign(new Point(), { [Symbol('s')]: 1 }), 'own', { enumerable: true, get: () => ++reads });
  Object.defineProperty(given, 'secret', { value: 1, enumerable: false });
  const source = 'exports.main = (x) => [x, Object.getPrototypeOf(x) === Object.prototype]';
  assert.deepEqual(await run(source, [given]), [{ x: 1, own: 1 }, true]);
  assert.equal(reads, 1);
  assert.deepEqual(await run(source, [Object.assign(Object.create(null), { a: 1 })]), [{ a: 1 }, true]);
  class Rows extends Array {}
  assert.deepEqual(await run('exports.main = (x) => [Array.isArray(x), x.constructor === Array, x]', [Rows.from([1, 2])]), [true, true, [1, 2]]);
});

test('a toJSON method on the way in is a function and is refused, not called', async () => {
  let calls = 0;
  await assert.rejects(run('exports.main = (x) => x', [{ toJSON: () => ++calls }]), { name: 'TypeError', message: 'args[0].toJSON is a function' });
  Object.prototype.toJSON = () => ++calls;
  try {
    assert.deepEqual(await run('exports.main = (x) => x.a', [{ a: 'kept' }]), 'kept');
  } finally {
    delete Object.prototype.toJSON;
  }
  assert.equal(calls, 0);
});

test('context crosses like arguments do', async () => {
  const context = { nan: NaN, date: new Date(3), map: new Map([[1, -0]]), big: 5n, missing: undefined, text: '\ud800' };
  context.self = context;
  const root = folder({ 'index.js': DESCRIBE });
  assert.equal(await runtime().run({ root, file: 'index.js', funcName: 'context', context }), fingerprint(context));
  assert.deepEqual(await run('exports.main = () => [typeof big, date instanceof Date, map.get(1) === 0, self.self === self, "missing" in globalThis]', [], { context }),
    ['bigint', true, true, true, true]);
});

test('changing a value after run was called changes nothing', async () => {
  const argument = { list: [1] };
  const pending = run('exports.main = (x, y) => [x, y]', [argument, new Map([['a', 1]])]);
  argument.list.push(2);
  assert.deepEqual(await pending, [{ list: [1] }, {}]);
});

test('deeply nested arguments arrive', async () => {
  let deep = 'bottom';
  for (let level = 0; level < 20_000; level++) deep = level % 2 ? [deep] : { in: deep };
  assert.deepEqual(await run('exports.main = (x) => { let n = 0; while (typeof x === "object") { x = x.in ?? x[0]; n++; } return [n, x]; }', [deep]), [20_000, 'bottom']);
});

test('random values arrive as structuredClone copies them, and come back so', async () => {
  const on = new IsolatedRuntime({ values: 'structured' });
  const next = randomValues(20_240_607);
  for (let round = 0; round < 60; round++) {
    const values = Array.from({ length: 20 }, next);
    const expected = fingerprint(structuredClone(values));
    const [inside, back] = await run(`${fingerprint}; exports.main = (x) => [fingerprint(x), x]`, [values], {}, on);
    assert.equal(inside, expected, `round ${round}, on the way in`);
    assert.equal(fingerprint(back), expected, `round ${round}, on the way out`);
  }
  await on.shutdown();
});

/** What cannot cross, by what it is called, and a place to put it. */
const REFUSED = [
  ['a function', () => {}], ['a function', class A {}], ['a symbol', Symbol('s')], ['a symbol', Symbol.iterator],
  ["a Buffer; bytes cross with values: 'structured'", Buffer.from('bytes')], ["a Uint8Array; bytes cross with values: 'structured'", new Uint8Array(2)],
  ["an ArrayBuffer; bytes cross with values: 'structured'", new ArrayBuffer(2)], ["a DataView; bytes cross with values: 'structured'", new DataView(new ArrayBuffer(1))],
  ['a Promise', Promise.resolve(1)], ['a Proxy', new Proxy({}, {})], ['a Proxy', new Proxy([], {})], ['a WeakMap', new WeakMap()], ['a WeakSet', new WeakSet()],
  ['a WeakRef', new WeakRef({})], ['a Symbol', Object(Symbol())], ['a Generator', (function* numbers() { yield 1; })()], ['an Array Iterator', [].values()],
  ['a Map Iterator', new Map().keys()], ['a Set Iterator', new Set().values()], ['a String Iterator', ''[Symbol.iterator]()], ['an AsyncGenerator', (async function* () {})()],
  ['a SharedArrayBuffer', new SharedArrayBuffer(1)], ['an Intl.NumberFormat', new Intl.NumberFormat('en')], ['a Blob', new Blob(['x'])], ['a URL', new URL('http://host/')],
  ['a WebAssembly.Memory', new WebAssembly.Memory({ initial: 1 })], ['an AbortSignal', new AbortController().signal],
  ['an Arguments', (function list() { return arguments; })()], ['a FinalizationRegistry', new FinalizationRegistry(() => {})],
];

for (const [what, value] of REFUSED) {
  test(`${what} (${typeof value === 'function' ? value.toString().slice(0, 10) : Object.prototype.toString.call(value)}) is refused with its path, and no code runs`, async () => {
    const root = folder({ 'index.js': 'exports.main = () => "ran"' });
    const onConsole = () => assert.fail('the guest ran');
    const go = (options) => runtime().run({ root, file: 'index.js', funcName: 'main', onConsole, ...options });
    const refusal = (at) => ({ name: 'TypeError', code: 'ERR_VALUE', message: `${at} is ${what}` });
    await assert.rejects(go({ args: [value] }), refusal('args[0]'));
    await assert.rejects(go({ args: [1, { a: [{ onDone: value }] }] }), refusal('args[1].a[0].onDone'));
    await assert.rejects(go({ args: [{ 'strange key': value }] }), refusal('args[0]["strange key"]'));
    await assert.rejects(go({ args: [new Map([['a', value]])] }), refusal('args[0].values()[0]'));
    await assert.rejects(go({ args: [new Map([[value, 1]])] }), refusal('args[0].keys()[0]'));
    await assert.rejects(go({ args: [new Set([1, value])] }), refusal('args[0].values()[1]'));
    await assert.rejects(go({ context: { handler: value } }), refusal('context.handler'));
  });
}

test('code is not invoked for what cannot cross: the module is not even loaded', async () => {
  const root = folder({ 'index.js': 'console.log("loaded"); exports.main = () => 1' });
  const lines = [];
  const go = (args) => runtime().run({ root, file: 'index.js', funcName: 'main', args, onConsole: (method, text) => lines.push(text) });
  await assert.rejects(go([() => {}]), { name: 'TypeError', message: 'args[0] is a function' });
  assert.deepEqual(lines, []);
  assert.equal(await go([1]), 1);
  assert.deepEqual(lines, ['loaded']);
});

test('an emitter without listeners is data, one with listeners is refused for the function', async () => {
  const emitter = new EventEmitter();
  assert.equal(await run('exports.main = (emitter) => typeof emitter._events', [emitter]), 'object');
  emitter.on('x', () => {});
  await assert.rejects(seen([emitter]), { name: 'TypeError', message: 'args[0]._events.x is a function' });
});

test('a getter that throws rejects with what it threw', async () => {
  const thrown = new Error('of the host');
  const given = { a: [{ get b() { throw thrown; } }] };
  await assert.rejects(seen([given]), (error) => error === thrown);
});

test('bytes cross both ways with values: structured', async () => {
  const bytes = Buffer.from([1, 2, 255]);
  const views = [new Uint8Array([1, 2]), new Float64Array([0.5, -0]), new BigInt64Array([-1n]), new Uint8ClampedArray([300]), new DataView(new ArrayBuffer(4), 1, 2)];
  const [types, back, buffer, whole] = await run('exports.main = (b, views, whole) => [[Buffer.isBuffer(b), b.toString("hex"), ...views.map((v) => v.constructor.name)], views, b, whole]',
    [bytes, views, new Uint8Array([9, 8]).buffer], { values: 'structured' });
  assert.deepEqual(types, [true, '0102ff', 'Uint8Array', 'Float64Array', 'BigInt64Array', 'Uint8ClampedArray', 'DataView']);
  assert.equal(fingerprint(back), fingerprint(views));
  assert.ok(Buffer.isBuffer(buffer) && buffer.equals(bytes));
  assert.deepEqual([...new Uint8Array(whole)], [9, 8]);
});

test('two views of one buffer still share it on the other side', async () => {
  const buffer = new ArrayBuffer(4);
  const args = [new Uint8Array(buffer), new Uint16Array(buffer)];
  assert.deepEqual(await run('exports.main = (a, b) => { a[0] = 7; return [b[0], a.buffer === b.buffer]; }', args, { values: 'structured' }), [7, true]);
  assert.equal(args[0][0], 0, 'and the host keeps its own');
});

test('a small Buffer takes none of the pool it was cut from along', async () => {
  const size = await run('exports.main = (b) => b.buffer.byteLength', [Buffer.from('abc')], { values: 'structured' });
  assert.equal(size, 3);
});

test('errors of an aggregate error are not enumerable in guests, and come back once', async () => {
  const given = new AggregateError([new TypeError('a'), 2], 'both');
  const guest = 'exports.main = (error) => [Object.keys(error), JSON.stringify(error), error]';
  const [keys, json, back] = await run(guest, [given], { values: 'structured' });
  assert.deepEqual([keys, json], [[], '{}']);
  assert.deepEqual(Object.keys(back), []);
  assert.equal(back.errors[1], 2);
});
