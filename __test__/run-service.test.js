'use strict';

// run-service and serverless-runtime, as their users know them: forms of services, hook, vm, errors, time-outs.
const assert = require('node:assert/strict');
const { createReadStream, createWriteStream, readFileSync } = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');
const { PassThrough, Readable } = require('node:stream');
const { finished } = require('node:stream/promises');
const runService = require('../run-service');
const { child } = require('./child');
const { folder, until } = require('./guest');
const { serve } = require('./streams');

test('a service is source text that assigns its function to module exports', async () => {
  const { text } = await serve(`module['exports'] = function (hook) { hook.res.end('hello ' + hook.params.name); };`, '', { env: { params: { name: 'Ada' } } });
  assert.equal(text, 'hello Ada');
});

test('a service is a function, whose source text is used', async () => {
  const outside = 'of the host';
  const { text } = await serve(function service(hook) { hook.res.end(typeof outside); });
  assert.equal(text, 'undefined', `nothing ${outside} is reachable`);
  const { greet } = { greet(hook) { hook.res.end('a method'); } };
  assert.equal((await serve(greet)).text, 'a method');
  assert.equal((await serve((hook) => hook.res.end('an arrow'))).text, 'an arrow');
});

test('functions without source text are refused', () => {
  const env = { req: new PassThrough(), res: new PassThrough() };
  assert.throws(() => runService({ service: function bound() {}.bind(null), env }), { name: 'TypeError', code: 'ERR_INVALID_ARG' });
  assert.throws(() => runService({ service: 5, env }), { name: 'TypeError', message: 'service must be source text or a function, got 5' });
});

test('the hook has request, response, params, env, and every other key of the environment', async () => {
  const env = { params: { a: 1 }, resource: { name: 'x' }, custom: { deep: [1, new Date(5)] }, live: () => 1 };
  const service = `(hook) => hook.res.end(JSON.stringify([hook.params, hook.env.custom, hook.resource, hook.custom, typeof hook.live, typeof hook.req.on, hook.env.params.a]))`;
  const { text } = await serve(service, '', { env });
  assert.deepEqual(JSON.parse(text), [{ a: 1 }, { deep: [1, '1970-01-01T00:00:00.005Z'] }, { name: 'x' }, { deep: [1, '1970-01-01T00:00:00.005Z'] }, 'undefined', 'function', 1]);
});

test('every property of the request is found on the hook as well', async () => {
  const req = Object.assign(Readable.from(['ab', 'cd']), { url: '/x', method: 'PUT', headers: { a: 'b' }, own: 7 });
  const service = `(hook) => { let all = ''; hook.on('data', (c) => { all += c; }); hook.on('end', () => hook.res.end([hook.url, hook.method, hook.headers.a, hook.own, all].join())); }`;
  assert.equal((await serve(service, req)).text, '/x,PUT,b,7,abcd');
});

test('the middleware form gets hook, response and a callback that hands the request on', async () => {
  const calls = [];
  const env = { req: new PassThrough(), res: new PassThrough() };
  await runService({ service: `module.exports = (hook, res, cb) => cb(null, { typed: typeof res.end, at: new Date(3) });`, env })((...given) => calls.push(given));
  assert.deepEqual(calls, [[null, { typed: 'function', at: new Date(3) }]]);
  assert.equal(env.res.writableEnded, false, 'the response is left to whoever comes next');
});

test('an error that a service hands to its callback arrives there', async () => {
  const env = { req: new PassThrough(), res: new PassThrough() };
  const given = await new Promise((resolve) => runService({ service: `module.exports = (hook, res, cb) => cb(new RangeError('not mine'));`, env })(resolve));
  assert.ok(given instanceof RangeError);
  assert.equal(given.message, 'not mine');
});

test('the callback is called without an error when the response has been ended', async () => {
  const env = { req: new PassThrough(), res: new PassThrough().resume() };
  const given = await new Promise((resolve) => runService({ service: `module.exports = (hook) => hook.res.end();`, env })((...all) => resolve(all)));
  assert.deepEqual(given, [null, undefined]);
});

test('services in babel form are called as a default export, and a rejection ends the response with its message', async () => {
  const resource = { language: 'babel' };
  const good = `exports.default = async (hook, res, cb) => res.end('from default ' + typeof cb);`;
  assert.equal((await serve(good, '', { env: { resource } })).text, 'from default function');
  const bad = `exports.default = async () => { throw new Error('it broke'); };`;
  assert.equal((await serve(bad, '', { env: { resource: { language: 'es7' } } })).text, 'it broke');
});

test('whether it is streaming is said by the environment, or by data that waits', async () => {
  const service = `(hook) => hook.res.end(String([hook.streaming, hook.isStreaming]))`;
  assert.equal((await serve(service)).text, 'false,false');
  const req = new PassThrough();
  req.write('data');
  await until(() => req.readableLength > 0);
  assert.equal((await serve(service, req)).text, 'true,true');
  assert.equal((await serve(service, '', { env: { isStreaming: true } })).text, 'true,true');
});

test('variables of the vm are copies, and its functions are called on the host', async () => {
  const seen = [];
  const vm = { limit: 5, settings: { name: 'n', add: (a, b) => a + b }, note: (text) => { seen.push(text); } };
  const service = `async (hook) => { await note('called'); hook.res.end(JSON.stringify([limit, settings.name, await settings.add(2, 3)])); }`;
  assert.equal((await serve(service, '', { vm })).text, '[5,"n",5]');
  assert.deepEqual(seen, ['called']);
});

test('live objects of the host are not handed over: require is always the one of the sandbox', async () => {
  const vm = { require, process, Buffer, global: globalThis, timer: setTimeout(() => {}, 0), shared: new (class Live { secret() {} })() };
  const service = `(hook) => { let found; try { require('fs'); found = 'fs'; } catch (e) { found = e.message; } hook.res.end(JSON.stringify([found, typeof process.env.PATH, typeof process.mainModule, typeof require('stream').Readable])); }`;
  assert.deepEqual(JSON.parse((await serve(service, '', { vm })).text), ["Cannot find module 'fs'", 'undefined', 'undefined', 'function']);
});

test('a console among the variables hears what the service logs', async () => {
  const logged = [];
  await serve(`(hook) => { console.log('a', { b: 1 }); console.error('c'); hook.res.end(); }`, '', { vm: { console: { log: (...all) => logged.push(all), error: (...all) => logged.push(all) } } });
  assert.deepEqual(logged, [['a', { b: 1 }], ['c']]);
});

test('packages are required only as far as they are allowed', async () => {
  const root = folder({ 'service.js': `module.exports = (hook) => hook.res.end(require('greeting') + require('./beside'));`, 'beside.js': `module.exports = '!';`, 'node_modules/greeting/index.js': `module.exports = 'hi';` });
  const file = path.join(root, 'service.js');
  assert.equal((await serve(undefined, '', { file, external: ['greeting'] })).text, 'hi!');
  await assert.rejects(serve(undefined, '', { file }), { code: 'MODULE_NOT_FOUND', message: "Cannot find module 'greeting'" });
  const source = `module.exports = (hook) => hook.res.end(require('greeting'));`;
  assert.equal((await serve(source, '', { root, external: ['greeting'] })).text, 'hi', 'source text finds them below its root');
  await assert.rejects(serve(source, '', { root }), { code: 'MODULE_NOT_FOUND' });
  await assert.rejects(serve(source, '', { external: ['greeting'] }), { code: 'MODULE_NOT_FOUND' });
});

test('a service that never ends its response is stopped after its time, and told so in the old words', async () => {
  for (const service of ['() => {}', '() => { for (;;); }', '() => { setInterval(() => {}, 5); }', '() => new Promise(() => {})']) {
    const error = await serve(service, '', { env: { customTimeout: 250 } }).catch((thrown) => thrown);
    assert.equal(error.message, 'service took more than 0.25 seconds to call `res.end()`', service);
    assert.equal(error.name, 'RuntimeTimeoutError');
    assert.equal(error.code, 'ERR_TIMEOUT');
    assert.ok(error.receipt.wallTime >= 240, JSON.stringify(error.receipt));
  }
  assert.equal(runService.DEFAULT_TIMEOUT, 10_000);
});

test('what a service throws reaches the error handler with its class and its own frames', async () => {
  const error = await serve(`(hook) => {\n  null.x;\n}`).catch((thrown) => thrown);
  assert.ok(error instanceof TypeError);
  assert.match(error.stack, /\n\s+at .*\/service\.js:2:\d+\)?$/);
});

test('failures that nobody in the service handles reach the error handler at once', async () => {
  const cases = {
    'in a timer': `() => { setTimeout(() => { throw new RangeError('late'); }, 1); }`,
    'in a rejection': `() => { Promise.reject(new RangeError('late')); }`,
    'in an async service': `async () => { await null; throw new RangeError('late'); }`,
    'in a listener': `(hook) => { hook.req.on('end', () => { throw new RangeError('late'); }).resume(); }`,
    'in a stream': `(hook) => { hook.res.destroy(new RangeError('late')); }`,
  };
  for (const [name, service] of Object.entries(cases)) {
    const started = Date.now();
    await assert.rejects(serve(service, 'x'), { name: 'RangeError', message: 'late' }, name);
    assert.ok(Date.now() - started < 8000, `${name} did not wait for the time-out`);
  }
});

test('source that does not parse is a SyntaxError for the error handler', async () => {
  await assert.rejects(serve(`module['exports'] = function (hook) { hook.res.end( };`), { name: 'SyntaxError' });
});

test('a service that assigns nothing is told what it needs', async () => {
  await assert.rejects(serve('exports.other = 1;'), { name: 'TypeError', message: /^the service assigned no function: it needs module\.exports = function/ });
});

test('without service, request or response it throws at once', () => {
  const env = { req: new PassThrough(), res: new PassThrough() };
  assert.throws(() => runService({ env }), { message: 'service is undefined' });
  assert.throws(() => runService(), { message: 'service is undefined' });
  assert.throws(() => runService({ service: 'x', env: { res: env.res } }), { message: 'req is undefined' });
  assert.throws(() => runService({ service: 'x', env: { req: env.req } }), { message: 'res is undefined' });
  assert.throws(() => runService({ service: 'x', env: { ...env, customTimeout: -1 } }), { name: 'RangeError', code: 'ERR_INVALID_ARG' });
  assert.throws(() => runService({ service: 'x', env, limits: { memory: 2 ** 40 } }), { name: 'RangeError', code: 'ERR_INVALID_ARG' });
});

test('without handler and callback the error is thrown in the process', () => {
  const { status, stdout } = child(`
    const runService = require(${JSON.stringify(path.join(__dirname, '..', 'run-service'))});
    const { PassThrough } = require('node:stream');
    process.on('uncaughtException', (error) => { console.log('thrown', error.message); process.exit(7); });
    runService({ service: 'module.exports = () => { throw new Error("mine"); }', env: { req: new PassThrough(), res: new PassThrough() } })();`);
  assert.match(stdout, /thrown mine/);
  assert.equal(status, 7);
});

test('limits of memory and CPU time hold for services', async () => {
  await assert.rejects(serve('() => { const all = []; for (;;) all.push(new Uint8Array(1e6).fill(1)); }'), { code: 'ERR_MEMORY_LIMIT' });
  await assert.rejects(serve('() => { for (;;); }', '', { limits: { cpu: 100 } }), { code: 'ERR_CPU_LIMIT' });
});

test('files are streams like any other', async () => {
  const root = folder({ 'in.txt': 'abc'.repeat(50_000) });
  const out = createWriteStream(path.join(root, 'out.txt'));
  const service = `module.exports = (hook) => hook.req.pipe(new (require('stream').Transform)({ transform(c, e, done) { done(null, String(c).toUpperCase()); } })).pipe(hook.res);`;
  await runService({ service, env: { req: createReadStream(path.join(root, 'in.txt')), res: out } })();
  if (!out.writableFinished) await finished(out);
  assert.equal(readFileSync(path.join(root, 'out.txt'), 'utf8'), 'ABC'.repeat(50_000));
});

test('a request that fails reaches the service, stops it, and is what the error handler hears', async () => {
  const req = new PassThrough();
  const seen = [];
  const failing = serve(`(hook) => { hook.req.on('error', (e) => { see('error ' + e.message); }).on('close', () => { see('close'); }).resume(); }`, req, { vm: { see: (text) => { seen.push(text); } } });
  req.write('x');
  setTimeout(() => req.destroy(new Error('cable cut')), 50);
  await assert.rejects(failing, { message: 'cable cut' });
  assert.deepEqual(seen, ['error cable cut', 'close']);
});

test('a response that fails stops the service, however busy it is', async () => {
  for (const service of ['() => {}', '() => { setTimeout(() => { for (;;); }, 1); }', '(hook) => { hook.req.on("aborted", () => { for (;;); }); }']) {
    const env = { req: new PassThrough(), res: new PassThrough() };
    const ended = new Promise((resolve) => runService({ service: `module.exports = ${service}`, env, errorHandler: resolve })());
    setTimeout(() => env.res.destroy(new Error('gone')), 100);
    assert.equal((await ended).message, 'gone', service);
  }
});

test('what is written after the end is an error of the service, and the response stays as it was', async () => {
  const heard = [];
  const vm = { hear: (...all) => { heard.push(all); } };
  const { text } = await serve(`(hook) => { hook.res.on('error', (e) => hear(e.message, e.code)); hook.res.end('all'); hook.res.write('more'); hook.res.end('most'); }`, '', { vm });
  assert.equal(text, 'all');
  assert.deepEqual(heard, Array(2).fill(['write after end', 'ERR_STREAM_WRITE_AFTER_END']));
  await assert.rejects(serve(`(hook) => { hook.res.end('all'); hook.res.write('more'); }`), { code: 'ERR_STREAM_WRITE_AFTER_END' }, 'with nobody listening');
  assert.equal((await serve(`(hook) => { hook.res.end('once'); hook.res.end(); }`)).text, 'once', 'a second end without data is none');
});

test('services run one beside the other, each in a heap of its own', async () => {
  const service = `(hook) => { global.count = (global.count ?? 0) + 1; setTimeout(() => hook.res.end(String(global.count) + hook.params.at), 20); }`;
  const all = await Promise.all(Array.from({ length: 20 }, (_, at) => serve(service, '', { env: { params: { at } } })));
  assert.deepEqual(all.map(({ text }) => text), Array.from({ length: 20 }, (_, at) => `1${at}`));
});
