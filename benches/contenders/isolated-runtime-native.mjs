// This package. The empty round trip shares its process: what a call costs that wakes a thread and does nothing there.
import { createRequire } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';
import { PROGRAMS } from '../harness/programs.mjs';
import { growth } from '../own/growth.mjs';
import { prepared } from '../own/prepared.mjs';
import { runaway } from '../own/runaway.mjs';
import { waiting } from '../own/waiting.mjs';

const require = createRequire(import.meta.url);
const { IsolatedRuntime } = require('../..');
const native = require('../../lib/native.js');
const options = require('../../lib/options.js');

const POOL = { threads: 2, timeout: 60_000 };
const IDLE_MILLISECONDS = 600_000;

export const contenders = { 'isolated-runtime-native': openRuntime, 'empty native round trip': openPing };

function openRuntime() {
  const runtime = new IsolatedRuntime(POOL);
  return {
    inFlight: 256,
    run: (program, funcName, argument) => runtime.run({ root: PROGRAMS, file: program, funcName, args: [argument] }),
    hold: warmSandboxes(),
    ...growth(IsolatedRuntime),
    ...prepared(IsolatedRuntime),
    ...runaway(IsolatedRuntime),
    ...waiting(IsolatedRuntime),
  };
}

/** Sandboxes that have served a run and wait for the next one. */
function warmSandboxes() {
  const runtime = new IsolatedRuntime({ ...POOL, poolOptions: { max: 1000, idleTimeoutMillis: IDLE_MILLISECONDS } });
  return async (count) => {
    const runs = Array.from({ length: count }, () => runtime.run({ root: PROGRAMS, file: 'sleep.js', funcName: 'sleep', args: [500] }));
    await Promise.all(runs);
    for (let wait = 0; runtime.stats().idleSandboxes < count; wait += 1) {
      if (wait === 1000) throw new Error(`${runtime.stats().idleSandboxes} sandboxes are idle, not ${count}`);
      await sleep(10);
    }
  };
}

/** Straight on the native engine, with nothing in between but what any promise of a call needs. */
function openPing() {
  const waiting = new Map();
  let lastId = 0;
  const engine = new native.Engine(JSON.stringify(options.engineOptions(options.runtimeOptions(POOL))), drain);

  function drain() {
    const events = engine.drain(false);
    // Kind, id, and two more of each.
    for (let at = 0; at < events.length; at += 4) {
      const id = events[at + 1];
      const resolve = waiting.get(id);
      waiting.delete(id);
      resolve();
    }
    if (waiting.size === 0) alive.unref();
  }

  // The way back is weak: it keeps no event loop alive.
  const alive = setInterval(() => {}, 60_000);
  return {
    inFlight: 256,
    isEmpty: true,
    run: () => new Promise((resolve) => {
      lastId += 1;
      waiting.set(lastId, resolve);
      alive.ref();
      engine.ping(lastId);
    }),
  };
}
