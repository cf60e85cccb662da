'use strict';

// Stores of AsyncLocalStorage follow a program wherever it continues. Each program runs in a sandbox, as code of a package, and
// says what Node says: `async-context.json` has that, and where this is Node, it is asked again.
const assert = require('node:assert/strict');
const path = require('node:path');
const { test } = require('node:test');
const answers = require('./async-context.json');
const { folder, run, runtime } = require('./guest');

const SOURCE = `
const { AsyncLocalStorage, AsyncResource } = require('async_hooks');
const { EventEmitter, once, on } = require('events');
const timers = require('timers/promises');
const { Readable } = require('stream');
const als = new AsyncLocalStorage(), other = new AsyncLocalStorage();
const store = () => als.getStore() ?? null;
const wait = (ms) => new Promise((done) => setTimeout(done, ms));
const both = (body) => Promise.all(['a', 'b', 'c'].map((name, at) => als.run(name, () => body(name, at))));

module.exports = {
  plain: async () => [store(), als.run(1, store), store()],
  awaitsOfValues: () => both(async () => { const seen = [store()]; for (let n = 0; n < 4; n++) { await n; seen.push(store()); } return seen; }),
  awaitsOfSettledPromises: () => both(async () => { const seen = []; const done = Promise.resolve(); for (let n = 0; n < 4; n++) { await done; seen.push(store()); } return seen; }),
  awaitsOfOnePendingPromise: async () => { const gate = wait(5); return both(async () => { await gate; const seen = [store()]; await gate; seen.push(store()); return seen; }); },
  awaitsOfRejectedPromises: () => both(async () => { const seen = []; try { await Promise.reject(new Error('no')); } catch { seen.push(store()); } try { await wait(2).then(() => { throw 1; }); } catch { seen.push(store()); } return seen; }),
  awaitsOfTimers: () => both(async (name, at) => { await wait(9 - 3 * at); const seen = [store()]; await wait(3 * at); seen.push(store()); return seen; }),
  concurrentRequests: async () => { const log = []; const handle = async (id) => { await wait(id % 3); log.push([id, store()]); await null; await inner(id); }; const inner = async (id) => { await wait(1); log.push([id, store()]); }; await Promise.all(Array.from({ length: 9 }, (_, id) => als.run(id, handle, id))); return log.filter(([id, seen]) => id !== seen); },
  nestedRuns: () => als.run('outer', async () => { const seen = [store()]; await als.run('inner', async () => { await 1; seen.push(store()); await wait(1); seen.push(store()); }); seen.push(store()); await 1; seen.push(store()); return seen; }),
  twoStorages: () => als.run('x', () => other.run('y', async () => { await 1; const seen = [store(), other.getStore()]; other.exit(() => seen.push(other.getStore() ?? 'undefined')); await wait(1); return [...seen, store(), other.getStore()]; })),
  exits: () => als.run('x', async () => { const left = als.exit(async () => { const seen = [store()]; await 1; seen.push(store()); return seen; }); await 1; return [store(), await left, store()]; }),
  thens: () => both((name) => Promise.resolve(1).then(() => store()).then((seen) => [seen, store()]).finally(() => store()).then((seen) => [...seen, store()])),
  thenIsWhereItWasCalled: async () => { const promise = als.run('maker', () => wait(3)); return Promise.all([als.run('first', () => promise.then(store)), als.run('second', () => promise.then(store)), promise.then(store)]); },
  catches: () => both(() => Promise.reject(new Error('x')).catch(() => store())),
  allAndRace: () => both(async () => { await Promise.all([wait(2), 1, Promise.resolve()]); const seen = [store()]; await Promise.race([wait(1), wait(50)]); seen.push(store()); await Promise.allSettled([Promise.reject(1)]); seen.push(store()); await Promise.any([Promise.reject(1), wait(1)]); seen.push(store()); return seen; }),
  asyncFunctionsThatReturnPromises: () => both(async () => { const deep = async () => wait(1).then(() => store()); const seen = [await deep()]; seen.push(store()); return seen; }),
  asyncGenerators: () => both(async () => { const seen = []; async function* numbers() { for (let n = 0; n < 3; n++) { await wait(n); seen.push(store()); yield n; seen.push(store()); } } for await (const n of numbers()) { seen.push([n, store()]); } return seen; }),
  generatorsThatEndEarly: () => both(async () => { const seen = []; async function* endless() { try { for (;;) { await null; yield store(); } } finally { await wait(1); seen.push(store()); } } for await (const value of endless()) { seen.push(value); if (seen.length > 2) break; } seen.push(store()); return seen; }),
  forAwaitOverArrays: () => both(async () => { const seen = []; for await (const value of [1, Promise.resolve(2), wait(1)]) seen.push([value ?? null, store()]); return seen; }),
  thenables: () => both(async (name) => { const seen = []; const thenable = { then(done) { seen.push(store()); setTimeout(done, 2, 'value'); } }; seen.push(await thenable); seen.push(store()); seen.push(await { then(done) { done('now'); } }, store()); return seen; }),
  thenablesThatRejectAtOnce: () => both(async () => { const seen = []; try { await { then(_, fail) { fail(new Error('no')); } }; } catch { seen.push(store()); } return seen; }),
  thenablesOverPromises: () => both(async () => { const seen = []; const query = { then(done, fail) { return wait(2).then(() => { throw new Error('no rows'); }).then(done, fail); } }; try { await query; } catch (error) { seen.push(error.message, store()); } return seen; }),
  subclasses: () => both(async () => { class Mine extends Promise {} const seen = [await new Mine((done) => setTimeout(done, 2, 'mine')), store()]; try { await new Mine((_, fail) => setTimeout(fail, 1, 'bad')); } catch (error) { seen.push(error, store()); } return seen; }),
  resolvedByOthers: async () => { let open; const gate = new Promise((done) => { open = done; }); const waiting = als.run('waiter', async () => { await gate; return store(); }); als.run('opener', () => open()); return [await waiting, store()]; },
  timersAndTicks: () => als.run('t', () => new Promise((done) => { const seen = []; process.nextTick(() => seen.push(store())); queueMicrotask(() => seen.push(store())); setImmediate(() => seen.push(store())); const handle = setInterval(() => { seen.push(store()); clearInterval(handle); }, 1); setTimeout((text) => { seen.push(text, store()); done(seen.sort()); }, 20, 'arg'); })),
  timersPromises: () => both(async () => { await timers.setTimeout(2); const seen = [store()]; await timers.setImmediate(); seen.push(store()); for await (const value of timers.setInterval(1, 'v')) { seen.push(value, store()); break; } return seen; }),
  entering: async () => { const inside = async () => { als.enterWith('entered'); await 1; const seen = [store()]; await wait(1); seen.push(store()); return seen; }; return als.run('before', async () => { await 1; const seen = await inside(); return seen; }); },
  enteringTwice: () => als.run('one', async () => { await 1; als.enterWith('two'); const seen = [store()]; await 1; seen.push(store()); await wait(1); als.enterWith('three'); await null; seen.push(store()); return seen; }),
  bindsAndSnapshots: async () => { const bound = als.run('bound', () => AsyncLocalStorage.bind(store)); const snapshot = als.run('shot', () => AsyncLocalStorage.snapshot()); return als.run('now', async () => { await 1; return [bound(), snapshot(store), snapshot((a, b) => a + b, 1, 2), store()]; }); },
  resources: async () => { const resource = als.run('made', () => new AsyncResource('mine')); await 1; return [resource.runInAsyncScope(store), await als.run('x', () => resource.runInAsyncScope(async () => { await 1; return store(); })), als.run('y', () => AsyncResource.bind(store))(), store()]; },
  events: async () => { const emitter = new EventEmitter(); const seen = []; als.run('listener', () => emitter.on('x', () => seen.push(store()))); als.run('emitter', () => emitter.emit('x')); const told = als.run('waiting', async () => { await once(emitter, 'y'); return store(); }); als.run('telling', () => emitter.emit('y')); return [seen, await told]; },
  eventsOn: () => als.run('loop', async () => { const emitter = new EventEmitter(); setTimeout(() => { emitter.emit('v', 1); emitter.emit('v', 2); }, 1); const seen = []; for await (const [value] of on(emitter, 'v')) { seen.push(value, store()); if (value === 2) break; } return seen; }),
  streams: () => both(async () => { const seen = []; for await (const chunk of Readable.from(['p', 'q'])) seen.push(chunk, store()); return seen; }),
  mapOfAsyncCallbacks: () => als.run('all', async () => Promise.all([3, 1, 2].map(async (n) => { await wait(n); return [n, store()]; }))),
  deepChains: () => both(async () => { const down = async (n) => (n === 0 ? store() : (await down(n - 1), await null, store())); return down(30); }),
  errorsKeepNothing: async () => { await als.run('failing', async () => { await 1; throw new Error('x'); }).catch(() => {}); await wait(1); return store(); },
  disabling: () => als.run('on', async () => { await 1; const seen = [store()]; const fresh = new AsyncLocalStorage(); await fresh.run(1, async () => { await 1; fresh.disable(); seen.push(fresh.getStore() ?? null); }); await 1; return [...seen, store()]; }),
  orderOfTicks: async () => { const order = []; const step = async (name, times) => { for (let n = 0; n < times; n++) { await (n % 2 ? Promise.resolve() : n); order.push(name + n); } }; await als.run(1, () => Promise.all([step('a', 4), step('b', 4), Promise.resolve().then(() => order.push('t')).then(() => order.push('u'))])); return order; },
  constructorsStay: async () => { const promise = Promise.resolve(1); return [promise.constructor === Promise, Promise.resolve(promise) === promise, Object.keys(promise), Promise.prototype.then.name, Promise.prototype.then.length, Promise.resolve.length, (class extends Promise {}).resolve(1) instanceof Promise]; },
};
`;

const files = { 'index.js': "exports.main = (name) => require('flows')[name]();", 'node_modules/flows/index.js': SOURCE };
const root = folder(files);
const isNode = process.versions.bun === undefined && globalThis.Deno === undefined;
const here = require(path.join(root, 'node_modules', 'flows'));
const go = (name, options) => runtime().run({ root, file: 'index.js', funcName: 'main', external: ['flows'], args: [name], ...options });

for (const name of Object.keys(here)) {
  test(`stores follow ${name}`, async () => {
    if (isNode) assert.deepEqual(JSON.parse(JSON.stringify(await here[name]())), answers[name], 'what Node says');
    assert.deepEqual(await go(name), answers[name]);
  });
}

const withStore = (body) => ({ 'index.js': "exports.main = () => require('flows')();", 'node_modules/flows/index.js': `const { AsyncLocalStorage } = require('async_hooks'); const als = new AsyncLocalStorage(); module.exports = ${body};` });

test('a rejection that nobody handles still fails the run, followed or not', async () => {
  const lost = withStore("() => als.run(1, async () => { Promise.reject(new RangeError('lost')); await null; return new Promise(() => {}); })");
  await assert.rejects(run(lost, [], { external: ['flows'] }), { name: 'RangeError', message: 'lost' });
});

test('following is bounded by the limits of the run, and ends with it', async () => {
  const pending = withStore('() => als.run(1, () => { const never = new Promise(() => {}); const wait = async () => { await never; }; for (;;) wait(); })');
  await assert.rejects(run(pending, [], { external: ['flows'] }), { code: 'ERR_MEMORY_LIMIT' });
  const endless = withStore('() => als.run(1, async () => { for (;;) await null; })');
  await assert.rejects(run(endless, [], { external: ['flows'], timeout: 200 }), { code: 'ERR_TIMEOUT' });
  assert.deepEqual(await go('plain'), [null, 1, null]);
  const after = { 'index.js': 'exports.main = async () => { await null; return Object.getOwnPropertyDescriptor(Promise.prototype, "constructor").value === Promise; };' };
  assert.equal(await run(after), true, 'the next run is followed by nobody');
});

test('guests that replace what following is made of harm themselves alone', async () => {
  const bodies = [
    '() => { WeakMap.prototype.set = () => { throw 1; }; WeakMap.prototype.get = () => { throw 2; }; return als.run(1, async () => { await null; return 1; }); }',
    '() => { Promise.prototype.then = () => { throw 1; }; return als.run(1, async () => { await null; return 1; }); }',
    '() => { Reflect.apply = () => { throw 1; }; return (async () => { await null; return 1; })(); }',
    '() => { Object.defineProperty(Promise.prototype, "constructor", { get() { for (;;); } }); return als.run(1, async () => { await Promise.resolve(); }); }',
    '() => als.run(1, async () => { class Odd extends Promise { static get [Symbol.species]() { return function (run) { run(() => {}, () => {}); }; } } await new Odd((done) => done()).then(() => {}); return 1; })',
    '() => { const dive = () => als.run(1, async () => { dive(); await null; }); return dive(); }',
  ];
  for (const body of bodies) {
    await run(withStore(body), [], { external: ['flows'], timeout: 500 }).catch(() => {});
    assert.equal(await run('exports.main = async () => { await null; return 7; }'), 7, body);
  }
});
