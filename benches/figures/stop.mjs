// How soon a program that does not want to end is ended.
import { summary } from '../harness/statistics.mjs';
import { target } from './measure.mjs';

export const title = 'Stop latency over programs that run away, deadline 300 ms';
export const unit = 'ms';

const OURS = 'isolated-runtime-native';
const DEADLINE_MILLISECONDS = 300;

/** @param {import('../harness/session.mjs').Session} session */
export async function measure(session) {
  await session.open([OURS]);
  const names = await session.ask(OURS, OURS, 'own', { method: 'runawayNames' });
  const overshoots = [];
  const busy = [];
  /** @type {string[]} */
  const exits = [];
  /** @type {string[]} */
  const wrongProbes = [];
  /** @type {{ name: string, overshoot: number }[]} */
  const slowest = [];
  for (const name of names) {
    try {
      const seen = await session.ask(OURS, OURS, 'own', { method: 'runaway', options: { name, deadline: DEADLINE_MILLISECONDS } });
      if (!seen.isProbeRight) wrongProbes.push(name);
      busy.push(seen.busyMilliseconds);
      if (seen.milliseconds < DEADLINE_MILLISECONDS) continue;
      overshoots.push(seen.milliseconds - DEADLINE_MILLISECONDS);
      slowest.push({ name, overshoot: seen.milliseconds - DEADLINE_MILLISECONDS });
    } catch (error) {
      exits.push(`${name}: ${error.message}`);
      await session.reopen([OURS]);
    }
  }
  slowest.sort((a, b) => b.overshoot - a.overshoot);
  const overshoot = summary(overshoots);
  return {
    rows: { 'overshoot of the deadline': overshoot, 'CPU time in the 30 ms that begin 10 ms after': summary(busy) },
    programs: names.length,
    reachedTheDeadline: overshoots.length,
    slowest: slowest.slice(0, 10),
    exits,
    wrongProbes,
    targets: [
      target(`overshoot of the deadline, p99 of ${overshoots.length} programs that reached it`, overshoot.p99, { most: 20, unit: 'ms' }),
      target(`process exits over ${names.length} programs`, exits.length, { most: 0, unit: '' }),
      target(`wrong probes over ${names.length} programs`, wrongProbes.length, { most: 0, unit: '' }),
      target('CPU time 10 to 40 ms after the stop, p99', summary(busy).p99, { most: 10, unit: 'ms' }),
    ],
  };
}
