'use strict';

// TypeScript without a compiler: types are blanked out, so that everything else stays where it was written.
const assert = require('node:assert/strict');
const path = require('node:path');
const { test } = require('node:test');
const { CodeRunner, IsolatedRuntime } = require('..');
const { folder, run, runtime } = require('./guest');

const runFile = (files, file, options = {}) => runtime().run({ root: folder(files), file, funcName: 'main', ...options });

test('.ts, .mts and .cts run when they are named outright', async () => {
  const files = {
    'module.ts': 'import type { Shape } from "./shape.ts";\nimport { double } from "./lib/double.mts";\nexport const main = (shape: Shape): number => double(shape.size);',
    'lib/double.mts': 'export function double(n: number): number { return n * 2; }',
    'common.cts': 'const { double }: { double(n: number): number } = require("./lib/double.mts");\nexports.main = (n: number) => double(n as number);',
    'plain.js': 'exports.main = (n) => require("./lib/double.mts").double(n)',
  };
  assert.equal(await runFile(files, 'module.ts', { args: [{ size: 2 }] }), 4);
  assert.equal(await runFile(files, 'common.cts', { args: [3] }), 6);
  assert.equal(await runFile(files, 'plain.js', { args: [4] }), 8);
});

test('extensions of TypeScript are tried only where sourceExtensions lists them', async () => {
  const files = { 'index.js': 'exports.main = () => require("./x").n', 'x.ts': 'exports.n = 1 as number' };
  await assert.rejects(run(files), { name: 'ModuleNotFound', message: "Cannot find module './x'" });
  const typed = new IsolatedRuntime({ sourceExtensions: ['js', 'ts'] });
  assert.equal(await run(files, [], {}, typed), 1);
  await typed.shutdown();
});

test('lines and columns of stacks are those of the source as it was written', async () => {
  const source = 'interface Basket {\n  total: number;\n}\n\nexport function main(basket: Basket, note?: string): number {\n  const total: number = basket.total; throw new Error(`x` as string);\n}';
  const error = await runFile({ 'index.mts': source }, 'index.mts', { args: [{ total: 1 }] }).catch((thrown) => thrown);
  assert.equal(error.stack, 'Error: x\n    at main (/index.mts:6:45)');
});

test('what cannot be stripped, and what is broken, is the guest\'s SyntaxError and names the file', async () => {
  await assert.rejects(runFile({ 'index.ts': 'enum Colour { Red }\nexports.main = 1' }, 'index.ts'), { name: 'SyntaxError', code: 'ERR_INVALID_TYPESCRIPT_SYNTAX', message: /enum.*\/index\.ts/ });
  await assert.rejects(runFile({ 'index.ts': 'const x: = 1;' }, 'index.ts'), { name: 'SyntaxError', message: /\/index\.ts/ });
  const caught = { 'index.js': 'exports.main = () => { try { require("./x.ts"); } catch (error) { return error instanceof SyntaxError; } }', 'x.ts': 'enum X {}' };
  assert.equal(await run(caught), true);
});

test('a compiler of the user comes before the stripper', async () => {
  const compilerModulePath = path.join(folder({ 'compiler.js': 'module.exports = (code) => code.replace("COMPILED", "1")' }), 'compiler.js');
  const compiling = new IsolatedRuntime({ compilerModulePath });
  assert.equal(await compiling.run({ root: folder({ 'index.ts': 'exports.main = () => COMPILED' }), file: 'index.ts', funcName: 'main' }), 1);
  await assert.rejects(compiling.run({ root: folder({ 'index.ts': 'exports.main = (x: number) => x' }), file: 'index.ts', funcName: 'main' }), { name: 'SyntaxError' });
  await compiling.shutdown();
});

test('CodeRunner runs TypeScript, too', async () => {
  const runner = new CodeRunner({ root: folder({ 'index.ts': 'exports.main = (n: number) => n + 1' }), file: 'index.ts' });
  assert.equal(await runner.run({ funcName: 'main', args: [1] }), 2);
});

test('a hundred runs at once share what was stripped', async () => {
  const root = folder({ 'index.ts': 'let n: number = 0; exports.main = (): number => ++n' });
  const results = await Promise.all(Array.from({ length: 100 }, () => runtime().run({ root, file: 'index.ts', funcName: 'main' })));
  assert.deepEqual(new Set(results), new Set([1]));
});
