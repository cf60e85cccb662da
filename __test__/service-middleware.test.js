'use strict';

// Services among the middleware that people have: Express around them, packages of npm inside them.
const assert = require('node:assert/strict');
const path = require('node:path');
const { gzipSync } = require('node:zlib');
const { once } = require('node:events');
const { after, test } = require('node:test');
const express = require('express');
const runService = require('../run-service');

const PACKAGES = path.join(__dirname, '..');
const servers = [];
after(() => servers.forEach((server) => {
  server.close();
  server.closeAllConnections?.();
}));

/** Mounts services on an Express application; answers where it listens. */
async function listening(mount) {
  const app = express();
  mount(app);
  const server = app.listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  server.unref();
  return `http://127.0.0.1:${server.address().port}`;
}

/** A route's handler that runs a service. */
function service(source, options = {}) {
  return (req, res, next) => {
    const errorHandler = options.errorHandler ?? next;
    runService({ service: source, env: { req, res, params: req.params, ...options.env }, errorHandler, root: PACKAGES, ...options.rest })((error) => error && next(error));
  };
}

async function ask(url, { body, headers = {}, method = body === undefined ? 'GET' : 'POST' } = {}) {
  const response = await fetch(url, { method, body, headers: { connection: 'close', ...headers } });
  return { status: response.status, type: response.headers.get('content-type'), text: await response.text() };
}

test('a service answers a route of Express, with the parameters of the route', async () => {
  const url = await listening((app) => {
    app.get('/orders/:id', service(`module.exports = (hook) => { hook.res.setHeader('content-type', 'text/plain'); hook.res.end('order ' + hook.params.id + ' ' + hook.req.method); };`));
  });
  assert.deepEqual(await ask(`${url}/orders/17`), { status: 200, type: 'text/plain', text: 'order 17 GET' });
});

test('a service hands a request on to the next route', async () => {
  const url = await listening((app) => {
    app.use((req, res, next) => runService({ service: `module.exports = (hook, res, next) => next();`, env: { req, res }, errorHandler: next })((error) => next(error)));
    app.get('/', (_req, res) => res.send('the next route'));
  });
  assert.equal((await ask(`${url}/`)).text, 'the next route');
});

test('what a service throws reaches the error middleware of Express', async () => {
  const url = await listening((app) => {
    app.get('/', service(`module.exports = () => { throw new RangeError('not today'); };`));
    app.use((error, _req, res, _next) => res.status(418).send(`${error.name}: ${error.message}`));
  });
  const { status, text } = await ask(`${url}/`);
  assert.deepEqual([status, text], [418, 'RangeError: not today']);
});

test('a body that Express has parsed already is given to the service as a value', async () => {
  const url = await listening((app) => {
    app.use(express.json());
    app.post('/', (req, res, next) => service(`module.exports = (hook) => hook.res.end(String(body.numbers.reduce((a, b) => a + b)));`, { rest: { vm: { body: req.body } } })(req, res, next));
  });
  assert.equal((await ask(`${url}/`, { body: '{"numbers":[1,2,39]}', headers: { 'content-type': 'application/json' } })).text, '42');
});

test('body-parser reads JSON, forms and text inside a service, compressed bodies too', async () => {
  const source = `const bodies = require('body-parser');
    const parsers = [bodies.json(), bodies.urlencoded({ extended: true }), bodies.text()];
    module.exports = async (hook) => {
      for (const parse of parsers) await new Promise((done, failed) => parse(hook.req, hook.res, (error) => (error ? failed(error) : done())));
      hook.res.end(JSON.stringify(hook.req.body));
    };`;
  const url = await listening((app) => app.post('/', service(source, { rest: { external: ['body-parser'] } })));
  const json = { 'content-type': 'application/json' };
  assert.deepEqual(JSON.parse((await ask(url, { body: '{"a":[1,{"b":"ü"}]}', headers: json })).text), { a: [1, { b: 'ü' }] });
  assert.deepEqual(JSON.parse((await ask(url, { body: gzipSync('{"zipped":true}'), headers: { ...json, 'content-encoding': 'gzip' } })).text), { zipped: true });
  assert.deepEqual(JSON.parse((await ask(url, { body: 'a[b]=1&c=%C3%BC', headers: { 'content-type': 'application/x-www-form-urlencoded' } })).text), { a: { b: '1' }, c: 'ü' });
  assert.equal(JSON.parse((await ask(url, { body: 'plain', headers: { 'content-type': 'text/plain' } })).text), 'plain');
});

test('body-parser refuses a broken body inside a service', async () => {
  const source = `const parse = require('body-parser').json();
    module.exports = (hook) => parse(hook.req, hook.res, (error) => { hook.res.statusCode = error.status; hook.res.end(error.type); });`;
  const url = await listening((app) => app.post('/', service(source, { rest: { external: ['body-parser'] } })));
  const { status, text } = await ask(url, { body: '{"a":', headers: { 'content-type': 'application/json' } });
  assert.deepEqual([status, text], [400, 'entity.parse.failed']);
});

test('csv-parse streams a request through a service', async () => {
  const source = `const { parse } = require('csv-parse');
    module.exports = async (hook) => {
      hook.res.setHeader('content-type', 'application/x-ndjson');
      for await (const record of hook.req.pipe(parse({ columns: true, cast: true }))) hook.res.write(JSON.stringify(record) + '\\n');
      hook.res.end();
    };`;
  const url = await listening((app) => app.post('/', service(source, { rest: { external: ['csv-parse'] } })));
  const rows = Array.from({ length: 2000 }, (_, at) => `${at},"name, ${at}",${at / 4}`);
  const { type, text } = await ask(url, { body: `id,name,share\n${rows.join('\n')}\n` });
  const records = text.trim().split('\n').map((line) => JSON.parse(line));
  assert.equal(type, 'application/x-ndjson');
  assert.equal(records.length, 2000);
  assert.deepEqual(records[1999], { id: 1999, name: 'name, 1999', share: 499.75 });
});
