'use strict';

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const path = require('node:path');
const test = require('node:test');
const { readFileSync } = require('node:fs');
const { OFFERED } = require('../../lib/builtins');

const repository = path.join(__dirname, '..', '..');

test('the_committed_bundles_are_what_the_generator_makes', () => {
  const { status, stderr } = spawnSync(process.execPath, ['scripts/bundle-guest.mjs', '--check'], { cwd: repository, encoding: 'utf8' });
  assert.equal(status, 0, stderr);
});

test('the_host_and_the_engine_offer_the_same_builtins', () => {
  const table = readFileSync(path.join(repository, 'crates', 'engine', 'src', 'sandbox', 'builtins', 'list.rs'), 'utf8');
  const offered = ['Everyone', 'Packages'].flatMap((audience) => {
    const [, names] = new RegExp(`bundled!\\(${audience}:([^)]*)\\)`).exec(table);
    return [...names.matchAll(/"([^"]+)"/g)].map((match) => match[1]);
  });
  assert.deepEqual(OFFERED, offered.sort());
});
