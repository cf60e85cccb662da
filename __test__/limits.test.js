'use strict';

// Every limit just under what it allows, at it, and far over it; and what a run may narrow.
const assert = require('node:assert/strict');
const { test } = require('node:test');
const { IsolatedRuntime, errors } = require('..');
const { LIMITS } = require('../lib/options');
const { folder, run, runtime } = require('./guest');

const KiB = 1024;
const MiB = 1024 * KiB;

/** What a run of this source rejects with under these limits. */
async function breach(limits, source, args = [], options = {}) {
  try {
    await run(source, args, { limits, ...options });
  } catch (error) {
    return error;
  }
  return assert.fail('nothing was exceeded');
}

/** That it is the error of a limit that guests cannot catch, with its figures. */
function isLimit(error, message, limit, measured) {
  assert.ok(error instanceof errors.LimitError, String(error));
  assert.equal(error.name, 'LimitError');
  assert.equal(error.code, 'ERR_LIMIT');
  assert.match(error.message, message);
  assert.equal(error.limit, limit);
  if (measured !== undefined) assert.equal(error.measured, measured);
}

/** The limits that have tests here; the last test compares. */
const tested = new Set();
function limit(name, promise, body) {
  tested.add(name);
  test(`limits.${name}: ${promise}`, body);
}

limit('memory', 'a guest that needs less is not disturbed, one that needs more is stopped', async () => {
  const source = 'exports.main = (megabytes) => { const kept = []; for (let n = 0; n < megabytes; n++) kept.push(new Uint8Array(1048576).fill(n)); return kept.length; }';
  const limits = { memory: 16 * MiB };
  assert.equal(await run(source, [12], { limits }), 12);
  for (const megabytes of [17, 400]) {
    const error = await breach(limits, source, [megabytes]);
    assert.ok(error instanceof errors.MemoryLimitError);
    assert.deepEqual([error.name, error.code, error.limit], ['MemoryLimitError', 'ERR_MEMORY_LIMIT', 16 * MiB]);
    assert.match(error.message, /^guest heap is full: [\d.]+ MiB with what this run wanted, limit is 16 MiB$/);
    assert.ok(error.measured > 16 * MiB, `${error.measured} bytes`);
  }
  assert.equal(await run(source, [40]), 40, 'the default is more');
});

limit('memory', 'it counts what arguments and sources take, too', async () => {
  const source = 'exports.main = (x) => x.length';
  const limits = { memory: 4 * MiB };
  assert.equal(await run(source, ['x'.repeat(MiB)], { limits }), MiB);
  assert.equal((await breach(limits, source, ['x'.repeat(8 * MiB)])).code, 'ERR_MEMORY_LIMIT');
  assert.equal((await breach({ memory: 2 * MiB }, `exports.main = () => [${'{},'.repeat(300_000)}].length`)).code, 'ERR_MEMORY_LIMIT');
});

limit('memory', 'it ends where it says, to within a megabyte, whatever a guest fills its heap with', async () => {
  const kinds = {
    bytes: 'new Uint8Array(65536)', strings: '"x".repeat(60000) + n', arrays: 'new Array(4096).fill(n)', objects: '{ n, a: {}, b: [n], c: String(n) }',
  };
  for (const [name, value] of Object.entries(kinds)) {
    const source = `exports.main = () => { const kept = []; for (let n = 0; ; n++) kept.push(${value}); }`;
    for (const memory of [4 * MiB, 24 * MiB]) {
      const { receipt, limit: most, measured } = await breach({ memory }, source, [], { timeout: 5000 });
      assert.equal(most, memory, name);
      // A sixteenth is for what keeping them takes.
      assert.ok(receipt.peakBytes <= memory * 17 / 16, `${name}: ${receipt.peakBytes} bytes of ${memory}`);
      // A list that doubles may need much at once.
      assert.ok(measured > memory && (measured < memory + MiB + memory / 16 || name !== 'bytes'), `${name}: ${measured} bytes measured`);
    }
  }
});

limit('memory', 'what native code makes for a guest ends it, too, and the error says how much that was', async () => {
  const sources = {
    decoding: 'exports.main = () => new TextDecoder().decode(new Uint8Array(3e7).fill(0xff)).length',
    unpacking: "const zlib = require('zlib'); exports.main = () => { const one = zlib.gzipSync(Buffer.alloc(2e7)); return zlib.gunzipSync(Buffer.concat(Array(9).fill(one))).length; }",
    deriving: "exports.main = () => require('crypto').scryptSync('a', 'b', 64, { N: 2 ** 16, r: 8, p: 1, maxmem: 2 ** 30 }).length",
  };
  const before = process.memoryUsage.rss();
  for (const [name, source] of Object.entries(sources)) {
    const { code, limit: most, measured, message } = await breach({ memory: 48 * MiB }, source, [], { timeout: 5000 });
    assert.equal(code, 'ERR_MEMORY_LIMIT', `${name}: ${message}`);
    assert.equal(most, 48 * MiB);
    assert.ok(measured > most && measured < 4 * most, `${name}: ${measured} bytes measured`);
    assert.match(message, /^guest heap is full: \d+(\.\d+)? MiB with what this run wanted, limit is 48 MiB/);
  }
  assert.ok(process.memoryUsage.rss() - before < 6 * 48 * MiB);
});

limit('memory', 'one request that is larger than all of it is refused without being tried', async () => {
  const source = 'exports.main = (n) => new ArrayBuffer(n).byteLength';
  assert.equal(await run(source, [7 * MiB], { limits: { memory: 8 * MiB } }), 7 * MiB);
  for (const bytes of [8 * MiB, 8 * MiB + 1, 2 ** 31 - 1]) {
    const error = await breach({ memory: 8 * MiB }, source, [bytes]);
    assert.equal(error.code, 'ERR_MEMORY_LIMIT');
    assert.ok(error.receipt.peakBytes < MiB, `${error.receipt.peakBytes} bytes for ${bytes}`);
  }
});

limit('stack', 'it bounds how deep guests recurse, by a RangeError that they can catch', async () => {
  const source = 'let depth = 0; const dive = () => { depth++; dive(); }; exports.main = () => { try { dive(); } catch (e) { return [e.name, e.message, depth]; } }';
  const [name, message, deep] = await run(source, [], { limits: { stack: 4 * MiB } });
  assert.deepEqual([name, message], ['RangeError', 'Maximum call stack size exceeded']);
  const [, , shallow] = await run(source, [], { limits: { stack: 256 * KiB } });
  assert.ok(shallow > 50 && deep > 4 * shallow, `${shallow} and ${deep} calls`);
});

limit('stack', 'a guest that needs less is not disturbed, one that needs more is told', async () => {
  const source = 'const dive = (depth) => (depth === 0 ? 0 : 1 + dive(depth - 1)); exports.main = (depth) => { try { return dive(depth); } catch (e) { return e.name; } }';
  const limits = { stack: 512 * KiB };
  let [reached, missed] = [1, 100_000];
  assert.deepEqual([await run(source, [reached], { limits }), await run(source, [missed], { limits })], [1, 'RangeError']);
  while (missed - reached > 1) {
    const depth = (reached + missed) >> 1;
    const answer = await run(source, [depth], { limits });
    if (answer === depth) reached = depth;
    else [missed] = [depth, assert.equal(answer, 'RangeError')];
  }
  assert.equal(await run(source, [missed], { limits: { stack: MiB } }), missed, 'twice as much is enough for it');
});

limit('stack', 'native code that overflows it ends the run, and the guest cannot catch that', async () => {
  const source = 'exports.main = (length) => { let it = [1].values(); for (let n = 0; n < length; n++) it = it.map((x) => x); try { return it.next().value; } catch { return "caught"; } }';
  assert.equal(await run(source, [100]), 1);
  await assert.rejects(run(source, [100_000]), (error) => {
    assert.ok(error instanceof errors.StackLimitError, String(error));
    assert.deepEqual([error.code, error.message], ['ERR_STACK_LIMIT', 'the native stack of the run is exhausted']);
    return true;
  });
  assert.equal(await run(source, [100]), 1);
});

limit('cpu', 'waiting is free, computing is not, and a guest cannot catch its end', async () => {
  const source = `exports.compute = (ms) => { const end = Date.now() + ms; try { while (Date.now() < end); return 'done'; } catch { return 'caught'; } };
    exports.wait = (ms) => new Promise((done) => setTimeout(done, ms, 'done'));
    exports.slices = async (count) => { for (let n = 0; n < count; n++) { const end = Date.now() + 20; while (Date.now() < end); await exports.wait(1); } return 'done'; };`;
  const limits = { cpu: 100 };
  assert.equal(await run(source, [10], { limits, funcName: 'compute' }), 'done');
  assert.equal(await run(source, [300], { limits, funcName: 'wait' }), 'done');
  for (const [funcName, amount] of [['compute', 4000], ['slices', 200]]) {
    const error = await breach(limits, source, [amount], { funcName });
    assert.ok(error instanceof errors.CpuLimitError, String(error));
    assert.deepEqual([error.name, error.code, error.limit], ['CpuLimitError', 'ERR_CPU_LIMIT', 100]);
    assert.match(error.message, /^run used \d+ ms of CPU time, limit is 100 ms$/);
  }
});

limit('cpu', 'a guest that needs less than half of it is not disturbed, and what a stopped one has used is near it', async () => {
  const source = `exports.main = () => { let n = 0; for (;;) n++; }; exports.some = (rounds) => { let n = 0; while (n < rounds) n++; return n; }`;
  const error = await breach({ cpu: 200 }, source);
  assert.ok(error.measured >= 200 && error.measured < 1500, `${error.measured} ms`);
  const { receipt } = await run(source, [1e5], { funcName: 'some', receipt: true });
  // As many rounds as should take 80 ms here, whatever this machine is.
  const rounds = Math.min(1e8, Math.floor(1e5 * 80 / receipt.cpuTime));
  assert.equal(await run(source, [rounds], { funcName: 'some', limits: { cpu: 200 } }), rounds);
});

limit('cpu', 'waiting for the host is free', async () => {
  const hostFunctions = { later: () => new Promise((done) => setTimeout(done, 300, 'done')) };
  assert.equal(await run('exports.main = () => later()', [], { limits: { cpu: 100 }, hostFunctions }), 'done');
});

limit('hostCalls', 'as many calls as allowed are made, one more is an error that the guest can catch', async () => {
  const source = 'exports.main = async (count) => { let made = 0; try { for (; made < count; made++) await next(); } catch (e) { return [made, e.code, e.message]; } return made; }';
  const options = { limits: { hostCalls: 5 }, hostFunctions: { next: async () => 1 } };
  assert.equal(await run(source, [4], options), 4);
  assert.equal(await run(source, [5], options), 5);
  for (const count of [6, 1e6]) {
    assert.deepEqual(await run(source, [count], options), [5, 'ERR_LIMIT', 'too many calls of host functions: 6, limit is 5']);
  }
});

limit('hostCallsInFlight', 'as many calls as allowed wait at once, one more is an error that the guest can catch', async () => {
  const source = `exports.main = async (count) => { const calls = []; let error; try { for (let n = 0; n < count; n++) calls.push(next()); } catch (e) { error = [e.code, e.message]; }
    await Promise.all(calls); return [calls.length, error, await next()]; }`;
  const options = { limits: { hostCallsInFlight: 3 }, hostFunctions: { next: async () => 1 } };
  assert.deepEqual(await run(source, [2], options), [2, null, 1]);
  assert.deepEqual(await run(source, [3], options), [3, null, 1]);
  assert.deepEqual(await run(source, [4000], options), [3, ['ERR_LIMIT', 'too many calls of host functions at once: 4, limit is 3'], 1]);
});

limit('timers', 'as many as allowed may be pending, one more is an error that the guest can catch', async () => {
  const source = `exports.main = (count) => { let made = 0; try { for (; made < count; made++) setTimeout(() => {}, 1e6).unref(); } catch (e) { return [made, e.code, e.message, e instanceof Error]; } return made; }`;
  const limits = { timers: 10 };
  assert.equal(await run(source, [9], { limits }), 9);
  assert.equal(await run(source, [10], { limits }), 10);
  for (const count of [11, 1e6]) {
    const [made, code, message, isError] = await run(source, [count], { limits });
    assert.deepEqual([made, code, isError], [10, 'ERR_LIMIT', true]);
    assert.match(message, /limit is 10/);
  }
  assert.equal(await run(source, [1000]), 1000);
  assert.equal((await run(source, [1001]))[1], 'ERR_LIMIT');
});

limit('timers', 'what fired or was cleared counts no more, intervals and immediates count', async () => {
  const limits = { timers: 5 };
  assert.equal(await run('exports.main = async () => { for (let n = 0; n < 50; n++) await new Promise((done) => setTimeout(done, 0)); return "done"; }', [], { limits }), 'done');
  assert.equal(await run('exports.main = () => { for (let n = 0; n < 50; n++) clearTimeout(setTimeout(() => {}, 1e6)); return "done"; }', [], { limits }), 'done');
  const source = 'exports.main = () => { try { for (let n = 0; n < 3; n++) { setImmediate(() => {}); setInterval(() => {}, 1e6).unref(); } } catch (e) { return e.code; } }';
  assert.equal(await run(source, [], { limits }), 'ERR_LIMIT');
});

limit('argsBytes', 'arguments up to it cross, larger ones are refused before the code runs', async () => {
  const limits = { argsBytes: 1000 };
  const source = 'console.log("ran"); exports.main = (x) => x.length';
  // The text of the list: J["…"].
  assert.equal(await run(source, ['x'.repeat(994)], { limits }), 994);
  assert.equal(await run(source, ['x'.repeat(995)], { limits }), 995);
  const onConsole = () => assert.fail('the code ran');
  isLimit(await breach(limits, source, ['x'.repeat(996)], { onConsole }), /^args is 1001 bytes or more, limit is 1000 bytes$/, 1000, 1001);
  isLimit(await breach(limits, source, ['x'.repeat(50 * MiB)], { onConsole }), /^args is 50 MiB or more, limit is 1000 bytes$/, 1000);
  isLimit(await breach(limits, source, [new Map([['k', 'x'.repeat(2000)]])], { onConsole }), /^args is/, 1000);
  isLimit(await breach(limits, source, [new Uint8Array(5000)], { onConsole, values: 'structured' }), /^args is/, 1000);
});

limit('argsBytes', 'it counts bytes, not characters, and holds for the context as well', async () => {
  const limits = { argsBytes: 1000 };
  assert.equal(await run('exports.main = (x) => x.length', ['€'.repeat(300)], { limits }), 300);
  isLimit(await breach(limits, '', ['€'.repeat(400)]), /^args is/, 1000);
  isLimit(await breach(limits, '', [], { context: { text: 'x'.repeat(1001) } }), /^context is/, 1000);
});

limit('argsValues', 'as many values as allowed cross, more are refused', async () => {
  const limits = { argsValues: 100 };
  const source = 'exports.main = (x) => x.length ?? x.size';
  // The list of arguments and the array are values, too.
  assert.equal(await run(source, [new Array(97).fill(0)], { limits }), 97);
  assert.equal(await run(source, [new Array(98).fill(0)], { limits }), 98);
  assert.equal(await run(source, [new Set(Array.from({ length: 98 }, (_, n) => n))], { limits }), 98);
  for (const value of [new Array(99).fill(0), new Array(1e7).fill(0), new Set(Array.from({ length: 99 }, (_, n) => n)), new Array(99).fill(undefined)]) {
    isLimit(await breach(limits, source, [value]), /^values in args: \d+ or more, limit is 100$/, 100);
  }
});

limit('argsValues', 'millions of empty arrays are refused', async () => {
  const error = await breach({}, '', [Array.from({ length: 5e6 }, () => [])]);
  isLimit(error, /^values in args/, 100_000);
});

limit('resultBytes', 'results up to it cross, larger ones are refused', async () => {
  const source = 'exports.main = (n) => "x".repeat(n)';
  const limits = { resultBytes: 1000 };
  // Two quotation marks around it.
  assert.equal((await run(source, [997], { limits })).length, 997);
  assert.equal((await run(source, [998], { limits })).length, 998);
  isLimit(await breach(limits, source, [999]), /^result is 1001 bytes, limit is 1000 bytes$/, 1000, 1001);
  isLimit(await breach(limits, source, [20 * MiB]), /^result is 20 MiB, limit is 1000 bytes$/, 1000);
  isLimit(await breach({}, source, [17 * MiB]), /^result is 17 MiB, limit is 16 MiB$/, 16 * MiB);
});

limit('resultBytes', 'it holds for structured results', async () => {
  const values = 'structured';
  const limits = { resultBytes: 1000 };
  assert.equal((await run('exports.main = (n) => new Uint8Array(n)', [500], { limits, values })).length, 500);
  for (const source of ['exports.main = () => new Uint8Array(1e6)', 'exports.main = () => "x".repeat(2000)', 'exports.main = () => new Map([[1, "x".repeat(5000)]])', 'exports.main = () => ({ ["x".repeat(2000)]: 1 })']) {
    isLimit(await breach(limits, source, [], { values }), /^result is/, 1000);
  }
});

limit('resultValues', 'as many values as allowed cross, more are refused', async () => {
  const source = 'exports.main = (n) => new Array(n).fill(0)';
  const limits = { resultValues: 100 };
  assert.equal((await run(source, [98], { limits })).length, 98);
  assert.equal((await run(source, [99], { limits })).length, 99);
  isLimit(await breach(limits, source, [100]), /^values in the result: 101, limit is 100$/, 100, 101);
  isLimit(await breach(limits, source, [1e6]), /^values in the result: \d+, limit is 100$/, 100);
  isLimit(await breach(limits, source, [100], { values: 'structured' }), /^values in the result: 101, limit is 100$/, 100);
  isLimit(await breach({}, 'exports.main = () => JSON.parse("[" + "[],".repeat(2e5) + "1]")'), /limit is 100000$/, 100_000);
});

limit('consoleBytes', 'console output is cut there, and the cut is marked', async () => {
  const lines = [];
  const source = 'exports.main = (n, size) => { for (let i = 0; i < n; i++) console.log("x".repeat(size)); return "done"; }';
  const go = async (count, size, consoleBytes) => {
    lines.length = 0;
    const limits = consoleBytes === undefined ? {} : { consoleBytes };
    assert.equal(await run(source, [count, size], { limits, onConsole: (method, ...args) => lines.push([method, ...args]) }), 'done');
    return lines;
  };
  assert.equal((await go(5, 100, 1000)).length, 5);
  const cut = await go(1000, 100, 1000);
  assert.ok(cut.length > 5 && cut.length < 12, `${cut.length} lines`);
  assert.match(cut.at(-1).join(' '), /limit is 1000 bytes/);
  assert.equal((await go(3, 50 * KiB)).at(-1).join(' ').includes('limit is 64 KiB'), true);
});

limit('consoleBytes', 'what fits exactly is not cut, one byte more is', async () => {
  const lines = [];
  const go = async (size, consoleBytes) => {
    lines.length = 0;
    const { receipt } = await run('exports.main = (size) => { console.log("x".repeat(size)); console.log("last"); }', [size], { receipt: true, limits: { consoleBytes }, onConsole: (...line) => lines.push(line) });
    return receipt.consoleBytesDropped;
  };
  assert.equal(await go(900, 10_000), 0);
  assert.deepEqual(lines, [['log', 'x'.repeat(900)], ['log', 'last']]);
  assert.equal(await go(900, 900), 4, 'the second line is dropped and counted');
  assert.deepEqual([lines.length, lines[1]], [2, ['warn', 'console output was cut: limit is 900 bytes']]);
  assert.ok(lines[0][1].length <= 900);
  assert.equal(await go(2e6, 900), 4);
  assert.ok(lines[0][1].length <= 900, 'a line that is far too long is cut before it is copied');
  await go(10, 0);
  assert.deepEqual(lines, [], 'none at all');
});

limit('sourceBytes', 'files up to it load, larger ones are refused with their name', async () => {
  const start = 'exports.main = () => 1;//';
  const source = (size) => start + 'x'.repeat(size - start.length);
  const limits = { sourceBytes: 1000 };
  assert.equal(await run(source(999), [], { limits }), 1);
  assert.equal(await run(source(1000), [], { limits }), 1);
  isLimit(await breach(limits, source(1001)), /^source file \/index\.js is 1001 bytes, limit is 1000 bytes$/, 1000, 1001);
  isLimit(await breach({}, source(9 * MiB)), /^source file \/index\.js is 9 MiB, limit is 8 MiB$/, 8 * MiB);
  isLimit(await breach(limits, { 'index.js': 'require("./big.json")', 'big.json': `"${'x'.repeat(1000)}"` }), /^source file \/big\.json is 1002 bytes/, 1000, 1002);
});

limit('sourceBytes', 'guests cannot catch a file that is too large', async () => {
  isLimit(await breach({ sourceBytes: 200 }, { 'index.js': 'try { require("./big"); } catch {} exports.main = () => 1', 'big.js': ' '.repeat(201) }), /big\.js/, 200);
});

limit('modules', 'as many modules as allowed load, one more ends the run', async () => {
  const files = { 'index.js': 'exports.main = (n) => { for (let i = 0; i < n; i++) try { require("./m" + i); require("./m" + i); } catch {} return n; }' };
  for (let n = 0; n < 12; n++) files[`m${n}.js`] = '';
  const limits = { modules: 10 };
  assert.equal(await run(files, [8], { limits }), 8);
  assert.equal(await run(files, [9], { limits }), 9);
  isLimit(await breach(limits, files, [10]), /^modules loaded: 11, limit is 10$/, 10, 11);
  isLimit(await breach({ modules: 1 }, files, [1]), /^modules loaded: 2, limit is 1$/, 1, 2);
});

test('every limit has tests of its own', () => {
  assert.deepEqual([...tested].sort(), Object.keys(LIMITS).sort());
});

test('a run may lower each limit to what the runtime allows, and never raise it', async () => {
  const root = folder({ 'index.js': 'exports.main = () => 1' });
  for (const [name, { standard, unit }] of Object.entries(LIMITS)) {
    const most = Math.floor((standard ?? 10_000) / 2);
    const on = new IsolatedRuntime({ limits: { [name]: most } });
    const go = (value) => on.run({ root, file: 'index.js', funcName: 'main', limits: { [name]: value } });
    assert.equal(await go(most), 1, name);
    assert.equal(await go(Math.floor(most / 2)), 1, name);
    for (const more of [most + 1, standard ?? 10_000]) {
      await assert.rejects(go(more), { name: 'RangeError', code: 'ERR_INVALID_ARG', message: `limits.${name} may not exceed the runtime's, which is ${most} ${unit}, got ${more}` });
    }
    await on.shutdown();
  }
});

test('a runtime may raise limits above their defaults', async () => {
  const on = new IsolatedRuntime({ timeout: 20_000, limits: { memory: 256 * MiB, resultValues: 300_000, resultBytes: 64 * MiB, timers: 2000 } });
  const source = 'exports.main = () => { for (let n = 0; n < 2000; n++) setTimeout(() => {}, 1e6); return new Array(2e5).fill("x".repeat(100)); }';
  assert.equal((await run(source, [], {}, on)).length, 2e5);
  await on.shutdown();
});

test('a run may lower the time-out, and never raise it', async () => {
  const on = new IsolatedRuntime({ timeout: 300 });
  await assert.rejects(run('exports.main = () => { for (;;); }', [], { timeout: 50 }, on), { message: 'run exceeded its time-out of 50 ms' });
  await assert.rejects(run('exports.main = () => { for (;;); }', [], {}, on), { message: 'run exceeded its time-out of 300 ms' });
  await assert.rejects(run('', [], { timeout: 301 }, on), { name: 'RangeError', code: 'ERR_INVALID_ARG', message: "timeout may not exceed the runtime's, which is 300 ms, got 301" });
  await assert.rejects(runtime().run({ root: folder(), file: 'x', funcName: 'y', timeout: 5001 }), { name: 'RangeError' });
  await on.shutdown();
});
