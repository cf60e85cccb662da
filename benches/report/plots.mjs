// Which plots there are, and which numbers go into them.
import { barPlot, curvePlot } from './svg.mjs';

const OURS = 'isolated-runtime-native';

/**
 * @param {Map<string, any>} results by figure
 * @returns {Map<string, string>} SVG text by file name
 */
export function plots(results) {
  const drawn = new Map();
  for (const name of ['latency', 'throughput', 'memory']) {
    const result = results.get(name);
    if (result !== undefined) drawn.set(`${name}.svg`, barPlot(plain(result.title), bars(result), result.unit));
  }
  const cpu = results.get('cpu');
  if (cpu !== undefined) drawn.set('cpu.svg', barPlot('CPU-bound guests: time compared with isolated-runtime-native', relativeTimes(cpu), '×'));
  for (const [name, points] of Object.entries(results.get('growth')?.curves ?? {})) {
    drawn.set(`growth-${name.replaceAll(' ', '-')}.svg`, curvePlot(`Cost by ${name}`, points, name, 'ms'));
  }
  return drawn;
}

const plain = (/** @type {string} */ title) => title.replaceAll('`', '');

function bars({ rows, unit }) {
  const all = Object.entries(rows).map(([name, { median }]) => ({ name, value: median, isOurs: name === OURS }));
  // The best stands on top: few microseconds, many runs.
  return all.sort((a, b) => (unit === 'runs/s' ? b.value - a.value : a.value - b.value));
}

/** `against` says how many times faster we are than each. */
function relativeTimes({ against }) {
  const all = Object.entries({ [OURS]: 1, ...against }).map(([name, value]) => ({ name, value: Number(value), isOurs: name === OURS }));
  return all.sort((a, b) => a.value - b.value);
}
