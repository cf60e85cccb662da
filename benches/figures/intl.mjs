// What a touch of Intl costs a run: the first time in a process, the first time in a run, and again in the same run.
import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { repository } from '../../scripts/processes.mjs';
import { summary } from '../harness/statistics.mjs';
import { ratio, target } from './measure.mjs';

export const title = '`Intl`, first in a process, first in a run, and again';
export const unit = 'ms';

const TOUCHES = createRequire(import.meta.url)('../programs/intl.js').names();
const ROUNDS = 5;
const TEXTS = 10_000;
const SCRIPT = join(repository, 'benches', 'own', 'intl-cost.mjs');

/** @param {string[]} args */
const rounds = (...args) => Array.from({ length: ROUNDS }, () => JSON.parse(execFileSync(process.execPath, [SCRIPT, ...args], { encoding: 'utf8' })));

export async function measure() {
  /** @type {Record<string, any>} */
  const rows = {};
  for (const name of TOUCHES) {
    const answers = rounds(name);
    for (const when of ['first', 'warm', 'again']) rows[`${name}, ${when}`] = summary(answers.map((answer) => answer[when]));
  }
  const sorts = rounds('--sort', String(TEXTS));
  const [guest, node] = ['guest', 'node'].map((where) => summary(sorts.map((answer) => answer[where])));
  rows[`sorting ${TEXTS} texts by localeCompare`] = guest;
  rows['the same in Node'] = node;
  return { rows, targets: [target('sorting by localeCompare, as a multiple of Node', ratio(guest.median, node.median), { most: 20 })] };
}
