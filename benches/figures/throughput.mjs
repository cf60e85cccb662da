// Many runs in flight: what a server gets through.
import { summary } from '../harness/statistics.mjs';
import { inTurns, ratio, target } from './measure.mjs';

export const title = 'Pipelined throughput of echo, 2 threads';
export const unit = 'runs/s';
export const peers = ['isolated-runtime-native', 'isolated-vm', 'quickjs-emscripten', 'run', 'vm2-pool', 'isolated-runtime-1', 'node-vm'];

const OURS = 'isolated-runtime-native';
const ROUNDS = 7;
const MILLISECONDS = 600;

/** @param {import('../harness/session.mjs').Session} session */
export async function measure(session) {
  const answers = await inTurns(session, peers, 'throughput', ROUNDS, { milliseconds: MILLISECONDS });
  const rows = Object.fromEntries([...answers].map(([name, rates]) => [name, summary(rates)]));
  const medianOf = (/** @type {string} */ name) => rows[name]?.median;
  return {
    rows,
    targets: [
      target('throughput, times isolated-vm with a new isolate', ratio(medianOf(OURS), medianOf('isolated-vm: new isolate')), { least: 80 }),
      target('throughput, times the vm2 pool', ratio(medianOf(OURS), medianOf('vm2 in a pool of worker threads')), { least: 150 }),
      target('throughput', medianOf(OURS), { least: 40_000, unit: 'runs/s' }),
    ],
  };
}
