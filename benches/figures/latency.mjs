// One run after another: what a caller waits for a guest that does nothing.
import { summary } from '../harness/statistics.mjs';
import { inTurns, ratio, target } from './measure.mjs';

export const title = 'One run at a time: `await runtime.run(echo)`';
export const unit = 'µs';
export const peers = ['isolated-runtime-native', 'isolated-vm', 'quickjs-emscripten', 'run', 'vm2-pool', 'isolated-runtime-1', 'node-vm'];

const OURS = 'isolated-runtime-native';
const ROUNDS = 9;
const MILLISECONDS = 400;

/** @param {import('../harness/session.mjs').Session} session */
export async function measure(session) {
  const samples = await inTurns(session, peers, 'latency', ROUNDS, { milliseconds: MILLISECONDS });
  const rows = Object.fromEntries([...samples].map(([name, rounds]) => [name, summary(rounds.flat())]));
  const medianOf = (/** @type {string} */ name) => rows[name]?.median;
  return {
    rows,
    targets: [
      target('echo, times faster than isolated-vm with a new isolate', ratio(medianOf('isolated-vm: new isolate'), medianOf(OURS)), { least: 25 }),
      target('echo, times faster than the vm2 pool', ratio(medianOf('vm2 in a pool of worker threads'), medianOf(OURS)), { least: 50 }),
      target('echo, as a multiple of an empty native round trip', ratio(medianOf(OURS), medianOf('empty native round trip')), { most: 1.6 }),
    ],
  };
}
