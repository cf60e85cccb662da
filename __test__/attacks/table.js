'use strict';
// Writes the results as a table for people.

const { writeFileSync } = require('node:fs');
const path = require('node:path');

const FILE = path.join(__dirname, '..', '..', 'docs', 'attack-results.md');

/** @param {{ one: any, texts: string[] }[]} results */
function write(results) {
  /** @type {Map<string, { cases: Set<string>, runs: number, passed: number }>} */
  const rows = new Map();
  for (const { one, texts } of results) {
    const title = `${one.corpus.replace('.json', '')} | ${one.category}`;
    const row = rows.get(title) ?? { cases: new Set(), runs: 0, passed: 0 };
    row.cases.add(one.name);
    row.runs += 1;
    if (texts.length === 0) row.passed += 1;
    rows.set(title, row);
  }
  const lines = [...rows].map(([title, { cases, runs, passed }]) => `| ${title} | ${cases.size} | ${runs} | ${passed} |`);
  writeFileSync(FILE, [
    '# Hostile programs and what became of them', '',
    'Written by `npm run attacks -- --write`; the cases and what has to hold for each of them are in `__test__/attacks`.', '',
    '| Corpus | Category | Cases | Runs | Passed |', '|---|---|---|---|---|', ...lines, '',
  ].join('\n'));
}

module.exports = { write };
