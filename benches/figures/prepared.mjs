// An application that is loaded once: each run starts from there, and still has a heap of its own.
import { installed } from '../harness/peers.mjs';
import { summary } from '../harness/statistics.mjs';
import { target } from './measure.mjs';

export const title = 'Prepared application: ajv, handlebars, lodash, moment; one small rule per run';
export const unit = 'µs';

const OURS = 'isolated-runtime-native';
const ROUNDS = 5;
const MILLISECONDS = 500;
const SIZES = [{ file: 'app-5.js', most: 250 }, { file: 'app-20.js', most: 600 }];

/** @param {import('../harness/session.mjs').Session} session */
export async function measure(session) {
  const state = installed('application', 'handlebars');
  if ('error' in state) throw new Error(`its packages cannot be installed: ${state.error}`);
  await session.open([OURS]);
  const own = (/** @type {string} */ method, /** @type {object} */ options) => session.ask(OURS, OURS, 'own', { method, options });
  /** @type {Record<string, any>} */
  const rows = {};
  const targets = [];
  for (const { file, most } of SIZES) {
    const megabytes = Math.round((await own('heapBytes', { file })) / 1e6);
    const prepared = [];
    const fresh = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      prepared.push(await own('preparedRun', { file, milliseconds: MILLISECONDS }));
      fresh.push(await own('freshRun', { file }));
    }
    rows[`${megabytes} MB, prepared: the thread's time per run`] = summary(prepared);
    rows[`${megabytes} MB, loaded afresh`] = summary(fresh);
    targets.push(target(`prepared application of ${megabytes} MB, engine side`, summary(prepared).median, { most, unit: 'µs' }));
  }
  return { rows, targets };
}
