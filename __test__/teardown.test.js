'use strict';

// How environments end: each case in a process of its own, which has to end by itself, with the status it was told to.
const assert = require('node:assert/strict');
const { test } = require('node:test');
const { child, startChild } = require('./child');

/** Holds that the program ends by itself and well, having written these lines. */
function ends(program, lines, status = 0) {
  const result = child(program);
  assert.deepEqual({ ...result, stdout: result.stdout.trim().split('\n') }, { status, signal: null, stdout: lines, stderr: '' });
}

/** The same for a program that ends with an error, which `stderr` has to match. */
function fails(program, status, stderr) {
  const result = child(program);
  assert.deepEqual([result.status, result.signal], [status, null], result.stderr);
  assert.match(result.stderr, stderr);
}

const WORKER = `
const { Worker, isMainThread, parentPort, workerData } = require('node:worker_threads');
const ended = (worker) => new Promise((resolve, reject) => worker.once('exit', resolve).once('error', reject));
const said = (worker) => new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
`;

test('twenty worker threads load the addon at once, use it and end', () => {
  ends(`${WORKER}
    if (isMainThread) {
      const workers = Array.from({ length: 20 }, (_, index) => new Worker(__filename, { workerData: index }));
      Promise.all(workers.map(async (worker) => { const message = said(worker); await ended(worker); return message; })).then((sums) => console.log(sums.join(' ')));
    } else {
      const runtime = new isolated();
      Promise.all([1, 2, 3].map((n) => runtime.run(guest('answer', n)))).then((all) => parentPort.postMessage(all[0] + all[1] + all[2] + workerData));
    }`, [Array.from({ length: 20 }, (_, index) => 6 + index).join(' ')]);
});

test('the addon may be loaded in a worker thread only', () => {
  ends(`${WORKER}
    if (isMainThread) {
      const worker = new Worker(__filename);
      Promise.all([said(worker), ended(worker)]).then(([message, code]) => console.log(message, code));
    } else {
      new isolated().run(guest('wait', 20)).then((value) => parentPort.postMessage(value));
    }`, ['waited 0']);
});

test('a worker thread may be terminated with runs in flight, over and over, and the main thread goes on', () => {
  ends(`${WORKER}
    const { IsolatedRuntime, CodeRunner } = isolated;
    if (isMainThread) main(); else work();
    async function main() {
      const runtime = new IsolatedRuntime();
      for (let round = 0; round < 10; round++) {
        const worker = new Worker(__filename);
        await said(worker);
        const [, answer] = await Promise.all([worker.terminate(), runtime.run(guest('answer', round))]);
        if (answer !== round) throw new Error('wrong answer');
      }
      console.log(await runtime.run(guest('answer', 'well')));
    }
    function work() {
      const runtime = new IsolatedRuntime({ threads: 2 });
      const never = { root: guest().root, file: 'index.js', compiler: () => new Promise(() => {}) };
      for (const name of ['loop', 'wait', 'never', 'loop', 'fill']) runtime.run(guest(name, 60_000));
      new CodeRunner(never).run({ funcName: 'answer' });
      until(() => runtime.stats().running + runtime.stats().parked >= 2).then(() => parentPort.postMessage('busy'));
    }`, ['well']);
});

test('a worker thread may be terminated while its hook thread compiles', () => {
  ends(`${WORKER}
    const fs = require('node:fs'), path = require('node:path');
    if (isMainThread) main(); else work();
    async function main() {
      const started = path.join(__dirname, 'started');
      fs.writeFileSync(path.join(__dirname, 'compiler.cjs'), \`module.exports = () => { require('fs').writeFileSync(\${JSON.stringify(started)}, ''); for (;;) continue; }\`);
      for (let round = 0; round < 3; round++) {
        fs.rmSync(started, { force: true });
        const worker = new Worker(__filename);
        await until(() => fs.existsSync(started));
        await worker.terminate();
      }
      console.log('ended');
    }
    function work() {
      new isolated({ compilerModulePath: path.join(__dirname, 'compiler.cjs'), timeout: 60_000 }).run(guest('answer', 1));
    }`, ['ended']);
});

test('process.exit() in a callback ends the process while guests loop, with its status', () => {
  const endings = {
    'a settled run': `runtime.run(guest('answer', 1)).then(() => process.exit(7));`,
    'a console listener': `runtime.run({ ...guest('say', 'x'), onConsole: () => process.exit(7) });`,
    'a hook': `new CodeRunner({ root: guest().root, file: 'index.js', compiler: () => process.exit(7) }).run({ funcName: 'answer' });`,
    'a timer': `setTimeout(() => process.exit(7), 50);`,
    'a listener to the exit': `process.on('exit', () => { runtime.run(guest('answer', 1)).catch(() => {}); process.exitCode = 7; }); setTimeout(() => process.exit(), 20);`,
  };
  for (const [where, ending] of Object.entries(endings)) {
    const { status, signal, stderr } = child(`
      const { IsolatedRuntime, CodeRunner } = isolated;
      const runtime = new IsolatedRuntime({ threads: 4, timeout: 120_000 });
      for (const name of ['loop', 'wait', 'never']) runtime.run(guest(name, 120_000));
      until(() => runtime.stats().running === 1 && runtime.stats().parked === 2).then(() => { ${ending} });`);
    assert.deepEqual([where, status, signal, stderr], [where, 7, null, '']);
  }
});

test('process.exit() in a worker thread ends that thread while its guests loop', () => {
  ends(`${WORKER}
    if (isMainThread) ended(new Worker(__filename)).then((code) => console.log(code));
    else {
      const runtime = new isolated({ timeout: 120_000 });
      runtime.run(guest('loop'));
      until(() => runtime.stats().running === 1).then(() => process.exit(3));
    }`, ['3']);
});

test('process.exit() in the main thread ends the process while guests of a worker thread loop', () => {
  ends(`${WORKER}
    if (isMainThread) said(new Worker(__filename)).then((message) => { console.log(message); process.exit(0); });
    else {
      const runtime = new isolated({ timeout: 120_000 });
      runtime.run(guest('loop'));
      until(() => runtime.stats().running === 1).then(() => parentPort.postMessage('busy'));
    }`, ['busy']);
});

test('an uncaught exception with runs in flight ends the process as ever', () => {
  fails(`
    const runtime = new isolated({ timeout: 120_000 });
    for (const name of ['loop', 'wait', 'never']) runtime.run(guest(name, 120_000));
    until(() => runtime.stats().running === 1).then(() => setTimeout(() => { throw new Error('uncaught by intent'); }));`, 1, /uncaught by intent/);
});

test('a rejection that nobody handles ends the process as ever, and names the error', () => {
  fails(`new isolated({ timeout: 50 }).run(guest('loop'));`, 1, /RuntimeTimeoutError|ERR_TIMEOUT/);
});

test('a signal ends the process while guests loop', async () => {
  const started = startChild(`
    const runtime = new isolated({ threads: 4, timeout: 120_000 });
    for (let n = 0; n < 3; n++) runtime.run(guest('sayAndLoop', n)).catch(() => {});
    until(() => runtime.stats().running === 3).then(() => console.log('busy'));`);
  while (!started.output().includes('busy')) await new Promise((resolve) => setTimeout(resolve, 5));
  started.process.kill('SIGTERM');
  assert.deepEqual(await started.ended, process.platform === 'win32' ? { status: 1, signal: null } : { status: null, signal: 'SIGTERM' });
});

test('an idle runtime never keeps the process alive: not a new one, nor one that has run, nor one with hooks', () => {
  ends(`
    const fs = require('node:fs'), path = require('node:path');
    const { IsolatedRuntime, CodeRunner } = isolated;
    const compilerModulePath = path.join(__dirname, 'compiler.cjs');
    fs.writeFileSync(compilerModulePath, 'module.exports = (code) => code');
    globalThis.kept = [new IsolatedRuntime({ poolOptions: { min: 2 } }), new IsolatedRuntime({ compilerModulePath }), new IsolatedRuntime()];
    Promise.all([
      kept[1].run(guest('answer', 1)),
      kept[2].run({ ...guest('never'), timeout: 30 }).catch((error) => error.code),
      new CodeRunner({ root: guest().root, file: 'index.js' }).run({ funcName: 'answer', args: [2] }),
    ]).then((all) => console.log(all.join(' ')));`, ['1 ERR_TIMEOUT 2']);
});

test('a run in flight keeps the process alive until it settles', () => {
  ends(`new isolated().run(guest('wait', 300)).then(console.log);`, ['waited']);
  ends(`const { CodeRunner } = isolated;
    const compiler = (code) => new Promise((resolve) => setTimeout(resolve, 100, code).unref());
    new CodeRunner({ root: guest().root, file: 'index.js', compiler }).run({ funcName: 'wait', args: [200] }).then(console.log);`, ['waited']);
});

test('a runtime that is shut down or closed lets the process end', () => {
  ends(`
    const { IsolatedRuntime } = isolated;
    (async () => {
      const drained = new IsolatedRuntime(), forced = new IsolatedRuntime();
      const waited = drained.run(guest('wait', 50)), looped = forced.run(guest('loop')).catch((error) => error.code);
      await Promise.all([drained.shutdown(), forced.close({ force: true })]);
      console.log(await waited, await looped);
    })();`, ['waited ERR_CLOSED']);
});

/** Linux tells how many threads and open files a process has; elsewhere these stay 0. */
const MEASURE = `
  const fs = require('node:fs');
  const count = (name) => (fs.existsSync('/proc/self') ? fs.readdirSync('/proc/self/' + name).length : 0);
  const measure = () => ({ threads: count('task'), files: count('fd'), mib: process.memoryUsage().rss / 2 ** 20 });
`;

test('a runtime that is forgotten without being closed is collected, with its threads', () => {
  ends(`${MEASURE}
    const { IsolatedRuntime } = isolated;
    const compilerModulePath = require('node:path').join(__dirname, 'compiler.cjs');
    fs.writeFileSync(compilerModulePath, 'module.exports = (code) => code');
    const use = async (options) => {
      const runtime = new IsolatedRuntime({ threads: 4, ...options });
      await Promise.all([1, 2, 3, 4].map((n) => runtime.run(guest('answer', n))));
      return new WeakRef(runtime);
    };
    (async () => {
      await (await use()).deref()?.shutdown();
      await pause(100);
      const before = measure();
      const forgotten = [];
      for (let n = 0; n < 10; n++) forgotten.push(await use(), ...(n < 2 ? [await use({ compilerModulePath })] : []));
      await until(async () => { gc(); await pause(20); return forgotten.every((reference) => reference.deref() === undefined) && measure().threads <= before.threads; });
      console.log('collected');
    })();`, ['collected']);
});

test('a run in flight keeps its forgotten runtime from being collected', () => {
  ends(`
    const pending = (() => new isolated().run(guest('wait', 300)))();
    const collecting = setInterval(gc, 10);
    pending.then((value) => { clearInterval(collecting); console.log(value); });`, ['waited']);
});

test('two hundred runtimes made and closed leave no threads, files or memory behind', () => {
  ends(`${MEASURE}
    const { IsolatedRuntime } = isolated;
    const cycle = async (n) => {
      const runtime = new IsolatedRuntime({ threads: 2 });
      const runs = [runtime.run(guest('answer', n)), runtime.run(guest('wait', 1))];
      if (n % 4 === 0) runs.push(runtime.run(guest('loop')).catch(() => {}));
      if (n % 4 === 1) await Promise.all(runs);
      await runtime.close({ force: n % 2 === 0 }).then(() => Promise.allSettled(runs));
    };
    (async () => {
      for (let n = 0; n < 50; n++) await cycle(n);
      gc();
      const before = measure();
      for (let n = 0; n < 200; n++) await cycle(n);
      // A few of either are the host's own, which come and go; one left behind by each cycle would be hundreds.
      await until(async () => { gc(); await pause(20); return measure().threads <= before.threads + 5 && measure().files <= before.files + 10; });
      const grown = measure().mib - before.mib;
      console.log(grown < 48 ? 'no growth' : grown);
    })();`, ['no growth']);
});

test('exceptions of host callbacks fail their run, and only that', () => {
  ends(`
    const { IsolatedRuntime, CodeRunner } = isolated;
    process.on('uncaughtException', (error) => console.log('uncaught', error.message));
    const thrown = () => { throw new Error('thrown by the host'); };
    const failure = (promise) => promise.then(() => 'no failure', (error) => error.code ?? error.message);
    const runtime = new IsolatedRuntime();
    const runner = (hooks) => new CodeRunner({ root: guest().root, file: 'index.js', ...hooks });
    (async () => {
      const beside = runtime.run(guest('wait', 50));
      console.log(await failure(runtime.run({ ...guest('say', 1), onConsole: thrown })));
      console.log(await failure(runner({ compiler: thrown }).run({ funcName: 'answer' })));
      console.log(await failure(runner({}).run({ funcName: 'answer', running: thrown })));
      console.log(await failure(runner({}).run({ funcName: 'answer', resolveArguments: thrown })));
      console.log(await failure(runner({ compiler: () => { throw null; } }).run({ funcName: 'answer' })));
      console.log(await beside, await runtime.run(guest('answer', 'well')));
    })();`, ['thrown by the host', 'ERR_HOOK', 'ERR_HOOK', 'ERR_HOOK', 'ERR_HOOK', 'waited well']);
});

test('the package may be loaded a second time in the same thread', () => {
  ends(`
    const first = require(PACKAGE);
    for (const name of Object.keys(require.cache)) if (name.startsWith(PACKAGE) && !name.endsWith('.node')) delete require.cache[name];
    const second = require(PACKAGE);
    Promise.all([new first().run(guest('answer', 1)), new second().run(guest('answer', 2))]).then((all) => console.log(first !== second, ...all));`, ['true 1 2']);
});
