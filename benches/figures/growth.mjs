// How costs grow with what a run is given. Doubling the input may double the time, and no more.
import { median, summary } from '../harness/statistics.mjs';

export const title = 'Cost growth';
export const unit = 'ms';

const OURS = 'isolated-runtime-native';
const BYTES = [10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000];
const MODULES = [1, 10, 100, 1_000];
const CONCURRENCY = [1, 10, 100, 1_000, 10_000];
const ROUNDS = 5;

/** @param {import('../harness/session.mjs').Session} session */
export async function measure(session) {
  await session.open([OURS]);
  const own = (/** @type {string} */ method, /** @type {object} */ options) => session.ask(OURS, OURS, 'own', { method, options });
  /** @type {Record<string, number[]>} */
  const milliseconds = {};
  const note = (/** @type {string} */ name, /** @type {number} */ value) => (milliseconds[name] ??= []).push(value);
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const bytes of BYTES) note(`argument of ${count(bytes)} bytes, there and back`, await own('argumentOf', { bytes }));
    for (const modules of MODULES) note(`${count(modules)} modules`, await own('modules', { modules }));
    for (const runs of CONCURRENCY) note(`${count(runs)} runs at once`, await own('concurrently', { runs }));
  }
  const rows = Object.fromEntries(Object.entries(milliseconds).map(([name, values]) => [name, summary(values)]));
  const curve = (/** @type {number[]} */ sizes, /** @type {(size: number) => string} */ nameOf) => sizes.map((size) => [size, median(milliseconds[nameOf(size)])]);
  return {
    rows,
    curves: {
      'argument bytes': curve(BYTES, (bytes) => `argument of ${count(bytes)} bytes, there and back`),
      modules: curve(MODULES, (modules) => `${count(modules)} modules`),
      'runs at once': curve(CONCURRENCY, (runs) => `${count(runs)} runs at once`),
    },
    targets: [],
  };
}

const count = (/** @type {number} */ number) => number.toLocaleString('en-US');
