'use strict';
// What users install: the tarballs, into an empty project, without scripts and without a registry.

const assert = require('node:assert/strict');
const { execFileSync, spawnSync } = require('node:child_process');
const { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } = require('node:fs');
const { tmpdir } = require('node:os');
const path = require('node:path');
const { after, before, test } = require('node:test');
const { pathToFileURL } = require('node:url');

const repository = path.join(__dirname, '..', '..');
const NAME = 'isolated-runtime-native';
const scratch = mkdtempSync(path.join(tmpdir(), 'isolated-runtime-install-'));
let main;
let platform;
/** Of the package with the binary that was built here. */
const platformName = `${NAME}-${readdirSync(repository).find((name) => name.endsWith('.node')).split('.')[1]}`;

before(async () => {
  const { packMain, packPlatform } = await import(pathToFileURL(path.join(repository, 'scripts', 'pack.mjs')).href);
  main = packMain(scratch);
  platform = packPlatform(platformName.slice(NAME.length + 1), scratch);
});

after(() => rmSync(scratch, { recursive: true, force: true }));

/** An empty project with the given dependencies (name → tarball) installed offline. */
function project(name, dependencies) {
  const folder = path.join(scratch, name);
  mkdirSync(folder);
  const named = Object.fromEntries(Object.entries(dependencies).map(([key, tarball]) => [key, `file:${tarball}`]));
  writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ private: true, dependencies: named }));
  execFileSync('npm', ['install', '--offline', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: folder, stdio: 'pipe', shell: process.platform === 'win32' });
  return folder;
}

const run = (folder, file) => spawnSync(process.execPath, [file], { cwd: folder, encoding: 'utf8', timeout: 30_000 });

/** The README's first example: its blocks that begin with a file's name in a comment, laid out as files. */
function readmeFiles() {
  const readme = readFileSync(path.join(repository, 'README.md'), 'utf8');
  const blocks = [...readme.matchAll(/^```js\n\/\/ ([\w./-]+\.js)\b.*\n([\s\S]*?)^```/gm)].map(([, name, text]) => ({ name, text }));
  const last = blocks.findIndex(({ text }) => text.includes(`require('${NAME}')`));
  assert.ok(last >= 0, 'the README has an example that requires the package');
  return blocks.slice(0, last + 1);
}

function layOut(folder, edit) {
  let entry;
  for (const { name, text } of readmeFiles()) {
    const edited = edit({ name, text });
    entry = path.join(folder, edited.name);
    mkdirSync(path.dirname(entry), { recursive: true });
    writeFileSync(entry, edited.text);
  }
  return entry;
}

const asModule = ({ name, text }) => (text.includes(`require('${NAME}')`)
  ? {
    name: name.replace(/\.js$/, '.mjs'),
    text: text.replace(/const ({[^}]+}|\w+) = require\(('[^']+')\)/g, 'import $1 from $2').replace(/__dirname/g, 'import.meta.dirname ?? new URL(".", import.meta.url).pathname'),
  }
  : { name, text });

const asOldName = ({ name, text }) => ({ name, text: text.replaceAll(`'${NAME}'`, "'isolated-runtime'") });

function answersLikeTheReadme(folder, edit) {
  const { status, stdout, stderr } = run(folder, layOut(folder, edit));
  assert.equal(status, 0, stderr);
  const promised = readmeFiles().at(-1).text.match(/console\.log\(.* \/\/ (.+)/);
  assert.ok(promised, 'the README says what its example prints');
  assert.equal(stdout.trim().split('\n').at(0), promised[1]);
}

test('the_readme_example_runs_from_the_tarballs_in_commonjs_and_in_esm', () => {
  const folder = project('plain', { [NAME]: main, [platformName]: platform });
  answersLikeTheReadme(folder, (file) => file);
  answersLikeTheReadme(folder, asModule);
});

test('the_package_stands_in_for_isolated_runtime_under_its_name', () => {
  const folder = project('alias', { 'isolated-runtime': main, [platformName]: platform });
  answersLikeTheReadme(folder, asOldName);
});

test('the_package_stands_in_for_isolated_runtime_core_under_its_name_in_commonjs_and_in_esm', () => {
  const folder = project('core-alias', { 'isolated-runtime-core': main, [platformName]: platform });
  mkdirSync(path.join(folder, 'customer'));
  writeFileSync(path.join(folder, 'customer', 'index.js'), 'exports.double = (n) => 2 * n; exports.files = () => require("fs")');
  const program = `
    const runner = new CodeRunner({ root: ${JSON.stringify(path.join(folder, 'customer'))}, file: 'index.js' });
    runner.run({ funcName: 'double', args: [21] })
      .then(async (answer) => console.log(answer, await runner.run({ funcName: 'files' }).catch((error) => error instanceof errors.ModuleNotFound)));`;
  for (const [name, text] of [
    ['main.js', `const { CodeRunner, errors } = require('isolated-runtime-core');${program}`],
    ['core.js', `const { CodeRunner, errors } = require('isolated-runtime-core/core');${program}`],
    ['main.mjs', `import { CodeRunner, errors } from 'isolated-runtime-core';${program}`],
    ['core.mjs', `import CodeRunner, { errors } from 'isolated-runtime-core/core';${program}`],
  ]) {
    writeFileSync(path.join(folder, name), text);
    const { status, stdout, stderr } = run(folder, name);
    assert.deepEqual([name, status, stdout, stderr], [name, 0, '42 true\n', '']);
  }
});

test('without_a_binary_the_error_names_platform_libc_what_was_looked_for_and_the_command_that_builds_one', () => {
  const folder = project('bare', { [NAME]: main });
  writeFileSync(path.join(folder, 'bare.js'), `try { require('${NAME}'); } catch ({ code, message, cause }) { console.log(JSON.stringify({ code, message, cause: cause !== undefined })); }`);
  const { stdout } = run(folder, 'bare.js');
  const { code, message, cause } = JSON.parse(stdout);
  assert.deepEqual([code, cause], ['ERR_NO_BINARY', true]);
  const libc = process.platform === 'linux' ? `, libc ${platformName.split('-').at(-1)}` : '';
  assert.ok(message.startsWith(`${NAME} has no binary for this host (platform ${process.platform}, architecture ${process.arch}${libc}). `), message);
  assert.ok(message.includes(`Looked for the package ${platformName} and for ${platformName.replace('native-', 'native.')}.node beside binding.js. `), message);
  assert.ok(message.endsWith('run in a checkout of the project: npm ci && npm run build'), message);
});

test('the_main_tarball_holds_no_binary_and_names_every_platform', () => {
  const manifest = JSON.parse(readFileSync(path.join(scratch, 'plain', 'node_modules', NAME, 'package.json'), 'utf8'));
  assert.equal(Object.keys(manifest.optionalDependencies).length, 8);
  assert.equal(manifest.scripts, undefined);
  assert.equal(manifest.devDependencies, undefined);
  assert.deepEqual(readdirSync(path.join(scratch, 'plain', 'node_modules', NAME)).filter((name) => name.endsWith('.node')), []);
});
