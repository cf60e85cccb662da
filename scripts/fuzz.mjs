// Feeds the engine random inputs from fixed seeds, each target for its share of two minutes, and holds that it survives.
//
//   node scripts/fuzz.mjs [--seconds ALL] [--first SEED]      all targets
//   node scripts/fuzz.mjs --target T --seed N [--attempts K]  one input again, or K from there on
//   node scripts/fuzz.mjs --target T --seconds S [--first N]  one target for longer
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { repository, run } from './processes.mjs';

const TARGETS = ['values', 'modules', 'guests', 'answers'];
const PROFILE = 'dev-release';

const text = /** @type {const} */ ({ type: 'string' });
const { values: given } = parseArgs({ options: { target: text, seed: text, attempts: text, seconds: text, first: text } });
const targetFolder = process.env.CARGO_TARGET_DIR ?? join(repository, 'target');
const program = join(targetFolder, PROFILE, `isolated-runtime-fuzz${process.platform === 'win32' ? '.exe' : ''}`);
// The input under way is written there, in case the process does not live to tell.
const note = join(targetFolder, 'fuzz', 'input.txt');

/** @param {string} target @param {string[]} options */
function fuzz(target, options) {
  rmSync(note, { force: true });
  const passed = run(program, [target, ...options, '--note', note]);
  const [seed] = existsSync(note) ? readFileSync(note, 'utf8').split('\n', 1) : [];
  if (!passed) console.error(`${target} failed; the last input, of seed ${seed}, is in ${note}\nonce more: npm run fuzz -- --target ${target} --seed ${seed}`);
  return passed;
}

// What was released goes back to the system at once, so that memory that stays is memory that is kept.
Object.assign(process.env, { MALLOC_TRIM_THRESHOLD_: '0', MALLOC_MMAP_THRESHOLD_: '65536' });
if (!run('cargo', ['build', '--package', 'isolated-runtime-fuzz', '--profile', PROFILE])) process.exit(1);
mkdirSync(dirname(note), { recursive: true });
const targets = given.target === undefined ? TARGETS : [given.target];
const share = Math.ceil(Number(given.seconds ?? 120) / targets.length);
const options = given.seed === undefined
  ? ['--seed', given.first ?? '1', '--seconds', String(share)]
  : ['--seed', given.seed, '--attempts', given.attempts ?? '1'];
// All of them, whatever one says.
const failed = targets.filter((target) => !fuzz(target, options));
process.exit(failed.length === 0 ? 0 : 1);
