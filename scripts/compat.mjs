// Runs small programs over real npm packages in the sandbox and compares with what Node gives for them.
//
//   node scripts/compat.mjs               every program
//   node scripts/compat.mjs NAME...       only these
//
// The packages are installed into a folder of their own: they are no dependencies of this package.
import { copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { writePack } from './locale-data.mjs';
import { repository, run } from './processes.mjs';

const MiB = 2 ** 20;
const corpus = join(repository, '__test__', 'compat');
const folder = join(repository, '.compat');
// The largest packages have files of 9 MiB; everything else is within the defaults.
const LIMITS = { memory: 512 * MiB, sourceBytes: 16 * MiB, modules: 5000 };
const SECONDS_FOR_A_PROGRAM = 60;
/** Those that programs ask for besides English. */
const LOCALES = ['fr'];

const wanted = process.argv.slice(2);
const readJson = (file) => JSON.parse(readFileSync(join(corpus, file), 'utf8'));
const { input } = readJson('package.json').corpus;
const expected = readJson('expected.json');
/** Programs that docs/compat.md says do not agree, with the reason. */
const explained = readJson('differences.json').programs;

if (!install()) process.exit(1);
writeLocales();
const { IsolatedRuntime } = createRequire(import.meta.url)('..');
const runtime = new IsolatedRuntime({ timeout: SECONDS_FOR_A_PROGRAM * 1000, limits: LIMITS, threads: 2, locales: LOCALES });
const results = [];
for (const program of programs()) results.push({ ...program, problem: await problemOf(program) });
await runtime.shutdown();
report();

/** The registry is asked only when the list of packages has changed. */
function install() {
  const lock = readFileSync(join(corpus, 'package-lock.json'), 'utf8');
  const installed = join(folder, 'installed-lock.json');
  mkdirSync(folder, { recursive: true });
  rmSync(join(folder, 'programs'), { recursive: true, force: true });
  cpSync(join(corpus, 'programs'), join(folder, 'programs'), { recursive: true });
  if (existsSync(installed) && readFileSync(installed, 'utf8') === lock) return true;
  for (const name of ['package.json', 'package-lock.json']) copyFileSync(join(corpus, name), join(folder, name));
  if (!run('npm', ['ci', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'], { cwd: folder })) return false;
  writeFileSync(installed, lock);
  return true;
}

/** The package of locales as an application would find it, from its own folder. */
function writeLocales() {
  const place = join(folder, 'node_modules', 'isolated-runtime-native-locales');
  writePack(place, LOCALES);
  copyFileSync(join(repository, 'npm', 'locales', 'package.json'), join(place, 'package.json'));
  process.chdir(folder);
}

function programs() {
  return readdirSync(join(corpus, 'programs'))
    .map((file) => ({ name: file.replace(/\.m?js$/, ''), file, needs: needsOf(file) }))
    .filter(({ name }) => wanted.length === 0 || wanted.includes(name))
    .sort((left, right) => (left.name < right.name ? -1 : 1));
}

/** `// kind: KIND; needs: NEED, NEED...; stubs: ...` */
function needsOf(file) {
  const [first] = readFileSync(join(corpus, 'programs', file), 'utf8').split('\n');
  return /needs: ([^;]*)/.exec(first)[1].split(',').map((need) => need.trim());
}

/** What is wrong with a program's result; `undefined` when nothing is. */
async function problemOf({ name, file }) {
  let result;
  try {
    result = await runtime.run({ root: folder, file: `programs/${file}`, funcName: 'main', args: [input], external: ['*'] });
  } catch (error) {
    return error.stack ?? String(error);
  }
  if (!(name in expected)) return 'not in expected.json';
  const got = result === undefined ? undefined : JSON.parse(JSON.stringify(result));
  return isDeepStrictEqual(got, expected[name]) ? undefined : differences(got, expected[name]).join('\n');
}

/** The places where two JSON values differ. */
function differences(got, wanted, path = '') {
  if (isDeepStrictEqual(got, wanted)) return [];
  const isBranch = (value) => value !== null && typeof value === 'object';
  if (!isBranch(got) || !isBranch(wanted)) return [`${path || 'result'}: expected ${JSON.stringify(wanted)}, got ${JSON.stringify(got)}`];
  const keys = new Set([...Object.keys(got), ...Object.keys(wanted)]);
  return [...keys].flatMap((key) => differences(got[key], wanted[key], `${path}.${key}`));
}

function report() {
  const byNeed = new Map();
  for (const { needs, problem } of results) {
    for (const need of needs) {
      const row = byNeed.get(need) ?? { need, passed: 0, failed: 0 };
      row[problem === undefined ? 'passed' : 'failed'] += 1;
      byNeed.set(need, row);
    }
  }
  console.table([...byNeed.values()].sort((left, right) => (left.need < right.need ? -1 : 1)));
  const failed = results.filter(({ problem }) => problem !== undefined);
  for (const { name, problem } of failed) console.log(`FAIL ${name}${name in explained ? ` (${explained[name]})` : ''}: ${problem.slice(0, 2000)}`);
  const mended = results.filter(({ name, problem }) => name in explained && problem === undefined);
  for (const { name } of mended) console.log(`${name} agrees now: take it off the differences`);
  console.log(`${results.length - failed.length} passed, ${failed.length} failed`);
  const isExplained = failed.every(({ name }) => name in explained);
  process.exitCode = isExplained && mended.length === 0 ? 0 : 1;
}
