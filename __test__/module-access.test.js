'use strict';

// COMPAT: which modules a guest may load, and what guest and host are told about those it may not.
const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');
const { errors } = require('..');
const { folder, runtime } = require('./guest');

/** Runs `main` of `index.js` in `root`. */
const runIn = (root, options = {}) => runtime().run({ root, file: 'index.js', funcName: 'main', ...options });

/** A guest that requires what it is given, and answers what it sees of the outcome. */
const PROBE = `exports.main = (id) => {
  try { return { found: require(id) }; } catch (error) {
    const own = Object.fromEntries(Object.getOwnPropertyNames(error).filter((key) => key !== 'stack').map((key) => [key, error[key]]));
    return { own, class: Object.getPrototypeOf(error) === Error.prototype, name: error.name, text: String(error), stack: error.stack };
  }
}`;

/** Links folders so that Windows needs no rights for it. */
const link = (target, place) => fs.symlinkSync(target, place, fs.statSync(target).isDirectory() ? 'junction' : 'file');

const packages = {
  'node_modules/plain/index.js': 'module.exports = "plain"', 'node_modules/plain/lib/sub.js': 'module.exports = "sub"',
  'node_modules/@acme/one/index.js': 'module.exports = "one"', 'node_modules/@acme/two/index.js': 'module.exports = "two"',
  'node_modules/@other/one/index.js': 'module.exports = "other"',
};

test('packages load only where external lists them, by name or by pattern', async () => {
  const root = folder({ 'index.js': PROBE, ...packages });
  const all = ['plain', 'plain/lib/sub', '@acme/one', '@acme/two', '@other/one'];
  for (const [external, loads] of [
    [[], []], [['plain'], all.slice(0, 2)], [['@acme/one'], ['@acme/one']], [['@acme/*'], ['@acme/one', '@acme/two']],
    [['@acme'], []], [['pla'], []], [['p*'], all.slice(0, 2)], [['*'], all], [['plain', '@other/*'], ['plain', 'plain/lib/sub', '@other/one']],
  ]) {
    const found = [];
    for (const id of all) if ('found' in await runIn(root, { args: [id], external })) found.push(id);
    assert.deepEqual(found, loads, JSON.stringify(external));
  }
});

test('dependencies of an allowed package load from its own place without being listed', async () => {
  const root = folder({
    'index.js': `const probe = ${PROBE.replace('exports.main = ', '')}; exports.main = (id) => [require("outer"), probe(id).found]`,
    'node_modules/outer/index.js': 'module.exports = require("inner") + " and " + require("shared") + " in outer"',
    'node_modules/outer/node_modules/inner/index.js': 'module.exports = "inner of " + require("./name")',
    'node_modules/outer/node_modules/inner/name.js': 'module.exports = "outer"',
    'node_modules/shared/index.js': 'module.exports = "shared"', 'node_modules/inner/index.js': 'module.exports = "other inner"',
  });
  assert.deepEqual(await runIn(root, { args: ['shared'], external: ['outer'] }), ['inner of outer and shared in outer', null]);
  assert.deepEqual(await runIn(root, { args: ['inner'], external: ['outer', 'inner'] }), ['inner of outer and shared in outer', 'other inner']);
});

test('files outside root load only from whitelistedPaths', async () => {
  const place = folder({ 'app/index.js': PROBE, 'shared/tool.js': 'module.exports = "tool"', 'secret/key.js': 'module.exports = "key"' });
  const root = path.join(place, 'app');
  const whitelistedPaths = [path.join(place, 'shared')];
  for (const id of ['../shared/tool', path.join(place, 'shared', 'tool.js')]) {
    assert.equal((await runIn(root, { args: [id], whitelistedPaths })).found, 'tool');
    assert.equal((await runIn(root, { args: [id] })).found, undefined);
  }
  for (const id of ['../secret/key', '../shared/../secret/key', path.join(place, 'secret', 'key.js'), '../app-other/x']) {
    assert.equal((await runIn(root, { args: [id], whitelistedPaths })).found, undefined, id);
  }
});

test('a folder whose name begins like an allowed one is not allowed', async () => {
  const place = folder({ 'app/index.js': PROBE, 'application/key.js': 'module.exports = "key"' });
  assert.equal((await runIn(path.join(place, 'app'), { args: ['../application/key'] })).found, undefined);
});

test('a symbolic link that leads out of the allowed folders is refused, one that stays inside is followed', async () => {
  const place = folder({ 'app/index.js': PROBE, 'app/lib/inside.js': 'module.exports = "inside"', 'secret/key.js': 'module.exports = "key"', 'shared/tool.js': 'module.exports = __filename' });
  const root = path.join(place, 'app');
  link(path.join(place, 'secret', 'key.js'), path.join(root, 'file-out.js'));
  link(path.join(place, 'secret'), path.join(root, 'folder-out'));
  link(path.join(root, 'lib', 'inside.js'), path.join(root, 'file-in.js'));
  link(path.join(root, 'lib'), path.join(root, 'folder-in'));
  link(path.join(place, 'shared'), path.join(root, 'folder-shared'));
  for (const id of ['./file-out', './file-out.js', './folder-out/key', './folder-in/../../secret/key']) {
    assert.equal((await runIn(root, { args: [id] })).found, undefined, id);
  }
  for (const id of ['./file-in', './folder-in/inside.js']) assert.equal((await runIn(root, { args: [id] })).found, 'inside');
  const whitelistedPaths = [path.join(place, 'shared')];
  assert.equal((await runIn(root, { args: ['./folder-shared/tool'], whitelistedPaths })).found, path.join(place, 'shared', 'tool.js'));
  assert.equal((await runIn(root, { args: ['./folder-shared/tool'] })).found, undefined);
});

test('root itself may be a symbolic link, and paths by either of its names load', async () => {
  const place = folder({ 'versions/7/index.js': PROBE, 'versions/7/a.js': 'module.exports = __filename' });
  link(path.join(place, 'versions', '7'), path.join(place, 'current'));
  const real = path.join(place, 'versions', '7', 'a.js');
  for (const id of ['./a', real, path.join(place, 'current', 'a.js')]) {
    assert.equal((await runIn(path.join(place, 'current'), { args: [id] })).found, real);
  }
});

test('a package that is linked into node_modules loads if the folder it is linked from is allowed', async () => {
  const place = folder({ 'app/index.js': PROBE, 'workspace/tool/index.js': 'module.exports = require("./lib")', 'workspace/tool/lib.js': 'module.exports = "linked"' });
  const root = path.join(place, 'app');
  fs.mkdirSync(path.join(root, 'node_modules'));
  link(path.join(place, 'workspace', 'tool'), path.join(root, 'node_modules', 'tool'));
  const options = { args: ['tool'], external: ['tool'] };
  assert.equal((await runIn(root, options)).found, undefined);
  assert.equal((await runIn(root, { ...options, whitelistedPaths: [path.join(place, 'workspace')] })).found, 'linked');
});

test('the entry file may not be a link out of root', async () => {
  const place = folder({ 'app/a.js': '', 'secret.js': 'exports.main = () => "secret"' });
  link(path.join(place, 'secret.js'), path.join(place, 'app', 'index.js'));
  await assert.rejects(runIn(path.join(place, 'app')), { code: 'MODULE_NOT_FOUND', reason: /outside/ });
});

test('refused and missing look alike to the guest, and neither names a path of the host', async () => {
  const place = folder({ 'app/index.js': PROBE, 'secret/key.js': 'module.exports = "key"', 'app/node_modules/hidden/index.js': '', 'app/data.txt': 'text' });
  const root = path.join(place, 'app');
  link(path.join(place, 'secret', 'key.js'), path.join(root, 'linked.js'));
  const seen = async (id) => {
    const { own, stack, ...rest } = await runIn(root, { args: [id] });
    assert.ok(!JSON.stringify([own, stack, rest]).includes(place), `${id}: ${stack}`);
    return JSON.parse(JSON.stringify({ own, stack, rest }).replaceAll(JSON.stringify(id).slice(1, -1), 'ID'));
  };
  const missing = await seen('./missing');
  assert.deepEqual(missing.own, { message: "Cannot find module 'ID'", code: 'MODULE_NOT_FOUND' });
  assert.deepEqual(missing.rest, { class: true, name: 'Error', text: "Error: Cannot find module 'ID'" });
  assert.match(missing.stack, /^Error: Cannot find module 'ID'\n {4}at .*\/index\.js:\d+:\d+/);
  for (const id of ['../secret/key', '../secret/none', './linked', './linked.js', './data.txt', 'hidden', 'nothing', 'fs', 'node:fs', '#none', process.execPath, '/none', 'file:///none', './a\0b']) {
    assert.deepEqual(await seen(id), missing, id);
  }
});

test('modules of Node that reach outside are missing', async () => {
  const root = folder({ 'index.js': PROBE });
  for (const id of ['fs', 'node:fs', 'fs/promises', 'child_process', 'worker_threads', 'net', 'http', 'vm', 'module', 'inspector', 'node:process']) {
    const { own } = await runIn(root, { args: [id], external: ['*'] });
    assert.deepEqual(own, { message: `Cannot find module '${id}'`, code: 'MODULE_NOT_FOUND' });
  }
});

/** What the host is told when `id` does not load. */
async function hostError(root, id, options = {}) {
  fs.writeFileSync(path.join(root, 'index.js'), `exports.main = () => require(${JSON.stringify(id)})`);
  const error = await runIn(root, options).then(() => assert.fail(`${id} was loaded`), (reason) => reason);
  assert.ok(error instanceof errors.ModuleNotFound, String(error));
  assert.deepEqual([error.name, error.code, error.message, error.stack], ['ModuleNotFound', 'MODULE_NOT_FOUND', `Cannot find module '${id}'`, '']);
  return error.reason;
}

test('the error of the host says which rule refused which path and what would allow it', async () => {
  const place = folder({ 'app/data.txt': 'text', 'app/node_modules/hidden/index.js': '', 'secret/key.js': '' });
  const root = path.join(place, 'app');
  const secret = path.join(place, 'secret', 'key');
  link(path.join(place, 'secret', 'key.js'), path.join(root, 'linked.js'));
  const reasons = {
    hidden: "'hidden' is not listed in external; add it to external to allow it",
    '@acme/one/sub': "'@acme/one' is not listed in external; add it to external to allow it",
    '../secret/key': `${secret} lies outside root and whitelistedPaths (${root}); add its folder to whitelistedPaths to allow it`,
    './linked.js': `${path.join(root, 'linked.js')} leads to ${secret}.js, which lies outside root and whitelistedPaths (${root}); add its folder to whitelistedPaths to allow it`,
    './data.txt': `${path.join(root, 'data.txt')} does not end in one of sourceExtensions (.js); add its extension to allow it`,
    './missing': `no file matches ${path.join(root, 'missing')} with extensions .js, .json`,
    'node:fs': 'the built-in module node:fs is not offered to guests',
    fs: 'the built-in module fs is not offered to guests; a package of this name loads if it is listed in external',
    'fs/promises': 'the built-in module fs/promises is not offered to guests; a package of this name loads if it is listed in external',
  };
  for (const [id, reason] of Object.entries(reasons)) {
    assert.equal(await hostError(root, id), `${reason} (required at /index.js:1:22)`);
  }
  const listed = await hostError(root, 'absent', { external: ['absent'] });
  assert.match(listed, /^no node_modules folder above .* has 'absent', and no resolver found it; add the folder that has it to whitelistedPaths to allow it/);
});

test('a refusal that the guest wraps in an error of its own is still found as its cause', async () => {
  const root = folder({ 'index.js': 'exports.main = () => { try { require("fs"); } catch (cause) { throw new TypeError("no files", { cause }); } }' });
  const error = await runIn(root).catch((reason) => reason);
  assert.deepEqual([error.name, error.message, error.cause.message, error.cause.code], ['TypeError', 'no files', "Cannot find module 'fs'", 'MODULE_NOT_FOUND']);
});

test('a missing entry file or root rejects with ModuleNotFound and says which', async () => {
  const root = folder({ 'index.js': '' });
  await assert.rejects(runtime().run({ root, file: 'none.js', funcName: 'main' }), { name: 'ModuleNotFound', message: "Cannot find module 'none.js'", reason: `no file matches ${path.join(root, 'none.js')} with extensions .js, .json` });
  const gone = path.join(root, 'gone');
  await assert.rejects(runIn(gone), (error) => error.name === 'ModuleNotFound' && error.reason.startsWith(`root ${gone} cannot be opened: `));
});

test('what is no regular file is refused instead of being waited for', async () => {
  const root = folder({ 'index.js': PROBE, 'sub.js/index.js': 'module.exports = "index"' });
  assert.equal((await runIn(root, { args: ['./sub.js'] })).found, 'index');
  if (process.platform === 'win32') return;
  require('node:child_process').execFileSync('mkfifo', [path.join(root, 'pipe.js')]);
  assert.deepEqual((await runIn(root, { args: ['./pipe.js'] })).own, { message: "Cannot find module './pipe.js'", code: 'MODULE_NOT_FOUND' });
});

test('native addons are not loaded, not even those of allowed packages', async () => {
  const root = folder({ 'index.js': PROBE, 'addon.node': '', 'node_modules/native/index.js': 'module.exports = require("./build.node")', 'node_modules/native/build.node': '' });
  for (const id of ['./addon.node', './addon', 'native', 'native/build.node']) {
    assert.equal((await runIn(root, { args: [id], external: ['native'] })).found, undefined, id);
  }
});
