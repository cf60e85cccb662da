'use strict';

// COMPAT "Inside the sandbox": what guests find in their global object, and that nothing of the host or of other runs is there.
const assert = require('node:assert/strict');
const { test } = require('node:test');
const { IsolatedRuntime } = require('..');
const { child } = require('./child');
const { folder, run, runtime } = require('./guest');

test('global and globalThis are the global object, and this of functions in sloppy code', async () => {
  assert.deepEqual(await run('exports.main = () => [global === globalThis, global.global === global, (function () { return this === global; })()]'), [true, true, true]);
});

test('the globals that COMPAT lists are there, of the types that Node has', async () => {
  const expected = {
    require: 'function', module: 'object', exports: 'object', __filename: 'string', __dirname: 'string', Buffer: 'function',
    setTimeout: 'function', clearTimeout: 'function', setInterval: 'function', clearInterval: 'function', setImmediate: 'function', clearImmediate: 'function',
    console: 'object', process: 'object',
  };
  assert.deepEqual(await run(`exports.main = () => ({ ${Object.keys(expected).map((name) => `${name}: typeof ${name}`)} })`), expected);
});

test('require, module, exports, __filename and __dirname belong to the module and are no properties of global', async () => {
  assert.deepEqual(await run('exports.main = () => ["require", "module", "exports", "__filename", "__dirname"].filter((name) => name in global)'), []);
});

test('Buffer is a global and comes from require("buffer") too', async () => {
  const source = `const { Buffer: Required, kMaxLength } = require('buffer');
    exports.main = () => [
      Required === Buffer, require('node:buffer').Buffer === Buffer, Buffer.from('aGk=', 'base64').toString(), Buffer.concat([Buffer.from('a'), Buffer.from([98])]) + '',
      Buffer.from('é').length, Buffer.isBuffer(Buffer.alloc(1)), new Uint8Array(2) instanceof Buffer, Buffer.from([1, 2]).toJSON(), Buffer.byteLength('€'), kMaxLength > 0,
    ]`;
  assert.deepEqual(await run(source), [true, true, 'hi', 'ab', 2, true, false, { type: 'Buffer', data: [1, 2] }, 3, true]);
});

test('a guest may replace Buffer for itself', async () => {
  assert.equal(await run('Buffer = 5; exports.main = () => Buffer'), 5);
  assert.equal(await run('exports.main = () => typeof Buffer'), 'function');
});

test('the console is silent unless it is asked for', async () => {
  const root = folder({ 'index.js': 'exports.main = () => { for (const method of ["debug", "log", "info", "warn", "error"]) console[method](method, { n: 1 }); return typeof console.table; }' });
  const options = JSON.stringify({ root, file: 'index.js', funcName: 'main' });
  const { status, stdout, stderr } = child(`new isolated().run(${options}).then(() => console.log('ran'))`);
  assert.deepEqual([status, stdout, stderr], [0, 'ran\n', '']);
  const heard = [];
  await runtime().run({ root, file: 'index.js', funcName: 'main', onConsole: (...call) => heard.push(call) });
  assert.deepEqual(heard, ['debug', 'log', 'info', 'warn', 'error'].map((method) => [method, method, { n: 1 }]));
});

test('process is reduced: nothing of the environment, the arguments and the folder of the host', async () => {
  const source = 'exports.main = () => ({ env: process.env, argv: process.argv, cwd: process.cwd(), platform: process.platform, arch: process.arch, version: process.version, node: process.versions.node, same: process.version === `v${process.versions.node}` })';
  const { version, node, ...rest } = await run(source);
  assert.deepEqual(rest, { env: {}, argv: [], cwd: '/', platform: process.platform, arch: process.arch, same: true });
  assert.match(version, /^v\d+\.\d+\.\d+$/);
  assert.ok(Number.parseInt(node, 10) >= 18);
});

test('process.env takes what the guest writes, for this run only', async () => {
  const source = 'exports.main = () => { const before = process.env.MODE; process.env.MODE = "x"; return [String(before), process.env.MODE]; }';
  for (let round = 0; round < 3; round++) assert.deepEqual(await run(source), ['undefined', 'x']);
  assert.notEqual(process.env.MODE, 'x');
});

test('process.exit and its like are no way out', async () => {
  await assert.rejects(run('exports.main = () => process.exit()'), { name: 'TypeError', message: 'process.exit is not a function' });
  await assert.rejects(run('process.exit(1); exports.main = () => 1'), { name: 'TypeError', message: 'process.exit is not a function' });
  const names = ['abort', 'kill', 'binding', 'dlopen', 'chdir', 'mainModule', 'reallyExit', '_linkedBinding', 'getBuiltinModule', 'report', 'send', 'setuid'];
  assert.deepEqual(await run('exports.main = (names) => names.filter((name) => process[name] !== undefined)', [names]), []);
});

test('process.hrtime goes forward, and answers differences', async () => {
  const source = `exports.main = async () => {
    const start = process.hrtime(), big = process.hrtime.bigint();
    await new Promise((done) => setTimeout(done, 20));
    const [seconds, nanoseconds] = process.hrtime(start);
    return [start.length, seconds * 1e3 + nanoseconds / 1e6, Number(process.hrtime.bigint() - big) / 1e6, typeof big];
  }`;
  const [length, difference, bigDifference, type] = await run(source);
  assert.deepEqual([length, type], [2, 'bigint']);
  for (const milliseconds of [difference, bigDifference]) assert.ok(milliseconds >= 19 && milliseconds < 5000, `${milliseconds} ms`);
});

test('process.nextTick takes arguments and wants a function', async () => {
  assert.deepEqual(await run('exports.main = () => new Promise((done) => process.nextTick((...args) => done(args), 1, "two"))'), [1, 'two']);
  await assert.rejects(run('exports.main = () => process.nextTick("text")'), { name: 'TypeError', message: /callback.*function/ });
});

test('there is no shared memory', async () => {
  const source = 'exports.main = () => [typeof SharedArrayBuffer, typeof Atomics, new WebAssemblyProbe().found]; class WebAssemblyProbe { found = typeof WebAssembly }';
  assert.deepEqual(await run(source), ['undefined', 'undefined', 'undefined']);
  await assert.rejects(run('exports.main = () => new SharedArrayBuffer(8)'), { name: 'ReferenceError' });
});

test('evaluated code and made-up functions see the same sandbox and nothing else', async () => {
  const source = `exports.main = () => {
    const makers = [Function, (async () => {}).constructor, (function* () {}).constructor, setTimeout.constructor, console.log.constructor, require.constructor, process.cwd.constructor, Buffer.from.constructor];
    return [makers.map((make) => make === Function || make('return 1') instanceof Object), new Function('return typeof require')(), (0, eval)('typeof module'), Function('return this')() === global];
  }`;
  assert.deepEqual(await run(source), [Array(8).fill(true), 'undefined', 'undefined', true]);
});

test('nothing of the host is reachable from what is handed in', async () => {
  const source = `exports.main = (object, list, date) => {
    const reached = [object, list, date, context.inner, __globals__, __globals__.args, module, require, process, console].map((value) => {
      let depth = 0;
      for (let at = value; at !== null && depth < 10; at = Object.getPrototypeOf(at)) depth++;
      return value.constructor && value.constructor.constructor === Function && depth < 10;
    });
    return reached;
  }`;
  assert.deepEqual(await run(source, [{ a: 1 }, [1], new Date(0)], { context: { context: { inner: { b: 1 } } } }), Array(10).fill(true));
});

test('what a guest does to its arguments and context is not seen by the host', async () => {
  const given = { list: [1], map: new Map([[1, 2]]) };
  const context = { shared: { n: 1 } };
  await run('exports.main = (given) => { given.list.push(2); given.map.clear(); shared.n = 2; Object.prototype.dirty = 1; }', [given], { context });
  assert.deepEqual([given, context, {}.dirty], [{ list: [1], map: new Map([[1, 2]]) }, { shared: { n: 1 } }, undefined]);
});

/** Runs the module twenty times and answers the distinct results, on one runtime that reuses its sandboxes. */
async function repeated(source, options = {}) {
  const on = new IsolatedRuntime({ threads: 2, poolOptions: { max: 2 } });
  const root = folder({ 'index.js': source, 'other.js': 'module.exports = { loads: global.loads = (global.loads || 0) + 1 }' });
  const go = () => on.run({ root, file: 'index.js', funcName: 'main', ...options });
  const seen = new Set();
  for (let round = 0; round < 10; round++) for (const result of await Promise.all([go(), go()])) seen.add(JSON.stringify(result));
  await on.shutdown();
  return [...seen].map((text) => JSON.parse(text));
}

test('globals, prototypes, symbols and cached modules do not survive a run', async () => {
  const changes = {
    globals: 'const before = typeof leaked; leaked = 1; return before;',
    prototypes: 'const before = [].dirty; Array.prototype.dirty = 1; delete Array.prototype.map; return String(before) + typeof [].forEach;',
    functions: 'const before = JSON.stringify.hooked; JSON.stringify = Object.assign((x) => "x", { hooked: true }); return String(before);',
    symbols: 'const before = Object.getOwnPropertySymbols(Object.prototype).length; Object.prototype[Symbol.for("leak")] = 1; return before;',
    frozen: 'const before = Object.isFrozen(Object.prototype); Object.freeze(Object.prototype); return before;',
    modules: 'const { loads } = require("./other"); require("./other").loads = 99; return loads;',
    builtins: 'const before = String(Buffer.dirty); Buffer.dirty = 1; require("buffer").dirty = 1; return before;',
    console: 'const before = String(console.dirty); console.dirty = console.log = 1; return before;',
    errors: 'const before = String(Error.stackTraceLimit); Error.stackTraceLimit = 3; Error.prepareStackTrace = () => "x"; return before;',
    regexps: 'const before = [RegExp.prototype.dirty, Promise.prototype.then.dirty].map(String); RegExp.prototype.dirty = Promise.prototype.then.dirty = 1; return before;',
  };
  for (const [what, body] of Object.entries(changes)) {
    assert.equal((await repeated(`exports.main = () => { ${body} }`)).length, 1, what);
  }
});

test('timers, ticks and promise jobs of a run do not fire in a later one', async () => {
  const source = `let count = 0;
    exports.main = () => {
      setInterval(() => { global.fired = true; }, 1);
      setTimeout(() => { throw new Error('late'); }, 30);
      Promise.resolve().then(function again() { return Promise.resolve().then(() => { count++; }); });
      return typeof fired + count;
    }`;
  assert.deepEqual(await repeated(source), ['undefined0']);
});

test('Math.random differs from run to run', async () => {
  assert.equal((await repeated('const first = Math.random(); exports.main = () => [first, Math.random(), Math.random()]')).length, 20);
});

test('Symbol.for makes one symbol within a run', async () => {
  assert.deepEqual(await repeated('const key = Symbol.for("app"); exports.main = () => [key === Symbol.for("app"), Symbol.keyFor(key)]'), [[true, 'app']]);
});

test('dates and the clock are those of the host, and the language of numbers is English', async () => {
  const [now, text] = await run('exports.main = () => [Date.now(), (1234.5).toLocaleString()]');
  assert.ok(Math.abs(now - Date.now()) < 60_000);
  assert.match(text, /^1,?234\.5$/);
});

test('a run that changes everything it can does no harm to the run beside it', async () => {
  const hostile = `for (const name of Object.getOwnPropertyNames(globalThis)) { try { globalThis[name] = undefined; } catch { continue; } } exports.main = () => 'done'`;
  const calm = 'exports.main = async () => { await new Promise((done) => setTimeout(done, 5)); return [JSON.stringify({ a: [1] }), new Map([[1, 2]]).size, Buffer.from("a").toString("hex")]; }';
  const on = new IsolatedRuntime({ threads: 2 });
  const results = await Promise.all(Array.from({ length: 20 }, (_, index) => run(index % 2 ? hostile : calm, [], {}, on)));
  for (const [index, result] of results.entries()) assert.deepEqual(result, index % 2 ? 'done' : ['{"a":[1]}', 1, '61']);
  await on.shutdown();
  assert.equal(await run('exports.main = () => 1', [], {}, runtime()), 1);
});
