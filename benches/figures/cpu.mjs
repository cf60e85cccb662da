// Guests that compute. An interpreter against an interpreter in WebAssembly, with a JIT beside them.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { PROGRAMS } from '../harness/programs.mjs';
import { geometricMean, median, summary } from '../harness/statistics.mjs';
import { inTurns, target } from './measure.mjs';

export const title = 'CPU-bound guests';
export const unit = 'ms';
export const peers = ['isolated-runtime-native', 'isolated-vm', 'quickjs-emscripten', 'node-vm'];

const OURS = 'isolated-runtime-native';
const ROUNDS = 7;
const CONTENDERS = new Set([OURS, 'isolated-vm: new isolate', 'quickjs-emscripten', 'node:vm (no isolation)']);

/** @param {import('../harness/session.mjs').Session} session */
export async function measure(session) {
  /** @type {Record<string, any>} */
  const rows = {};
  /** @type {Record<string, Record<string, number>>} */
  const times = {};
  for (const file of readdirSync(join(PROGRAMS, 'cpu')).sort()) {
    const program = file.replace(/\.js$/, '');
    const answers = await inTurns(session, peers, 'program', ROUNDS, { program: `cpu/${file}` }, (name) => CONTENDERS.has(name));
    agree(program, answers);
    for (const [name, runs] of answers) {
      const milliseconds = runs.map((run) => run.milliseconds);
      rows[`${program}, ${name}`] = summary(milliseconds);
      (times[name] ??= {})[program] = median(milliseconds);
    }
  }
  const meanAgainst = (/** @type {string} */ name) => times[name] && geometricMean(Object.keys(times[OURS]).map((program) => times[name][program] / times[OURS][program]));
  const against = Object.fromEntries(Object.keys(times).filter((name) => name !== OURS).map((name) => [name, meanAgainst(name)]));
  return {
    rows,
    times,
    against,
    targets: [target('CPU suite, times faster than quickjs-emscripten (geometric mean)', against['quickjs-emscripten'], { least: 1.5 })],
  };
}

/** Whoever computes something else is not measured. @param {string} program @param {Map<string, any[]>} answers */
function agree(program, answers) {
  const given = new Set([...answers.values()].flat().map((run) => JSON.stringify(run.answer)));
  if (given.size !== 1) throw new Error(`${program} has ${given.size} different answers: ${[...given].join(' ')}`);
}
