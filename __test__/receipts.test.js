'use strict';

// Who gets a receipt: whoever asks for it, errors, and listeners of the diagnostics channel; of every run its own.
const assert = require('node:assert/strict');
const diagnostics = require('node:diagnostics_channel');
const { test } = require('node:test');
const { IsolatedRuntime } = require('..');
const { folder, run, until } = require('./guest');

const CHANNEL = 'isolated-runtime-native:run';
const root = folder({ 'index.js': `
exports.echo = (text) => text;
exports.wait = (ms) => new Promise((done) => setTimeout(done, ms, ms));
exports.fail = () => { throw new RangeError('too far'); };
` });
const call = (on, funcName, args = [], more = {}) => on.run({ root, file: 'index.js', funcName, args, ...more });

/** What the channel says while `during` goes on. */
async function heard(during) {
  const messages = [];
  const listen = (message) => messages.push(message);
  diagnostics.subscribe(CHANNEL, listen);
  try {
    await during(messages);
  } finally {
    diagnostics.unsubscribe(CHANNEL, listen);
  }
  return messages;
}

test('of runs that end in one batch, each gets the receipt it asked for and no other', async () => {
  const on = new IsolatedRuntime({ threads: 2 });
  const texts = Array.from({ length: 200 }, (_, at) => 'x'.repeat(at * 10));
  const settled = await Promise.all(texts.map((text, at) => call(on, 'echo', [text], at % 3 === 0 ? { receipt: true } : {})));
  // The quotes and brackets of the arguments are the same for all of them.
  const [{ receipt: { bytesIn: without } }] = settled;
  for (const [at, answer] of settled.entries()) {
    if (at % 3 !== 0) assert.equal(answer, texts[at]);
    else {
      assert.equal(answer.result, texts[at]);
      assert.equal(answer.receipt.bytesIn - without, texts[at].length);
      assert.equal(answer.receipt.stoppedBy, 'done');
    }
  }
  await on.close();
});

test('the channel tells of every run that ends, and of the error with which it failed', async () => {
  const on = new IsolatedRuntime();
  const messages = await heard(async () => {
    assert.equal(await call(on, 'echo', ['a']), 'a');
    await assert.rejects(call(on, 'fail'), RangeError);
    await assert.rejects(call(on, 'wait', [5000], { timeout: 50 }), { code: 'ERR_TIMEOUT' });
    assert.equal((await call(on, 'echo', ['b'], { receipt: true })).receipt.stoppedBy, 'done');
  });
  assert.deepEqual(messages.map(({ receipt, error }) => [receipt.stoppedBy, error?.message?.slice(0, 7), error?.receipt?.wallTime === receipt.wallTime]),
    [['done', undefined, false], ['error', 'too far', true], ['ERR_TIMEOUT', messages[2].error.message.slice(0, 7), true], ['done', undefined, false]]);
  for (const { receipt } of messages) {
    for (const [name, value] of Object.entries(receipt)) assert.ok(name === 'stoppedBy' || Number.isFinite(value), `${name}: ${value}`);
    assert.ok(receipt.wallTime > 0 && receipt.peakBytes > 0, JSON.stringify(receipt));
  }
  await on.close();
});

test('who begins to listen while runs are under way hears of those', async () => {
  const on = new IsolatedRuntime({ threads: 2 });
  const waiting = [call(on, 'wait', [150]), call(on, 'wait', [150])];
  await call(on, 'echo', ['nobody listens yet']);
  const messages = await heard(() => Promise.all(waiting));
  assert.deepEqual(messages.map(({ receipt }) => receipt.stoppedBy), ['done', 'done']);
  await on.close();
});

test('runs that are aborted, or whose result nobody may have, leave nothing wanted behind', async () => {
  const on = new IsolatedRuntime({ threads: 2 });
  const abort = new AbortController();
  const aborted = call(on, 'wait', [5000], { receipt: true, signal: abort.signal });
  abort.abort(new Error('enough'));
  await assert.rejects(aborted, /enough/);
  await assert.rejects(call(on, 'fail', [], { receipt: true }), RangeError);
  const { receipt } = await call(on, 'echo', ['still counted'], { receipt: true });
  assert.equal(receipt.stoppedBy, 'done');
  await until(() => on.stats().running === 0);
  await on.close();
});

test('a large result, read in a turn of its own, comes with its receipt', async () => {
  const { result, receipt } = await run('exports.main = (size) => "x".repeat(size)', [3e6], { receipt: true });
  assert.equal(result.length, 3e6);
  assert.ok(receipt.bytesOut >= 3e6, JSON.stringify(receipt));
});
