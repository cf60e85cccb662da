'use strict';

// COMPAT §2: `CodeRunner` of isolated-runtime-core, whose hooks are functions of the host.
const assert = require('node:assert/strict');
const path = require('node:path');
const { test } = require('node:test');
const main = require('..');
const core = require('../core');
const { CodeRunner, errors } = core;
const { child } = require('./child');
const { folder, until } = require('./guest');

/** A runner for these files, or for a module with this source. */
function runner(files, options = {}) {
  const root = folder(typeof files === 'string' ? { 'index.js': files } : files);
  return Object.assign(new CodeRunner({ root, file: 'index.js', ...options }), { root });
}

/** Runs `main` of a module with this source. */
const run = (files, args = [], options = {}, more = {}) => runner(files, options).run({ funcName: 'main', args, ...more });

test('both old names of the package can be aliased: each entry has the class and all errors', () => {
  assert.equal(core, core.CodeRunner);
  assert.equal(core.default, core.CodeRunner);
  assert.equal(main.CodeRunner, core.CodeRunner);
  assert.equal(main.errors, core.errors);
  assert.equal(typeof errors.ModuleNotFound, 'function');
  assert.equal(typeof errors.RuntimeTimeoutError, 'function');
});

test('a function of the module is called with the arguments, and its result is awaited', async () => {
  assert.equal(await run('exports.main = (a, b) => a + b', [1, 2]), 3);
  assert.equal(await run('exports.main = async (a) => { await null; return a; }', ['later']), 'later');
  assert.deepEqual(await run('exports.main = (...args) => args', [new Date(0), undefined, NaN]), ['1970-01-01T00:00:00.000Z', null, null]);
  assert.equal(await runner('exports.main = () => "no arguments"').run({ funcName: 'main' }), 'no arguments');
});

test('one runner runs many times, each time afresh, and several at once', async () => {
  const on = runner('let n = 0; exports.main = (x) => [x, ++n]');
  assert.deepEqual(await Promise.all([1, 2, 3].map((x) => on.run({ funcName: 'main', args: [x] }))), [[1, 1], [2, 1], [3, 1]]);
});

test('what is no function rejects with a TypeError that names it', async () => {
  await assert.rejects(runner('exports.main = 5').run({ funcName: 'main' }), { name: 'TypeError', message: 'main is not a function' });
  await assert.rejects(runner('').run({ funcName: 'absent' }), { name: 'TypeError', message: 'absent is not a function' });
});

test('context keys are globals', async () => {
  assert.deepEqual(await run('exports.main = () => [a, global.b, __globals__.__context__]', [], {}, { context: { a: 1, b: { c: 2 } } }), [1, { c: 2 }, { a: 1, b: { c: 2 } }]);
});

test('running is called once, after the function was found and before it runs, and is waited for', async () => {
  const order = [];
  const onConsole = (method, text) => order.push(text);
  const running = async () => { order.push('running'); await new Promise((done) => setTimeout(done, 10)); order.push('ran'); };
  await run('console.log("loading"); exports.main = () => { console.log("called"); }', [], { onConsole }, { running });
  assert.deepEqual(order, ['loading', 'running', 'ran', 'called']);
});

test('running is not called where there is no function, and no module', async () => {
  const running = () => assert.fail('called');
  await assert.rejects(run('exports.main = 1', [], {}, { running }), { message: 'main is not a function' });
  await assert.rejects(run({ 'other.js': '' }, [], {}, { running }), { code: 'MODULE_NOT_FOUND' });
  await assert.rejects(run('throw new RangeError("loading")', [], {}, { running }), { message: 'loading' });
});

test('resolveArguments maps the arguments on the host, before the code is loaded', async () => {
  const order = [];
  const given = [1, () => 'a function may be mapped to something that crosses'];
  const resolveArguments = async (args) => { order.push('arguments'); assert.equal(args, given); await Promise.resolve(); return [args[0] + 1, args[1]()]; };
  const onConsole = (method, text) => order.push(text);
  const result = await run('console.log("loading"); exports.main = (...args) => args', given, { onConsole }, { running: () => { order.push('running'); }, resolveArguments });
  assert.deepEqual(result, [2, 'a function may be mapped to something that crosses']);
  assert.deepEqual(order, ['arguments', 'loading', 'running']);
});

test('what resolveArguments answers has to be a list of values that can cross', async () => {
  await assert.rejects(run('exports.main = () => 1', [], {}, { resolveArguments: () => 'text' }), { code: 'ERR_HOOK', message: /resolveArguments must answer an array, got string/ });
  await assert.rejects(run('exports.main = () => 1', [], {}, { resolveArguments: () => [() => {}] }), { code: 'ERR_HOOK', message: /args\[0\] is a function/ });
});

test('onConsole hears debug, log, info, warn and error with their arguments', async () => {
  const heard = [];
  const source = 'exports.main = () => { for (const m of ["debug", "log", "info", "warn", "error"]) console[m](m, { a: [1, undefined] }, new Date(0), new Map([[1, 2]]), NaN); console.log(); }';
  await run(source, [], { onConsole: (...line) => heard.push(line) });
  assert.deepEqual(heard.map(([method]) => method), ['debug', 'log', 'info', 'warn', 'error', 'log']);
  for (const [method, ...args] of heard.slice(0, 5)) assert.deepEqual(args, [method, { a: [1, undefined] }, new Date(0), new Map([[1, 2]]), NaN]);
  assert.deepEqual(heard[5], ['log']);
});

test('console arguments that cannot be copied are described, errors arrive as errors, and no guest code runs for it', async () => {
  const heard = [];
  const source = 'exports.main = () => { const bomb = () => { throw 1; }; console.log(function named() {}, Symbol("s"), new Proxy({}, { get: bomb, ownKeys: bomb }), { get a() { return bomb(); } }, new RangeError("logged")); }';
  await run(source, [], { onConsole: (...line) => heard.push(line) });
  const [, named, symbol, proxy, getter, error] = heard[0];
  assert.deepEqual([named, symbol, proxy, getter], ['[Function: named]', 'Symbol(s)', '[Proxy]', { a: '[Getter]' }]);
  assert.ok(error instanceof RangeError && /index\.js:1/.test(error.stack));
});

test('console output arrives while the run goes on, in order, and before its result', async () => {
  const heard = [];
  const source = 'exports.main = async () => { for (let n = 0; n < 50; n++) console.log(n); await new Promise((done) => setTimeout(done, 150)); console.log("last"); return "result"; }';
  const pending = run(source, [], { onConsole: (method, value) => heard.push(value) }).then((result) => heard.push(result));
  await until(() => heard.length === 50);
  await pending;
  assert.deepEqual(heard, [...Array(50).keys(), 'last', 'result']);
});

test('without onConsole the console is silent, and a listener that throws fails the run with what it threw', async () => {
  assert.equal(await run('exports.main = () => { console.log("x"); console.error("y"); return 1; }'), 1);
  const thrown = new Error('of the listener');
  await assert.rejects(run('exports.main = () => { console.log("x"); return new Promise((done) => setTimeout(done, 200)); }', [], { onConsole: () => { throw thrown; } }), (error) => error === thrown);
});

test('compiler gets the code of each module, on the host, and may be asynchronous', async () => {
  const seen = [];
  const compiler = async (code, fileName) => { seen.push([code, path.basename(fileName)]); await Promise.resolve(); return code.replaceAll('SIX', '6'); };
  assert.deepEqual(await run({ 'index.js': 'exports.main = () => [SIX, require("./b")]', 'b.js': 'module.exports = SIX + 1' }, [], { compiler }), [6, 7]);
  assert.deepEqual(seen, [['exports.main = () => [SIX, require("./b")]', 'index.js'], ['module.exports = SIX + 1', 'b.js']]);
});

test('each compiler has its own results, and keeps them', async () => {
  const root = folder({ 'index.js': 'exports.main = () => WHO' });
  const calls = [];
  const compilers = ['one', 'two'].map((name) => (code) => { calls.push(name); return code.replace('WHO', JSON.stringify(name)); });
  for (let round = 0; round < 3; round++) {
    for (const [index, compiler] of compilers.entries()) {
      assert.equal(await new CodeRunner({ root, file: 'index.js', compiler }).run({ funcName: 'main' }), ['one', 'two'][index]);
    }
  }
  assert.deepEqual(calls, ['one', 'two']);
});

test('resolve is asked for packages that the ordinary rules do not find, and its answer is resolved further', async () => {
  const files = { 'index.js': 'exports.main = (x) => require(x)', 'lib/dep/index.js': 'module.exports = "found"' };
  const asked = [];
  const on = runner(files, { external: ['dep', 'gone'], resolve: async (name) => { asked.push(name); return name === 'dep' ? path.join(on.root, 'lib', name) : null; } });
  assert.equal(await on.run({ funcName: 'main', args: ['dep'] }), 'found');
  await assert.rejects(on.run({ funcName: 'main', args: ['gone'] }), { code: 'MODULE_NOT_FOUND' });
  await assert.rejects(on.run({ funcName: 'main', args: ['other'] }), { code: 'MODULE_NOT_FOUND' });
  assert.deepEqual(asked, ['dep', 'gone']);
});

test('external, whitelistedPaths and sourceExtensions mean what they mean for a runtime', async () => {
  const shared = folder({ 'shared.es6': 'module.exports = "shared"' });
  const files = { 'index.es6': 'exports.main = (x) => require(x)', 'own.es6': 'module.exports = "own"', 'node_modules/allowed/index.js': 'module.exports = "package"', 'node_modules/other/index.js': '' };
  const on = runner(files, { file: 'index', sourceExtensions: ['es6'], external: ['allowed'], whitelistedPaths: [shared] });
  const ask = (specifier) => on.run({ funcName: 'main', args: [specifier] });
  assert.deepEqual(await Promise.all(['./own', 'allowed', path.join(shared, 'shared.es6')].map(ask)), ['own', 'package', 'shared']);
  for (const refused of ['other', 'fs', '../x', './node_modules/none']) await assert.rejects(ask(refused), { code: 'MODULE_NOT_FOUND', message: `Cannot find module '${refused}'` });
});

test('a missing module is a ModuleNotFound with an empty stack', async () => {
  for (const files of ['exports.main = () => require("./gone")', 'require("./gone")', { 'other.js': '' }]) {
    const error = await run(files).catch((thrown) => thrown);
    assert.ok(error instanceof errors.ModuleNotFound && error instanceof Error);
    assert.match(error.message, /^Cannot find module '.+'$/);
    assert.equal(error.stack, '');
    assert.equal(error.name, 'ModuleNotFound');
  }
});

test('guest errors have their class, message, and a stack of guest frames with root cut', async () => {
  const on = runner({ 'index.js': '\n\nfunction explode() {\n  throw new TypeError("Boom!");\n}\nexports.main = () => explode();' });
  const error = await on.run({ funcName: 'main' }).catch((thrown) => thrown);
  assert.ok(error instanceof TypeError);
  assert.match(error.stack, /^TypeError: Boom!\n {4}at explode \(\/index\.js:4:9\)\n {4}at [^\n]*\/index\.js:6:\d+\)?$/);
});

test('the time-out is five seconds unless one is given, and a run may lower it', async () => {
  const endless = runner('exports.main = () => { for (;;); }', { timeout: 60 });
  await assert.rejects(endless.run({ funcName: 'main' }), { name: 'RuntimeTimeoutError', message: 'run exceeded its time-out of 60 ms' });
  await assert.rejects(endless.run({ funcName: 'main', timeout: 40 }), { message: 'run exceeded its time-out of 40 ms' });
  await assert.rejects(endless.run({ funcName: 'main', timeout: 61 }), { name: 'RangeError' });
  await assert.rejects(runner('').run({ funcName: 'main', timeout: 5001 }), { name: 'RangeError', message: /which is 5000 ms/ });
  assert.equal(await runner('exports.main = () => 1', { timeout: 20_000 }).run({ funcName: 'main' }), 1);
});

test('time spent in function hooks counts against the deadline', async () => {
  const never = () => new Promise(() => {});
  for (const [options, more] of [[{ compiler: never }, {}], [{}, { running: never }], [{}, { resolveArguments: never }], [{ external: ['*'], resolve: never }, {}]]) {
    await assert.rejects(run('exports.main = () => require("x")', [], { timeout: 80, ...options }, more), { code: 'ERR_TIMEOUT' });
  }
});

test('a function hook that throws rejects with ERR_HOOK, naming it, with the very error as cause', async () => {
  const thrown = Object.assign(new RangeError('of the host'), { secret: 1 });
  const fail = () => { throw thrown; };
  const cases = [['compiler hook', { compiler: fail }, {}], ['resolver hook', { resolve: async () => fail(), external: ['*'] }, {}], ['running hook', {}, { running: fail }], ['argument resolver', {}, { resolveArguments: fail }]];
  for (const [hook, options, more] of cases) {
    const error = await run('exports.main = () => require("x")', [], options, more).catch((failure) => failure);
    assert.ok(error instanceof errors.HookError);
    assert.deepEqual([error.code, error.hook, error.file, error.message], ['ERR_HOOK', hook, null, `${hook} failed: of the host`]);
    assert.equal(error.cause, thrown);
  }
});

test('a guest that catches a failing function hook sees nothing of its error', async () => {
  const source = 'exports.main = () => { try { require("x"); } catch (e) { return [e.code, e.message, JSON.stringify([e.stack, e.cause])]; } }';
  const [code, message, rest] = await run(source, [], { external: ['*'], resolve: () => { throw new Error(`secret ${__filename}`); } });
  assert.deepEqual([code, message], ['ERR_HOOK', 'a hook of the host failed']);
  assert.ok(!rest.includes('secret'));
});

test('a function hook may start a run itself', async () => {
  const inner = runner('exports.main = (x) => x * 2');
  const resolveArguments = async (args) => [await inner.run({ funcName: 'main', args })];
  assert.equal(await run('exports.main = (x) => x', [21], {}, { resolveArguments }), 42);
});

test('all runners of a process share a pool that never keeps the process alive', () => {
  const root = folder({ 'index.js': 'exports.main = (x) => new Promise((done) => setTimeout(done, 50, x)); exports.endless = () => { for (;;); }' });
  const program = `
    const make = (timeout) => new isolated.CodeRunner({ root: ${JSON.stringify(root)}, file: 'index.js', timeout, compiler: (code) => code });
    make(200).run({ funcName: 'endless' }).catch((error) => console.log(error.code));
    Promise.all([1, 2, 3].map((x) => make().run({ funcName: 'main', args: [x] }))).then((results) => console.log(results.join()));`;
  const { status, signal, stdout, stderr } = child(program);
  assert.deepEqual({ status, signal, stdout: stdout.trim().split('\n').sort(), stderr }, { status: 0, signal: null, stdout: ['1,2,3', 'ERR_TIMEOUT'], stderr: '' });
});
