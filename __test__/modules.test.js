'use strict';

// COMPAT: what guests may require, and how `require` and `module` behave.
const assert = require('node:assert/strict');
const path = require('node:path');
const { test } = require('node:test');
const { IsolatedRuntime } = require('..');
const { folder, run, runtime } = require('./guest');

/** Runs `main` of `index.js` below `root`. */
const runIn = (root, options = {}) => runtime().run({ root, file: 'index.js', funcName: 'main', ...options });

test('a relative specifier is looked up from the file that requires it', async () => {
  const files = {
    'index.js': 'exports.main = () => [require("./lib/a").name, require("./lib/a.js").up, require("./lib/../b")]',
    'lib/a.js': 'exports.name = "a"; exports.up = require("../b")',
    'b.js': 'module.exports = "b"',
  };
  assert.deepEqual(await run(files), ['a', 'b', 'b']);
});

test('an absolute specifier inside root loads', async () => {
  const root = folder({ 'lib/a.js': 'module.exports = "a"', 'index.js': 'exports.main = (path) => require(path)' });
  assert.equal(await runIn(root, { args: [path.join(root, 'lib', 'a.js')] }), 'a');
  assert.equal(await runIn(root, { args: [path.join(root, 'lib', 'a')] }), 'a');
});

test('JSON files load as data, with and without their extension, and a broken one says where', async () => {
  const files = { 'index.js': 'exports.main = () => [require("./data").n, require("./data.json") === require("./data")]', 'data.json': '\ufeff{"n":1}' };
  assert.deepEqual(await run(files), [1, true]);
  await assert.rejects(run({ 'index.js': 'exports.main = () => require("./bad.json")', 'bad.json': '{\n  "n": }' }), { name: 'SyntaxError', stack: /\/bad\.json/ });
});

test('a file is preferred to a folder of its name, which a slash asks for', async () => {
  const files = {
    'index.js': 'exports.main = () => ["./both", "./both/", "./folder", "./folder/index"].map(require)',
    'both.js': 'module.exports = "file"', 'both/index.js': 'module.exports = "index of both"',
    'folder/index.js': 'module.exports = "index of folder"',
  };
  assert.deepEqual(await run(files), ['file', 'index of both', 'index of folder', 'index of folder']);
});

test('"." and ".." are the index of the folder and of the one above it', async () => {
  const files = {
    'index.js': 'exports.name = "top"; exports.main = () => require("./lib/deep/a")',
    'lib/index.js': 'exports.name = "lib"',
    'lib/deep/index.js': 'exports.name = "deep"',
    'lib/deep/a.js': 'module.exports = [require(".").name, require("..").name, require("./").name, require("../..").name]',
  };
  assert.deepEqual(await run(files), ['deep', 'lib', 'deep', 'top']);
});

test('main of a manifest names the file, may lack the extension or be a folder, and falls back to index', async () => {
  const files = { 'index.js': 'exports.main = () => ["./full", "./bare", "./folder", "./wrong"].map(require)' };
  for (const [name, main] of [['full', './lib/m.js'], ['bare', 'lib/m'], ['folder', 'lib'], ['wrong', 'missing.js']]) {
    files[`${name}/package.json`] = { main };
    files[`${name}/lib/m.js`] = 'module.exports = "m"';
    files[`${name}/lib/index.js`] = 'module.exports = "lib"';
    files[`${name}/index.js`] = 'module.exports = "index"';
  }
  assert.deepEqual(await run(files), ['m', 'm', 'lib', 'index']);
});

test('exports of a manifest rule what of a package loads: conditions, subpaths, patterns, null', async () => {
  const manifest = {
    name: 'pack', main: './never.js',
    exports: {
      '.': { import: './esm.mjs', browser: './browser.js', node: './node.js', default: './default.js' },
      './sub': { require: './sub.cjs', default: './never.js' },
      './features/*': './lib/*.js', './features/private/*': null, './package.json': './package.json',
    },
  };
  const files = {
    'index.js': 'exports.main = () => ["pack", "pack/sub", "pack/features/one", "pack/package.json", "pack/features/private/x", "pack/lib/one.js", "pack/never.js"].map((name) => { try { const found = require(name); return found.name || found; } catch (error) { return error.code; } })',
    'node_modules/pack/package.json': manifest,
    'node_modules/pack/node.js': 'module.exports = "node"', 'node_modules/pack/sub.cjs': 'module.exports = "sub"',
    'node_modules/pack/lib/one.js': 'module.exports = "one"', 'node_modules/pack/lib/private/x.js': 'module.exports = "x"',
    'node_modules/pack/never.js': 'module.exports = "never"',
  };
  const missing = 'MODULE_NOT_FOUND';
  assert.deepEqual(await run(files, [], { external: ['pack'] }), ['node', 'sub', 'one', 'pack', missing, missing, missing]);
});

test('a package may require itself by its name through its exports', async () => {
  const files = {
    'index.js': 'exports.main = () => require("pack")',
    'node_modules/pack/package.json': { name: 'pack', exports: { '.': './a.js', './b': './b.js' } },
    'node_modules/pack/a.js': 'module.exports = "a then " + require("pack/b")', 'node_modules/pack/b.js': 'module.exports = "b"',
  };
  assert.equal(await run(files, [], { external: ['pack'] }), 'a then b');
});

test('imports of a manifest name own files, and packages only where external lists them', async () => {
  const files = {
    'package.json': { name: 'customer', imports: { '#tool': './lib/tool.js', '#lib/*': './lib/*.js', '#pack': 'pack' } },
    'index.js': 'exports.main = () => [require("#tool"), require("#lib/tool"), require("#pack")]',
    'lib/tool.js': 'module.exports = "tool"', 'node_modules/pack/index.js': 'module.exports = "pack"',
  };
  assert.deepEqual(await run(files, [], { external: ['pack'] }), ['tool', 'tool', 'pack']);
  await assert.rejects(run(files), { code: 'MODULE_NOT_FOUND', message: "Cannot find module '#pack'" });
  const inPackage = {
    'index.js': 'exports.main = () => require("pack")',
    'node_modules/pack/package.json': { name: 'pack', main: 'a.js', imports: { '#inner': { node: './inner.js' }, '#dep': 'dep' } },
    'node_modules/pack/a.js': 'module.exports = require("#inner") + require("#dep")',
    'node_modules/pack/inner.js': 'module.exports = "inner "', 'node_modules/dep/index.js': 'module.exports = "dep"',
  };
  assert.equal(await run(inPackage, [], { external: ['pack'] }), 'inner dep');
});

test('modules that require each other see what the other has exported so far', async () => {
  const files = {
    'index.js': 'exports.main = () => { const a = require("./a"), b = require("./b"); return [a.sawOfB, b.sawOfA, a.done, b.done]; }',
    'a.js': 'exports.early = 1; const b = require("./b"); exports.sawOfB = b.done; exports.done = true',
    'b.js': 'const a = require("./a"); exports.sawOfA = { ...a }; exports.done = true',
  };
  assert.deepEqual(await run(files), [true, { early: 1 }, true, true]);
});

test('a module is evaluated once a run, under whatever name it is required', async () => {
  const files = {
    'index.js': 'globalThis.loads = 0; exports.main = () => [require("./a") === require("./a.js"), require("./lib/../a") === require("./a"), loads]',
    'a.js': 'loads++; module.exports = {}', 'lib/x.js': '',
  };
  assert.deepEqual(await run(files), [true, true, 1]);
});

test('a module that threw while loading is loaded anew the next time', async () => {
  const files = {
    'index.js': 'globalThis.tries = 0; exports.main = () => { try { require("./a"); } catch (error) { return [error.message, require("./a"), tries]; } }',
    'a.js': 'if (++tries === 1) throw new Error("not yet"); module.exports = "loaded"',
  };
  assert.deepEqual(await run(files), ['not yet', 'loaded', 2]);
});

test('require.resolve answers the path without loading, and fails as require does', async () => {
  const files = {
    'index.js': 'exports.main = () => [require.resolve("./a"), require.resolve("pack"), require.resolve.paths("pack"), Object.keys(require.cache), missing()]; function missing() { try { require.resolve("./none"); } catch (error) { return [error.message, error.code]; } }',
    'a.js': 'throw new Error("loaded")', 'node_modules/pack/index.js': '',
  };
  const root = folder(files);
  const at = (...parts) => path.join(root, ...parts);
  const expected = [at('a.js'), at('node_modules', 'pack', 'index.js'), [at('node_modules')], [at('index.js')], ["Cannot find module './none'", 'MODULE_NOT_FOUND']];
  assert.deepEqual(await runIn(root, { external: ['pack'] }), expected);
});

test('require.cache holds module objects; what is deleted loads anew and what is put there is what require answers', async () => {
  const files = {
    'index.js': `globalThis.loads = 0;
      exports.main = () => {
        require('./a');
        const path = require.resolve('./a'), module = require.cache[path];
        delete require.cache[path];
        const again = require('./a');
        require.cache[path] = { exports: 'planted' };
        return [module.exports.load, again.load, require('./a'), module.loaded, module.filename === path, require.cache === module.exports.cache()];
      };`,
    'a.js': 'exports.load = ++loads; exports.cache = () => require.cache',
  };
  assert.deepEqual(await run(files), [1, 2, 'planted', true, true, true]);
});

test('module has id, filename, path, loaded, children, parent, paths and require', async () => {
  const files = {
    'index.js': `const during = module.loaded;
      exports.main = () => {
        const child = require('./lib/child');
        return { id: module.id, filename: module.filename, path: module.path, during, loaded: module.loaded, isMain: require.main === module,
          children: module.children.map((one) => one.id), parent: module.parent, paths: module.paths, child, viaModule: module.require('./lib/child') === child };
      };`,
    'lib/child.js': 'module.exports = { id: module.id, parent: module.parent.filename, during: module.loaded, isMain: require.main === module, paths: module.paths }',
  };
  const root = folder(files);
  const at = (...parts) => path.join(root, ...parts);
  assert.deepEqual(await runIn(root), {
    id: '.', filename: at('index.js'), path: root, during: false, loaded: true, isMain: true, children: [at('lib', 'child.js')], parent: null, paths: [at('node_modules')],
    child: { id: at('lib', 'child.js'), parent: at('index.js'), during: false, isMain: false, paths: [at('lib', 'node_modules'), at('node_modules')] },
    viaModule: true,
  });
});

test('exports, module.exports and this are one object, and __filename and __dirname are the real paths', async () => {
  const root = folder({ 'lib/index.js': 'const same = exports === module.exports && this === exports; exports.main = () => [same, __filename, __dirname]' });
  assert.deepEqual(await runtime().run({ root, file: 'lib/index.js', funcName: 'main' }), [true, path.join(root, 'lib', 'index.js'), path.join(root, 'lib')]);
});

test('a hashbang and a byte order mark are no part of the code', async () => {
  assert.equal(await run('#!/usr/bin/env node\nexports.main = () => 1'), 1);
  assert.equal(await run('\ufeffexports.main = () => 2'), 2);
});

test('the argument of require has to be a non-empty string', async () => {
  const source = 'exports.main = () => [undefined, 1, {}, ""].map((id) => { try { return require(id); } catch (error) { return error.name; } })';
  assert.deepEqual(await run(source), ['TypeError', 'TypeError', 'TypeError', 'TypeError']);
});

test('modules loaded in one run are bounded by limits.modules', async () => {
  const files = { 'index.js': 'exports.main = () => [1, 2, 3].map((n) => require(`./m${n}`))', 'm1.js': '', 'm2.js': '', 'm3.js': '' };
  const failure = { name: 'LimitError', code: 'ERR_LIMIT', message: /modules loaded.*4.*limit is 3/ };
  await assert.rejects(run(files, [], { limits: { modules: 3 } }), failure);
  assert.equal((await run(files, [], { limits: { modules: 4 } })).length, 3);
});

test('lodash loads from a real node_modules folder above root and works', async () => {
  const root = path.join(__dirname, 'fixtures', 'shop');
  const options = { external: ['lodash'], whitelistedPaths: [path.join(__dirname, '..', 'node_modules')] };
  const rows = [{ item: 'pen', price: 2 }, { item: 'ink', price: 5 }, { item: 'pen', price: 3 }];
  assert.deepEqual(await runIn(root, { args: [rows], ...options }), { totals: { pen: 5, ink: 5 }, pages: [['pen', 'ink'], ['pen']], label: 'PEN: 2', prices: [3, 6, 4] });
});

test('a runtime whose sources have another extension still loads packages written in js', async () => {
  const on = new IsolatedRuntime({ sourceExtensions: ['rule'] });
  const root = folder({ 'index.rule': 'exports.main = () => require("pack")', 'node_modules/pack/index.js': 'module.exports = require("./b")', 'node_modules/pack/b.js': 'module.exports = "b"' });
  assert.equal(await on.run({ root, file: 'index.rule', funcName: 'main', external: ['pack'] }), 'b');
  await on.shutdown();
});
