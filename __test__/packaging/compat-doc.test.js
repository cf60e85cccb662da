'use strict';

// Every key of Node's modules and every global is there, or missing for a reason that docs/compat.md gives.
const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const path = require('node:path');
const test = require('node:test');
const { OFFERED } = require('../../lib/builtins');
const { run } = require('../guest');
const differences = require('../compat/differences.json');
const surface = require('../compat/node-surface.json');

const repository = path.join(__dirname, '..', '..');

/** What code of a package finds of these keys: module → keys that it lacks, or that are of another kind. */
function lacking(modules) {
  return run({
    'index.js': 'exports.main = require("package").main',
    'node_modules/package/index.js': `exports.main = (modules) => Object.fromEntries(Object.entries(modules).map(([name, keys]) => {
      const module = require(name);
      const kindOf = (kind) => (kind === 'class' ? 'function' : kind);
      return [name, Object.keys(keys).filter((key) => !(key in module) || (typeof module[key] !== kindOf(keys[key]) && keys[key] !== 'undefined'))];
    }))`,
  }, [modules], { external: ['package'] });
}

test('every_key_of_nodes_modules_is_there_or_missing_for_a_reason', async () => {
  const modules = Object.fromEntries(OFFERED.map((name) => [name, surface.modules[name]]));
  const expected = Object.fromEntries(OFFERED.map((name) => [name, Object.keys(differences.modules[name] ?? {})]));
  assert.deepEqual(sorted(await lacking(modules)), sorted(expected));
});

test('stand_ins_have_every_key_of_the_modules_they_stand_for', async () => {
  const names = Object.keys(surface.modules).filter((name) => !OFFERED.includes(name));
  assert.ok(names.includes('fs') && names.includes('http'));
  const modules = Object.fromEntries(names.map((name) => [name, surface.modules[name]]));
  assert.deepEqual(await lacking(modules), Object.fromEntries(names.map((name) => [name, []])));
});

test('every_global_of_node_is_there_or_missing_for_a_reason', async () => {
  const missing = await run('exports.main = (names) => names.filter((name) => !(name in globalThis))', [surface.globals]);
  assert.deepEqual(missing.sort(), Object.keys(differences.globals).sort());
});

test('the_compatibility_page_is_what_the_generator_writes', () => {
  const { status, stderr } = spawnSync(process.execPath, ['scripts/compat-doc.mjs', '--check'], { cwd: repository, encoding: 'utf8' });
  assert.equal(status, 0, stderr);
});

const sorted = (lists) => Object.fromEntries(Object.entries(lists).map(([name, keys]) => [name, keys.sort()]));
