'use strict';

// What guests find under Node's own module names, compared with Node itself: the same source runs in both.
const assert = require('node:assert/strict');
const { test } = require('node:test');
const { IsolatedRuntime } = require('..');
const { OFFERED } = require('../lib/builtins');
const { inNode, run, wrapped } = require('./same-as-node');

const PACKAGES_ONLY = ['async_hooks', 'diagnostics_channel', 'module', 'os', 'perf_hooks', 'process', 'tty'];

/** Answers the message and the code of what a function throws. */
const THROWN = 'const thrown = (action) => { try { return action(); } catch (error) { return [error.constructor.name, error.code, error.message]; } };';

/** A promise that guest and Node agree on `body`. */
function agrees(name, body) {
  test(name, async () => {
    const source = `${THROWN} ${body}`;
    assert.deepEqual(await run(wrapped(source)), await inNode(source));
  });
}

/** A guest whose only package runs `body` as its main function. */
function inPackage(body, options = {}, on = undefined) {
  return run({
    'index.js': 'exports.main = require("package").main',
    'node_modules/package/index.js': wrapped(body),
  }, [], { external: ['package'], ...options }, on);
}

test('every offered module loads, with node: and without, and is the same', async () => {
  const names = OFFERED.filter((name) => !PACKAGES_ONLY.includes(name));
  const source = `const names = ${JSON.stringify(names)}; exports.main = () => names.map((name) => require(name) === require('node:' + name))`;
  assert.deepEqual(await run(source), names.map(() => true));
  const all = await inPackage(`return ${JSON.stringify(OFFERED)}.map((name) => require(name) === require('node:' + name))`);
  assert.deepEqual(all, OFFERED.map(() => true));
});

test("modules about the machine are for code of packages: the guest's own files do not find them", async () => {
  const source = `const names = ${JSON.stringify([...PACKAGES_ONLY, 'fs', 'node:fs', 'http', 'internal/errors', 'node:internal/errors'])};
    exports.main = () => names.map((name) => { try { return typeof require(name); } catch (error) { return [error.code, error.message]; } })`;
  const names = [...PACKAGES_ONLY, 'fs', 'node:fs', 'http', 'internal/errors', 'node:internal/errors'];
  assert.deepEqual(await run(source), names.map((name) => ['MODULE_NOT_FOUND', `Cannot find module '${name}'`]));
});

test('code of a package finds stand-ins that answer harmlessly and reach nothing', async () => {
  const body = `${THROWN} const fs = require('fs'); const http = require('node:http');
    return [
      fs.existsSync('/etc/passwd'), thrown(() => fs.readFileSync('/etc/passwd')), thrown(() => require('child_process').exec('ls')), thrown(() => http.request('http://localhost')),
      thrown(() => new (require('net').Socket)()), require('tty').isatty(1), typeof fs.constants.O_RDONLY, http.STATUS_CODES[404], require('worker_threads').isMainThread,
      thrown(() => require('fs/promises').readFile('/etc/passwd')), class extends http.Agent {}.name,
    ]`;
  const denied = (what) => ['Error', 'ERR_ACCESS_DENIED', `${what} is not available inside the sandbox`];
  assert.deepEqual(await inPackage(body), [
    false, denied('fs.readFileSync'), denied('child_process.exec'), denied('http.request'), denied('net.Socket'), false, 'number', 'Not Found', true,
    denied('fs/promises.readFile'), '',
  ]);
});

test('with stubs: false code of packages does not find what reaches outside, and still finds the rest', async () => {
  const body = `${THROWN} return [thrown(() => typeof require('fs')), typeof require('os'), typeof require('path')]`;
  assert.deepEqual(await inPackage(body, { stubs: false }), [['Error', 'MODULE_NOT_FOUND', "Cannot find module 'fs'"], 'object', 'object']);
});

test('builtins names the modules that guests may have; an empty list leaves none', async () => {
  const source = `${THROWN} exports.main = () => ['path', 'node:util', 'events'].map((name) => thrown(() => typeof require(name)))`;
  const missing = (name) => ['Error', 'MODULE_NOT_FOUND', `Cannot find module '${name}'`];
  assert.deepEqual(await run(source, [], { builtins: ['path'] }), ['object', missing('node:util'), missing('events')]);
  const none = new IsolatedRuntime({ builtins: [] });
  assert.deepEqual(await run(source, [], {}, none), [missing('path'), missing('node:util'), missing('events')]);
  assert.equal(await run('exports.main = () => Buffer.from(new URL("http://a/b").pathname).toString()', [], {}, none), '/b');
  await none.shutdown();
});

test('a run may narrow the builtins of its runtime and never widen them', async () => {
  const narrow = new IsolatedRuntime({ builtins: ['node:path', 'util'], stubs: false });
  assert.equal(await run('exports.main = () => typeof require("path")', [], { builtins: ['path'] }, narrow), 'object');
  await assert.rejects(run('exports.main = () => 1', [], { builtins: ['events'] }, narrow), {
    name: 'RangeError', code: 'ERR_INVALID_ARG', message: "builtins[0] must be one of the runtime's (path, util), got 'events'",
  });
  await assert.rejects(run('exports.main = () => 1', [], { stubs: true }, narrow), { name: 'RangeError', code: 'ERR_INVALID_ARG' });
  await narrow.shutdown();
  assert.throws(() => new IsolatedRuntime({ builtins: ['fs'] }), { name: 'TypeError', code: 'ERR_INVALID_ARG', message: /^options\.builtins\[0\] must be one of assert, / });
});

test('what one run does to a module is gone in the next', async () => {
  const source = 'const path = require("path"); exports.main = () => { const before = path.extra; path.extra = 1; return before === undefined; }';
  assert.equal(await run(source), true);
  assert.equal(await run(source), true);
});

agrees('assert passes and fails as in Node', `const assert = require('assert');
  return [
    thrown(() => assert.equal(1, 2))[1], thrown(() => assert.deepStrictEqual({ a: [1, { b: 2 }] }, { a: [1, { b: 2 }] })), thrown(() => assert.deepEqual([1], ['1'])),
    thrown(() => assert.strict.deepEqual([1], ['1']))[1], thrown(() => assert.throws(() => { throw new TypeError('x'); }, TypeError)), thrown(() => assert(0, 'zero')),
    thrown(() => assert.match('abc', /b/)), await assert.rejects(Promise.reject(new Error('no')), /no/), assert.strict === require('assert/strict'),
    thrown(() => assert.notStrictEqual(1, 1, 'same')), new assert.AssertionError({ actual: 1, expected: 2, operator: 'strictEqual' }).code,
  ]`);

agrees('events emit, wait and iterate as in Node', `const EventEmitter = require('events');
  const emitter = new EventEmitter(); const heard = [];
  emitter.on('a', (...args) => heard.push(args)); emitter.prependListener('a', () => heard.push('first')); emitter.once('a', () => heard.push('once'));
  emitter.emit('a', 1, 2); emitter.emit('a', 3);
  const waited = EventEmitter.once(emitter, 'b'); emitter.emit('b', 'x');
  const iterated = []; setTimeout(() => { emitter.emit('c', 1); emitter.emit('c', 2); }, 1);
  for await (const [value] of EventEmitter.on(emitter, 'c')) { iterated.push(value); if (value === 2) break; }
  const monitored = []; emitter.on(EventEmitter.errorMonitor, (error) => monitored.push(error.message));
  return [heard, await waited, iterated, emitter.listenerCount('a'), emitter.eventNames().filter((name) => typeof name === 'string'), thrown(() => emitter.emit('error', new Error('boom'))),
    monitored, thrown(() => new EventEmitter().emit('error', { odd: 1 })), EventEmitter.EventEmitter === EventEmitter, thrown(() => emitter.on('x', 1))[1],
    await EventEmitter.once(new EventTarget(), 'never', { signal: AbortSignal.abort() }).catch((error) => [error.name, error.code])]`);

agrees('path answers as in Node for both systems', `const path = require('path');
  const parts = ['', '.', '..', '/a/b/../c.txt', 'a//b/', 'C:\\\\x\\\\..\\\\y.z', '//server/share/x', 'archive.tar.gz', '.hidden', 'a/.'];
  const all = (one) => parts.map((part) => [one.normalize(part), one.dirname(part), one.basename(part), one.extname(part), one.isAbsolute(part), one.parse(part), one.join('/r', part, '..'), one.relative('/r/q', one.join('/r', part)), one.format(one.parse(part))]);
  return [all(path.posix), all(path.win32), path.posix.win32 === path.win32, path.sep, path.basename('/a/b.html', '.html'), thrown(() => path.join(1))[1]]`);

agrees('querystring parses and writes as in Node', `const querystring = require('querystring');
  return [querystring.parse('a=1&b=2&a=3&c=%41+%zz&=x&d'), querystring.parse('a:1;b:2', ';', ':'), querystring.parse('a=1&b=2&c=3', null, null, { maxKeys: 2 }),
    querystring.stringify({ a: [1, 'b c'], b: true, c: null, d: 'é&=', e: NaN, f: 5n }), querystring.stringify({ a: 1, b: 2 }, ';', ':'), querystring.escape("a'b c/é"), querystring.unescape('%e9%41')]`);

agrees('url keeps the old interface as in Node', `const url = require('url');
  const plain = (parsed) => ({ ...parsed, query: typeof parsed.query === 'object' ? { ...parsed.query } : parsed.query });
  return [plain(url.parse('https://u:p@host.com:8080/p/a?x=1&y=2#h', true)), url.resolve('/one/two/three', '../four'), url.resolve('http://a.com/b', '//c.com/d'),
    url.format({ protocol: 'https', host: 'a.b', pathname: '/c', query: { d: 1 } }), url.fileURLToPath('file:///a/b%20c'), url.pathToFileURL('/a b/#c?d%').href,
    url.format(new URL('http://u:p@xn--mnchen-3ya.de/a?b#c'), { auth: false, fragment: false, unicode: true }), url.domainToASCII('münchen.de'), url.domainToUnicode('xn--mnchen-3ya.de'),
    thrown(() => url.fileURLToPath('http://a')), { ...url.urlToHttpOptions(new URL('http://u:p@a.b:81/c?d')) }]`);

agrees('util inspects and formats as in Node', `const util = require('util');
  class Point { constructor() { this.x = 1; this.nested = { deep: { deeper: { deepest: 1 } } }; } get y() { return 2; } }
  const circle = { name: 'c' }; circle.self = circle;
  return [util.inspect(new Point()), util.inspect(circle), util.inspect(new Map([['a', { b: [1, 2] }]])), util.inspect(new Set(['x', 1n])), util.inspect([1, , 3, 'a\\'b']), util.inspect(Symbol('s')),
    util.inspect(Object.assign(() => {}, { extra: 1 })), util.inspect(new Uint8Array(3)), util.inspect(Buffer.from('hi')),
    util.inspect(new Proxy({ a: 1 }, {})), util.inspect('x'.repeat(5)), util.inspect({ a: 1, b: 'two', [Symbol('k')]: null }, { compact: false }), util.inspect(new Date(0)), util.inspect(/x/gi), util.inspect(null), util.inspect([undefined, NaN, -0]),
    util.inspect(Object.create(null)), util.inspect({ get a() { return 1; }, set b(value) {} }), util.inspect(new (class Foo extends Map {})()), util.inspect({ a: { b: { c: { d: 1 } } } }, { depth: 0 }), util.inspect(new URL('http://a/b?c#d')),
    util.format('%s %d %i %f %j %o %O %%', 'a', 1.5, 2.7, '3.1', { a: 1 }, [1], { b: 2 }, 'rest'), util.format('%s', class A {}), util.format(1, 'b', { c: 3 }), util.inspect(new Error('e')).split('\\n')[0],
    util.inspect({ [util.inspect.custom]: (depth, options) => 'custom ' + depth })]`);

test('util.inspect knows how promises stand', async () => {
  const source = "const { inspect } = require('util'); const failed = Promise.reject(5); failed.catch(() => {}); exports.main = () => [Promise.resolve([4]), failed, new Promise(() => {})].map((one) => inspect(one))";
  assert.deepEqual(await run(source), ['Promise { [ 4 ] }', 'Promise { <rejected> 5 }', 'Promise { <pending> }']);
});

agrees('util has the helpers that packages use, as in Node', `const util = require('util');
  function Old() {} function Parent() {} Parent.prototype.hi = () => 'hi'; util.inherits(Old, Parent);
  const promised = util.promisify((value, callback) => callback(null, value + 1)); const failing = util.promisify((callback) => callback(new Error('no')));
  const called = await new Promise((resolve) => util.callbackify(async (value) => value * 2)(4, (error, value) => resolve([error, value])));
  const types = [new Map(), new Set(), new Map().keys(), Promise.resolve(), async () => {}, function* () {}, (function* () {})(), new Proxy({}, {}), new Error(), /x/, new Date(), Object(1), new Uint8Array(), new DataView(new ArrayBuffer(1)), (function () { return arguments; })()];
  const checks = ['isMap', 'isSet', 'isMapIterator', 'isPromise', 'isAsyncFunction', 'isGeneratorFunction', 'isGeneratorObject', 'isProxy', 'isNativeError', 'isRegExp', 'isDate', 'isBoxedPrimitive', 'isTypedArray', 'isDataView', 'isArgumentsObject', 'isUint8Array', 'isArrayBufferView'];
  return [new Old().hi(), Old.super_ === Parent, await promised(1), await failing().catch((error) => error.message), called, types.map((value) => checks.map((name) => util.types[name](value))),
    util.isDeepStrictEqual({ a: [1, new Map([[1, 2]])] }, { a: [1, new Map([[1, 2]])] }), util.isDeepStrictEqual([1], ['1']), util.stripVTControlCharacters('\\u001b[31mx\\u001b[0m'), util.toUSVString('a\\ud800'),
    { ...util.parseArgs({ args: ['-f', '--bar', 'b', 'rest'], options: { foo: { type: 'boolean', short: 'f' }, bar: { type: 'string' } }, allowPositionals: true }).values }, thrown(() => util.promisify(1)), typeof util.TextEncoder,
    await util.promisify(setTimeout)(1, 'later'), util.deprecate((value) => value, 'old')(3)]`);

agrees('streams flow, pipe and finish as in Node', `const { Readable, Writable, Transform, PassThrough, pipeline, finished } = require('stream'); const streams = require('stream/promises');
  const upper = () => new Transform({ transform(chunk, encoding, callback) { callback(null, String(chunk).toUpperCase()); } });
  const collected = []; const sink = () => new Writable({ write(chunk, encoding, callback) { collected.push(String(chunk)); callback(); } });
  await streams.pipeline(Readable.from(['a', 'b']), upper(), sink());
  const failure = await streams.pipeline(Readable.from(['a']), new Transform({ transform(chunk, encoding, callback) { callback(new Error('broken')); } }), sink()).catch((error) => error.message);
  const parts = []; for await (const part of Readable.from([1, 2, 3]).map((value) => value * 2)) parts.push(part);
  const through = new PassThrough(); through.end('text'); const text = await require('stream/consumers').text(through);
  const web = Readable.fromWeb(new ReadableStream({ start(controller) { controller.enqueue('w'); controller.close(); } })); const fromWeb = []; for await (const chunk of web) fromWeb.push(String(chunk));
  const reader = Readable.toWeb(Readable.from(['x'])).getReader();
  return [collected, failure, parts, text, fromWeb, await reader.read(), await Readable.from([1, 2, 3]).reduce((sum, value) => sum + value, 0), thrown(() => new Writable().write(null))[1]]`);

agrees('string_decoder joins split characters as in Node', `const { StringDecoder } = require('string_decoder');
  const bytes = Buffer.from('a€𝄞é'); const decoder = new StringDecoder('utf8'); const parts = []; for (const byte of bytes) parts.push(decoder.write(Buffer.from([byte])));
  const base = new StringDecoder('base64url'); const wide = new StringDecoder('utf16le');
  return [parts, decoder.end(Buffer.from([0xe2])), base.write(Buffer.from([251, 255])) + base.end(), wide.write(Buffer.from([0x3d])) + wide.end(Buffer.from([0xd8, 0x4d, 0xdc])), thrown(() => new StringDecoder('nope'))]`);

agrees('timers promise and iterate as in Node', `const timers = require('timers/promises'); const ticks = [];
  for await (const value of timers.setInterval(1, 'tick')) { ticks.push(value); if (ticks.length === 3) break; }
  const controller = new AbortController(); const waiting = timers.setTimeout(10_000, null, { signal: controller.signal }).catch((error) => [error.name, error.code]); controller.abort();
  return [ticks, await timers.setTimeout(1, 'later'), await timers.setImmediate('soon'), await waiting, require('timers').setTimeout === setTimeout]`);

agrees('punycode converts as in Node', `const punycode = require('punycode'); return [punycode.toASCII('mañana.com'), punycode.toUnicode('xn--maana-pta.com'), punycode.encode('bücher'), punycode.decode('bcher-kva')]`);

test('AsyncLocalStorage keeps its store in callbacks, timers and promises of a run', async () => {
  const body = `const { AsyncLocalStorage } = require('async_hooks'); const storage = new AsyncLocalStorage();
    const seen = [];
    storage.run('outer', () => {
      seen.push(storage.getStore());
      setTimeout(() => seen.push(['timer', storage.getStore()]), 1);
      process.nextTick(() => seen.push(['tick', storage.getStore()]));
      Promise.resolve().then(() => seen.push(['then', storage.getStore()]));
      storage.run('inner', () => setImmediate(() => seen.push(['immediate', storage.getStore()])));
    });
    seen.push(storage.getStore() ?? 'none');
    await new Promise((resolve) => setTimeout(resolve, 20));
    const answer = await storage.run('alone', async () => { await null; await new Promise((resolve) => setTimeout(resolve, 1)); return storage.getStore(); });
    return { seen: seen.map(String).sort(), answer }`;
  assert.deepEqual(await inPackage(body), { seen: ['immediate,inner', 'none', 'outer', 'then,outer', 'tick,outer', 'timer,outer'], answer: 'alone' });
});

test('os and process tell nothing of the machine', async () => {
  const [host, cpus, total, home] = await inPackage("const os = require('os'); return [os.hostname(), os.cpus().length, os.totalmem(), os.userInfo().username]");
  assert.deepEqual([host, cpus, total, home], ['localhost', 1, 2 ** 30, 'guest']);
});

test("process.stdout and process.stderr write to the run's console a line at a time, and process.stdin is empty", async () => {
  const heard = [];
  const source = `exports.main = async () => { process.stdout.write('one\\ntw'); process.stdout.write('o\\n'); process.stderr.write('bad\\n');
    const read = []; for await (const chunk of process.stdin) read.push(chunk);
    return [read, process.stdout.isTTY, process.stdout === process.stdout, process.stdout.fd]; }`;
  assert.deepEqual(await run(source, [], { onConsole: (...call) => heard.push(call) }), [[], false, true, 1]);
  assert.deepEqual(heard, [['log', 'one'], ['log', 'two'], ['error', 'bad']]);
});

test('process tells warnings to the console and to its listeners', async () => {
  const heard = [];
  const source = `exports.main = () => new Promise((resolve) => { process.on('warning', (warning) => resolve([warning.name, warning.message, warning.code, process.listenerCount('warning')])); process.emitWarning('careful', 'DeprecationWarning', 'DEP1'); })`;
  assert.deepEqual(await run(source, [], { onConsole: (...call) => heard.push(call) }), ['DeprecationWarning', 'careful', 'DEP1', 1]);
  assert.deepEqual(heard, [['warn', '(node) [DEP1] DeprecationWarning: careful']]);
});

test("call sites have the methods that packages call on V8's", async () => {
  const source = `exports.main = function main() {
    Error.prepareStackTrace = (error, sites) => sites; const holder = {}; Error.captureStackTrace(holder); const site = holder.stack.find((one) => one.getFileName() === '/index.js'); Error.prepareStackTrace = undefined;
    return [site.isEval(), site.isToplevel(), site.getLineNumber(), site.getFunctionName(), site.getEvalOrigin() === undefined, site.isConstructor(), /^main \\(\\/index\\.js:2:\\d+\\)$/.test(site), new Error('x').stack.split('\\n')[0]];
  }`;
  assert.deepEqual(await run(source), [false, true, 2, 'main', true, false, true, 'Error: x']);
});

test('objects that look like errors may have any stack', async () => {
  const source = `function Own(message, stack) { this.message = message; this.stack = stack; } Own.prototype = Object.create(Error.prototype); exports.main = () => { const own = new Own('m', undefined); const text = new Own('m', 'mine'); return ['stack' in own, own.stack === undefined, text.stack, own.message]; }`;
  assert.deepEqual(await run(source), [true, true, 'mine', 'm']);
});

test("vm runs code in the guest's own global object, and makes no other", async () => {
  const body = `${THROWN} const vm = require('vm'); globalThis.shared = 5; return [vm.runInThisContext('shared + 1'), new vm.Script('shared + 2').runInThisContext(), thrown(() => vm.runInNewContext('1')), thrown(() => new vm.Script('1').runInNewContext())]`;
  const denied = (what) => ['Error', 'ERR_ACCESS_DENIED', `${what} is not available inside the sandbox`];
  assert.deepEqual(await inPackage(body), [6, 7, denied('vm.runInNewContext'), denied('vm.Script.runInNewContext')]);
});

agrees('old and new stream classes fit together as in Node', `const stream = require('stream'); const legacy = new stream(); const [left, right] = stream.duplexPair ? stream.duplexPair() : [];
  const heard = []; if (right) { right.on('data', (chunk) => heard.push(String(chunk))); left.write('over'); left.end(); await new Promise((resolve) => { right.on('end', resolve); }); } else heard.push('over');
  return [typeof stream, stream === stream.Stream, legacy instanceof stream, new stream.Readable() instanceof stream, stream.Readable.prototype instanceof stream, heard, stream.getDefaultHighWaterMark(true)]`);
