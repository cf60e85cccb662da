'use strict';

// Hooks given as module paths run in a thread of their own: slow and hanging ones, and what they cost whom.
const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');
const { IsolatedRuntime } = require('..');
const { child } = require('./child');
const { folder, until, write } = require('./guest');

/** Hangs for good, holding its thread, when the code says so. */
const COMPILER = `
  const fs = require('node:fs');
  const wait = (milliseconds) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
  module.exports = (code, file) => {
    fs.appendFileSync(__dirname + '/log', file.split('/').pop() + '\\n');
    if (code.startsWith('/* hang')) for (;;);
    if (code.startsWith('/* slow')) wait(300);
    return code;
  };`;

/** A runtime with that compiler, guest files, and what it has been asked. */
async function withCompiler(options, files, body) {
  const hooks = folder({ 'compiler.js': options.compiler ?? COMPILER, 'package.json': options.manifest ?? '{}' });
  const on = new IsolatedRuntime({ ...options, compilerModulePath: path.join(hooks, 'compiler.js') });
  const root = folder(files);
  const go = (file, more) => on.run({ root, file, funcName: 'main', ...more });
  const log = () => (fs.existsSync(path.join(hooks, 'log')) ? fs.readFileSync(path.join(hooks, 'log'), 'utf8').trim().split('\n') : []);
  try {
    await body({ on, go, log, root, hooks });
  } finally {
    await on.close({ force: true });
  }
}

const FILES = { 'hang.js': '/* hang */', 'slow.js': '/* slow */ exports.main = () => "slow"', 'quick.js': 'exports.main = () => "quick"', 'other.js': 'exports.main = () => "other"' };

test('a slow compiler does not hold up the event loop of the host', async () => {
  await withCompiler({}, FILES, async ({ go }) => {
    let ticks = 0;
    const ticking = setInterval(() => ticks++, 5);
    assert.equal(await go('slow.js'), 'slow');
    clearInterval(ticking);
    assert.ok(ticks >= 2, `${ticks} ticks`);
  });
});

test('a compiler that hangs counts against the deadline of its run, and is replaced', async () => {
  await withCompiler({ timeout: 2000 }, FILES, async ({ go, on }) => {
    assert.equal(await go('quick.js'), 'quick');
    const before = on.stats().hookGeneration;
    let ticks = 0;
    const ticking = setInterval(() => ticks++, 5);
    const started = Date.now();
    await assert.rejects(go('hang.js', { timeout: 150 }), { name: 'RuntimeTimeoutError', code: 'ERR_TIMEOUT' });
    const took = Date.now() - started;
    clearInterval(ticking);
    assert.ok(took >= 140 && took < 3000, `${took} ms`);
    assert.ok(ticks >= 2, `${ticks} ticks`);
    assert.equal(await go('other.js'), 'other');
    assert.ok(on.stats().hookGeneration > before, 'another thread');
  });
});

test('runs that wait behind a compiler that hangs are asked for again, and do not pay for it', async () => {
  await withCompiler({ threads: 4 }, FILES, async ({ go, log }) => {
    assert.equal(await go('quick.js'), 'quick');
    const hanging = assert.rejects(go('hang.js', { timeout: 600 }), { code: 'ERR_TIMEOUT' });
    await until(() => log().includes('hang.js'));
    // Less time than they have to wait: waiting for others is not charged.
    const waiting = [go('other.js', { timeout: 200 }), go('slow.js', { timeout: 500 })];
    assert.deepEqual(await Promise.all(waiting), ['other', 'slow']);
    await hanging;
    assert.equal(log().filter((file) => file === 'other.js').length, 1, 'it was asked once: it had only waited');
  });
});

test('a hook thread that dies is started again, and the request it was busy with is asked once more', async () => {
  const compiler = `
    const fs = require('node:fs');
    module.exports = (code, file) => {
      const first = !fs.existsSync(__dirname + '/log');
      fs.appendFileSync(__dirname + '/log', file.split('/').pop() + '\\n');
      if (code.includes('dies always') || (code.includes('dies once') && first)) process.exit(3);
      return code;
    };`;
  await withCompiler({ compiler }, { 'once.js': '/* dies once */ exports.main = () => "lived"', 'always.js': '/* dies always */', 'quick.js': FILES['quick.js'] }, async ({ go, log }) => {
    assert.equal(await go('once.js'), 'lived');
    assert.deepEqual(log(), ['once.js', 'once.js']);
    await assert.rejects(go('always.js'), { code: 'ERR_HOOK', message: /hook thread/ });
    assert.equal(await go('quick.js'), 'quick');
  });
});

test('a hook that leaves an error unhandled ends its thread, not the process', async () => {
  const compiler = 'module.exports = (code) => { if (code.includes("later")) setImmediate(() => { throw new Error("unhandled"); }); if (code.includes("forgotten")) Promise.reject(new Error("forgotten")); return code; }';
  await withCompiler({ compiler }, { 'a.js': '/* later */ exports.main = () => 1', 'b.js': '/* forgotten */ exports.main = () => 2', 'c.js': 'exports.main = () => 3' }, async ({ go }) => {
    assert.equal(await go('a.js'), 1);
    assert.equal(await go('b.js'), 2);
    assert.equal(await go('c.js'), 3);
  });
});

test('starting the hook thread and loading its modules is queue time', async () => {
  const compiler = `Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500); ${COMPILER}`;
  await withCompiler({ compiler, timeout: 200 }, FILES, async ({ go }) => {
    assert.deepEqual(await Promise.all([go('quick.js'), go('other.js')]), ['quick', 'other']);
  });
});

test('a hook module that never finishes loading ends in a queue time-out that names it', async () => {
  await withCompiler({ compiler: 'for (;;);', timeout: 50 }, FILES, async ({ go, hooks }) => {
    await assert.rejects(go('quick.js'), { name: 'QueueTimeoutError', code: 'ERR_QUEUE_TIMEOUT', message: `run waited 500 ms for its hook modules to load (${path.join(hooks, 'compiler.js')})` });
  });
});

for (const [system, exported] of [['CommonJS', 'module.exports ='], ['ES modules', 'export default']]) {
  test(`a hook module that could not be loaded is tried again by the next run (${system})`, async () => {
    const manifest = JSON.stringify({ type: system === 'CommonJS' ? 'commonjs' : 'module' });
    await withCompiler({ manifest, compiler: `${exported} 5; throw new Error("not yet");` }, FILES, async ({ go, hooks }) => {
      for (const attempt of ['not yet', 'still not']) {
        await assert.rejects(go('quick.js'), { code: 'ERR_HOOK', message: new RegExp(attempt) });
        write(hooks, 'compiler.js', `${exported} 5; throw new Error("still not");`);
      }
      write(hooks, 'compiler.js', `${exported} (code) => code;`);
      assert.equal(await go('quick.js'), 'quick');
    });
  });
}

test('an abort while a hook is busy rejects at once, and the next run is served', async () => {
  await withCompiler({}, FILES, async ({ go, log }) => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const pending = go('hang.js', { signal: controller.signal });
    await until(() => log().includes('hang.js'));
    controller.abort(reason);
    await assert.rejects(pending, (error) => error === reason);
    assert.equal(await go('quick.js'), 'quick');
  });
});

test('closing a runtime whose compiler hangs settles everything', async () => {
  await withCompiler({}, FILES, async ({ go, log, on }) => {
    const isClosed = (run) => assert.rejects(run, { code: 'ERR_CLOSED' });
    const pending = [isClosed(go('hang.js'))];
    await until(() => log().includes('hang.js'));
    pending.push(isClosed(go('quick.js')));
    await on.close({ force: true });
    await Promise.all(pending);
  });
});

test('many runs at once share one hook thread and are all served', async () => {
  const files = Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`f${n}.js`, `exports.main = () => ${n}`]));
  await withCompiler({}, files, async ({ go, log, on }) => {
    const numbers = Array.from({ length: 40 }, (_, n) => n);
    assert.deepEqual(await Promise.all(numbers.map((n) => go(`f${n}.js`))), numbers);
    assert.equal(log().length, 40);
    assert.equal(on.stats().hookGeneration, 1);
  });
});

test('several hooks of one run work together, and each run has its own resolverOptions', async () => {
  const hooks = folder({
    'resolver.js': 'module.exports = ({ version }) => (name, fromDir) => `${fromDir}/${name}-${version}.js`',
    'compiler.js': 'module.exports = (code) => code.replaceAll("VERSION", "v")',
  });
  const on = new IsolatedRuntime({ resolverModulePath: path.join(hooks, 'resolver.js'), compilerModulePath: path.join(hooks, 'compiler.js') });
  const root = folder({ 'index.js': 'exports.main = () => require("dep")', 'dep-1.js': 'module.exports = "VERSION1"', 'dep-2.js': 'module.exports = "VERSION2"' });
  const go = (version) => on.run({ root, file: 'index.js', funcName: 'main', external: ['dep'], resolverOptions: { version } });
  const versions = Array.from({ length: 30 }, (_, n) => (n % 2) + 1);
  assert.deepEqual(await Promise.all(versions.map(go)), versions.map((version) => `v${version}`));
  await on.shutdown();
});

/** The start of a program that has a runtime with this compiler, and `run()` of a guest in it. */
function programWith(compiler) {
  const root = JSON.stringify(folder({ 'index.js': 'exports.main = () => 1', 'compiler.js': compiler }));
  return `const runtime = new isolated.IsolatedRuntime({ compilerModulePath: require('node:path').join(${root}, 'compiler.js') });
    const run = () => runtime.run({ root: ${root}, file: 'index.js', funcName: 'main' });`;
}

test('a hook thread never keeps the process alive', () => {
  const start = programWith('setInterval(() => {}, 1000); module.exports = (code) => code');
  const { status, signal, stdout, stderr } = child(`${start} run().then((result) => console.log('result', result));`);
  assert.deepEqual({ status, signal, stdout: stdout.trim(), stderr }, { status: 0, signal: null, stdout: 'result 1', stderr: '' });
});

test('a hook that hangs does not keep process.exit from ending the process', () => {
  const start = programWith('module.exports = () => { for (;;); }');
  const { status, signal } = child(`${start} run().catch(() => {}); setTimeout(() => process.exit(7), 400);`);
  assert.deepEqual({ status, signal }, { status: 7, signal: null });
});
