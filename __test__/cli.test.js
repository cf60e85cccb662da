'use strict';

// The commands as people and scripts use them: child processes, exit status, what is on stdout and what on stderr.
const assert = require('node:assert/strict');
const { spawn, spawnSync } = require('node:child_process');
const { rmSync } = require('node:fs');
const http = require('node:http');
const path = require('node:path');
const { after, test } = require('node:test');
const { folder, until, write } = require('./guest');

const SECONDS = 60;
/** Deno asks before everything unless told not to. */
const HOST_ARGS = process.versions.deno === undefined ? [] : ['run', '--allow-all', '--no-check', '--quiet'];
const bin = (name) => [...HOST_ARGS, path.join(__dirname, '..', 'bin', `${name}.js`)];
const started = [];
after(() => started.forEach((one) => one.kill('SIGKILL')));

const root = folder({
  'rules.js': `exports.add = (a, b) => ({ sum: a + b });
exports.boom = () => { throw new TypeError('it broke'); };
exports.loop = () => { for (;;); };
exports.fill = () => { const all = []; for (;;) all.push(new Uint8Array(1e6).fill(1)); };
exports.log = (value) => { console.log('logged', value); };
exports.pack = () => require('greeting');`,
  'node_modules/greeting/index.js': `module.exports = 'hi';`,
  'echo.js': `module.exports = (hook) => { hook.res.writeHead(201, { 'x-a': 'b' }); hook.req.pipe(hook.res); };`,
  'endless.js': `module.exports = () => {};`,
  'nothing.js': `exports.other = 1;`,
  'throws.js': `throw new RangeError('at the top');`,
  'flood.js': `module.exports = (hook) => { for (;;) hook.res.write('x'.repeat(1e5)); };`,
});
const file = (name) => path.join(root, name);

/** Runs a command to its end. */
function run(name, args, input = '') {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...bin(name), ...args], { input, encoding: 'utf8', timeout: SECONDS * 1000, killSignal: 'SIGKILL', maxBuffer: 64 * 2 ** 20 });
  return { status, stdout, stderr };
}
const isolated = (args, input) => run('isolated-runtime', args, input);

/** Starts `serve` and waits until it listens. */
async function serve(dir, args = []) {
  const child = spawn(process.execPath, [...bin('isolated-runtime'), 'serve', dir, '--port', '0', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  started.push(child);
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (part) => { text += part; });
  await until(() => /^serving .* at http:\/\/127\.0\.0\.1:\d+$/m.test(text), 30_000);
  const port = Number(/:(\d+)$/m.exec(text)[1]);
  return { port, child, log: () => text, ended: new Promise((resolve) => child.on('close', resolve)) };
}

function ask(port, url, body) {
  return new Promise((resolve, reject) => {
    const request = http.request({ port, host: '127.0.0.1', path: url, method: body === undefined ? 'GET' : 'POST', agent: false }, async (response) => {
      let text = '';
      for await (const part of response.setEncoding('utf8')) text += part;
      resolve({ status: response.statusCode, headers: response.headers, text });
    });
    request.on('error', reject).end(body);
  });
}

test('run calls a function with JSON arguments and prints its result as JSON', () => {
  assert.deepEqual(isolated(['run', file('rules.js'), 'add', '1', '2']), { status: 0, stdout: '{"sum":3}\n', stderr: '' });
  assert.equal(isolated(['run', file('rules.js'), 'add', '"a"', '"b"']).stdout, '{"sum":"ab"}\n');
  assert.equal(isolated(['run', file('rules.js'), 'add', '--args', '-'], '[20,22]').stdout, '{"sum":42}\n');
  assert.equal(isolated(['run', file('rules.js'), 'add', '--args', '[1,1]']).stdout, '{"sum":2}\n');
});

test('what the guest logs, and the receipt, go to stderr', () => {
  const { status, stdout, stderr } = isolated(['run', file('rules.js'), 'log', '7', '--receipt']);
  assert.deepEqual([status, stdout], [0, '']);
  assert.match(stderr, /^logged 7\nreceipt: \{"queueTime":/);
});

test('with json, result, receipt and error are one object on stdout', () => {
  const good = JSON.parse(isolated(['run', file('rules.js'), 'add', '1', '2', '--json']).stdout);
  assert.deepEqual([good.result, good.receipt.stoppedBy], [{ sum: 3 }, 'done']);
  const { status, stdout } = isolated(['run', file('rules.js'), 'boom', '--json']);
  const bad = JSON.parse(stdout);
  assert.deepEqual([status, bad.error.name, bad.error.message, bad.receipt.stoppedBy], [1, 'TypeError', 'it broke', 'error']);
});

test('exit status 1 is the guest: exceptions with their frames, missing functions and modules', () => {
  const { status, stdout, stderr } = isolated(['run', file('rules.js'), 'boom']);
  assert.deepEqual([status, stdout], [1, '']);
  assert.match(stderr, /^TypeError: it broke\n\s+at .*\/rules\.js:2:\d+\)?\n$/);
  assert.deepEqual(isolated(['run', file('rules.js'), 'nope']), { status: 1, stdout: '', stderr: 'TypeError: nope is not a function\n' });
  assert.equal(isolated(['run', file('rules.js'), 'pack']).status, 1);
  assert.equal(isolated(['run', file('rules.js'), 'pack', '--external', 'greeting']).stdout, '"hi"\n');
});

test('exit status 2 is wrong usage, and says what is wrong', () => {
  const cases = [
    [[], /^a command is needed/],
    [['walk'], /^there is no command "walk"/],
    [['run'], /^run needs a file and the name of a function/],
    [['run', file('rules.js')], /^run needs a file and the name of a function/],
    [['run', file('none.js'), 'f'], /none\.js: no such file/],
    [['run', root, 'f'], /is not a file/],
    [['run', file('rules.js'), 'add', '{"a":'], /^argument 1 \(\{"a":\) is not JSON/],
    [['run', file('rules.js'), 'add', '--args', '{}'], /^--args must be a JSON list/],
    [['run', file('rules.js'), 'add', '1', '--args', '[]'], /^arguments are given either/],
    [['run', file('rules.js'), 'add', '--bogus'], /--bogus/],
    [['run', file('rules.js'), 'add', '--memory', 'lots'], /^--memory must be a size such as 32M, got "lots"/],
    [['run', file('rules.js'), 'add', '--timeout', '0'], /^--timeout must be a time/],
    [['run', file('rules.js'), 'add', '--allow-fetch', 'https://a.example'], /^--allow-fetch: this version offers guests no fetch/],
    [['service'], /^service needs one file/],
    [['service', file('echo.js'), '--params', '[1]'], /^--params must be a JSON object/],
    [['serve', file('none')], /no such folder/],
    [['serve', root, '--port', '99999'], /^--port must be a whole number from 0 to 65535/],
    [['serve', root, '--concurrency', 'a=b'], /^--concurrency must be a whole number/],
    [['repl', 'extra'], /^unexpected argument "extra"/],
  ];
  for (const [args, message] of cases) {
    const { status, stdout, stderr } = isolated(args);
    assert.deepEqual([status, stdout], [2, ''], args.join(' '));
    assert.match(stderr, message);
    assert.match(stderr, /Try isolated-runtime .*--help\n$/);
  }
});

test('exit status 3 is a limit', () => {
  assert.deepEqual(isolated(['run', file('rules.js'), 'loop', '--timeout', '200ms']), { status: 3, stdout: '', stderr: 'RuntimeTimeoutError: run exceeded its time-out of 200 ms\n' });
  assert.match(isolated(['run', file('rules.js'), 'loop', '--cpu', '0.1s']).stderr, /^CpuLimitError: /);
  const { status, stderr } = isolated(['run', file('rules.js'), 'fill', '--memory', '8M']);
  assert.equal(status, 3);
  assert.match(stderr, /^MemoryLimitError: guest heap is full: [\d.]+ MiB with what this run wanted, limit is 8 MiB\n$/);
});

test('help and version are printed on stdout', () => {
  for (const args of [['--help'], ['run', '--help'], ['service', '-h'], ['serve', '--help'], ['repl', '--help']]) {
    const { status, stdout, stderr } = isolated(args);
    assert.deepEqual([status, stderr], [0, '']);
    assert.match(stdout, /Usage:\n {2}isolated-runtime/);
    assert.match(stdout, /Exit status:\n {2}0 {2}done/);
  }
  assert.equal(isolated(['--version']).stdout, `${require('../package.json').version}\n`);
  assert.match(run('run-service', ['--help']).stdout, /-c, --code SOURCE/);
});

test('service streams from stdin to stdout', async () => {
  const input = 'line of text\n'.repeat(40_000);
  const child = spawn(process.execPath, [...bin('isolated-runtime'), 'service', file('echo.js'), '--json'], { stdio: ['pipe', 'pipe', 'pipe'] });
  started.push(child);
  const [stdout, stderr] = [[], []];
  child.stdout.on('data', (part) => stdout.push(part));
  child.stderr.on('data', (part) => stderr.push(part));
  const ended = new Promise((resolve) => child.on('close', resolve));
  child.stdin.end(input);
  assert.equal(await ended, 0);
  assert.ok(Buffer.concat(stdout).toString() === input, 'every byte is there');
  const [head, end] = Buffer.concat(stderr).toString().trim().split('\n').map((line) => JSON.parse(line));
  assert.deepEqual(head, { statusCode: 201, headers: { 'x-a': 'b' } });
  assert.equal(end.receipt.stoppedBy, 'done');
});

test('services that fail say how, and with which status', () => {
  const cases = [
    ['endless.js', 3, 'RuntimeTimeoutError: service took more than 0.3 seconds to call `res.end()`\n'],
    ['nothing.js', 1, 'TypeError: the service assigned no function: it needs module.exports = function (hook) { … }, a default export, or an object with fetch(request)\n'],
    ['throws.js', 1, /^RangeError: at the top\n\s+at .*\/throws\.js:1:/],
  ];
  for (const [name, expected, message] of cases) {
    const { status, stderr } = isolated(['service', file(name), '--timeout', '300']);
    assert.equal(status, expected, name);
    if (typeof message === 'string') assert.equal(stderr, message);
    else assert.match(stderr, message);
  }
  const flood = isolated(['service', file('flood.js'), '--memory', '8M', '--timeout', '20s']);
  assert.equal(flood.status, 3);
  assert.match(flood.stderr, /^MemoryLimitError: guest heap is full: [\d.]+ MiB with what this run wanted, limit is 8 MiB\n$/);
});

test('run-service has its old flags, and its protocol on stderr', () => {
  const code = `module['exports'] = function (hook) { hook.res.writeHead(202, { a: 'b' }); hook.res.end([hook.params.n, hook.url, hook.headers.h, hook.req.host, extra, hook.resource.name].join()); };`;
  const args = ['-c', code, '-s', '{"name":"r"}', '-e', '{"input":{"url":"/u","headers":{"h":"1"},"host":"x","connection":{}},"params":{"n":5}}', '-v', '{"extra":"e"}'];
  const { status, stdout, stderr } = run('run-service', args, 'ignored');
  assert.deepEqual([status, stdout], [0, '5,/u,1,x,e,r\n']);
  assert.deepEqual(stderr.trim().split('\n').map((line) => JSON.parse(line)), [{ type: 'writeHead', payload: { code: 202, headers: { a: 'b' } } }, { type: 'end' }]);
});

test('run-service reports errors as its protocol has them', () => {
  const cases = [
    [['-c', `module['exports'] = () => { throw new Error('mine'); };`], 1, /^mine$/],
    [['-c', 'module[', '-e', '{}'], 1, /./],
    [['-c', 'x', '-e', '{bad'], 2, /^-e is not JSON/],
    [['-c', 'x', '-v', '[]'], 2, /^-v must be a JSON object$/],
    [[], 2, /^either -c with the source of a service or --file is needed$/],
    [['--file', file('none.js')], 2, /no such file$/],
    [['--file', file('endless.js'), '--timeout', '200'], 3, /^service took more than 0\.2 seconds/],
  ];
  for (const [args, expected, message] of cases) {
    const { status, stderr } = run('run-service', args);
    const { type, payload } = JSON.parse(stderr.split('\n')[0]);
    assert.deepEqual([status, type], [expected, 'error'], args.join(' '));
    assert.match(payload.error, message);
  }
});

test('a reader that goes away ends the service', async () => {
  const endless = write(root, 'stream.js', `module.exports = async (hook) => { for (;;) if (!hook.res.write('y\\n'.repeat(10000))) await new Promise((go) => hook.res.once('drain', go)); };`);
  const child = spawn(process.execPath, [...bin('isolated-runtime'), 'service', endless, '--timeout', '60s'], { stdio: ['ignore', 'pipe', 'ignore'] });
  started.push(child);
  const ended = new Promise((resolve) => child.on('close', resolve));
  child.stdout.once('data', () => child.stdout.destroy());
  assert.equal(await ended, 1);
});

test('serve answers each file of a folder at its name, and changed files at once', async () => {
  const dir = folder({ 'hi.js': `module.exports = (hook) => hook.res.end('hi ' + hook.params.name);`, 'sum.js': `module.exports = async (hook) => { let text = ''; for await (const part of hook.req) text += part; hook.res.setHeader('content-type', 'application/json'); hook.res.end(JSON.stringify(JSON.parse(text).reduce((a, b) => a + b) + require('./lib/offset'))); };`, 'lib/offset.js': 'module.exports = 1;' });
  write(dir, 'esm.mjs', `export default (hook) => hook.res.end('esm');`);
  const { port } = await serve(dir);
  assert.equal((await ask(port, '/esm')).text, 'esm');
  assert.equal((await ask(port, '/hi?name=Ada')).text, 'hi Ada');
  assert.equal((await ask(port, '/sum', '[20,21]')).text, '42');
  write(dir, 'hi.js', `module.exports = (hook) => hook.res.end('hello ' + hook.params.name);`);
  assert.equal((await ask(port, '/hi?name=Ada')).text, 'hello Ada');
  write(dir, 'new.js', `module.exports = (hook) => hook.res.end('new');`);
  assert.equal((await ask(port, '/new')).text, 'new');
  rmSync(path.join(dir, 'new.js'));
  assert.equal((await ask(port, '/new')).status, 404);
});

test('serve answers services that are written in TypeScript', async () => {
  const dir = folder({
    'typed.ts': `import { greeting } from './lib/words.ts';\ninterface Hook { res: { end(text: string): void }; params: Record<string, string> }\nexport default (hook: Hook): void => hook.res.end(greeting(hook.params.name as string));`,
    'lib/words.ts': 'export const greeting = (name: string): string => `hi ${name}`;',
    'module.mts': 'const word: string = await Promise.resolve("awaited");\nexport default (hook: any) => hook.res.end(word);',
    'common.cts': 'module.exports = (hook: any) => hook.res.end("common" as string);',
    'broken.ts': 'export default (hook: any) => { const x: = 1; };',
  });
  const { port } = await serve(dir);
  assert.equal((await ask(port, '/typed?name=Ada')).text, 'hi Ada');
  assert.equal((await ask(port, '/module')).text, 'awaited');
  assert.equal((await ask(port, '/common')).text, 'common');
  const { status, text } = await ask(port, '/broken');
  assert.equal(status, 500);
  assert.match(JSON.parse(text).error.message, /^SyntaxError: /);
});

test('serve answers bad requests and bad services with JSON that names no path', async () => {
  const dir = folder({
    'endless.js': 'module.exports = () => {};', 'nothing.js': 'exports.a = 1;', 'throws.js': `throw new Error('top level of ' + __filename);`,
    'syntax.js': 'module.exports = (', 'files.js': `require('fs');`, 'outside.js': `require('../../secret');`, 'passes.js': 'module.exports = (hook, res, next) => next();',
    'fill.js': 'module.exports = () => { const all = []; for (;;) all.push(new Uint8Array(1e6).fill(1)); };',
  });
  const { port } = await serve(dir, ['--timeout', '400ms']);
  const cases = [
    ['/absent', 404, 'ERR_NOT_FOUND'], ['/', 404, 'ERR_NOT_FOUND'], ['/%E0', 400, 'ERR_BAD_REQUEST'], ['/..%2f..%2fetc%2fpasswd', 404, 'ERR_NOT_FOUND'],
    ['/endless', 504, 'ERR_TIMEOUT'], ['/nothing', 500, 'ERR_SERVICE'], ['/throws', 500, 'ERR_SERVICE'], ['/syntax', 500, 'ERR_SERVICE'],
    ['/files', 500, 'MODULE_NOT_FOUND'], ['/outside', 500, 'MODULE_NOT_FOUND'], ['/passes', 404, 'ERR_NOT_FOUND'], ['/fill', 500, 'ERR_MEMORY_LIMIT'],
  ];
  for (const [url, expected, code] of cases) {
    const { status, headers, text } = await ask(port, url);
    assert.deepEqual([status, headers['content-type']], [expected, 'application/json'], url);
    const { error } = JSON.parse(text);
    assert.equal(error.code, code, url);
    assert.ok(error.message.length > 0 && !text.includes(dir) && !text.includes(path.dirname(dir) + path.sep), text);
  }
});

test('serve holds each service to its number of requests in flight', async () => {
  const dir = folder({ 'slow.js': `module.exports = (hook) => { setTimeout(() => hook.res.end('slow'), 1500); };`, 'quick.js': `module.exports = (hook) => hook.res.end('quick');` });
  const { port } = await serve(dir, ['--concurrency', 'slow=1']);
  const all = await Promise.all([...Array.from({ length: 3 }, () => ask(port, '/slow')), ask(port, '/quick')]);
  assert.deepEqual(all.map(({ status }) => status).sort(), [200, 200, 503, 503]);
  assert.equal(all[3].text, 'quick');
  const refused = all.find(({ status }) => status === 503);
  assert.equal(refused.headers['retry-after'], '1');
  assert.deepEqual(JSON.parse(refused.text), { error: { code: 'ERR_BUSY', message: 'the service is answering 1 requests, which is its limit' } });
  assert.equal((await ask(port, '/slow')).text, 'slow', 'there is room again');
});

test('serve logs each request with its receipt', async () => {
  const dir = folder({ 'hi.js': `module.exports = (hook) => hook.res.end('hi');` });
  const { port, log } = await serve(dir, ['--json']);
  await ask(port, '/hi?x=1');
  await ask(port, '/absent');
  await until(() => log().trim().split('\n').length === 3);
  const [hi, absent] = log().trim().split('\n').slice(1).map((line) => JSON.parse(line));
  assert.deepEqual([hi.method, hi.path, hi.service, hi.status, hi.receipt.stoppedBy], ['GET', '/hi?x=1', 'hi', 200, 'done']);
  assert.deepEqual([absent.status, absent.error.code], [404, 'ERR_NOT_FOUND']);
});

test('serve finishes what is in flight before it ends', async () => {
  const dir = folder({ 'slow.js': `module.exports = (hook) => { hook.res.write('a'); setTimeout(() => hook.res.end('b'), 800); };` });
  const { port, child, log, ended } = await serve(dir);
  const answer = ask(port, '/slow');
  await new Promise((resolve) => { const probe = http.get({ port, host: '127.0.0.1', path: '/slow', agent: false }, (response) => { response.once('data', resolve); response.resume(); }); probe.on('error', resolve); });
  // Deno reports what was killed by its handle as killed, however it ended.
  process.kill(child.pid, 'SIGTERM');
  assert.equal((await answer).text, 'ab');
  const code = await ended;
  assert.equal(code, 0, `exit status ${code}: ${log()}`);
});

test('a port that is taken is wrong usage', async () => {
  const { port } = await serve(folder());
  const { status, stderr } = isolated(['serve', root, '--port', String(port)]);
  assert.equal(status, 2);
  assert.match(stderr, new RegExp(`^port ${port} of 127.0.0.1 is in use`));
});

test('repl evaluates lines in one sandbox, and in a fresh one after a limit', () => {
  const lines = ['const a = 5', 'a + 1', '({ x: [1] })', '{ y: 2 }', 'await Promise.resolve(7)', 'null.x', 'for (;;);', 'typeof a', '.exit', 'never'];
  const { status, stdout, stderr } = isolated(['repl', '--timeout', '300'], `${lines.join('\n')}\n`);
  assert.deepEqual(stdout.trim().split('\n'), ['6', '{ x: [ 1 ] }', '{ y: 2 }', '7', "'undefined'"]);
  assert.match(stderr, /TypeError: [\s\S]*the line took more than 300 ms; the next one has a fresh sandbox/);
  assert.equal(status, 3);
});

test('without a terminal nothing is coloured', () => {
  const { stderr } = isolated(['run', file('rules.js'), 'boom']);
  assert.ok(!stderr.includes('\u001b'));
});
