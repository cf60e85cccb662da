'use strict';
// The oracles themselves: each of them must be able to fail.

const assert = require('node:assert/strict');
const { execFile } = require('node:child_process');
const { readFileSync } = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const { promisify } = require('node:util');
const { filledIn, passesCanaryIn, readCases } = require('./cases.js');
const { unmet } = require('./expectations.js');
const { HostSnapshot, TurnWatch, contains } = require('./oracles.js');

const resolved = (value) => ({ value, isRejected: false });
const rejected = (error) => ({ error, isRejected: true });

test('a_changed_prototype_of_the_host_is_seen', () => {
  const host = new HostSnapshot();
  assert.deepEqual(host.changes(), []);
  // eslint-disable-next-line no-extend-native
  Object.defineProperty(Array.prototype, 'planted', { value: 1, configurable: true });
  assert.deepEqual(host.changes(), ['Array.prototype.planted of the host changed']);
  delete Array.prototype.planted;
});

test('a_new_global_of_the_host_is_seen', () => {
  const host = new HostSnapshot();
  globalThis.planted = 1;
  assert.deepEqual(host.changes(), ['globalThis.planted of the host changed']);
  delete globalThis.planted;
});

test('a_long_turn_of_the_event_loop_is_measured', async () => {
  const turns = new TurnWatch();
  turns.start();
  await new Promise((resolve) => {
    setTimeout(() => {
      const end = performance.now() + 1000;
      while (performance.now() < end);
      resolve();
    }, 5);
  });
  assert.ok(await turns.longest() > 50);
});

test('a_secret_is_found_in_keys_causes_bytes_and_hidden_properties', () => {
  const hidden = Object.defineProperty({}, 'x', { value: ['a SECRET b'], enumerable: false });
  for (const value of [{ SECRET: 1 }, new Error('x', { cause: { deep: 'SECRET' } }), new Map([['k', new Set(['SECRET'])]]), Buffer.from('xSECRETx'), hidden]) {
    assert.ok(contains(value, 'SECRET'));
  }
  assert.ok(!contains({ secret: 'none', list: [1, null, undefined] }, 'SECRET'));
});

test('expectations_say_what_does_not_hold', () => {
  assert.deepEqual(unmet({ value: [1] }, [resolved([1])]), []);
  assert.deepEqual(unmet({ value: [1] }, [resolved([2])]), ['resolved with [2], wanted [1]']);
  assert.deepEqual(unmet({ value: JSON.parse('{"__proto__":1}') }, [resolved({})]), ['resolved with {}, wanted {"__proto__":1}']);
  assert.deepEqual(unmet({ value: 1 }, [rejected(new TypeError('no'))]), ['rejected with TypeError: no, wanted 1']);
  assert.deepEqual(unmet({ rejects: {} }, [resolved(1)]), ['resolved with 1, wanted a rejection']);
  assert.deepEqual(unmet({ rejects: { name: 'TypeError' } }, [rejected(new Error('no'))]), ['rejected with Error: no, wanted name TypeError']);
  assert.deepEqual(unmet({ rejects: { code: 'A' } }, [rejected(new Error('no'))]), ['rejected with Error: no and code undefined, wanted code A']);
  assert.deepEqual(unmet({ rejects: { messageIncludes: 'x' } }, [rejected(new Error('no'))]), ['rejected with Error: no, wanted “x” in its message']);
  assert.deepEqual(unmet({ valueOrRejects: true, notIncludes: ['x'] }, [resolved('axb')]), ['“x” occurs in the result']);
  assert.deepEqual(unmet({ distinct: true }, [resolved(1), resolved(1)]), ['two results are equal']);
  assert.deepEqual(unmet({ settles: true }, [resolved(1)]), []);
});

test('placeholders_are_replaced_in_keys_and_texts', () => {
  const filled = filledIn({ '${ROOT}/a': 'x ${SECRET}', list: ['${OUTSIDE}'] }, { ROOT: '/r"', OUTSIDE: '/o', SECRET: 's' });
  assert.deepEqual(filled, { '/r"/a': 'x s', list: ['/o'] });
});

test('only_what_the_guest_is_given_passes_the_secret_in', () => {
  const one = { run: {}, files: { 'index.js': '' } };
  assert.ok(!passesCanaryIn({ ...one, files: { '../outside/x.js': 'CANARY-SECRET' } }));
  assert.ok(passesCanaryIn({ ...one, run: { args: ['CANARY-SECRET'] } }));
});

test('every_case_is_complete', () => {
  for (const { name, category, why, files, run, expect } of readCases()) {
    assert.match(name, /^[a-z0-9]+(-[a-z0-9]+)*$/);
    assert.ok(category && why && files && run.funcName && expect, name);
  }
});

test('documents_name_only_cases_that_exist', () => {
  const names = new Set(readCases().map(({ name }) => name));
  const categories = new Set(readCases().map(({ category }) => category));
  for (const document of ['engine-defects.md', 'SECURITY.md']) {
    const rows = readFileSync(path.join(__dirname, '..', '..', 'docs', document), 'utf8').split('\n').filter((line) => line.startsWith('| ') && line.split(' | ').length > 3);
    // The last column says what holds the row: cases by name, categories, and files of tests.
    const held = rows.flatMap((row) => [...row.split(' | ').at(-1).matchAll(/`([^`]+)`/g)].map((match) => match[1]));
    assert.ok(held.length > 10);
    assert.deepEqual(held.filter((name) => !names.has(name) && !categories.has(name) && !/\.(js(on)?|rs)$/.test(name) && name !== 'stack'), []);
  }
});

test('the_runner_reports_a_failure_and_a_dead_host_by_name', async () => {
  const broken = path.join(__dirname, 'broken');
  const failure = await promisify(execFile)(process.execPath, [path.join(__dirname, 'run.js'), '--corpora', broken]).then(
    () => assert.fail('the runner was satisfied'), (error) => error);
  assert.equal(failure.code, 1);
  assert.match(failure.stdout, /FAILED answers-wrongly \[self\]\n {2}resolved with 1, wanted 2\n/);
  assert.match(failure.stdout, /FAILED ends-its-host \[self\]\n {2}the host process ended with SIGKILL\n/);
  assert.match(failure.stdout, /\n1 passed, 2 failed\n$/);
});
