'use strict';

// ES modules: what `import` finds, how modules see each other and CommonJS, and what is refused.
const assert = require('node:assert/strict');
const path = require('node:path');
const { test } = require('node:test');
const { pathToFileURL } = require('node:url');
const { IsolatedRuntime } = require('..');
const { folder, run, runtime } = require('./guest');

/** Runs `main` of `index.mjs` among these files. */
const runModule = (files, options = {}) => {
  const all = typeof files === 'string' ? { 'index.mjs': files } : files;
  return runtime().run({ root: folder(all), file: 'index.mjs', funcName: 'main', ...options });
};

test('an exported function is found in the namespace, by its name or as the default', async () => {
  assert.equal(await runModule('export const main = (a, b) => a + b', { args: [1, 2] }), 3);
  assert.equal(await runModule('export default () => 4', { funcName: 'default' }), 4);
  await assert.rejects(runModule('export const other = 1'), { name: 'TypeError', message: 'main is not a function' });
});

test('imports bind default, named and all exports, and bindings are live', async () => {
  const files = {
    'index.mjs': `
      import initial, { count, increment as more } from './counter.mjs';
      import * as all from './counter.mjs';
      export { again } from './counter.mjs';
      export function main() { more(); return [initial, count, all.count, Object.keys(all)]; }`,
    'counter.mjs': 'export let count = 1; export const increment = () => { count += 1; }; export default count; export { count as again }',
  };
  assert.deepEqual(await runModule(files), [1, 2, 2, ['again', 'count', 'default', 'increment']]);
});

test('.js is an ES module where the nearest manifest or its own text says so, and CommonJS elsewhere', async () => {
  const entry = { funcName: 'main', file: 'index.js' };
  const byType = { 'package.json': { type: 'module' }, 'index.js': 'export const main = () => typeof require' };
  assert.equal(await runtime().run({ root: folder(byType), ...entry }), 'undefined');
  const awaiting = { 'package.json': { type: 'module' }, 'index.js': 'globalThis.main = await 5; export const main = () => globalThis.main' };
  assert.equal(await runtime().run({ root: folder(awaiting), ...entry }), 5);
  const byText = { 'index.js': 'import { x } from "./x.js";\nexport const main = () => [x, this === undefined]', 'x.js': 'export const x = 1' };
  assert.deepEqual(await runtime().run({ root: folder(byText), ...entry }), [1, true]);
  const nested = {
    'package.json': { type: 'module' }, 'index.js': 'import x from "./old/x.js"; export const main = () => x',
    'old/package.json': {}, 'old/x.js': 'module.exports = typeof require',
  };
  assert.equal(await runtime().run({ root: folder(nested), ...entry }), 'function');
  const forced = { 'package.json': { type: 'commonjs' }, 'index.js': 'export const main = 1' };
  await assert.rejects(runtime().run({ root: folder(forced), ...entry }), { name: 'SyntaxError' });
});

test('.mjs and .cjs load whatever sourceExtensions says, when they are named outright', async () => {
  const only = new IsolatedRuntime({ sourceExtensions: ['js'] });
  const root = folder({ 'index.mjs': 'import x from "./x.cjs"; export const main = () => x', 'x.cjs': 'module.exports = 2' });
  assert.equal(await only.run({ root, file: 'index.mjs', funcName: 'main' }), 2);
  await only.shutdown();
});

test('a cycle of modules sees functions at once and values once they are there', async () => {
  const files = {
    'index.mjs': 'import { early, late } from "./other.mjs"; export const value = 1; export function hoisted() { return 2; } export const main = () => [early, late()];',
    'other.mjs': 'import { value, hoisted } from "./index.mjs"; export const early = hoisted(); export const late = () => value;',
  };
  assert.deepEqual(await runModule(files), [2, 1]);
});

test('top-level await holds up the modules that import it, and the call of the function', async () => {
  const files = {
    'index.mjs': 'import { x } from "./slow.mjs"; const y = await new Promise((resolve) => setTimeout(resolve, 5, 1)); export const main = () => [x, y]',
    'slow.mjs': 'export const x = await new Promise((resolve) => setTimeout(resolve, 5, 2));',
  };
  assert.deepEqual(await runModule(files), [2, 1]);
});

test('what a module throws while it is evaluated is what the run rejects with, awaited or not', async () => {
  await assert.rejects(runModule('throw new RangeError("at once")'), { name: 'RangeError', message: 'at once', stack: /^RangeError: at once\n {4}at \/index\.mjs:1:\d+$/ });
  await assert.rejects(runModule('await null;\nthrow new RangeError("later")'), { name: 'RangeError', message: 'later', stack: /\n {4}at \/index\.mjs:2:\d+$/ });
  const files = { 'index.mjs': 'import "./bad.mjs"; export const main = 1', 'bad.mjs': 'await null; throw new TypeError("inner")' };
  await assert.rejects(runModule(files), { name: 'TypeError', message: 'inner' });
});

test('stacks name functions, files below root, lines and columns of modules as they were written', async () => {
  const files = { 'index.mjs': 'import { fail } from "./lib/fail.mjs";\n\nexport function main() {\n  fail();\n}', 'lib/fail.mjs': '#!/usr/bin/env node\nexport function fail() {\n  throw new Error("x");\n}' };
  const error = await runModule(files).catch((thrown) => thrown);
  assert.equal(error.stack, 'Error: x\n    at fail (/lib/fail.mjs:3:9)\n    at main (/index.mjs:4:3)');
});

test('a syntax error says where it is and shows the line', async () => {
  const error = await runModule({ 'index.mjs': 'import "./bad.mjs"; export const main = 1', 'bad.mjs': '\nexport const a = ;' }).catch((thrown) => thrown);
  assert.equal(error.name, 'SyntaxError');
  assert.match(error.message, /\(\/bad\.mjs:2:18\)$/);
  assert.match(error.stack, /^\/bad\.mjs:2\nexport const a = ;\n {17}\^\n\nSyntaxError: /);
});

test('import() answers the namespace, once per run, from modules and from CommonJS', async () => {
  const files = {
    'index.mjs': 'import { load } from "./load.cjs"; export const main = async () => [(await import("./x.mjs")).n, (await load()).n, await load() === await import("./x.mjs")]',
    'load.cjs': 'exports.load = () => import("./x.mjs")',
    'x.mjs': 'globalThis.times = (globalThis.times ?? 0) + 1; export const n = globalThis.times;',
  };
  assert.deepEqual(await runModule(files), [1, 1, true]);
});

test('import.meta knows the file and resolves from it', async () => {
  const root = folder({ 'a b/index.mjs': 'export const main = () => [import.meta.url, import.meta.filename, import.meta.dirname, import.meta.resolve("./x.mjs"), import.meta.resolve("node:util")]', 'a b/x.mjs': '' });
  const file = path.join(root, 'a b', 'index.mjs');
  assert.deepEqual(await runtime().run({ root, file: 'a b/index.mjs', funcName: 'main' }),
    [pathToFileURL(file).href, file, path.dirname(file), pathToFileURL(path.join(root, 'a b', 'x.mjs')).href, 'node:util']);
  await assert.rejects(runModule('export const main = () => import.meta.resolve("./nowhere.mjs")'), { name: 'ModuleNotFound' });
});

test('what import.meta.url names can be imported', async () => {
  assert.equal(await runModule({ 'index.mjs': 'export const main = async () => (await import(new URL("./x%20y.mjs", import.meta.url).href)).default', 'x y.mjs': 'export default 3' }), 3);
});

test('JSON is imported with its attribute, and is what require gives', async () => {
  const files = {
    'index.mjs': `
      import data from './data.json' with { type: 'json' };
      import same from './same.cjs';
      export const main = async () => [data.n, same === data, Object.keys(await import('./data.json', { with: { type: 'json' } }))];`,
    'same.cjs': 'module.exports = require("./data.json")', 'data.json': { n: 1 },
  };
  assert.deepEqual(await runModule(files), [1, true, ['default']]);
});

test('attributes are refused as Node refuses them', async () => {
  const files = {
    'index.mjs': `
      const code = (loading) => loading.then(() => 'loaded', (error) => [error.name, error.code]);
      export const main = () => Promise.all([
        code(import('./data.json')), code(import('./index.mjs', { with: { type: 'json' } })),
        code(import('./data.json', { with: { type: 'css' } })), code(import('./data.json', { with: { kind: 'json' } })),
      ]);`,
    'data.json': {},
  };
  assert.deepEqual(await runModule(files), [
    ['TypeError', 'ERR_IMPORT_ATTRIBUTE_MISSING'], ['TypeError', 'ERR_IMPORT_ATTRIBUTE_TYPE_INCOMPATIBLE'],
    ['TypeError', 'ERR_IMPORT_ATTRIBUTE_UNSUPPORTED'], ['TypeError', 'ERR_IMPORT_ATTRIBUTE_UNSUPPORTED'],
  ]);
});

test('CommonJS is imported with module.exports as its default and its properties as names', async () => {
  const files = {
    'index.mjs': 'import whole, { a, b } from "./old.cjs"; import * as all from "./old.cjs"; import f from "./f.cjs"; export const main = () => [whole === all.default, a, b, Object.keys(all), f()]',
    'old.cjs': 'exports.a = 1; Object.defineProperty(exports, "b", { enumerable: true, get: () => 2 }); Object.defineProperty(exports, "hidden", { value: 3 });',
    'f.cjs': 'module.exports = () => 4',
  };
  assert.deepEqual(await runModule(files), [true, 1, 2, ['a', 'b', 'default'], 4]);
});

test('what a compiler marked as an ES module keeps its mark and has all of it as its default', async () => {
  const files = {
    'index.mjs': 'import whole, { __esModule, x } from "./out.cjs"; export const main = () => [__esModule, x, whole.default]',
    'out.cjs': 'Object.defineProperty(exports, "__esModule", { value: true }); exports.default = 1; exports.x = 2;',
  };
  assert.deepEqual(await runModule(files), [true, 2, 1]);
});

test('builtins are imported with and without node:', async () => {
  const source = 'import { Buffer as B } from "node:buffer"; import util, { inspect } from "util"; export const main = async () => [B === Buffer, util.inspect === inspect, typeof (await import("node:path")).join]';
  assert.deepEqual(await runModule(source), [true, true, 'function']);
});

test('require of an ES module answers its namespace, or its export called module.exports', async () => {
  const files = {
    'index.js': 'const x = require("./x.mjs"); exports.main = () => [x.n, x.default, require("./x.mjs") === x, require("./whole.mjs")]',
    'x.mjs': 'export const n = 1; export default 2', 'whole.mjs': 'const whole = "all"; export { whole as "module.exports" }; export default 1',
  };
  assert.deepEqual(await run(files), [1, 2, true, 'all']);
});

test('require of an ES module with top-level await, or in a cycle, is refused as Node refuses it', async () => {
  const files = {
    'index.js': 'const code = (name) => { try { require(name); } catch (error) { return error.code; } }; exports.main = () => [code("./slow.mjs"), require("./cycle.mjs").code]',
    'slow.mjs': 'await 1', 'cycle.mjs': 'import code from "./cycle.cjs"; export { code }',
    'cycle.cjs': 'try { require("./cycle.mjs"); } catch (error) { module.exports = error.code; }',
  };
  assert.deepEqual(await run(files), ['ERR_REQUIRE_ASYNC_MODULE', 'ERR_REQUIRE_CYCLE_MODULE']);
});

test('require of an ES module throws what that throws, and it can be caught', async () => {
  const files = { 'index.js': 'exports.main = () => { try { require("./bad.mjs"); } catch (error) { return error.message; } }', 'bad.mjs': 'throw new Error("bad")' };
  assert.equal(await run(files), 'bad');
});

const PACKAGES = {
  'node_modules/dual/package.json': { exports: { import: './new.mjs', require: './old.cjs' }, imports: { '#inner': { import: './inner.mjs', default: './old.cjs' } } },
  'node_modules/dual/new.mjs': 'export { default } from "#inner"', 'node_modules/dual/inner.mjs': 'export default "import"', 'node_modules/dual/old.cjs': 'module.exports = "require"',
  'node_modules/modern/package.json': { type: 'module', main: 'lib/main.js' },
  'node_modules/modern/lib/main.js': 'import dual from "dual"; export default `modern with ${dual}`',
};

test('packages offer import and require different files, and their own imports follow', async () => {
  const files = { ...PACKAGES, 'index.mjs': 'import dual from "dual"; import old from "./old.cjs"; import modern from "modern"; export const main = () => [dual, old, modern]', 'old.cjs': 'module.exports = require("dual")' };
  assert.deepEqual(await runModule(files, { external: ['dual', 'modern'] }), ['import', 'require', 'modern with import']);
});

test('a package that is not listed is refused to the guest, and the host hears why', async () => {
  const files = { ...PACKAGES, 'index.mjs': 'import "modern"; export const main = 1' };
  await assert.rejects(runModule(files, { external: ['dual'] }), { name: 'ModuleNotFound', code: 'MODULE_NOT_FOUND', message: 'Cannot find module \'modern\'', reason: /'modern' is not listed in external/ });
});

test('refused and missing modules look alike to the guest', async () => {
  const outside = folder({ 'secret.mjs': 'export default 1' });
  const source = `
    export const main = (specifiers) => Promise.all(specifiers.map((one) => import(one).then(() => 'loaded', ({ message, code }) => [message === "Cannot find module '" + one + "'", code])));`;
  const specifiers = [
    `${outside}/secret.mjs`, pathToFileURL(`${outside}/secret.mjs`).href, `../${path.basename(outside)}/secret.mjs`, './missing.mjs', '/missing.mjs',
    'fs', 'node:fs', 'unlisted', '#inner', 'data:text/javascript,1', 'https://example.org/x.mjs', '', './',
  ];
  for (const answer of await runModule(source, { args: [specifiers] })) assert.deepEqual(answer, [true, 'ERR_MODULE_NOT_FOUND']);
});

test('code made by eval imports with the rights of the guest\'s own files', async () => {
  const files = { ...PACKAGES, 'index.mjs': 'export const main = () => Promise.all([new Function("return import(\'modern\')")(), (0, eval)("import(\'./x.mjs\')")].map((one) => one.then((loaded) => loaded.default, (error) => error.code)))', 'x.mjs': 'export default 1' };
  assert.deepEqual(await runModule(files, { external: [] }), ['ERR_MODULE_NOT_FOUND', 1]);
});

test('a name that a module does not export is a SyntaxError that names both', async () => {
  await assert.rejects(runModule({ 'index.mjs': 'import { absent } from "./x.mjs"; export const main = 1', 'x.mjs': '' }), { name: 'SyntaxError', message: /absent.*\/x\.mjs|\/x\.mjs.*absent/ });
});

test('a load that failed fails again for all that needs what failed, and leaves the rest usable', async () => {
  const files = {
    'index.mjs': 'export const main = async () => { const seen = []; for (const name of ["a", "b", "a", "good"]) seen.push(await import(`./${name}.mjs`).then((loaded) => loaded.default, (error) => error.message)); return seen; }',
    'a.mjs': 'import "./b.mjs"; import "./good.mjs"; import "./missing.mjs"; export default 1', 'b.mjs': 'import "./a.mjs"; export default 2', 'good.mjs': 'export default 3',
  };
  const failed = "Cannot find module './missing.mjs'";
  assert.deepEqual(await runModule(files), [failed, failed, failed, 3]);
});

test('modules count towards limits.modules and limits.sourceBytes', async () => {
  const files = { 'index.mjs': 'import "./a.mjs"; export const main = 1', 'a.mjs': 'import "./b.mjs"', 'b.mjs': '/* long */'.repeat(50) };
  await assert.rejects(runModule(files, { limits: { modules: 2 } }), { name: 'LimitError', code: 'ERR_LIMIT', limit: 2, measured: 3 });
  await assert.rejects(runModule(files, { limits: { sourceBytes: 400 } }), { name: 'LimitError', code: 'ERR_LIMIT', limit: 400, measured: 500 });
});

test('nothing of a module survives its run', async () => {
  const root = folder({ 'index.mjs': 'import { state } from "./state.mjs"; export const main = () => ++state.n', 'state.mjs': 'export const state = { n: 0 }' });
  for (let i = 0; i < 5; i++) assert.equal(await runtime().run({ root, file: 'index.mjs', funcName: 'main' }), 1);
});

/** A ring of modules, each importing the next. */
const ring = (count) => ({
  'index.mjs': 'import { far } from "./m0.mjs"; export const main = () => far(300)',
  ...Object.fromEntries(Array.from({ length: count }, (_, i) => [`m${i}.mjs`, `import { far as next } from "./m${(i + 1) % count}.mjs"; export const far = (n) => (n === 0 ? ${i} : next(n - 1));`])),
});

test('a cycle of a thousand modules works within the limits, and ends with an error beyond them', async () => {
  const root = folder(ring(999));
  const wide = { root, file: 'index.mjs', funcName: 'main' };
  const patient = new IsolatedRuntime({ timeout: 60_000 });
  assert.equal(await patient.run(wide), 300);
  await assert.rejects(patient.run({ ...wide, limits: { modules: 500 } }), { code: 'ERR_LIMIT' });
  await assert.rejects(patient.run({ ...wide, limits: { stack: 128 * 1024 } }), { name: 'RangeError' });
  assert.equal(await patient.run(wide), 300);
  await patient.shutdown();
});

test('floods of imports end at the limits, and the runtime goes on', async () => {
  const bounds = { timeout: 300, limits: { memory: 32 * 2 ** 20 } };
  for (const source of [
    'export const main = async () => { for (let i = 0; ; i++) await import(`./x${i}`).catch(() => {}); }',
    'export const main = () => { for (let i = 0; ; i++) import(`./x${i}`).catch(() => {}); }',
    'export const main = async () => { for (;;) await import("./index.mjs"); }',
    'await new Promise(() => {}); export const main = 1',
    'await import("./index.mjs"); export const main = 1',
    'for (;;);',
  ]) {
    await assert.rejects(runModule(source, bounds), ({ code }) => code === 'ERR_TIMEOUT' || code === 'ERR_MEMORY_LIMIT', source);
    assert.equal(await runModule('export const main = () => 1'), 1);
  }
});

test('exports that are proxies, or that require meanwhile, do no harm', async () => {
  const files = {
    'index.mjs': `
      import * as all from './proxy.cjs';
      import { code } from './getter.cjs';
      export const main = () => [Object.keys(all), all.fine, all.broken === undefined, code];`,
    'proxy.cjs': `module.exports = new Proxy({}, {
      ownKeys: () => ['fine', 'broken', 'with\\0nul'], getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true, value: 1 }),
      get(_, key) { if (key === 'broken') throw new Error('no'); return key; } })`,
    'getter.cjs': 'Object.defineProperty(exports, "code", { enumerable: true, get() { try { return require("./index.mjs"); } catch (error) { return error.code; } } })',
  };
  assert.deepEqual(await runModule(files), [['broken', 'default', 'fine'], 'fine', true, 'ERR_REQUIRE_CYCLE_MODULE']);
});

test('a prepared ES module is evaluated once per sandbox, and its namespace is fresh in every run', async () => {
  const root = folder({
    'index.mjs': 'import { n } from "./n.mjs"; const loaded = await new Promise((resolve) => process.nextTick(resolve, n)); let calls = 0; export const main = async () => [loaded, ++calls, (await import("./late.mjs")).default, require === undefined]; const require = undefined;',
    'n.mjs': 'export const n = 3', 'late.mjs': 'export { n as default } from "./n.mjs"',
  });
  const app = await runtime().prepare({ root, file: 'index.mjs' });
  for (let i = 0; i < 3; i++) assert.deepEqual(await app.run('main', []), [3, 1, 3, true]);
});

test('an ES module whose top-level await does not end cannot be prepared', async () => {
  const root = folder({ 'index.mjs': 'await new Promise(() => {}); export const main = 1' });
  await assert.rejects(runtime().prepare({ root, file: 'index.mjs' }), { code: 'ERR_NOT_PREPARABLE', message: /its top level leaves its own await pending/ });
  const throwing = folder({ 'index.mjs': 'await null; throw new RangeError("x"); export const main = 1' });
  await assert.rejects(runtime().prepare({ root: throwing, file: 'index.mjs' }), { name: 'RangeError', message: 'x' });
});
