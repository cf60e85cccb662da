// What is measured of a contender. A contender's `run(program, name, argument)` loads a program into a heap that nothing
// has run in before, calls one of its functions, and resolves with a copy of the result.
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';

const ECHOED = { id: 7, name: 'bench', tags: ['a', 'b'], nested: { ratio: 0.5 } };

/** Microseconds of single runs, one after another, for a while. @param {any} contender @param {{ milliseconds: number }} options */
async function latency(contender, { milliseconds }) {
  await verifyEcho(contender);
  const samples = [];
  const end = performance.now() + milliseconds;
  while (performance.now() < end || samples.length < 3) {
    const started = performance.now();
    await contender.run('echo.js', 'echo', ECHOED);
    samples.push((performance.now() - started) * 1000);
  }
  return samples;
}

/** Runs per second with several in flight. @param {any} contender @param {{ milliseconds: number, inFlight?: number }} options */
async function throughput(contender, { milliseconds, inFlight = contender.inFlight }) {
  await verifyEcho(contender);
  let finished = 0;
  const started = performance.now();
  const end = started + milliseconds;
  await Promise.all(Array.from({ length: inFlight }, async () => {
    do {
      await contender.run('echo.js', 'echo', ECHOED);
      finished += 1;
    } while (performance.now() < end);
  }));
  return finished / ((performance.now() - started) / 1000);
}

/** Milliseconds of one run of a program, and what it answered. @param {any} contender @param {{ program: string }} options */
async function program(contender, { program: file }) {
  const started = performance.now();
  const answer = await contender.run(file, 'main', null);
  return { milliseconds: performance.now() - started, answer };
}

/** Bytes of resident memory per idle sandbox. @param {any} contender @param {{ few: number, many: number }} options */
async function idleBytes(contender, { few, many }) {
  const before = await settledMemory(contender, few);
  const after = await settledMemory(contender, many);
  return (after - before) / (many - few);
}

async function settledMemory(contender, count) {
  await contender.hold(count);
  globalThis.gc?.();
  await sleep(50);
  globalThis.gc?.();
  return process.memoryUsage.rss();
}

/** The contender's own measurement, where only one offers it. @param {any} contender @param {{ method: string, options?: any }} options */
const own = (contender, { method, options }) => contender[method](options);

/** A contender that answers wrongly is fast for the wrong reason. */
async function verifyEcho(contender) {
  if (contender.isEmpty) return;
  assert.deepEqual(await contender.run('echo.js', 'echo', ECHOED), ECHOED);
}

export const tasks = { latency, throughput, program, idleBytes, own };
