// Measures, prints one table, and keeps what was measured.
//
//   npm run bench            every figure
//   npm run bench -- NAME    one or several of them, by name
//
// benches/README.md says how to read it.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FIGURES } from '../benches/figures/index.mjs';
import { machine } from '../benches/harness/machine.mjs';
import { Session } from '../benches/harness/session.mjs';
import { writeReport } from './bench-report.mjs';
import { repository } from './processes.mjs';

const results = join(repository, 'benches', 'results');
const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !FIGURES.includes(name));
if (unknown.length > 0) {
  console.error(`there is no figure ${unknown.join(', ')}; there are ${FIGURES.join(', ')}`);
  process.exit(2);
}

const where = machine();
console.table(where);
if (where.build !== 'release') console.log('The addon is a quick build. What is published is measured after: npm run build');

const verdicts = [];
let hasFailed = false;
for (const name of asked.length > 0 ? asked : FIGURES) {
  const figure = await import(`../benches/figures/${name}.mjs`);
  console.log(`\n${figure.title}`);
  const session = new Session();
  try {
    const measured = await figure.measure(session);
    keep(name, figure, measured, session);
    printRows(measured.rows, figure.unit);
    verdicts.push(...measured.targets);
  } catch (error) {
    hasFailed = true;
    console.error(`${name} could not be measured: ${error.stack}`);
    verdicts.push({ figure: name, measured: `failed: ${error.message}`, mustReach: '', isMet: null });
  } finally {
    session.close();
  }
}

console.log();
console.table(verdicts.map(({ figure, measured, mustReach, isMet }) => (
  { figure, measured, 'must reach': mustReach, verdict: isMet === null ? '–' : isMet ? 'met' : 'MISSED' })));
writeReport();
process.exit(hasFailed ? 1 : 0);

function keep(name, { title, unit }, measured, session) {
  const kept = { name, title, unit, machine: { ...where, load: machine().load }, versions: session.versions, unavailable: session.unavailable, ...measured };
  mkdirSync(results, { recursive: true });
  writeFileSync(join(results, `${name}.json`), `${JSON.stringify(kept, rounded, 2)}\n`);
}

/** More digits than four are noise, and make the files hard to compare. */
function rounded(_key, value) {
  return typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(4)) : value;
}

function printRows(rows, unit) {
  const readable = (value) => Number(value.toPrecision(4));
  console.table(Object.fromEntries(Object.entries(rows).map(([name, row]) => [name, {
    [`median ${unit}`]: readable(row.median), p5: readable(row.p5), p95: readable(row.p95), mad: readable(row.mad), samples: row.samples,
  }])));
}
