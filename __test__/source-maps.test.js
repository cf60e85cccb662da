'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { test, after } = require('node:test');
const { transformSync } = require('@babel/core');
const { IsolatedRuntime } = require('..');
const { folder, run } = require('./guest');

/** Fails in its first line; the maps below say that this comes from line 7, column 5 of another file. */
const FAILS = 'exports.main = () => { throw new Error("compiled"); };\n';
const MAP = { version: 3, sources: ['../src/index.ts'], names: [], mappings: 'AAMI' };
const inline = (map, type = 'application/json') => `//# sourceMappingURL=data:${type};base64,${Buffer.from(typeof map === 'string' ? map : JSON.stringify(map)).toString('base64')}`;
/** The first place in the stack that a run fails with. */
async function place(files, options = {}, on = undefined) {
  const error = await run(files, [], { file: 'dist/index.js', ...options }, on).catch((thrown) => thrown);
  assert.equal(error.message, 'compiled');
  return /\(?(\/[^()\n]*:\d+:\d+)\)?$/m.exec(error.stack)[1];
}
const COMPILED = '/dist/index.js:1:30';
const ORIGINAL = '/src/index.ts:7:5';

test('stacks name the source that an inline map leads to', async () => {
  assert.equal(await place({ 'dist/index.js': FAILS + inline(MAP) }), ORIGINAL);
  assert.equal(await place({ 'dist/index.js': FAILS + inline(MAP, 'application/json;charset=utf-8') }), ORIGINAL);
  assert.equal(await place({ 'dist/index.js': `${FAILS + inline(MAP)}\n\n` }), ORIGINAL);
});

test('stacks name the source that a map beside the module leads to', async () => {
  assert.equal(await place({ 'dist/index.js': `${FAILS}//# sourceMappingURL=index.js.map\n`, 'dist/index.js.map': MAP }), ORIGINAL);
  assert.equal(await place({ 'dist/index.js': `${FAILS}//# sourceMappingURL=../maps/a.map`, 'maps/a.map': MAP }), ORIGINAL);
  assert.equal(await place({ 'dist/index.js': `${FAILS}//# sourceMappingURL=./index.js.map`, 'dist/index.js.map': `)]}'\n${JSON.stringify(MAP)}` }), ORIGINAL);
});

test('a guest reads the mapped stack, too', async () => {
  const source = `exports.main = () => new Error('x').stack;\n${inline(MAP)}`;
  assert.match(await run({ 'dist/index.js': source }, [], { file: 'dist/index.js' }), /^Error: x\n    at .*\(?\/src\/index\.ts:7:5\)?$/);
});

test('an ES module and a prepared application are mapped like any other', async () => {
  const source = `export const main = () => { throw new Error("compiled"); };\n${inline(MAP)}`;
  const error = await run({ 'dist/index.mjs': source }, [], { file: 'dist/index.mjs' }).catch((thrown) => thrown);
  assert.match(error.stack, /src\/index\.ts:7:5/);
  const on = new IsolatedRuntime();
  after(() => on.shutdown());
  const prepared = await on.prepare({ root: folder({ 'dist/index.js': FAILS + inline(MAP) }), file: 'dist/index.js' });
  for (let times = 0; times < 2; times += 1) await assert.rejects(prepared.run('main', []), { stack: /src\/index\.ts:7:5/ });
});

test('what Babel writes with sourceMaps inline leads to the source', async () => {
  const compiler = path.join(folder({
    'compiler.js': `
      const { transformSync } = require(${JSON.stringify(require.resolve('@babel/core'))});
      const presets = [require(${JSON.stringify(require.resolve('@babel/preset-env'))})];
      module.exports = (code, filename) => transformSync(code, { presets, filename, sourceMaps: 'inline', babelrc: false, configFile: false, targets: 'ie 11' }).code;`,
  }), 'compiler.js');
  const on = new IsolatedRuntime({ compilerModulePath: compiler, timeout: 30_000 });
  after(() => on.shutdown());
  const source = `import { fails } from './deep/fails';\n\nexport class Order { async total() { return fails(); } }\nexport const main = async () => {\n  const order = new Order();\n  return order.total();\n};`;
  const deep = '// A comment.\nexport const fails = () => {\n  throw new Error(`compiled`);\n};';
  const error = await run({ 'index.js': source, 'deep/fails.js': deep }, [], {}, on).catch((thrown) => thrown);
  assert.equal(error.message, 'compiled');
  assert.match(error.stack, /\/deep\/fails\.js:3:9\)?\n/);
  assert.match(error.stack, /\/index\.js:3:\d+\)?\n/);
});

test('what Babel writes beside its output leads to the source', async () => {
  const source = 'const add = (a, b) => a?.b ?? b;\n\nexport const main = () => {\n  add(1, 2);\n  throw new Error("compiled");\n};';
  const { code, map } = transformSync(source, { presets: [require.resolve('@babel/preset-env')], filename: '/src/main.js', sourceFileName: '../src/main.js', sourceMaps: true, babelrc: false, configFile: false, targets: 'ie 11' });
  assert.equal(await place({ 'dist/index.js': `${code}\n//# sourceMappingURL=index.js.map`, 'dist/index.js.map': map }), '/src/main.js:5:9');
});

const HOSTILE = {
  'a path out of the root': { ...MAP, sources: ['../../../../etc/passwd'] },
  'an absolute path': { ...MAP, sources: ['/etc/passwd'] },
  'a URL': { ...MAP, sources: ['file:///etc/passwd'] },
  'a root that leads out': { ...MAP, sourceRoot: '/etc/', sources: ['passwd'] },
  'a line break': { ...MAP, sources: ['a\n    at secret (/b.js:1:1)'] },
  'a NUL': { ...MAP, sources: ['a\0b'] },
  'no sources': { ...MAP, sources: [] },
  'sources that are none': { ...MAP, sources: { length: 1e9 } },
  'bad letters': { ...MAP, mappings: 'A!AA' },
  'half a segment': { ...MAP, mappings: 'AAAAA,AA' },
  'huge numbers': { ...MAP, mappings: `AA${'g'.repeat(1000)}A` },
  'huge lines': { ...MAP, mappings: `${'AAggggB;'.repeat(100_000)}` },
  'negative lines': { ...MAP, mappings: 'AADA' },
  'a map of maps': { version: 3, sections: [{ offset: { line: 0, column: 0 }, map: MAP }], sources: [], mappings: '' },
  'deep JSON': `{"mappings":"AAMI","sources":["a"],"x":${'['.repeat(100_000)}`,
  'no JSON': 'AAMI',
  'a million sources': { ...MAP, sources: Array(1_000_000).fill('') },
};

test('a map that is wrong or hostile leaves the compiled place', async () => {
  for (const [what, map] of Object.entries(HOSTILE)) {
    assert.equal(await place({ 'dist/index.js': `${FAILS}//# sourceMappingURL=a.map`, 'dist/a.map': map }), COMPILED, what);
    const text = inline(map);
    if (text.length < 4 * 2 ** 20) assert.equal(await place({ 'dist/index.js': FAILS + text }), COMPILED, `${what}, inline`);
  }
});

test('a map that may not be read, or is none, leaves the compiled place', async () => {
  const outside = folder({ 'secret.map': MAP });
  const root = folder({ 'dist/index.js': '' });
  const names = [`${outside}/secret.map`, path.relative(path.join(root, 'dist'), `${outside}/secret.map`), `file://${outside}/secret.map`, 'missing.map', 'map.json', 'link.map', 'folder.map', '', 'a\0.map', 'https://example.test/a.map', 'data:application/json,{}', 'data:text/plain;base64,AAAA'];
  fs.symlinkSync(`${outside}/secret.map`, path.join(root, 'dist/link.map'));
  fs.mkdirSync(path.join(root, 'dist/folder.map'));
  fs.writeFileSync(path.join(root, 'dist/map.json'), JSON.stringify(MAP));
  for (const name of names) {
    fs.writeFileSync(path.join(root, 'dist/index.js'), `${FAILS}//# sourceMappingURL=${name}`);
    assert.equal(await place({}, { root }), COMPILED, name);
  }
});

test('maps count as sources: one above limits.sourceBytes is not read', async () => {
  const map = { ...MAP, sourcesContent: ['x'.repeat(200_000)] };
  const files = { 'dist/index.js': `${FAILS}//# sourceMappingURL=a.map`, 'dist/a.map': map };
  assert.equal(await place(files), ORIGINAL);
  assert.equal(await place(files, { limits: { sourceBytes: 100_000 } }), COMPILED);
});

/** The first places in the stacks of as many runs. */
async function places(app, count) {
  const errors = await Promise.all(Array.from({ length: count }, () => app.run('main').catch((thrown) => thrown)));
  return errors.map((error) => /\(?(\/[^()\n]*:\d+:\d+)\)?$/m.exec(error.stack)[1]);
}

test('a prepared application has the maps it was prepared with, whatever becomes of the files', async () => {
  const on = new IsolatedRuntime();
  const slow = FAILS.replace('() => {', 'async () => { await new Promise((done) => setTimeout(done, 20));');
  const original = '/src/index.ts:7:5';
  for (const change of [(file) => fs.rmSync(file), (file) => fs.writeFileSync(file, JSON.stringify({ ...MAP, sources: ['../src/other.ts'] }))]) {
    const root = folder({ 'dist/index.js': `${slow}//# sourceMappingURL=index.js.map`, 'dist/index.js.map': MAP });
    const app = await on.prepare({ root, file: 'dist/index.js' });
    change(path.join(root, 'dist/index.js.map'));
    assert.deepEqual(await places(app, 12), Array(12).fill(original));
    assert.ok(on.stats().sandboxes > 1, 'more than one sandbox loaded it');
    app.close();
  }
  await on.shutdown();
});

test('a map that comes after an application was prepared is none of its own', async () => {
  const on = new IsolatedRuntime();
  const root = folder({ 'dist/index.js': `${FAILS}//# sourceMappingURL=index.js.map` });
  const app = await on.prepare({ root, file: 'dist/index.js' });
  fs.writeFileSync(path.join(root, 'dist/index.js.map'), JSON.stringify(MAP));
  assert.deepEqual(await places(app, 2), [COMPILED, COMPILED]);
  assert.deepEqual(await places(await on.prepare({ root, file: 'dist/index.js' }), 1), [ORIGINAL]);
  await on.shutdown();
});

test('the maps of a prepared application together keep to limits.sourceBytes', async () => {
  const on = new IsolatedRuntime();
  const map = { ...MAP, sourcesContent: ['x'.repeat(60_000)] };
  const files = { 'dist/index.js': `require('./b'); ${FAILS}//# sourceMappingURL=a.map`, 'dist/b.js': '0;\n//# sourceMappingURL=a.map', 'dist/a.map': map };
  const root = folder(files);
  const options = { root, file: 'dist/index.js' };
  assert.deepEqual(await places(await on.prepare({ ...options, limits: { sourceBytes: 200_000 } }), 1), [ORIGINAL]);
  assert.notDeepEqual(await places(await on.prepare({ ...options, limits: { sourceBytes: 50_000 } }), 1), [ORIGINAL]);
  await on.shutdown();
});
