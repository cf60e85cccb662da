'use strict';

// Timers, ticks and promise jobs of guests are those of Node: each program below says what it logs, and where the host is
// Node itself, the same program is run there, too.
const assert = require('node:assert/strict');
const { test } = require('node:test');
const { run } = require('./guest');

const isNode = process.versions.bun === undefined && process.versions.deno === undefined;

/** The body of a function that logs, and calls `done` in the end. It begins in a timer, where Node's order is certain. */
const mainOf = (body) => `new Promise((resolve, reject) => {
  const seen = [];
  const log = (...entries) => { seen.push(...entries); };
  const done = () => resolve(seen);
  const busy = (milliseconds) => { for (const start = Date.now(); Date.now() - start < milliseconds;) continue; };
  setTimeout(() => { try { ${body} } catch (error) { reject(error); } }, 1);
})`;

/** Holds that the sandbox, and Node where it is at hand, log what is expected. */
function logs(name, body, expected) {
  test(name, async () => {
    assert.deepEqual(await run(`exports.main = () => ${mainOf(body)}`), expected);
    if (isNode) assert.deepEqual(await new Function('process', `return ${mainOf(body)}`)(process), expected, 'Node itself');
  });
}

logs('ticks come before promise jobs, those before immediates, and those before timers', `
  setTimeout(() => { log('timeout'); done(); }, 0);
  setImmediate(() => log('immediate'));
  Promise.resolve().then(() => log('promise'));
  process.nextTick(() => log('tick'));
  log('now');
`, ['now', 'tick', 'promise', 'immediate', 'timeout']);

logs('all ticks run before any promise job, and all promise jobs before ticks that they add', `
  Promise.resolve().then(() => { log('p1'); process.nextTick(() => log('t3')); }).then(() => log('p3'));
  process.nextTick(() => { log('t1'); Promise.resolve().then(() => log('p2')); process.nextTick(() => log('t2')); });
  setImmediate(done);
`, ['t1', 't2', 'p1', 'p2', 'p3', 't3']);

logs('ticks and promise jobs of a timer run before the next timer, even if both are due', `
  setTimeout(() => { log('a'); process.nextTick(() => log('tick of a')); Promise.resolve().then(() => log('job of a')); }, 1);
  setTimeout(() => log('b'), 1);
  setTimeout(() => { log('c'); done(); }, 1);
  busy(5);
`, ['a', 'tick of a', 'job of a', 'b', 'c']);

logs('ticks and promise jobs of an immediate run before the next immediate', `
  setImmediate(() => { log('a'); process.nextTick(() => log('tick of a')); Promise.resolve().then(() => log('job of a')); });
  setImmediate(() => { log('b'); done(); });
`, ['a', 'tick of a', 'job of a', 'b']);

logs('an await goes on before timers that are due', `
  (async () => { await null; log('first'); await null; log('second'); })();
  setTimeout(() => { log('timer'); done(); }, 1);
  busy(5);
`, ['first', 'second', 'timer']);

logs('timers fire by their delay, and in the order they were set where it is the same', `
  for (const [name, delay] of [['d', 300], ['b', 100], ['c', 200], ['a1', 1], ['a2', 1], ['b2', 100]]) setTimeout(() => log(name), delay);
  setTimeout(done, 400);
`, ['a1', 'a2', 'b', 'b2', 'c', 'd']);

logs('a delay counts from the moment the timer is set', `
  setTimeout(() => log('set first, due first'), 10);
  busy(30);
  setTimeout(() => { log('set later'); done(); }, 5);
`, ['set first, due first', 'set later']);

logs('delays of 0 and 1 are the same, and so are missing ones', `
  setTimeout(() => log(1), 1); setTimeout(() => log(2), 0); setTimeout(() => log(3)); setTimeout(() => log(4), undefined); setTimeout(() => log(5), null);
  setTimeout(() => { log(6); done(); }, '1');
  busy(5);
`, [1, 2, 3, 4, 5, 6]);

logs('an immediate set in a timer comes before a timer set there, and before timers that become due meanwhile', `
  setTimeout(() => {
    setTimeout(() => { log('timer'); done(); }, 0);
    setImmediate(() => log('immediate'));
    busy(5);
  }, 1);
`, ['immediate', 'timer']);

logs('an immediate set in an immediate waits for the next turn, and timers that are due come first', `
  setImmediate(() => {
    setTimeout(() => log('timer'), 1);
    setImmediate(() => { log('next turn'); done(); });
    busy(5);
    log('this turn');
  });
  setImmediate(() => log('same turn'));
`, ['this turn', 'same turn', 'timer', 'next turn']);

logs('a timer set in a timer waits for the next turn', `
  setTimeout(() => { log('a'); setTimeout(() => { log('c'); done(); }, 0); busy(5); }, 1);
  setTimeout(() => log('b'), 1);
  busy(5);
`, ['a', 'b', 'c']);

logs('arguments are handed to the callback, however many', `
  const many = Array.from({ length: 40 }, (_, index) => index);
  setTimeout((...args) => log('timeout', args.length), 1);
  setTimeout((...args) => log(args), 2, 1, 'two', [3]);
  setImmediate((...args) => log(args), { four: 4 }, null);
  setTimeout((...args) => log(args), 30, ...many);
  process.nextTick((...args) => log(args.length), ...many);
  const interval = setInterval((...args) => { log(args); clearInterval(interval); }, 60, 'five');
  setTimeout(done, 90);
`, [40, [{ four: 4 }, null], 'timeout', 0, [1, 'two', [3]], Array.from({ length: 40 }, (_, index) => index), ['five']]);

logs('the handle is this of the callback, and tells its class', `
  const timeout = setTimeout(function () { log(this === timeout); }, 1);
  const immediate = setImmediate(function () { log(this === immediate); });
  log(timeout.constructor.name, immediate.constructor.name, typeof timeout, Number.isInteger(+timeout));
  setTimeout(done, 20);
`, ['Timeout', 'Immediate', 'object', true, true, true]);

logs('an interval fires until it is cleared, also in its own callback', `
  let count = 0;
  const interval = setInterval(() => { log(++count); if (count === 3) { clearInterval(interval); setTimeout(done, 30); } }, 2);
`, [1, 2, 3]);

logs('an interval counts from the start of its callback', `
  let count = 0;
  const interval = setInterval(() => {
    log('interval');
    if (++count === 1) { setTimeout(() => { log('timer'); clearInterval(interval); done(); }, 25); busy(30); }
  }, 20);
`, ['interval', 'interval', 'timer']);

logs('an interval that is late does not catch up', `
  let count = 0;
  const interval = setInterval(() => { if (++count === 1) { busy(100); setImmediate(() => setImmediate(() => { log(count <= 2); clearInterval(interval); done(); })); } }, 5);
`, [true]);

logs('every way of clearing clears every kind of timer of setTimeout and setInterval', `
  clearInterval(setTimeout(() => log('timeout'), 1));
  clearTimeout(setInterval(() => log('interval'), 1));
  clearTimeout(+setTimeout(() => log('by number'), 1));
  clearTimeout(String(+setTimeout(() => log('by text'), 1)));
  setTimeout(() => log('closed'), 1).close();
  clearImmediate(setImmediate(() => log('immediate')));
  setTimeout(done, 20);
`, []);

logs('clearing what is no timer, or none any more, does nothing', `
  const fired = setTimeout(() => log('fired'), 1);
  for (const id of [undefined, null, NaN, 0, -1, 1e9, 'text', '', {}, [], () => {}, true]) { clearTimeout(id); clearInterval(id); }
  for (const id of [undefined, null, NaN]) clearImmediate(id);
  setTimeout(() => { clearTimeout(fired); clearTimeout(fired); log('still here'); done(); }, 20);
`, ['fired', 'still here']);

logs('a timer cleared by another that fires in the same turn does not fire', `
  setTimeout(() => { log('a'); clearTimeout(b); clearImmediate(c); }, 1);
  const b = setTimeout(() => log('b'), 1);
  const c = setImmediate(() => log('c'));
  clearImmediate(c);
  const d = [];
  setImmediate(() => { log('first'); clearImmediate(d[0]); });
  d.push(setImmediate(() => log('cleared')));
  setTimeout(done, 20);
`, ['first', 'a']);

logs('a timer cleared by a tick or a promise job between two that are due does not fire', `
  setTimeout(() => { log('a'); process.nextTick(() => clearTimeout(b)); }, 1);
  const b = setTimeout(() => log('b'), 1);
  setTimeout(() => { log('c'); Promise.resolve().then(() => clearTimeout(d)); }, 1);
  const d = setTimeout(() => log('d'), 1);
  setTimeout(done, 20);
  busy(5);
`, ['a', 'c']);

logs('refresh starts the delay anew', `
  const late = setTimeout(() => { log('late'); done(); }, 40);
  busy(30);
  setTimeout(() => log('early'), 30);
  log(late.refresh() === late);
`, [true, 'early', 'late']);

logs('refresh revives a timer that has fired, with its arguments, and none that was cleared', `
  let count = 0;
  const again = setTimeout((word) => { log(word); if (++count === 1) again.refresh(); }, 2, 'word');
  const cleared = setTimeout(() => log('cleared'), 2);
  clearTimeout(cleared);
  cleared.refresh();
  setTimeout(done, 40);
`, ['word', 'word']);

logs('ref and unref answer the handle, and hasRef tells which was called last', `
  const timer = setTimeout(() => log('fired'), 5);
  log(timer.hasRef(), timer.unref() === timer, timer.hasRef(), timer.ref() === timer, timer.hasRef());
  const immediate = setImmediate(() => {});
  log(immediate.hasRef(), immediate.unref() === immediate, immediate.hasRef());
  setTimeout(done, 30);
`, [true, true, false, true, true, true, true, false, 'fired']);

logs('a timer without reference fires like any other while something else is waited for', `
  setTimeout(() => log('unref'), 5).unref();
  setImmediate(() => log('immediate')).unref();
  const interval = setInterval(() => { log('interval'); clearInterval(interval); }, 10).unref();
  setTimeout(done, 30);
`, ['immediate', 'unref', 'interval']);

logs('a callback that is no function is refused with the code that Node has', `
  for (const start of [setTimeout, setInterval, setImmediate, process.nextTick]) {
    try { start('text'); } catch (error) { log(error.name, error.code); }
  }
  done();
`, Array(4).fill(['TypeError', 'ERR_INVALID_ARG_TYPE']).flat());

logs('timers have names, lengths and a module of their own', `
  log(setTimeout.name, clearTimeout.name, setInterval.name, clearInterval.name, setImmediate.name, clearImmediate.name);
  done();
`, ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'setImmediate', 'clearImmediate']);

test('require("timers") gives the globals', async () => {
  assert.deepEqual(await run('const timers = require("timers"); exports.main = () => ["Timeout", "Interval", "Immediate"].flatMap((kind) => ["set", "clear"].map((verb) => verb + kind)).map((name) => timers[name] === global[name])'), Array(6).fill(true));
});

test('a delay that is too long, negative or no number is one millisecond', async () => {
  for (const delay of ['2 ** 31', 'Infinity', '-5', 'NaN', '"text"', '{}']) {
    assert.equal(await run(`exports.main = () => new Promise((done) => setTimeout(done, ${delay}, 'fired'))`), 'fired');
  }
});

test('a run whose promise only a timer without reference settles is waited for', async () => {
  assert.equal(await run('exports.main = () => new Promise((done) => setTimeout(done, 20, "unref").unref())'), 'unref');
});

test('an exception in a timer, an immediate or a tick rejects the run', async () => {
  for (const start of ['setTimeout', 'setImmediate', 'setInterval', 'process.nextTick']) {
    await assert.rejects(run(`exports.main = () => new Promise(() => ${start}(() => { throw new RangeError('thrown in a callback'); }))`), { name: 'RangeError', message: 'thrown in a callback' });
  }
});

test('forged handles clear nothing', async () => {
  const source = 'exports.main = () => new Promise((done) => { const real = setTimeout(done, 5, "fired"); clearTimeout({ _id: +real }); clearTimeout(Object.create(real)); clearTimeout({ [Symbol.toPrimitive]: () => +real }); })';
  assert.equal(await run(source), 'fired');
});

test('a guest may set many timers, and one more than limits.timers throws where it is set', async () => {
  const source = `exports.main = (count) => { let set = 0; try { for (; set < count; set++) setTimeout(() => {}, 1e6); } catch (error) { return [set, error.code, error.message]; } return set; }`;
  assert.equal(await run(source, [1000]), 1000);
  assert.deepEqual(await run(source, [1001]), [1000, 'ERR_LIMIT', 'too many pending timers: 1001, limit is 1000']);
  assert.deepEqual(await run(source, [4], { limits: { timers: 3 } }), [3, 'ERR_LIMIT', 'too many pending timers: 4, limit is 3']);
});

test('timers that refresh revives count as well', async () => {
  const source = `exports.main = () => new Promise((done) => {
    const fired = setTimeout(() => setTimeout(revive, 1), 1);
    function revive() {
      setTimeout(() => {}, 1e6);
      setTimeout(() => {}, 1e6);
      try { done(fired.refresh()); } catch (error) { done(error.message); }
    }
  })`;
  assert.equal(await run(source, [], { limits: { timers: 2 } }), 'too many pending timers: 3, limit is 2');
});
