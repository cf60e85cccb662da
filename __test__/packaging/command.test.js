'use strict';
// The commands from the packed tarballs, and the package that stands in for run-service under its old name.

const assert = require('node:assert/strict');
const { execFileSync, spawnSync } = require('node:child_process');
const { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } = require('node:fs');
const { tmpdir } = require('node:os');
const path = require('node:path');
const { after, before, test } = require('node:test');
const { pathToFileURL } = require('node:url');

const repository = path.join(__dirname, '..', '..');
const NAME = 'isolated-runtime-native';
const scratch = mkdtempSync(path.join(tmpdir(), 'isolated-runtime-command-'));
const platform = readdirSync(repository).find((name) => name.endsWith('.node')).split('.')[1];
const shell = process.platform === 'win32';
let folder;

before(async () => {
  const { packMain, packPlatform, packRunService } = await import(pathToFileURL(path.join(repository, 'scripts', 'pack.mjs')).href);
  folder = path.join(scratch, 'project');
  mkdirSync(folder);
  const dependencies = { [NAME]: packMain(scratch), [`${NAME}-${platform}`]: packPlatform(platform, scratch), 'run-service': packRunService(scratch) };
  const named = Object.fromEntries(Object.entries(dependencies).map(([name, tarball]) => [name, `file:${tarball}`]));
  writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ private: true, dependencies: named }));
  writeFileSync(path.join(folder, 'rules.js'), 'exports.double = (n) => n * 2;');
  execFileSync('npm', ['install', '--offline', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: folder, stdio: 'pipe', shell });
});

after(() => rmSync(scratch, { recursive: true, force: true }));

const npx = (...args) => spawnSync('npx', ['--offline', '--no-install', ...args], { cwd: folder, encoding: 'utf8', input: '', timeout: 60_000, shell });

test('the_command_works_with_npx_from_the_tarball', () => {
  const { status, stdout, stderr } = npx('isolated-runtime', 'run', 'rules.js', 'double', '21');
  assert.deepEqual({ status, stdout }, { status: 0, stdout: '42\n' }, stderr);
});

test('the_command_of_the_predecessor_works_with_npx_from_the_tarball', () => {
  const { status, stdout, stderr } = npx('run-service', '--file', 'service.js');
  assert.deepEqual({ status, stdout }, { status: 2, stdout: '' });
  assert.equal(JSON.parse(stderr.split('\n')[0]).payload.error, 'service.js: no such file');
});

test('the_package_stands_in_for_run_service_under_its_name', () => {
  writeFileSync(path.join(folder, 'app.js'), `
    const runService = require('run-service');
    const { PassThrough } = require('node:stream');
    const res = new PassThrough();
    res.on('data', (data) => console.log(String(data)));
    runService({ service: function (hook) { hook.res.end('hello ' + hook.params.name); }, env: { req: new PassThrough(), res, params: { name: 'there' } } })();`);
  const { status, stdout, stderr } = spawnSync(process.execPath, ['app.js'], { cwd: folder, encoding: 'utf8', timeout: 60_000 });
  assert.deepEqual({ status, stdout }, { status: 0, stdout: 'hello there\n' }, stderr);
});
