// What the figures have in common: turns, ratios, and targets.

/**
 * Asks every contender of the peers once a round, one after the other, in a new order each round.
 * @param {import('../harness/session.mjs').Session} session
 * @param {string[]} peers
 * @param {string} task
 * @param {number} rounds
 * @param {object} options
 * @param {(contender: string) => boolean} [takesPart]
 * @returns {Promise<Map<string, any[]>>} answers by contender
 */
export async function inTurns(session, peers, task, rounds, options, takesPart = () => true) {
  await session.open(peers);
  const contenders = session.contendersOf(peers).filter(([, name]) => takesPart(name));
  /** @type {Map<string, any[]>} */
  const answers = new Map(contenders.map(([, name]) => [name, []]));
  const broken = new Set();
  for (let round = 0; round < rounds; round += 1) {
    for (const [peer, name] of rotated(contenders, round)) {
      if (broken.has(name)) continue;
      try {
        answers.get(name)?.push(await session.ask(peer, name, task, options));
      } catch (error) {
        broken.add(name);
        answers.delete(name);
        session.unavailable[name] = error.message.split('\n')[0];
        console.log(`${name} takes no part: ${session.unavailable[name]}`);
      }
    }
  }
  return answers;
}

/** @template T @param {T[]} list @param {number} by */
const rotated = (list, by) => [...list.slice(by % list.length), ...list.slice(0, by % list.length)];

/** @param {number | undefined} one @param {number | undefined} other */
export const ratio = (one, other) => (one === undefined || other === undefined ? undefined : one / other);

/**
 * A figure that has to be reached.
 * @param {string} figure
 * @param {number | undefined} measured undefined when it could not be measured
 * @param {{ least?: number, most?: number, unit?: string }} bound
 */
export function target(figure, measured, { least, most, unit = '×' }) {
  const mustReach = least === undefined ? `≤ ${readable(most, unit)}` : `≥ ${readable(least, unit)}`;
  if (measured === undefined) return { figure, measured: 'not measured', mustReach, isMet: null };
  const isMet = least === undefined ? measured <= Number(most) : measured >= least;
  return { figure, measured: readable(measured, unit), value: measured, mustReach, isMet };
}

/** @param {number | undefined} value @param {string} unit */
export function readable(value, unit) {
  const number = Number(value);
  const digits = Math.abs(number) >= 100 || Number.isInteger(number) ? 0 : Math.abs(number) >= 10 ? 1 : 2;
  const text = number.toLocaleString('en-US', { maximumFractionDigits: digits });
  return unit === '×' ? `${text}×` : unit === '' ? text : `${text} ${unit}`;
}
