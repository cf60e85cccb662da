'use strict';

// Services behind HTTP servers, over loopback: heads, bodies, back-pressure, clients that go away.
const assert = require('node:assert/strict');
const http = require('node:http');
const net = require('node:net');
const { once } = require('node:events');
const { after, test } = require('node:test');
const { pipeline } = require('node:stream/promises');
const runService = require('../run-service');
const { until } = require('./guest');
const { Checking, generated, serve } = require('./streams');

const MiB = 2 ** 20;
/** How much the large streams carry; a gigabyte by hand. */
const LARGE = Number(process.env.SERVICE_STREAM_MIB ?? 24) * MiB;
const agent = new http.Agent({ keepAlive: true });
const servers = [];
after(() => {
  agent.destroy();
  for (const server of servers) {
    server.close();
    server.closeAllConnections?.();
  }
});

/** A server whose every request is answered by the service; `failures` hears what went wrong. */
async function server(service, options = {}) {
  const failures = [];
  const { env, ...rest } = options;
  const started = http.createServer((req, res) => {
    const errorHandler = (error) => {
      failures.push(error);
      if (res.headersSent) return res.destroy();
      res.statusCode = 500;
      res.end(error.message);
    };
    const source = /exports|export /.test(service) ? service : `module.exports = ${service}`;
    runService({ service: source, env: { req, res, ...env }, errorHandler, ...rest })();
  });
  servers.push(started);
  started.listen(0, '127.0.0.1');
  await once(started, 'listening');
  started.unref();
  return { port: started.address().port, failures };
}

/** One request; answers status, headers, body, trailers. */
async function ask({ port }, { body, path = '/', method = body === undefined ? 'GET' : 'POST', headers = {} } = {}) {
  const request = http.request({ port, host: '127.0.0.1', path, method, headers, agent });
  if (body !== undefined && typeof body !== 'string' && !(body instanceof Uint8Array)) pipeline(body, request).catch(() => {});
  else request.end(body);
  const [response] = await once(request, 'response');
  const chunks = [];
  for await (const chunk of response) chunks.push(chunk);
  return { status: response.statusCode, message: response.statusMessage, headers: response.headers, trailers: response.trailers, bytes: Buffer.concat(chunks), text: Buffer.concat(chunks).toString() };
}

test('status, message, headers and cookies arrive as the service set them', async () => {
  const on = await server(`(hook) => { hook.res.setHeader('X-One', 'a'); hook.res.setHeader('Set-Cookie', ['a=1', 'b=2']); hook.res.writeHead(418, 'Short and stout', { 'X-Two': 2 }); hook.res.end('tea'); }`);
  const { status, message, headers, text } = await ask(on);
  assert.deepEqual([status, message, headers['x-one'], headers['x-two'], headers['set-cookie'], text], [418, 'Short and stout', 'a', '2', ['a=1', 'b=2'], 'tea']);
});

test('the status code that is merely assigned counts, and the length of a whole body is known', async () => {
  const { status, headers } = await ask(await server(`(hook) => { hook.res.statusCode = 404; hook.res.end('nothing here'); }`));
  assert.deepEqual([status, headers['content-length']], [404, '12']);
});

test('the request is described: method, url, headers, address', async () => {
  const on = await server(`(hook) => hook.res.end(JSON.stringify([hook.method, hook.url, hook.headers['x-custom'], hook.req.httpVersion, hook.req.connection.remoteAddress]))`);
  const { text } = await ask(on, { path: '/a/b?c=d', body: 'x', headers: { 'X-Custom': 'yes' } });
  assert.deepEqual(JSON.parse(text), ['POST', '/a/b?c=d', 'yes', '1.1', '127.0.0.1']);
});

test('bodies are exact, whatever their bytes', async () => {
  const on = await server(`(hook) => hook.req.pipe(hook.res)`);
  const body = Buffer.from(Array.from({ length: 300_000 }, (_, at) => (at * 7919) >> 3));
  assert.ok((await ask(on, { body })).bytes.equals(body));
});

test('bodies are read with for await, and parsed', async () => {
  const on = await server(`async (hook) => { let text = ''; for await (const chunk of hook.req) text += chunk; hook.res.setHeader('content-type', 'application/json'); hook.res.end(JSON.stringify({ sum: JSON.parse(text).reduce((a, b) => a + b) })); }`);
  assert.equal((await ask(on, { body: '[1,2,39]' })).text, '{"sum":42}');
});

test('trailers cross in both directions', async () => {
  const on = await server(`(hook) => { hook.req.resume().on('end', () => { hook.res.writeHead(200, { 'X-Head': 'h' }); hook.res.write('body'); hook.res.addTrailers({ 'X-Sum': 'got ' + hook.req.trailers['x-check'] }); hook.res.end(); }); }`);
  const request = http.request({ port: on.port, host: '127.0.0.1', method: 'POST', agent, headers: { Trailer: 'X-Check', 'Transfer-Encoding': 'chunked' } });
  request.write('data');
  request.addTrailers({ 'X-Check': 'seven' });
  request.end();
  const [response] = await once(request, 'response');
  await once(response.resume(), 'end');
  assert.deepEqual({ ...response.trailers }, { 'x-sum': 'got seven' });
});

test('a response may end before the request does', async () => {
  const on = await server(`(hook) => { hook.res.statusCode = 413; hook.res.end('too much'); }`);
  const { status, text } = await ask(on, { body: Buffer.alloc(200_000) });
  assert.deepEqual([status, text], [413, 'too much']);
  assert.deepEqual(on.failures, []);
});

test('headers after the head are the error that Node makes of them', async () => {
  const on = await server(`(hook) => { hook.res.write('x'); const codes = []; for (const late of [() => hook.res.setHeader('a', 'b'), () => hook.res.writeHead(200), () => hook.res.removeHeader('a')]) try { late(); } catch (e) { codes.push(e.code); } hook.res.end(codes.join()); }`);
  assert.equal((await ask(on)).text, `x${Array(3).fill('ERR_HTTP_HEADERS_SENT').join()}`);
});

test('wrong heads are errors of the service', async () => {
  const cases = {
    ERR_INVALID_CHAR: `(hook) => hook.res.setHeader('a', 'b\\r\\nX-Forged: 1')`,
    ERR_INVALID_HTTP_TOKEN: `(hook) => hook.res.setHeader('a b', 'c')`,
    ERR_HTTP_INVALID_HEADER_VALUE: `(hook) => hook.res.setHeader('a', undefined)`,
    ERR_HTTP_INVALID_STATUS_CODE: `(hook) => { hook.res.writeHead(7); hook.res.end(); }`,
  };
  for (const [code, service] of Object.entries(cases)) {
    const on = await server(service);
    assert.equal((await ask(on)).status, 500);
    assert.equal(on.failures[0].code, code);
  }
});

test('a service cannot write into what follows its own response on a connection', async () => {
  const smuggled = 'HTTP/1.1 200 OK\\r\\nContent-Length: 6\\r\\n\\r\\nforged';
  for (const service of [
    `(hook) => { hook.res.setHeader('Content-Length', 2); hook.res.end('ok${smuggled}'); }`,
    `(hook) => { hook.res.writeHead(200, { 'Content-Length': '2', 'Transfer-Encoding': 'identity', Connection: 'keep-alive' }); hook.res.write('ok'); hook.res.end('${smuggled}'); }`,
    `(hook) => { hook.res.writeHead(205, { 'Content-Length': '0' }); hook.res.end('${smuggled}'); }`,
    `(hook) => { Map.prototype.values = function () { return [['content-length', '46'], ['Content-Length', '2'], ['Transfer-Encoding', 'x']][Symbol.iterator](); }; hook.res.end('ok${smuggled}'); }`,
    `(hook) => { hook.res.writeHead(101, { Upgrade: 'x', Connection: 'upgrade' }); hook.res.end('${smuggled}'); }`,
    `(hook) => { hook.res.setHeader('Content-Length', '99'); hook.res.end('short'); }`,
  ]) {
    const on = await server(service);
    const socket = net.connect(on.port, '127.0.0.1');
    let answer = '';
    socket.setEncoding('utf8').on('data', (text) => { answer += text; }).on('error', () => {});
    socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    await until(() => on.failures.length === 1);
    socket.end();
    await until(() => socket.destroyed);
    assert.ok(!answer.includes('forged') || !/200 OK[\s\S]*200 OK/.test(answer), answer);
    assert.equal(answer.split('HTTP/1.1').length, answer === '' ? 1 : 2, answer);
  }
});

test('a large response to a slow client is made as it is taken', async () => {
  const on = await server(`async (hook) => { const piece = Buffer.alloc(251 * 256, Buffer.from(Array.from({ length: 251 }, (_, at) => at))); let left = hook.params.bytes; while (left > 0) { const next = piece.subarray(0, Math.min(left, piece.length)); left -= next.length; if (!hook.res.write(next)) await new Promise((go) => hook.res.once('drain', go)); } hook.res.end(); }`, { env: { params: { bytes: LARGE }, customTimeout: 600_000 }, limits: { memory: 16 * MiB } });
  const request = http.get({ port: on.port, host: '127.0.0.1', agent });
  const [response] = await once(request, 'response');
  const before = process.memoryUsage().rss;
  let most = 0;
  const sink = new Checking(1);
  sink.on('drain', () => { most = Math.max(most, process.memoryUsage().rss - before); });
  await pipeline(response, sink);
  assert.deepEqual([sink.bytes, sink.isExact, on.failures], [LARGE, true, []]);
  assert.ok(most < 128 * MiB, `held ${Math.round(most / MiB)} MiB`);
});

test('a large request to a slow service is sent as it is read', async () => {
  const on = await server(`async (hook) => { let bytes = 0, exact = true, turn = 0; for await (const chunk of hook.req) { for (let at = 0; at < chunk.length; at += 997) exact = exact && chunk[at] === (bytes + at) % 251; bytes += chunk.length; if (++turn % 16 === 0) await new Promise((go) => setTimeout(go, 1)); } hook.res.end(JSON.stringify([bytes, exact])); }`, { env: { customTimeout: 600_000 }, limits: { memory: 16 * MiB } });
  const { text } = await ask(on, { body: generated(LARGE) });
  assert.deepEqual(JSON.parse(text), [LARGE, true]);
});

test('a service that ignores back-pressure meets its own memory limit', async () => {
  const on = await server(`(hook) => { const piece = Buffer.alloc(65536); const more = () => { hook.res.write(piece); setImmediate(more); }; more(); }`, { limits: { memory: 8 * MiB } });
  const socket = net.connect(on.port, '127.0.0.1');
  socket.on('error', () => {});
  socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  socket.pause();
  await until(() => on.failures.length === 1, 30_000);
  assert.equal(on.failures[0].code, 'ERR_MEMORY_LIMIT');
  socket.destroy();
});

test('a client that goes away is heard of by the service, which is stopped', async () => {
  const heard = [];
  const on = await server(`(hook) => { hook.req.on('aborted', () => hear('aborted')).on('close', () => hear('req close')).resume(); hook.res.on('close', () => hear('res close')); hook.res.write('started'); setInterval(() => {}, 10); }`, { vm: { hear: (what) => { heard.push(what); } } });
  const request = http.request({ port: on.port, host: '127.0.0.1', method: 'POST' });
  request.on('error', () => {});
  request.write('x');
  const [response] = await once(request, 'response');
  response.on('error', () => {});
  await once(response, 'data');
  request.destroy();
  await until(() => on.failures.length === 1);
  assert.deepEqual([on.failures[0].code, on.failures[0].message], ['ECONNRESET', 'aborted']);
  await until(() => heard.length === 3);
  assert.deepEqual(heard.sort(), ['aborted', 'req close', 'res close']);
});

test('five hundred slow clients wait at once, and the others are served meanwhile', async () => {
  const on = await server(`(hook) => { let text = ''; hook.req.on('data', (chunk) => { text += chunk; }).on('end', () => hook.res.end(text)); }`, { env: { customTimeout: 60_000 } });
  const slow = Array.from({ length: 500 }, () => {
    const request = http.request({ port: on.port, host: '127.0.0.1', method: 'POST', agent: false });
    request.write('first ');
    return { request, answer: once(request, 'response').then(async ([response]) => { let text = ''; for await (const chunk of response.setEncoding('utf8')) text += chunk; return text; }) };
  });
  await until(() => runService.stats().parked >= 500, 60_000);
  assert.ok(runService.stats().threads <= 64);
  assert.equal((await ask(on, { body: 'quick' })).text, 'quick');
  for (const { request } of slow) request.end('last');
  assert.deepEqual(new Set(await Promise.all(slow.map(({ answer }) => answer))), new Set(['first last']));
});

test('services in the manner of the web answer a Response', async () => {
  const on = await server(`module.exports = { async fetch(request) { const body = request.method === 'POST' ? await request.json() : null; const url = new URL(request.url); return Response.json({ body, path: url.pathname, kind: request.headers.get('x-kind') }, { status: 201, headers: { 'x-made': 'yes' } }); } };`);
  const { status, headers, text } = await ask(on, { path: '/p?q=1', body: '{"a":[1]}', headers: { 'X-Kind': 'k' } });
  assert.deepEqual([status, headers['x-made'], headers['content-type'], JSON.parse(text)], [201, 'yes', 'application/json', { body: { a: [1] }, path: '/p', kind: 'k' }]);
});

test('a Response may stream, and so may the body of a Request', async () => {
  const on = await server(`module.exports = { fetch: (request) => new Response(request.body) };`);
  const body = Buffer.from(Array.from({ length: 400_000 }, (_, at) => at % 253));
  assert.ok((await ask(on, { body })).bytes.equals(body));
  const wrong = await server(`module.exports = { fetch: () => 'text' };`);
  assert.equal((await ask(wrong)).text, 'fetch(request) of the service answered no Response');
});

test('streams of npm and of Node are piped through one another in the guest', async () => {
  const service = `const { pipeline, Transform } = require('stream'); module.exports = (hook) => pipeline(hook.req, new Transform({ transform(chunk, encoding, done) { done(null, chunk.toString().toUpperCase()); } }), hook.res, (error) => { if (error) throw error; });`;
  assert.equal((await serve(service, 'shout')).text, 'SHOUT');
});
