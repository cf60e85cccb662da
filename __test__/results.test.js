'use strict';

// COMPAT "Results and errors", row "result": what a run answers.
const assert = require('node:assert/strict');
const { test } = require('node:test');
const { fingerprint } = require('./fingerprint');
const { run } = require('./guest');
const { randomValues } = require('./random-values');

const structured = { values: 'structured' };

/** What `JSON.stringify` makes of it on the host; an own parser would be the better one, and this is the same. */
function throughJson(value) {
  const text = JSON.stringify(value);
  return text === undefined ? undefined : JSON.parse(text);
}

/** The guest answers this expression, which means the same on the host. */
async function answersAsJson(...expressions) {
  for (const expression of expressions) {
    const expected = throughJson(new Function(`return (${expression})`)());
    const result = await run(`exports.main = () => (${expression})`);
    assert.equal(fingerprint(result), fingerprint(expected), expression);
  }
}

test('plain values come back as themselves', async () => {
  await answersAsJson('1', '"text"', 'true', 'null', '[]', '{}', '[1, [2, [3]]]', '({ a: { b: [null, false, ""] } })', '1e21', '5e-324', '1e-7', '0.1', '2 ** 53');
});

test('dates become strings, maps and sets become empty objects', async () => {
  await answersAsJson('new Date(5)', '[new Date(0)]', 'new Date(NaN)', 'new Map([[1, 2]])', 'new Set([1])', '({ a: new Map(), b: new Set([1]) })', '/a/g');
});

test('undefined, functions and symbols are undefined at the top, null in arrays, and left out of objects', async () => {
  await answersAsJson('undefined', '() => 1', 'Symbol("s")', '[undefined, () => 1, Symbol("s")]', '({ a: undefined, b: () => 1, c: Symbol("s"), [Symbol("d")]: 1, e: 2 })', '[, 1, ,]');
  assert.equal(await run('exports.main = () => {}'), undefined);
});

test('minus zero becomes zero, NaN and infinities become null', async () => {
  await answersAsJson('-0', '[-0]', 'NaN', 'Infinity', '({ a: -Infinity, b: [NaN] })');
});

test('boxed primitives are unboxed', async () => {
  await answersAsJson('Object(1)', '[Object("text"), Object(false)]', '({ a: Object(-0) })');
});

test('toJSON is called with the key, where it is a function, inherited or own', async () => {
  await answersAsJson('({ toJSON() { return 5; } })', '({ a: { toJSON: (key) => "for " + key } })', '[{ toJSON: (key) => typeof key + key }]',
    'new (class { toJSON() { return { x: this.y, z: undefined }; } y = 3 })', '({ toJSON: 1 })', '({ toJSON: () => undefined })');
});

test('getters are called, inherited and hidden properties are left out', async () => {
  await answersAsJson('({ get a() { return [1]; } })', 'Object.create({ inherited: 1 }, { own: { value: 1, enumerable: true }, hidden: { value: 2 } })',
    'new (class { a = 1; get b() { return 2; } })', 'Object.assign([1], { extra: 2 })', 'new Proxy({ a: 1 }, { get: () => 7 })', 'new Proxy([1, 2], {})');
});

test('bytes look as JSON has them', async () => {
  await answersAsJson('new Uint8Array([1, 2])', 'new ArrayBuffer(3)', 'new Float32Array([0.5])');
  assert.deepEqual(await run('exports.main = () => Buffer.from("ab")'), { type: 'Buffer', data: [97, 98] });
});

test('errors are empty objects but for their own data', async () => {
  await answersAsJson('new Error("x")', 'Object.assign(new TypeError("x"), { code: "E" })', '[new RangeError("x")]');
});

test('keys keep their order, escapes and lone surrogates survive', async () => {
  await answersAsJson('({ b: 1, a: 2, 10: 3, 9: 4 })', '"\\ud800"', '["a\\udc00b", "\\u2028", "\\0", "\\"\\\\\\n\\t\\x7f"]', '({ "\\ud83d": "😀" })', '"é".repeat(1000)');
});

test('a key named __proto__ is data and changes no prototype', async () => {
  for (const options of [{}, structured]) {
    const result = await run('exports.main = () => JSON.parse(\'{"__proto__": {"polluted": true}, "constructor": 1}\')', [], options);
    assert.deepEqual(Object.keys(result), ['__proto__', 'constructor']);
    assert.equal(Object.getPrototypeOf(result), Object.prototype);
    assert.equal(result.polluted, undefined);
    assert.equal({}.polluted, undefined);
  }
});

test('random values come back as JSON.stringify has them', async () => {
  const next = randomValues(7);
  const isJson = (value) => { try { JSON.stringify(value); return true; } catch { return false; } };
  let compared = 0;
  for (let round = 0; round < 40; round++) {
    // What JSON refuses has a test of its own.
    const values = Array.from({ length: 30 }, next).filter(isJson);
    compared += values.length;
    const result = await run('exports.main = (x) => x', [values]);
    assert.equal(JSON.stringify(result), JSON.stringify(throughJson(structuredClone(values))), `round ${round}`);
  }
  assert.ok(compared > 500, 'most random values are no cycles');
});

test('what JSON cannot say rejects with a TypeError of the guest', async () => {
  await assert.rejects(run('exports.main = () => { const a = {}; a.a = a; return a; }'), { name: 'TypeError', message: /circular/i });
  await assert.rejects(run('exports.main = () => { const a = []; a.push([a]); return a; }'), { name: 'TypeError', message: /circular/i });
  await assert.rejects(run('exports.main = () => 1n'), { name: 'TypeError', message: /BigInt/i });
  await assert.rejects(run('exports.main = () => ({ a: [10n] })'), { name: 'TypeError', message: /BigInt/i });
  await assert.rejects(run('const { proxy, revoke } = Proxy.revocable({}, {}); exports.main = () => { revoke(); return { proxy }; }'), { name: 'TypeError' });
});

test('an error thrown while the result is written is the error of the run', async () => {
  for (const result of ['{ get a() { throw new RangeError("mine"); } }', '{ toJSON() { throw new RangeError("mine"); } }', 'new Proxy({}, { ownKeys() { throw new RangeError("mine"); } })']) {
    await assert.rejects(run(`exports.main = () => ({ r: ${result} })`), (error) => error instanceof RangeError && error.message === 'mine' && /\/index\.js:1/.test(error.stack));
  }
});

test('guests cannot change how results are written by replacing built-ins', async () => {
  const source = `
    JSON.stringify = () => '"forged"'; JSON.parse = null;
    Object.keys = () => []; Array.prototype.map = null; Reflect.apply = null; Function.prototype.call = null;
    exports.main = async () => ({ a: [1, 2] });`;
  assert.deepEqual(await run(source), { a: [1, 2] });
  assert.deepEqual(await run(source, [], structured), { a: [1, 2] });
});

test('promises and thenables are awaited at the top, not inside', async () => {
  assert.equal(await run('exports.main = () => Promise.resolve(Promise.resolve(5))'), 5);
  assert.equal(await run('exports.main = () => ({ then(resolve) { setTimeout(resolve, 1, 6); } })'), 6);
  assert.equal(await run('exports.main = () => ({ then(resolve) { resolve({ then(again) { again(7); } }); } })'), 7);
  assert.deepEqual(await run('exports.main = () => [Promise.resolve(1)]'), [{}]);
  await assert.rejects(run('exports.main = () => ({ then(_, reject) { reject(new RangeError("no")); } })'), { name: 'RangeError', message: 'no' });
  await assert.rejects(run('exports.main = () => ({ get then() { throw new RangeError("no"); } })'), { name: 'RangeError', message: 'no' });
  assert.deepEqual(Object.entries(await run('exports.main = () => ({ then: "not a function" })')), [['then', 'not a function']]);
});

test('a result as deep as a hundred thousand objects is an error of the run, not of the host', async () => {
  const source = 'exports.main = () => { let deep = 1; for (let n = 0; n < 1e5; n++) deep = [deep]; return deep; }';
  await assert.rejects(run(source), (error) => error instanceof RangeError || error.code === 'ERR_LIMIT' || error.code === 'ERR_STACK_LIMIT');
  assert.equal(await run('exports.main = () => "fine"'), 'fine');
});

test('with values: structured, deep results come back', async () => {
  let deep = await run('exports.main = () => { let deep = 1; for (let n = 0; n < 9e4; n++) deep = [deep]; return deep; }', [], structured);
  let depth = 0;
  for (; Array.isArray(deep); depth++) deep = deep[0];
  assert.equal(depth, 90_000);
});

test('with values: structured, dates, maps, sets, big integers, errors and cycles come back as themselves', async () => {
  const result = await run(`exports.main = () => {
    const it = { date: new Date(5), map: new Map([[{ a: 1 }, new Set([-0])]]), big: 2n ** 70n, missing: undefined, numbers: [NaN, -0, Infinity], pattern: /x/gi, box: Object("b") };
    it.self = it; it.error = Object.assign(new RangeError("far", { cause: it }), { code: "E_FAR" });
    return it;
  }`, [], structured);
  assert.ok(result.date instanceof Date && result.map instanceof Map && result.pattern instanceof RegExp && result.box instanceof String);
  assert.equal(result.self, result);
  assert.equal(result.big, 2n ** 70n);
  assert.ok('missing' in result && result.missing === undefined);
  assert.deepEqual([...result.map.keys()], [{ a: 1 }]);
  assert.ok(result.error instanceof RangeError && result.error.cause === result && result.error.code === 'E_FAR');
  assert.match(result.error.stack, /^RangeError: far\n {4}at .*\/index\.js:3/);
});

test('with values: structured, instances of guest classes are plain objects with their own data', async () => {
  const result = await run('class A { x = 1; #y = 2; get z() { return this.#y; } } exports.main = () => [new A(), Object.create(null, { n: { value: 1, enumerable: true } })]', [], structured);
  assert.deepEqual(result, [{ x: 1 }, { n: 1 }]);
  assert.equal(Object.getPrototypeOf(result[0]), Object.prototype);
});

for (const [what, expression] of [
  ['function', '() => 1'], ['symbol', 'Symbol("s")'], ['promise', 'Promise.resolve(1)'], ['proxy', 'new Proxy({}, {})'], ['weak map', 'new WeakMap()'],
  ['generator', '(function* () {})()'], ['iterator', '[].values()'],
]) {
  test(`with values: structured, a ${what} in the result rejects with a TypeError that names its path`, async () => {
    await assert.rejects(run(`exports.main = () => ({ list: [1, { "odd key": ${expression} }] })`, [], structured), { name: 'TypeError', message: /^result\.list\[1\]\["odd key"\] is an? / });
    await assert.rejects(run(`exports.main = () => new Map([["a", ${expression}]])`, [], structured), { name: 'TypeError', message: /^result\.values\(\)\[0\] is an? / });
  });
}

test('with values: structured, a getter that throws rejects with what it threw', async () => {
  await assert.rejects(run('exports.main = () => ({ get a() { throw new RangeError("mine"); } })', [], structured), { name: 'RangeError', message: 'mine' });
});
