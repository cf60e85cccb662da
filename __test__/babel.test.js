'use strict';

// COMPAT §3: the real Babel as `compilerModulePath`, as vm2-babel-compiler was used.
const assert = require('node:assert/strict');
const { test, after } = require('node:test');
const { CodeRunner, IsolatedRuntime } = require('..');
const { folder } = require('./guest');

const babel = JSON.stringify(require.resolve('@babel/core'));
const presets = (...names) => names.map((name) => `require(${JSON.stringify(require.resolve(name))})`).join(', ');

/** The compiler module as customers write it, once as CommonJS and once as an ES module. */
const hooks = folder({
  'compiler.js': `
    const { transformSync } = require(${babel});
    const options = { presets: [${presets('@babel/preset-env', '@babel/preset-typescript')}], babelrc: false, configFile: false };
    module.exports = (code, filename) => transformSync(code, { ...options, filename }).code;`,
  'compiler.mjs': `
    import { createRequire } from 'node:module';
    const require = createRequire(import.meta.url);
    const { transformAsync } = require(${babel});
    export default async (code, filename) => (await transformAsync(code, { presets: [${presets('@babel/preset-env')}], babelrc: false, configFile: false, filename })).code;`,
});

const FILES = {
  'index.js': `
    import sum, { twice as double } from './math';
    import * as texts from './texts';
    import settings from './settings.json';
    export { shout } from './texts';
    export const main = async (...numbers) => ({ sum: sum(...numbers), double: double(sum(...numbers)), text: texts.shout(settings.word), keys: Object.keys(texts).sort() });
    export class Counter { #n = 1; next() { return ++this.#n; } static make = () => new Counter(); }
    export const counted = () => Counter.make().next();
    export default function named() { return 'the default'; }
    export const fails = () => { throw new RangeError('of the guest'); };
    export const modern = async () => { const out = []; for await (const x of (async function* () { yield 1; yield* [2, 3]; })()) out.push(x ?? 0); const { length, ...rest } = { length: 1, a: 2 }; return [out, rest, settings?.nothing?.deep]; };`,
  'math.js': 'export default (...numbers) => numbers.reduce((a, b) => a + b, 0); export const twice = (x) => x * 2;',
  'texts.js': 'export const shout = (text) => `${text.toUpperCase()}!`; export const LOUD = true;',
  'settings.json': { word: 'hello' },
};

const on = new IsolatedRuntime({ compilerModulePath: `${hooks}/compiler.js`, timeout: 30_000 });
after(() => on.shutdown());

const root = folder(FILES);
const run = (funcName, args = []) => on.run({ root, file: 'index.js', funcName, args });

test('code with import and export statements runs with Babel as compilerModulePath', async () => {
  assert.deepEqual(await run('main', [1, 2, 3]), { sum: 6, double: 12, text: 'HELLO!', keys: ['LOUD', 'shout'] });
});

test('default exports, re-exports, classes and asynchronous generators work when compiled by Babel', async () => {
  assert.equal(await run('default'), 'the default');
  assert.equal(await run('shout', ['x']), 'X!');
  assert.equal(await run('counted'), 2);
  assert.deepEqual(await run('modern'), [[1, 2, 3], { a: 2 }, null]);
});

test('a function that throws in compiled code rejects with the error of the guest', async () => {
  await assert.rejects(run('fails'), (error) => error instanceof RangeError && error.message === 'of the guest' && /\/index\.js:\d+/.test(error.stack));
});

test('what Babel refuses rejects with ERR_HOOK, naming compiler and file, and shows where', async () => {
  const broken = folder({ 'index.js': 'export const main = () => {\n  return 1 +;\n};' });
  await assert.rejects(on.run({ root: broken, file: 'index.js', funcName: 'main' }), (error) => {
    assert.equal(error.code, 'ERR_HOOK');
    assert.equal(error.file, `${hooks}/compiler.js`);
    assert.equal(error.cause.name, 'SyntaxError');
    assert.match(error.message, /index\.js: Unexpected token \(2:12\)/);
    return true;
  });
});

test('TypeScript runs with Babel, with its own extension', async () => {
  const typed = new IsolatedRuntime({ compilerModulePath: `${hooks}/compiler.js`, sourceExtensions: ['ts', 'js'], timeout: 30_000 });
  const files = { 'index.ts': 'import { add } from "./add"; interface Pair { a: number; b: number } export const main = (pair: Pair): number => add(pair.a, pair.b as number);', 'add.ts': 'export const add = (a: number, b: number): number => a + b;' };
  assert.equal(await typed.run({ root: folder(files), file: 'index.ts', funcName: 'main', args: [{ a: 1, b: 2 }] }), 3);
  await typed.shutdown();
});

test('an ES module that uses the asynchronous interface of Babel works as well', async () => {
  const asynchronous = new IsolatedRuntime({ compilerModulePath: `${hooks}/compiler.mjs`, timeout: 30_000 });
  assert.deepEqual(await asynchronous.run({ root, file: 'index.js', funcName: 'main', args: [4] }), { sum: 4, double: 8, text: 'HELLO!', keys: ['LOUD', 'shout'] });
  await asynchronous.shutdown();
});

test('Babel as a function is a compiler of CodeRunner', async () => {
  const { transformSync } = require('@babel/core');
  const compiler = (code, filename) => transformSync(code, { presets: [require('@babel/preset-env')], babelrc: false, configFile: false, filename }).code;
  const runner = new CodeRunner({ root, file: 'index.js', compiler, timeout: 30_000 });
  assert.equal(await runner.run({ funcName: 'shout', args: ['core'] }), 'CORE!');
});
