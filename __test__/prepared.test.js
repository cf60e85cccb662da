'use strict';

// Applications that are loaded once: what is kept, what is not, and what cannot be.
const assert = require('node:assert/strict');
const { rmSync } = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');
const { IsolatedRuntime } = require('..');
const { folder, until, write } = require('./guest');

const COUNTING = {
  'index.js': `const { twice } = require('./lib'); let count = 0; const kept = new Map([['x', [1]]]); globalThis.loads = (globalThis.loads || 0) + 1;
    exports.main = (x) => [++count, twice(x), kept.get('x').push(2), loads, Object.keys(require.cache).length];
    exports.late = async (x) => { await new Promise((done) => setTimeout(done, 5)); return [++count, require('./more').n, x]; };
    exports.fail = () => { throw new Error('on line three'); };
    exports.loop = () => { count = 99; for (;;); };
    exports.big = () => { count = 99; return new Uint8Array(2e7).fill(7).length; };`,
  'lib.js': 'exports.twice = (x) => 2 * x;',
  'more.js': 'exports.n = 7;',
};

async function prepared(files, options = {}, runtimeOptions = {}) {
  const on = new IsolatedRuntime({ threads: 2, ...runtimeOptions });
  const root = folder(files);
  return { on, root, app: await on.prepare({ root, file: 'index.js', ...options }) };
}

test('every run starts from the loaded application, in a heap of its own', async () => {
  const { on, app } = await prepared(COUNTING);
  for (let round = 0; round < 5; round++) assert.deepEqual(await app.run('main', [4]), [1, 8, 2, 1, 2]);
  await on.shutdown();
});

test('runs of one application at once share nothing', async () => {
  const { on, app } = await prepared(COUNTING);
  const results = await Promise.all(Array.from({ length: 40 }, (_, n) => app.run('late', [n])));
  assert.deepEqual(results, Array.from({ length: 40 }, (_, n) => [1, 7, n]));
  await on.shutdown();
});

test('runs that fail, run for ever or fill memory leave nothing behind', async () => {
  const { on, app } = await prepared(COUNTING);
  for (let round = 0; round < 3; round++) {
    const error = await app.run('fail').catch((thrown) => thrown);
    assert.match(error.stack, /^Error: on line three\n {4}at \/index\.js:4:/);
    await assert.rejects(app.run('loop', [], { timeout: 50 }), { code: 'ERR_TIMEOUT' });
    await assert.rejects(app.run('big', [], { limits: { memory: 8 * 2 ** 20 } }), { code: 'ERR_MEMORY_LIMIT' });
    assert.equal(await app.run('big'), 2e7);
    assert.deepEqual(await app.run('main', [1]), [1, 2, 2, 1, 2]);
  }
  await on.shutdown();
});

test('a large application keeps its heap between runs without copying it', async () => {
  const big = "const table = []; for (let n = 0; n < 60_000; n++) table.push({ n, name: 'row ' + n }); exports.main = (n) => { const row = table[n]; row.seen = (row.seen || 0) + 1; return [row.name, row.seen, table.length]; };";
  const { on, app } = await prepared({ 'index.js': big });
  for (const n of [0, 59_999, 0, 31_234, 0]) assert.deepEqual(await app.run('main', [n]), [`row ${n}`, 1, 60_000]);
  await on.shutdown();
});

test('context keys are globals of the run, arguments may be resolved, receipts are given', async () => {
  const { on, root, app } = await prepared({ 'index.js': 'exports.main = (x) => [typeof rate === "undefined" ? null : rate, x];', 'resolver.js': 'module.exports = (args) => args.map((x) => x + 1);' });
  assert.deepEqual(await app.run('main', [1], { context: { rate: 5 } }), [5, 1]);
  assert.deepEqual(await app.run('main', [1]), [null, 1]);
  assert.deepEqual(await app.run('main', { resolverPath: path.join(root, 'resolver.js'), original: [1] }), [null, 2]);
  const { receipt } = await app.run('main', [1], { receipt: true });
  assert.equal(receipt.stoppedBy, 'done');
  await on.shutdown();
});

test('host functions of the application are there while it loads and in every run', async () => {
  const hostFunctions = { now: () => 5 };
  const { on, app } = await prepared({ 'index.js': 'const known = typeof now; exports.main = async () => [known, await now()];' }, { hostFunctions });
  assert.deepEqual(await app.run('main'), ['function', 5]);
  await assert.rejects(app.run('main', [], { hostFunctions }), { name: 'TypeError', code: 'ERR_INVALID_ARG' });
  await on.shutdown();
});

test('an application whose top level leaves something pending cannot be prepared', async () => {
  const on = new IsolatedRuntime({ hostFunctions: { now: () => 5 } });
  for (const [source, what] of [['setTimeout(() => {}, 10);', 'a timer'], ['now();', 'a call of a host function']]) {
    await assert.rejects(on.prepare({ root: folder({ 'index.js': source }), file: 'index.js' }), {
      name: 'NotPreparableError', code: 'ERR_NOT_PREPARABLE', message: `index.js cannot be prepared: its top level leaves ${what} pending`,
    });
  }
  await assert.rejects(on.prepare({ root: folder({ 'index.js': 'Promise.reject(new TypeError("nobody cares"))' }), file: 'index.js' }), { name: 'TypeError', message: 'nobody cares' });
  await assert.rejects(on.prepare({ root: folder({ 'index.js': 'throw new RangeError("at once")' }), file: 'index.js' }), { name: 'RangeError', message: 'at once' });
  await assert.rejects(on.prepare({ root: folder({ 'index.js': 'for (;;);' }), file: 'index.js', timeout: 60 }), { code: 'ERR_TIMEOUT' });
  await assert.rejects(on.prepare({ root: folder(), file: 'none.js' }), { code: 'MODULE_NOT_FOUND' });
  await assert.rejects(on.prepare(5), { code: 'ERR_INVALID_ARG' });
  await on.shutdown();
});

test('files that change are seen by the next prepare, not by a sandbox that has loaded them', async () => {
  const { on, root, app } = await prepared({ 'index.js': 'exports.main = () => 1;' });
  await until(() => on.stats().idleSandboxes === 1);
  write(root, 'index.js', 'exports.main = () => 2;');
  assert.equal(await app.run('main'), 1);
  assert.equal(await (await on.prepare({ root, file: 'index.js' })).run('main'), 2);
  await on.shutdown();
});

test('all sandboxes of an application load what the first one did, whatever becomes of its files', async () => {
  const files = {
    'index.js': `const lib = require('./lib'); const data = require('./data'); exports.main = async () => { await new Promise((done) => setTimeout(done, 20)); return [lib.n, data.n, require('./late').n]; };`,
    'lib.js': 'exports.n = 1;', 'data.json': '{"n":1}', 'late.js': 'exports.n = 1;',
  };
  const { on, root, app } = await prepared(files);
  write(root, 'lib.js', 'exports.n = 2;');
  write(root, 'late.js', 'exports.n = 2;');
  rmSync(path.join(root, 'data.json'));
  write(root, 'data.js', 'exports.n = 3;');
  const answers = await Promise.all(Array.from({ length: 12 }, () => app.run('main')));
  assert.ok(on.stats().sandboxes > 1, 'more than one sandbox loaded it');
  // What a run loads beyond the application is read as it is now.
  for (const answer of answers) assert.deepEqual(answer, [1, 1, 2]);
  assert.deepEqual(await (await on.prepare({ root, file: 'index.js' })).run('main'), [2, 3, 2]);
  await on.shutdown();
});

test('a closed application runs no more and gives its sandboxes back', async () => {
  const { on, app } = await prepared(COUNTING);
  await app.run('main', [1]);
  app.close();
  app.close();
  await assert.rejects(app.run('main', [1]), { code: 'ERR_CLOSED' });
  await until(() => on.stats().idleSandboxes === 0, 5000);
  await on.shutdown();
});

test('a run that loads more than the application has leaves that to itself', async () => {
  const { on, app } = await prepared({ ...COUNTING, 'index.js': 'exports.main = () => [Object.keys(require.cache).length, require("./more").n, Object.keys(require.cache).length];' });
  for (let round = 0; round < 3; round++) assert.deepEqual(await app.run('main'), [1, 7, 2]);
  await on.shutdown();
});
