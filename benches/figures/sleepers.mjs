// Runs that wait: they hold no thread, so a thousand of them take as long as one.
import { summary } from '../harness/statistics.mjs';
import { target } from './measure.mjs';

export const title = '1,000 runs of `await sleep(1000)` at once, `poolOptions.max: 1000`';
export const unit = 's or MB';

const OURS = 'isolated-runtime-native';
const ROUNDS = 3;
const MEGABYTE = 1e6;

/** @param {import('../harness/session.mjs').Session} session */
export async function measure(session) {
  const seconds = [];
  const megabytes = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    await session.reopen([OURS]);
    const answer = await session.ask(OURS, OURS, 'own', { method: 'sleepers', options: { count: 1000, milliseconds: 1000 } });
    seconds.push(answer.seconds);
    megabytes.push(answer.bytes / MEGABYTE);
  }
  const rows = { 'seconds until the last one is done': summary(seconds), 'MB more than idle, at most': summary(megabytes) };
  return {
    rows,
    targets: [
      target('1,000 sleepers of one second', summary(seconds).median, { most: 1.5, unit: 's' }),
      target('1,000 sleepers, memory more than idle', summary(megabytes).median, { most: 500, unit: 'MB' }),
    ],
  };
}
