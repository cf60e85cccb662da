'use strict';

/** What every test of the public API needs: a folder with guest files, and a run in it. */

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { IsolatedRuntime } = require('..');

const folders = [];
process.on('exit', () => {
  for (const folder of folders) fs.rmSync(folder, { recursive: true, force: true });
});

/** A folder with these files, by its real path; gone when the process ends. */
function folder(files = {}) {
  const root = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'isolated-runtime-')));
  folders.push(root);
  for (const [name, text] of Object.entries(files)) write(root, name, text);
  return root;
}

function write(root, name, text) {
  const file = path.join(root, name);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, typeof text === 'string' ? text : JSON.stringify(text));
  return file;
}

let shared;
/** One runtime for tests that need nothing special of it. */
function runtime() {
  shared ??= new IsolatedRuntime();
  return shared;
}

/** Runs `main` of a module with this source, or of these files. */
function run(source, args = [], options = {}, on = runtime()) {
  const files = typeof source === 'string' ? { 'index.js': source } : source;
  return on.run({ root: folder(files), file: 'index.js', funcName: 'main', args, ...options });
}

/** Waits for a condition, with a bound. */
async function until(condition, milliseconds = 10_000) {
  const start = Date.now();
  while (!(await condition())) {
    if (Date.now() - start > milliseconds) throw new Error('what was waited for did not happen');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

module.exports = { folder, write, run, runtime, until };
