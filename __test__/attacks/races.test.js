'use strict';
// Files that change while guests require them. `ATTACK_RACE_SECONDS` makes the race longer than the five seconds of CI.

const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const { Worker } = require('node:worker_threads');
const { folder, run } = require('../guest.js');
const { CANARY } = require('./cases.js');

const SECONDS = Number(process.env.ATTACK_RACE_SECONDS ?? 5);

/** Puts links to the secret where files were, and files where links were, as fast as it can. */
const SWAPPER = `
const fs = require('node:fs');
const { workerData: { root, outside }, parentPort } = require('node:worker_threads');
const swapFile = (name, secret) => {
  const place = root + '/' + name;
  const kept = outside + '/kept-' + name.replaceAll('/', '-');
  if (!fs.existsSync(kept)) fs.linkSync(place, kept);
  fs.symlinkSync(outside + '/' + secret, place + '.new');
  fs.renameSync(place + '.new', place);
  fs.linkSync(kept, place + '.new');
  fs.renameSync(place + '.new', place);
};
const swapFolder = () => {
  fs.renameSync(root + '/inner', root + '/parked');
  fs.symlinkSync(outside, root + '/inner');
  fs.unlinkSync(root + '/inner');
  fs.renameSync(root + '/parked', root + '/inner');
};
let isOver = false;
parentPort.on('message', () => { isOver = true; });
let swaps = 0;
const turn = () => {
  for (let i = 0; i < 20; i++) {
    swapFile('file.js', 'secret.js');
    swapFile('data.json', 'secret.json');
    swapFile('node_modules/pkg/package.json', 'manifest.json');
    swapFolder();
    swaps += 4;
  }
  if (isOver) parentPort.close(parentPort.postMessage(swaps));
  else setImmediate(turn);
};
turn();
`;

const GUEST = `
const look = (specifier) => { try { return JSON.stringify(require(specifier)); } catch (error) { return 'refused'; } };
exports.main = () => ['./file', './file.js', './data.json', './inner/secret', './inner/secret.js', 'pkg'].map(look);
exports.again = (times) => Array.from({ length: times }, () => {
  for (const file of Object.keys(require.cache)) if (file !== __filename) delete require.cache[file];
  return exports.main();
}).flat();
`;
/** Times six, and below the limit of modules. */
const LOOKS_OF_A_RUN = 150;

test('a_link_swapped_in_while_a_file_is_required_never_gives_the_secret_away', { timeout: (SECONDS + 60) * 1000 }, async () => {
  const root = folder({
    'index.js': GUEST, 'file.js': 'module.exports = "inside";', 'data.json': '"inside"', 'inner/secret.js': 'module.exports = "inside";',
    'node_modules/pkg/package.json': { main: 'index.js' }, 'node_modules/pkg/index.js': 'module.exports = "inside";',
    // Reached only by whoever believes the manifest outside.
    'node_modules/pkg/planted.js': `module.exports = '${CANARY}';`,
  });
  const outside = folder({ 'secret.js': `module.exports = '${CANARY}';`, 'secret.json': JSON.stringify(CANARY), 'manifest.json': { main: 'planted.js' } });
  const swapper = new Worker(SWAPPER, { eval: true, workerData: { root, outside } });
  const failed = new Promise((_, reject) => { swapper.once('error', reject); });
  const seen = { inside: 0, refused: 0 };
  const end = Date.now() + SECONDS * 1000;
  while (Date.now() < end) {
    const runs = Array.from({ length: 2 }, () => run('', [LOOKS_OF_A_RUN], { root, funcName: 'again', external: ['pkg'] }));
    for (const answer of (await Promise.race([Promise.all(runs), failed])).flat()) {
      assert.ok(!answer.includes(CANARY), `the secret came out: ${answer}`);
      if (answer === '"inside"') seen.inside += 1;
      else seen.refused += 1;
    }
  }
  const over = new Promise((resolve) => { swapper.once('message', resolve); });
  swapper.postMessage('over');
  const swaps = await Promise.race([over, failed]);
  // Otherwise nothing was raced.
  assert.ok(seen.inside > 0 && seen.refused > 0 && swaps > 100, JSON.stringify({ ...seen, swaps }));
});

test('a_pipe_in_the_folder_is_refused_at_once', async () => {
  if (process.platform === 'win32') return;
  const root = folder({ 'index.js': GUEST.replace(/\[.*\]/, "['./pipe.js', './pipe', './data.json']") });
  for (const name of ['pipe.js', 'data.json']) execFileSync('mkfifo', [path.join(root, name)]);
  assert.deepEqual(await run('', [], { root }), ['refused', 'refused', 'refused']);
});

test('a_file_replaced_between_two_runs_is_seen_by_the_second', async () => {
  const root = folder({ 'index.js': GUEST.replace(/\[.*\]/, "['./file']"), 'file.js': 'module.exports = 1;' });
  const secret = path.join(folder({ 'secret.js': `module.exports = '${CANARY}';` }), 'secret.js');
  const answers = [];
  for (const change of [() => {}, () => fs.writeFileSync(path.join(root, 'file.js'), 'module.exports = 2;'), () => { fs.unlinkSync(path.join(root, 'file.js')); fs.symlinkSync(secret, path.join(root, 'file.js')); }]) {
    change();
    answers.push(...await run('', [], { root }));
  }
  assert.deepEqual(answers, ['1', '2', 'refused']);
});
