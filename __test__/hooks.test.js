'use strict';

// COMPAT: `resolverModulePath`, `resolverOptions`, `compilerModulePath`, `args.resolverPath`.
const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');
const { IsolatedRuntime, errors } = require('..');
const { folder, write } = require('./guest');

/** A runtime whose hooks are these sources, and a way to run `main` of these guest files with it. */
function hooked({ resolver, compiler, extension = 'js', ...options }, files) {
  const hooks = folder();
  const place = (name, source) => source && write(hooks, `${name}.${extension}`, source);
  const resolverModulePath = place('resolver', resolver);
  const compilerModulePath = place('compiler', compiler);
  const on = new IsolatedRuntime({ resolverModulePath, compilerModulePath, ...options });
  const root = folder(typeof files === 'string' ? { 'index.js': files } : files);
  const go = (more = {}) => on.run({ root, file: 'index.js', funcName: 'main', ...more });
  return { on, root, hooks, go, resolverModulePath, compilerModulePath };
}

/** As `hooked`, for one body; closes the runtime. */
async function withHooks(options, files, body) {
  const made = hooked(options, files);
  try {
    await body(made);
  } finally {
    await made.on.shutdown();
  }
}

const requires = (specifier) => `exports.main = () => require(${JSON.stringify(specifier)})`;
const externals = { external: ['*'] };

test('a resolver is made with resolverOptions and asked for the name and the folder of the requiring file', async () => {
  const resolver = 'module.exports = (options) => (name, fromDir) => `${fromDir}/${options.prefix}-${name}.js`';
  await withHooks({ resolver }, { 'lib/asks.js': 'module.exports = require("thing")', 'lib/my-thing.js': 'module.exports = "found"', 'index.js': requires('./lib/asks') }, async ({ go }) => {
    assert.equal(await go({ ...externals, resolverOptions: { prefix: 'my' } }), 'found');
    await assert.rejects(go({ ...externals, resolverOptions: { prefix: 'your' } }), { code: 'MODULE_NOT_FOUND', message: "Cannot find module 'thing'" });
  });
});

test('a resolver is made with an empty object where no resolverOptions are given', async () => {
  const resolver = 'module.exports = ({ prefix = "default" }) => (name, fromDir) => `${fromDir}/${prefix}-${name}.js`';
  await withHooks({ resolver }, { 'index.js': requires('x'), 'default-x.js': 'module.exports = 1' }, async ({ go }) => {
    for (const resolverOptions of [undefined, null, {}]) assert.equal(await go({ ...externals, resolverOptions }), 1);
  });
});

test('resolverOptions cross like arguments do', async () => {
  const resolver = 'module.exports = (o) => (name, fromDir) => o.map.get("file") && o.date instanceof Date && o.bytes.length === 2 ? fromDir + "/" + o.map.get("file") : null';
  await withHooks({ resolver }, { 'index.js': requires('x'), 'a.js': 'module.exports = 1' }, async ({ go }) => {
    assert.equal(await go({ ...externals, resolverOptions: { map: new Map([['file', 'a.js']]), date: new Date(), bytes: new Uint8Array(2) } }), 1);
    await assert.rejects(go({ ...externals, resolverOptions: { callback: () => {} } }), { name: 'TypeError', message: 'resolverOptions.callback is a function' });
  });
});

test('an answer may be a folder, or lack the extension', async () => {
  const resolver = 'module.exports = () => (name, fromDir) => `${fromDir}/vendor/${name}`';
  const files = {
    'index.js': 'exports.main = () => ["plain", "folder", "packaged", "data"].map((name) => require(name))',
    'vendor/plain.js': 'module.exports = "plain.js"', 'vendor/folder/index.js': 'module.exports = "index.js of a folder"',
    'vendor/packaged/package.json': { main: './lib/start' }, 'vendor/packaged/lib/start.js': 'module.exports = "main of a manifest"', 'vendor/data.json': { a: 1 },
  };
  await withHooks({ resolver }, files, async ({ go }) => {
    assert.deepEqual(await go(externals), ['plain.js', 'index.js of a folder', 'main of a manifest', { a: 1 }]);
  });
});

test('an answer outside the allowed folders is refused, by links too, and the host learns what would allow it', async () => {
  const outside = folder({ 'secret.js': 'module.exports = "secret"' });
  const resolver = 'module.exports = (o) => () => o.answer';
  await withHooks({ resolver }, { 'index.js': requires('x') }, async ({ go, root }) => {
    fs.symlinkSync(outside, path.join(root, 'link'));
    for (const answer of [path.join(outside, 'secret.js'), path.join(outside, 'secret'), path.join(root, 'link', 'secret.js'), `${root}/../${path.basename(outside)}/secret.js`]) {
      await assert.rejects(go({ ...externals, resolverOptions: { answer } }), (error) => error.code === 'MODULE_NOT_FOUND' && error.message === "Cannot find module 'x'" && /whitelistedPaths/.test(error.reason), answer);
      assert.equal(await go({ ...externals, resolverOptions: { answer }, whitelistedPaths: [outside] }), 'secret');
    }
  });
});

test('an answer of null, undefined or nothing, and a relative or absent one, is a missing module', async () => {
  const resolver = 'module.exports = (o) => () => o.answer';
  await withHooks({ resolver }, { 'index.js': requires('x') }, async ({ go, root }) => {
    for (const answer of [null, undefined, '', 'relative/x.js', path.join(root, 'absent.js'), root + '/with\0null']) {
      await assert.rejects(go({ ...externals, resolverOptions: { answer } }), { code: 'MODULE_NOT_FOUND', message: "Cannot find module 'x'" });
    }
  });
});

test('the resolver is asked only for packages that external names and the ordinary rules do not find', async () => {
  const resolver = 'const asked = []; module.exports = () => (name, fromDir) => { asked.push(name); return name === "asked" ? `${fromDir}/asked.js` : null; };';
  const files = { 'index.js': 'exports.main = (x) => { try { return require(x); } catch (e) { return e.code; } }', 'asked.js': 'module.exports = "by the resolver"', 'node_modules/own/index.js': 'module.exports = "by the rules"' };
  await withHooks({ resolver }, files, async ({ go }) => {
    const external = ['own', 'asked'];
    assert.equal(await go({ external, args: ['own'] }), 'by the rules');
    assert.equal(await go({ external, args: ['asked'] }), 'by the resolver');
    for (const refused of ['other', './absent', 'fs']) assert.equal(await go({ external, args: [refused] }), 'MODULE_NOT_FOUND');
  });
});

test('a resolver may be asynchronous, on either level', async () => {
  const resolver = 'module.exports = async () => async (name, fromDir) => { await null; return `${fromDir}/${name}.js`; }';
  await withHooks({ resolver }, { 'index.js': requires('late'), 'late.js': 'module.exports = 5' }, async ({ go }) => assert.equal(await go(externals), 5));
});

test('a compiler gets code and file name of the guest, and its answer runs', async () => {
  const compiler = 'module.exports = (code, fileName) => code.replace("ANSWER", JSON.stringify([typeof process.pid, fileName]))';
  await withHooks({ compiler }, 'exports.main = () => ANSWER', async ({ go, root }) => {
    assert.deepEqual(await go(), ['number', path.join(root, 'index.js')]);
  });
});

test('a compiler is asked for every source, of packages too, and not for JSON', async () => {
  const compiler = 'module.exports = (code, fileName) => `exports.compiled = ${JSON.stringify(fileName.split("/").pop())};${code}`';
  const files = { 'index.js': 'exports.main = () => [exports, require("./a"), require("p"), require("./d")]', 'a.js': '', 'node_modules/p/p.js': '', 'node_modules/p/package.json': { main: 'p.js' }, 'd.json': { d: 1 } };
  await withHooks({ compiler }, files, async ({ go }) => {
    assert.deepEqual(await go(externals), [{ compiled: 'index.js' }, { compiled: 'a.js' }, { compiled: 'p.js' }, { d: 1 }]);
  });
});

test('what a compiler made is kept by compiler, file and content', async () => {
  const count = 'const fs = require("node:fs"); module.exports = (code, file) => { fs.appendFileSync(__dirname + "/log", file.split("/").pop() + "\\n"); return code; }';
  const source = 'exports.main = () => 1';
  await withHooks({ compiler: count }, { 'index.js': source, 'same.js': source }, async ({ go, root, hooks, on, compilerModulePath }) => {
    const log = () => fs.readFileSync(path.join(hooks, 'log'), 'utf8').split('\n').slice(0, -1);
    for (let round = 0; round < 5; round++) assert.equal(await go(), 1);
    assert.deepEqual(log(), ['index.js']);
    await go({ file: 'same.js' });
    assert.deepEqual(log(), ['index.js', 'same.js']);
    write(root, 'index.js', 'exports.main = () => 2');
    assert.equal(await go(), 2);
    assert.deepEqual(log(), ['index.js', 'same.js', 'index.js']);
    write(root, 'index.js', source);
    assert.equal(await go(), 1);
    assert.equal(log().length, 3, 'the former content is still known');
    const other = new IsolatedRuntime({ compilerModulePath });
    await other.run({ root, file: 'index.js', funcName: 'main' });
    assert.equal(log().length, 4, 'another runtime has a cache of its own');
    await other.shutdown();
    assert.ok(on.stats().hookGeneration >= 1);
  });
});

test('an asynchronous compiler is awaited', async () => {
  const compiler = 'module.exports = async (code) => { await new Promise((done) => setTimeout(done, 20)); return code + ";exports.main = () => 7"; }';
  await withHooks({ compiler }, '', async ({ go }) => assert.equal(await go(), 7));
});

test('compiled code that is no JavaScript is a syntax error of the guest', async () => {
  await withHooks({ compiler: 'module.exports = () => "let let"' }, '', async ({ go }) => {
    await assert.rejects(go(), (error) => error instanceof SyntaxError && /\/index\.js:1/.test(error.message));
  });
});

test('compiled code counts against limits.sourceBytes', async () => {
  await withHooks({ compiler: 'module.exports = () => " ".repeat(2000)', limits: { sourceBytes: 1000 } }, '', async ({ go }) => {
    await assert.rejects(go(), { name: 'LimitError', message: 'compiled source of /index.js is 1.9 KiB, limit is 1000 bytes' });
  });
});

test('an argument resolver gets the original arguments on the host side, and its answer is what the function gets', async () => {
  const hooks = folder({
    'args.js': 'module.exports = (args) => [process.pid > 0, args[0] instanceof Date, args[1].get("k"), ...args.slice(2)]',
    'async.js': 'module.exports = async (args) => { await null; return args.map((x) => x * 2); }',
    'none.js': 'module.exports = () => "no list"', 'function.js': 'module.exports = () => [() => {}]',
  });
  await withHooks({}, 'exports.main = (...args) => args', async ({ go }) => {
    const args = (name, original) => ({ args: { resolverPath: path.join(hooks, name), original } });
    assert.deepEqual(await go(args('args.js', [new Date(), new Map([['k', 'v']]), 3])), [true, true, 'v', 3]);
    assert.deepEqual(await go(args('async.js', [1, 2])), [2, 4]);
    assert.deepEqual(await go(args('args.js', [new Date(), new Map()])), [true, true, null]);
    await assert.rejects(go(args('none.js', [])), { code: 'ERR_HOOK', message: /argument resolver .*none\.js.* must answer an array/ });
    await assert.rejects(go(args('function.js', [])), { code: 'ERR_HOOK', message: /args\[0\] is a function/ });
  });
});

test('the code sees the mapped arguments only, from the start', async () => {
  const hooks = folder({ 'args.js': 'module.exports = ([secret]) => [secret.length]' });
  await withHooks({}, 'const seen = __globals__.args; exports.main = (...args) => [seen, args, __globals__.args]', async ({ go }) => {
    assert.deepEqual(await go({ args: { resolverPath: path.join(hooks, 'args.js'), original: ['secret'] } }), [[6], [6], [6]]);
  });
});

test('an argument resolver may get an original that is no list, as it may have been before', async () => {
  const hooks = folder({ 'args.js': 'module.exports = (args) => [typeof args, args.name]' });
  await withHooks({}, 'exports.main = (...args) => args', async ({ go }) => {
    assert.deepEqual(await go({ args: { resolverPath: path.join(hooks, 'args.js'), original: { name: 'x' } } }), ['object', 'x']);
  });
});

for (const [system, extension, exported] of [['ES modules', 'mjs', 'export default'], ['CommonJS with a default export', 'js', 'exports.__esModule = true; exports.default =']]) {
  test(`hooks may be written as ${system}`, async () => {
    const resolver = `${exported} () => (name, fromDir) => fromDir + "/" + name + ".js"`;
    const compiler = `${exported} (code) => code.replace("X", "5")`;
    const hooks = folder({ [`args.${extension}`]: `${exported} (args) => [...args, "mapped"]` });
    await withHooks({ resolver, compiler, extension }, { 'index.js': 'exports.main = (a, b) => [a, b, require("dep"), X]', 'dep.js': 'module.exports = X' }, async ({ go }) => {
      assert.deepEqual(await go({ ...externals, args: { resolverPath: path.join(hooks, `args.${extension}`), original: [1] } }), [1, 'mapped', 5, 5]);
    });
  });
}

test('a .js hook in a package of type module works, and so does top-level await in it', async () => {
  const hooks = folder({ 'package.json': { type: 'module' }, 'compiler.js': 'import { sep } from "node:path"; await null; export default (code) => code.replace("X", JSON.stringify(sep));' });
  await withHooks({ compilerModulePath: path.join(hooks, 'compiler.js') }, 'exports.main = () => X', async ({ go }) => assert.equal(await go(), path.sep));
});

test('a hook that throws rejects the run with ERR_HOOK, naming hook and file, with what was thrown as cause', async () => {
  const thrower = 'throw Object.assign(new RangeError("of the hook"), { code: "E_MINE" })';
  const cases = [
    ['resolver hook', { resolver: `module.exports = () => () => { ${thrower}; }` }, 'resolver.js'],
    ['resolver hook', { resolver: `module.exports = () => { ${thrower}; }` }, 'resolver.js'],
    ['resolver hook', { resolver: `module.exports = () => async () => { ${thrower}; }` }, 'resolver.js'],
    ['compiler hook', { compiler: `module.exports = () => { ${thrower}; }` }, 'compiler.js'],
    ['compiler hook', { compiler: thrower }, 'compiler.js'],
  ];
  for (const [hook, options, name] of cases) {
    await withHooks(options, requires('x'), async ({ go, hooks }) => {
      const error = await go(externals).catch((thrown) => thrown);
      assert.ok(error instanceof errors.HookError);
      const file = path.join(hooks, name);
      assert.deepEqual([error.name, error.code, error.hook, error.file], ['HookError', 'ERR_HOOK', hook, file]);
      assert.equal(error.message, `${hook} (${file}) failed: of the hook`);
      assert.deepEqual([error.cause.name, error.cause.message, error.cause.code], ['RangeError', 'of the hook', 'E_MINE']);
      assert.ok(error.cause.stack.includes(file), 'and where');
    });
  }
});

test('what a hook throws need not be an error', async () => {
  for (const [thrown, message] of [['"text"', 'text'], ['null', 'null'], ['undefined', 'undefined'], ['{ message: "of an object" }', 'of an object'], ['Symbol("s")', 'Symbol(s)']]) {
    await withHooks({ compiler: `module.exports = () => { throw ${thrown}; }` }, '', async ({ go }) => {
      await assert.rejects(go(), (error) => error.code === 'ERR_HOOK' && error.message.endsWith(`failed: ${message}`) && error.cause instanceof Error);
    });
  }
});

test('a hook that answers nonsense, or exports none, rejects with ERR_HOOK', async () => {
  const cases = [
    [{ resolver: 'module.exports = () => () => 5' }, /the resolver must answer a path or null, got number/], [{ resolver: 'module.exports = () => null' }, /must export a function that returns a function/],
    [{ compiler: 'module.exports = () => null' }, /the compiler must answer a string, got object/], [{ compiler: 'module.exports = () => ({ code: "" })' }, /must answer a string, got object/],
    [{ compiler: 'module.exports = {}' }, /compiler\.js must export a function/], [{ resolver: 'module.exports = "x"' }, /resolver\.js must export a function/], [{ compiler: 'let let' }, /compiler\.js/],
  ];
  for (const [options, message] of cases) {
    await withHooks(options, requires('x'), async ({ go }) => assert.rejects(go(externals), { code: 'ERR_HOOK', message }));
  }
});

test('the guest that catches a failing hook sees ERR_HOOK and no path', async () => {
  const source = 'exports.main = () => { try { require("x"); } catch (e) { return [e.code, e.message, e instanceof Error, JSON.stringify([e.stack, e.cause, Object.getOwnPropertyDescriptors(e)])]; } }';
  await withHooks({ resolver: 'module.exports = () => () => { throw new Error("secret " + __filename); }' }, source, async ({ go, hooks }) => {
    const [code, message, isError, everything] = await go(externals);
    assert.deepEqual([code, message, isError], ['ERR_HOOK', 'a hook of the host failed', true]);
    assert.ok(!everything.includes(hooks) && !everything.includes('secret'), everything);
  });
});
