// What a sandbox costs while it waits for its next run.
import { summary } from '../harness/statistics.mjs';
import { target } from './measure.mjs';

export const title = 'Memory of one idle warm sandbox';
export const unit = 'KiB';
export const peers = ['isolated-runtime-native', 'isolated-vm'];

const HOLDERS = [['isolated-runtime-native', 'isolated-runtime-native'], ['isolated-vm', 'isolated-vm: new isolate']];
const ROUNDS = 3;
const KIB = 1024;

/** Each round takes a process of its own, since memory once taken is rarely given back. @param {import('../harness/session.mjs').Session} session */
export async function measure(session) {
  /** @type {Record<string, number[]>} */
  const kibibytes = {};
  for (let round = 0; round < ROUNDS; round += 1) {
    await session.reopen(peers);
    for (const [peer, name] of HOLDERS) {
      if (session.unavailable[peer] !== undefined) continue;
      const bytes = await session.ask(peer, name, 'idleBytes', { few: 20, many: 200 });
      (kibibytes[name] ??= []).push(bytes / KIB);
    }
  }
  const rows = Object.fromEntries(Object.entries(kibibytes).map(([name, values]) => [name, summary(values)]));
  return { rows, targets: [target('one idle warm sandbox', rows['isolated-runtime-native']?.median, { most: 450, unit: 'KiB' })] };
}
