// Writes docs/benchmarks.md and docs/plots out of benches/results. `npm run bench` does it at its end.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FIGURES } from '../benches/figures/index.mjs';
import { page } from '../benches/report/page.mjs';
import { plots } from '../benches/report/plots.mjs';
import { repository } from './processes.mjs';

export function writeReport() {
  const fileOf = (/** @type {string} */ name) => join(repository, 'benches', 'results', `${name}.json`);
  const measured = FIGURES.filter((name) => existsSync(fileOf(name)));
  const results = new Map(measured.map((name) => [name, JSON.parse(readFileSync(fileOf(name), 'utf8'))]));
  const docs = join(repository, 'docs');
  const drawn = plots(results);
  rmSync(join(docs, 'plots'), { recursive: true, force: true });
  mkdirSync(join(docs, 'plots'), { recursive: true });
  for (const [file, svg] of drawn) writeFileSync(join(docs, 'plots', file), svg);
  writeFileSync(join(docs, 'benchmarks.md'), page([...results.values()], [...drawn.keys()]));
}

if (process.argv[1]?.endsWith('bench-report.mjs')) writeReport();
