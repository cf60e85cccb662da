// Runs of growing size. Each answer is in milliseconds.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PROGRAMS } from '../harness/programs.mjs';

const MiB = 2 ** 20;

/** @param {any} IsolatedRuntime */
export function growth(IsolatedRuntime) {
  const runtime = new IsolatedRuntime({
    threads: 2, timeout: 60_000, poolOptions: { max: 256 },
    limits: { memory: 256 * MiB, argsBytes: 64 * MiB, resultBytes: 64 * MiB, argsValues: 2e6, resultValues: 2e6 },
  });
  const folders = new Folders();
  return {
    /** An array of short texts there and back. */
    async argumentOf({ bytes }) {
      const argument = Array.from({ length: Math.ceil(bytes / 100) }, (_, index) => String(index).padEnd(Math.min(bytes, 100) - 3, '.'));
      const started = performance.now();
      const answer = await runtime.run({ root: PROGRAMS, file: 'echo.js', funcName: 'echo', args: [argument] });
      const milliseconds = performance.now() - started;
      assert.equal(answer.length, argument.length);
      return milliseconds;
    },
    /** A module that requires all the others. */
    async modules({ modules }) {
      const root = folders.ofModules(modules);
      const started = performance.now();
      const answer = await runtime.run({ root, file: 'index.js', funcName: 'count', args: [] });
      const milliseconds = performance.now() - started;
      assert.equal(answer, modules);
      return milliseconds;
    },
    async concurrently({ runs }) {
      const started = performance.now();
      await Promise.all(Array.from({ length: runs }, (_, index) => runtime.run({ root: PROGRAMS, file: 'echo.js', funcName: 'echo', args: [index] })));
      return performance.now() - started;
    },
  };
}

/** Folders with many modules, made once and gone with the process. */
class Folders {
  /** @type {Map<number, string>} */
  #made = new Map();

  /** @param {number} modules */
  ofModules(modules) {
    let root = this.#made.get(modules);
    if (root === undefined) this.#made.set(modules, root = make(modules));
    return root;
  }
}

/** A flat list, so that the depth of the stack does not grow with the number. @param {number} modules */
function make(modules) {
  const root = mkdtempSync(join(tmpdir(), 'isolated-runtime-bench-'));
  process.on('exit', () => rmSync(root, { recursive: true, force: true }));
  mkdirSync(join(root, 'parts'));
  const names = Array.from({ length: modules - 1 }, (_, index) => `part${index}`);
  for (const name of names) writeFileSync(join(root, 'parts', `${name}.js`), `exports.one = (value) => value + 1;\nexports.name = '${name}';\n`);
  const required = names.map((name) => `require('./parts/${name}')`).join(',\n');
  writeFileSync(join(root, 'index.js'), `const parts = [${required}];\nexports.count = () => parts.reduce((sum, part) => part.one(sum), 1);\n`);
  return root;
}
