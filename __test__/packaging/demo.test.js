'use strict';

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const path = require('node:path');
const test = require('node:test');

const repository = path.join(__dirname, '..', '..');

/** The outcomes of the demo's table, by customer and call. */
function outcomes() {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['examples/demo.js'], { cwd: repository, encoding: 'utf8', timeout: 60_000 });
  assert.equal(status, 0, stderr);
  const found = new Map();
  for (const line of stdout.split('\n')) {
    const [, customer, call, outcome] = /^ {2}(\S+) +(\S+) +[\d.]+ {2}(.+)$/.exec(line) ?? [];
    if (customer !== undefined) found.set(`${customer} ${call}`, [...(found.get(`${customer} ${call}`) ?? []), outcome]);
  }
  return found;
}

test('the_demo_ends_by_itself_and_every_run_ends_as_it_should', () => {
  const table = outcomes();
  const expected = {
    'acme discounts': /^returned {"given":113,"total":7118\.61,/,
    'globex discounts': /^returned {"given":122,"total":14972\.74}/,
    'mallory loopForEver': /^refused +ERR_TIMEOUT RuntimeTimeoutError: /,
    'mallory loopInPromises': /^refused +ERR_TIMEOUT RuntimeTimeoutError: /,
    'mallory fillMemory': /^refused +ERR_MEMORY_LIMIT /,
    'mallory readFiles': /^refused +MODULE_NOT_FOUND ModuleNotFound: Cannot find module 'fs'$/,
    'mallory readNeighbour': /^refused +MODULE_NOT_FOUND ModuleNotFound: Cannot find module '\.\.\/acme\/rules\.json'$/,
    'mallory climbOut': /^refused +TypeError: process\.exit is not a function$/,
    'bookshop orderShipped': /^returned {"to":"grace@example\.com","subject":"Your order 2024-0007"/,
    'florist orderShipped': /^refused +Error: each doesn't match if - 3:3$/,
    'north print': /^returned "Invoice R-118: 12345\.50 EUR"$/,
    'south print': /^returned "Invoice R-118: €12,345\.50"$/,
  };
  assert.deepEqual([...table.keys()].sort(), Object.keys(expected).sort());
  for (const [call, pattern] of Object.entries(expected)) {
    for (const outcome of table.get(call)) assert.match(outcome, pattern, call);
  }
});
