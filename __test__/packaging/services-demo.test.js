'use strict';

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const path = require('node:path');
const test = require('node:test');

const repository = path.join(__dirname, '..', '..');

test('the_demo_of_services_ends_by_itself_and_every_request_ends_as_it_should', () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['examples/services/serve-them.js'], {
    cwd: repository, encoding: 'utf8', timeout: 280_000, env: { ...process.env, DEMO_MEGABYTES: '1' },
  });
  assert.equal(status, 0, stderr);
  const found = Object.fromEntries([...stdout.matchAll(/^ {2}(command|http) +(\S+) +\d+ ms {2}(.+)$/gm)].map(([, how, what, outcome]) => [`${how} ${what}`, outcome]));
  const csv = /, 1\d{6} bytes, \d{5} lines: {"id":1,"name":"article, number 1","price":0\.01,"stock":1}$/;
  const expected = {
    'command echo': /^exit 0, 17 bytes: hello from stdin$/,
    'command csv-to-json': csv,
    'command image-size': /^exit 0, .*{"type":"png","width":640,"height":480}$/,
    'command hostile': /^exit 3, 0 bytes/,
    'http echo': /^200, 16 bytes: hello over HTTP$/,
    'http csv-to-json': csv,
    'http image-size': /^200, .*{"type":"png","width":640,"height":480}$/,
    'http hostile?attempt=loop': /^504, .*"ERR_TIMEOUT"/,
    'http hostile?attempt=promises': /^504, .*"ERR_TIMEOUT"/,
    'http hostile?attempt=memory': /^500, .*"ERR_MEMORY_LIMIT"/,
    'http hostile?attempt=flood': /^50[04], .*"ERR_(?:TIMEOUT|MEMORY_LIMIT)"/,
    'http hostile?attempt=silence': /^504, .*"ERR_TIMEOUT"/,
    'http hostile?attempt=files': /^500, .*"Cannot find module 'fs'"/,
    'http hostile?attempt=neighbour': /^500, .*"Cannot find module '\.\.\/serve-them\.js'"/,
    'http hostile?attempt=exit': /^500, .*"TypeError: process\.exit is not a function"/,
    'http hostile?attempt=smuggle': /^500, .*content-length/,
  };
  assert.deepEqual(Object.keys(found).sort(), Object.keys(expected).sort(), stdout);
  for (const [what, pattern] of Object.entries(expected)) assert.match(found[what], pattern, what);
});
