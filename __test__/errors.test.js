'use strict';

// COMPAT "Results and errors", rows "guest error" and "time out": what a failed run tells.
const assert = require('node:assert/strict');
const path = require('node:path');
const { test } = require('node:test');
const { IsolatedRuntime, errors } = require('..');
const { codes } = require('../binding');
const { ENGINE_CODES } = require('../lib/errors');
const { folder, run, runtime } = require('./guest');

/** What a run of this source rejects with. */
async function failure(source, options = {}, on = runtime()) {
  try {
    await run(source, [], options, on);
  } catch (error) {
    return error;
  }
  return assert.fail('the run did not fail');
}

const CLASSES = [Error, TypeError, RangeError, SyntaxError, ReferenceError, EvalError, URIError];

test('a guest error has its own built-in class, name and message', async () => {
  for (const Class of CLASSES) {
    const error = await failure(`exports.main = () => { throw new ${Class.name}('of the guest'); }`);
    assert.equal(Object.getPrototypeOf(error), Class.prototype);
    assert.equal(error.name, Class.name);
    assert.equal(error.message, 'of the guest');
    assert.deepEqual(Object.keys(error), []);
    assert.equal(String(error), `${Class.name}: of the guest`);
  }
});

test('errors of the engine itself have their classes, too', async () => {
  const cases = { TypeError: 'null.x', ReferenceError: 'notThere', RangeError: 'new Array(-1)', SyntaxError: 'JSON.parse("{")', URIError: 'decodeURIComponent("%")' };
  for (const [name, expression] of Object.entries(cases)) {
    const error = await failure(`exports.main = () => ${expression}`);
    assert.ok(error instanceof globalThis[name], expression);
    assert.notEqual(error.message, '');
  }
});

test('a rejection fails the run as an exception does', async () => {
  for (const source of ['async () => { throw new RangeError("x"); }', '() => Promise.reject(new RangeError("x"))', 'async () => { await null; throw new RangeError("x"); }']) {
    const error = await failure(`exports.main = ${source}`);
    assert.ok(error instanceof RangeError);
    assert.equal(error.message, 'x');
  }
});

test('a stack has a header, function names, files below root, lines and columns, in the format of V8', async () => {
  const source = [
    "'use strict';",
    'function explode() {',
    "  throw new Error('Boom!');",
    '}',
    'class Bomb {',
    '  light() { explode(); }',
    '}',
    'exports.main = function main() {',
    '  new Bomb().light();',
    '};',
  ].join('\n');
  const { stack } = await failure(source);
  const lines = stack.split('\n');
  assert.equal(lines[0], 'Error: Boom!');
  assert.equal(lines[1], '    at explode (/index.js:3:9)');
  assert.match(lines[2], /^ {4}at (Bomb\.)?light \(\/index\.js:6:\d+\)$/);
  assert.match(lines[3], /^ {4}at (exports\.|Object\.)?main \(\/index\.js:9:\d+\)$/);
  assert.equal(lines.length, 4);
});

test('stacks show guest frames only, with root cut from their paths, in every module', async () => {
  const root = folder({
    'deep/index.js': "const { call } = require('../lib/call'); exports.main = () => call(() => { null.x; });",
    'lib/call.js': 'exports.call = (f) => [1].map(() => f());',
  });
  const error = await runtime().run({ root, file: 'deep/index.js', funcName: 'main' }).catch((thrown) => thrown);
  const frames = error.stack.split('\n').slice(error.stack.split('\n').findIndex((line) => line.startsWith('    at ')));
  assert.ok(frames.length >= 3);
  for (const frame of frames) assert.match(frame, /^ {4}at (.+ \()?\/(deep\/index|lib\/call)\.js:\d+:\d+\)?$/);
  assert.ok(!error.stack.includes(root) && !error.stack.includes(__dirname));
});

test('constructors are marked as such, and those of an error of its own class are left out, as V8 does', async () => {
  const source = [
    'class Odd extends RangeError { constructor(text) { super(text); this.odd = true; } }',
    'class Odder extends Odd {}',
    "class Base { constructor() { throw new Error('in a constructor'); } }",
    'class Derived extends Base { constructor() { super(); } }',
    'const inner = { Derived };',
    "function raise() { throw new Odder('own class'); }",
    'exports.derived = function derived() { new inner.Derived(1); };',
    'exports.odder = function odder() { raise(); };',
  ].join('\n');
  const root = folder({ 'index.js': source });
  const stack = async (funcName) => (await runtime().run({ root, file: 'index.js', funcName }).catch((error) => error)).stack.split('\n');
  assert.deepEqual(await stack('derived'), ['Error: in a constructor', '    at new Base (/index.js:3:36)', '    at new Derived (/index.js:4:46)', '    at derived (/index.js:7:40)']);
  assert.deepEqual((await stack('odder')).slice(1), ['    at raise (/index.js:6:26)', '    at odder (/index.js:8:36)']);
  assert.equal(await run('exports.main = () => { const o = {}; Error.captureStackTrace(o); return o.stack.split("\\n")[0]; }'), 'Error');
});

test('columns are those of V8: that of new, or of the last name of what is called, whatever the arguments', async () => {
  const source = [
    'const o = { raise(text) { throw new TypeError(text); } };',
    'function check(value, name) { if (!value) throw new Error(`no ${name} in ${value}`); }',
    'exports.member = function member(text) { o.raise(text); };',
    'exports.plain = function plain(name) { return 1 + check(null, name); };',
    'exports.lines = function lines(name) {',
    '  check(',
    '    null,',
    '    name);',
    '};',
  ].join('\n');
  const root = folder({ 'index.js': source });
  const frames = async (funcName) => (await runtime().run({ root, file: 'index.js', funcName, args: ['x'] }).catch((error) => error)).stack.split('\n').slice(1);
  assert.deepEqual(await frames('member'), ['    at raise (/index.js:1:33)', '    at member (/index.js:3:44)']);
  assert.deepEqual(await frames('plain'), ['    at check (/index.js:2:49)', '    at plain (/index.js:4:51)']);
  assert.deepEqual(await frames('lines'), ['    at check (/index.js:2:49)', '    at lines (/index.js:6:3)']);
});

test('asynchronous functions keep their frames up to the await', async () => {
  const error = await failure("const inner = async () => {\n  await null;\n  throw new Error('late');\n};\nexports.main = async () => { await inner(); };");
  assert.match(error.stack, /^Error: late\n {4}at (async )?inner \(\/index\.js:3:9\)/);
});

test('code, cause and own enumerable data come along', async () => {
  const error = await failure(`exports.main = () => {
    const cause = Object.assign(new RangeError('low'), { depth: 1 });
    throw Object.assign(new TypeError('high', { cause }), { code: 'E_HIGH', status: 418, details: { list: [1, { at: new Date(5) }] }, ['__proto__']: 1 });
  }`);
  assert.ok(error instanceof TypeError && error.cause instanceof RangeError);
  assert.equal(error.cause.message, 'low');
  assert.equal(error.cause.depth, 1);
  assert.match(error.cause.stack, /^RangeError: low\n {4}at .*\/index\.js:2/);
  assert.equal(error.code, 'E_HIGH');
  assert.equal(error.status, 418);
  assert.deepEqual(error.details, { list: [1, { at: new Date(5) }] });
  assert.ok(!Object.keys(error).includes('cause'));
});

test('a cause that is no error, an undefined one and a circular one arrive', async () => {
  assert.deepEqual((await failure("exports.main = () => { throw new Error('x', { cause: { why: 1 } }); }")).cause, { why: 1 });
  const undefinedCause = await failure("exports.main = () => { throw new Error('x', { cause: undefined }); }");
  assert.ok(Object.hasOwn(undefinedCause, 'cause') && undefinedCause.cause === undefined);
  assert.ok(!Object.hasOwn(await failure("exports.main = () => { throw new Error('x'); }"), 'cause'));
  const circular = await failure("exports.main = () => { const e = new Error('x'); e.cause = e; e.self = e; throw e; }");
  assert.equal(circular.cause, circular);
  assert.equal(circular.self, circular);
});

test('an error of a class of the guest has the nearest built-in class, its own name and data', async () => {
  const error = await failure(`
    class HttpError extends RangeError { constructor(status) { super('status ' + status); this.name = 'HttpError'; this.status = status; } }
    class NotFound extends HttpError { get name() { return 'NotFound'; } set name(_) {} }
    exports.main = () => { throw new HttpError(404); }; exports.other = () => { throw new NotFound(404); };`);
  assert.equal(Object.getPrototypeOf(error), RangeError.prototype);
  assert.equal(error.name, 'HttpError');
  assert.equal(error.message, 'status 404');
  assert.equal(error.status, 404);
  assert.match(error.stack, /^(HttpError|RangeError|Error): status 404\n {4}at /);
});

test('a name on the prototype of a guest class is kept', async () => {
  const error = await failure("class Odd extends Error {} Odd.prototype.name = 'Odd'; exports.main = () => { throw new Odd('x'); }");
  assert.equal(error.name, 'Odd');
  assert.match(error.stack, /^Odd: x\n/);
});

test('an aggregate error has its errors', async () => {
  const error = await failure("exports.main = () => Promise.any([Promise.reject(new TypeError('a')), Promise.reject(2)])");
  assert.ok(error instanceof AggregateError);
  assert.equal(error.errors.length, 2);
  assert.ok(error.errors[0] instanceof TypeError && error.errors[0].message === 'a');
  assert.equal(error.errors[1], 2);
});

test('a thrown value that is no error becomes the cause of one', async () => {
  const cases = [['"text"', 'text', 'text'], ['5', '5', 5], ['null', 'null', null], ['undefined', 'undefined', undefined], ['7n', '7', 7n], ['true', 'true', true],
    ['{ message: "of an object", code: 1 }', 'of an object', { message: 'of an object', code: 1 }], ['[1, 2]', '[1,2]', [1, 2]]];
  for (const [expression, message, cause] of cases) {
    const error = await failure(`exports.main = () => { throw ${expression}; }`);
    assert.equal(Object.getPrototypeOf(error), Error.prototype);
    assert.equal(error.message, message);
    assert.deepEqual(error.cause, cause);
    assert.ok(!error.stack.includes(__dirname) && !error.stack.includes('/lib/'), 'no frames of the host');
  }
});

test('thrown functions, symbols, proxies and revoked proxies are described', async () => {
  const cases = { 'function named() {}': /named/, 'Symbol("of the guest")': /Symbol\(of the guest\)/, 'new Proxy({}, {})': /Proxy/, '(() => { const p = Proxy.revocable({}, {}); p.revoke(); return p.proxy; })()': /Proxy/ };
  for (const [expression, message] of Object.entries(cases)) {
    const error = await failure(`exports.main = () => { throw ${expression}; }`);
    assert.ok(error instanceof Error);
    assert.match(error.message, message);
  }
});

test('describing an error runs none of its code', async () => {
  const error = await failure(`exports.main = () => {
    const loop = () => { for (;;); };
    const error = new Error('plain');
    for (const key of ['name', 'code', 'cause', 'errors', 'toJSON', 'anything']) Object.defineProperty(error, key, { get: loop, enumerable: true });
    error.proxy = new Proxy({}, { get: loop, ownKeys: loop, getPrototypeOf: loop, getOwnPropertyDescriptor: loop });
    error.nested = { get a() { loop(); }, toString: loop };
    Error.prepareStackTrace = undefined;
    throw error;
  }`, { timeout: 4000 });
  assert.equal(error.message, 'plain');
  assert.ok(error instanceof Error && error.code !== 'ERR_TIMEOUT');
});

test('messages and stacks that are no texts do no harm', async () => {
  for (const assignment of ['e.message = { toString: null }', 'e.stack = 5', 'Object.defineProperty(e, "stack", { get() { throw 1; } })', 'e.name = Symbol("s")', 'Object.setPrototypeOf(e, null)', 'Error.prepareStackTrace = () => { throw 2; }', 'Error.stackTraceLimit = {}']) {
    const error = await failure(`exports.main = () => { const e = new Error('x'); ${assignment}; throw e; }`);
    assert.ok(error instanceof Error, assignment);
    assert.equal(typeof error.message, 'string', assignment);
    assert.equal(typeof error.stack, 'string', assignment);
  }
});

test('an enormous error is cut, not refused', async () => {
  const error = await failure("exports.main = () => { const e = new Error('x'.repeat(5e6)); e.list = Array.from({ length: 1e5 }, (_, i) => ({ i })); e.text = 'y'.repeat(1e6); throw e; }");
  assert.ok(error.message.startsWith('xxxx') && error.message.length < 1e6);
  assert.ok(error.list.length <= 2000 && error.text.length < 1e6);
});

test('an unhandled rejection fails the run', async () => {
  assert.equal((await failure('exports.main = () => { Promise.reject(new RangeError("nobody")); return new Promise((done) => setTimeout(done, 20)); }')).message, 'nobody');
  assert.equal((await failure('exports.main = async () => { Promise.reject(new RangeError("nobody")); return 1; }')).message, 'nobody');
  assert.equal((await failure('exports.main = () => { (async () => { throw new RangeError("nobody"); })(); return 1; }')).message, 'nobody');
  assert.equal((await failure('Promise.reject(new RangeError("while loading")); exports.main = () => 1')).message, 'while loading');
});

test('a rejection that is handled in time fails nothing', async () => {
  assert.equal(await run('exports.main = async () => { const p = Promise.reject(new Error("x")); await null; p.catch(() => {}); return 1; }'), 1);
  assert.equal(await run('exports.main = async () => { try { await Promise.reject(new Error("x")); } catch { return 2; } }'), 2);
});

test('an exception in a timer, an immediate, a tick or a microtask fails the run', async () => {
  for (const schedule of ['setTimeout(f, 1)', 'setImmediate(f)', 'process.nextTick(f)', 'queueMicrotask(f)', 'setInterval(f, 1)']) {
    const error = await failure(`exports.main = () => { const f = () => { throw new RangeError('later'); }; ${schedule}; return new Promise((done) => setTimeout(done, 200, 'too late')); }`);
    assert.ok(error instanceof RangeError && error.message === 'later', schedule);
    assert.match(error.stack, /at f \(\/index\.js:1:\d+\)/, schedule);
  }
});

test('a syntax error says file, line, column and shows the line', async () => {
  const source = 'const a = 1;\nconst b = 2;\nexports.main = () => { return a +* b; };\n';
  const error = await failure(source);
  assert.ok(error instanceof SyntaxError);
  assert.match(error.message, /\(\/index\.js:3:\d+\)$/);
  assert.match(error.stack, /^\/index\.js:3\nexports\.main = \(\) => \{ return a \+\* b; \};\n +\^\n\nSyntaxError: .+\n {4}at \/index\.js:3:\d+$/);
});

test('a syntax error in a required module names that module, and the guest can catch it', async () => {
  const files = { 'index.js': "exports.main = () => require('./lib/broken')", 'lib/broken.js': '\nlet let = 1;', 'catches.js': "exports.main = () => { try { require('./lib/broken'); } catch (e) { return [e instanceof SyntaxError, e.message]; } }", 'data.json': '{ "a": }', 'json.js': "exports.main = () => require('./data')" };
  assert.match((await failure(files)).stack, /^\/lib\/broken\.js:2\nlet let = 1;\n/);
  const root = folder(files);
  const [isSyntaxError, message] = await runtime().run({ root, file: 'catches.js', funcName: 'main' });
  assert.ok(isSyntaxError);
  assert.match(message, /\/lib\/broken\.js:2:\d+/);
  await assert.rejects(runtime().run({ root, file: 'json.js', funcName: 'main' }), (error) => error instanceof SyntaxError && /data\.json/.test(error.message + error.stack));
});

test('an error while the module loads is the error of the run', async () => {
  const error = await failure("\nthrow new RangeError('loading')");
  assert.ok(error instanceof RangeError);
  assert.match(error.stack, /^RangeError: loading\n {4}at (Object\.<anonymous> \()?\/index\.js:2:7/);
});

test('a missing export and one that is no function reject with a TypeError that names it', async () => {
  for (const source of ['', 'exports.main = 5', 'module.exports = undefined', 'module.exports = null', 'module.exports = "text"', 'exports.main = {}', 'exports.other = () => 1']) {
    const error = await failure(source);
    assert.ok(error instanceof TypeError && error.message === 'main is not a function', source);
  }
  assert.equal((await failure('exports.main = () => 1', { funcName: 'a b' })).message, 'a b is not a function');
});

test('a module that is missing: the guest sees its code and nothing of the host, the host sees why', async () => {
  const root = folder({
    'index.js': `exports.main = () => require('./missing');
exports.catches = () => { try { require('./missing'); } catch (e) { return { text: String(e), code: e.code, isError: e instanceof Error, all: JSON.stringify([e.stack, e.reason, Object.getOwnPropertyNames(e)]) }; } };`,
  });
  const error = await runtime().run({ root, file: 'index.js', funcName: 'main' }).catch((thrown) => thrown);
  assert.ok(error instanceof errors.ModuleNotFound && error instanceof Error);
  assert.equal(error.name, 'ModuleNotFound');
  assert.equal(error.message, "Cannot find module './missing'");
  assert.equal(error.code, 'MODULE_NOT_FOUND');
  assert.equal(error.stack, '');
  assert.ok(error.reason.includes(`no file matches ${path.join(root, 'missing')}`) && /\(required at .*\/index\.js:1:/.test(error.reason), error.reason);
  const seen = await runtime().run({ root, file: 'index.js', funcName: 'catches' });
  assert.equal(seen.text, "Error: Cannot find module './missing'");
  assert.equal(seen.code, 'MODULE_NOT_FOUND');
  assert.ok(seen.isError && !seen.all.includes(root), seen.all);
});

test('refused and missing look the same to the guest, and the host learns what would allow the refused one', async () => {
  const outer = folder({ 'secret.js': '', 'app/index.js': "exports.main = (x) => require(x); exports.catches = (x) => { try { require(x); } catch (e) { return [String(e), e.code, e.stack.split('\\n').length]; } }" });
  const root = path.join(outer, 'app');
  const ask = (funcName, ...args) => runtime().run({ root, file: 'index.js', funcName, args });
  const texts = [];
  for (const specifier of ['../secret', path.join(outer, 'secret.js'), '../absent', 'fs', 'lodash']) {
    const error = await ask('main', specifier).catch((thrown) => thrown);
    assert.equal(error.message, `Cannot find module '${specifier}'`);
    assert.equal(error.code, 'MODULE_NOT_FOUND');
    texts.push(error.reason);
    const [text, code, lines] = await ask('catches', specifier);
    assert.deepEqual([text, code, lines], [`Error: Cannot find module '${specifier}'`, 'MODULE_NOT_FOUND', 2]);
  }
  for (const reason of texts.slice(0, 3)) assert.match(reason, /lies outside root.*whitelistedPaths to allow it/);
  for (const reason of texts.slice(3)) assert.match(reason, /external/);
});

test('an entry file that is missing or unreadable rejects with the reason', async () => {
  const root = folder({ 'folder/inner.js': '' });
  for (const file of ['absent.js', 'folder', 'a/b/c.js', 'index']) {
    await assert.rejects(runtime().run({ root, file, funcName: 'main' }), { name: 'ModuleNotFound', code: 'MODULE_NOT_FOUND', message: `Cannot find module '${file}'`, reason: /no file matches/ });
  }
  const gone = path.join(root, 'gone');
  await assert.rejects(runtime().run({ root: gone, file: 'a.js', funcName: 'main' }), { code: 'MODULE_NOT_FOUND', reason: /root .*gone cannot be opened/ });
});

test('a run that takes too long rejects with a RuntimeTimeoutError that says what ran out', async () => {
  const error = await failure('exports.main = () => { for (;;); }', { timeout: 60 });
  assert.ok(error instanceof errors.RuntimeTimeoutError && error instanceof Error);
  assert.equal(error.name, 'RuntimeTimeoutError');
  assert.equal(error.code, 'ERR_TIMEOUT');
  assert.equal(error.message, 'run exceeded its time-out of 60 ms');
  assert.equal(error.limit, 60);
});

test('a run that waits for nothing rejects when its time is up', async () => {
  const error = await failure('exports.main = () => new Promise(() => {})', { timeout: 60 });
  assert.equal(error.name, 'RuntimeTimeoutError');
});

test('guests cannot catch the end of their time', async () => {
  const error = await failure('exports.main = async () => { for (;;) { try { for (;;); } catch {} finally { continue; } } }', { timeout: 60 });
  assert.equal(error.code, 'ERR_TIMEOUT');
});

test('a full heap rejects with a MemoryLimitError that names the limit, and cannot be caught', async () => {
  for (const source of ['exports.main = () => { const a = []; for (;;) a.push(new Array(1000).fill(1)); }', "exports.main = () => { try { 'x'.repeat(2 ** 28); } catch {} try { const a = []; for (;;) a.push('x'.repeat(1e5) + a.length); } catch { return 'caught'; } }"]) {
    const error = await failure(source, { limits: { memory: 8 * 2 ** 20 } });
    assert.ok(error instanceof errors.MemoryLimitError, String(error));
    assert.equal(error.code, 'ERR_MEMORY_LIMIT');
    assert.equal(error.name, 'MemoryLimitError');
    assert.match(error.message, /limit is 8 MiB/);
    assert.equal(error.limit, 8 * 2 ** 20);
  }
});

test('endless recursion is a RangeError that the guest can catch', async () => {
  const error = await failure('exports.main = function main() { return 1 + main(); }');
  assert.ok(error instanceof RangeError);
  assert.equal(error.message, 'Maximum call stack size exceeded');
  assert.match(error.stack, /^RangeError: Maximum call stack size exceeded\n {4}at (exports\.)?main \(\/index\.js:1:/);
  const source = 'let depth = 0; const dive = () => { depth++; dive(); }; exports.main = () => { try { dive(); } catch (e) { return [e instanceof RangeError, e.message, depth > 1000]; } }';
  assert.deepEqual(await run(source), [true, 'Maximum call stack size exceeded', true]);
});

test('every error of this package has a name, a code and the common class', async () => {
  const on = new IsolatedRuntime();
  await on.shutdown();
  for (const error of [
    await failure('exports.main = () => 1', {}, on),
    await failure('exports.main = () => { for (;;); }', { timeout: 30 }),
    await failure('exports.main = () => "x".repeat(100)', { limits: { resultBytes: 10 } }),
    await failure("require('./x')"),
  ]) {
    assert.ok(error instanceof errors.IsolatedRuntimeError);
    assert.equal(error.name, error.constructor.name);
    assert.equal(errors[error.name], error.constructor);
    assert.ok(errors.codes.includes(error.code), error.code);
  }
});

test('the codes of errors are the same list in the engine and on the host', () => {
  assert.deepEqual(codes(), [...ENGINE_CODES]);
  assert.deepEqual([...new Set(errors.codes)], [...errors.codes]);
  assert.ok(Object.isFrozen(errors) && Object.isFrozen(errors.codes));
});
