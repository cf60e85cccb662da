// What `require` of builtins and of popular packages costs a run: the first time in a process, and from bytecode.
import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { repository } from '../../scripts/processes.mjs';
import { installed } from '../harness/peers.mjs';
import { summary } from '../harness/statistics.mjs';

export const title = '`require`, first time in a process and warm';
export const unit = 'ms';

const require = createRequire(import.meta.url);
const PACKAGES = Object.keys(require('../peers/packages/package.json').dependencies);
/** Those that every guest file may require. */
const BUILTINS = [
  'assert', 'buffer', 'console', 'constants', 'crypto', 'events', 'path', 'punycode', 'querystring', 'stream', 'stream/promises', 'stream/web', 'string_decoder', 'timers',
  'timers/promises', 'url', 'util', 'zlib',
];
const ROUNDS = 5;
const SCRIPT = join(repository, 'benches', 'own', 'require-cost.mjs');

/** @param {import('../harness/session.mjs').Session} session */
export async function measure(session) {
  const state = installed('packages', 'lodash');
  if ('error' in state) session.unavailable.packages = state.error;
  const modules = [...BUILTINS, ...('error' in state ? [] : PACKAGES)];
  /** @type {Record<string, any>} */
  const rows = {};
  for (const name of modules) {
    const rounds = Array.from({ length: ROUNDS }, () => JSON.parse(execFileSync(process.execPath, [SCRIPT, name], { encoding: 'utf8' })));
    rows[`${name}, first`] = summary(rounds.map(({ first }) => first));
    rows[`${name}, warm`] = summary(rounds.map(({ warm }) => warm));
  }
  return { rows, targets: [] };
}
