'use strict';
// Runs the corpora of hostile programs: `npm run attacks -- [case names] [--times N] [--write] [--corpora FOLDER]`.

const { readCases } = require('./cases.js');
const { Crew } = require('./crew.js');
const { write } = require('./table.js');

/** A turn that is too long, or an answer that is too late, counts if it happens this often with the case alone. */
const TIMING_REPETITIONS = 3;

async function main() {
  const { names, times, isWriting, corpora } = readArguments(process.argv.slice(2));
  const all = readCases(corpora);
  const unknown = names.filter((name) => all.every((one) => one.name !== name));
  if (unknown.length > 0) throw new Error(`there is no case ${unknown.join(', ')}`);
  const chosen = all.filter((one) => names.length === 0 || names.includes(one.name));
  const results = [];
  for (let round = 1; round <= times; round++) {
    const found = await once(chosen, corpora);
    for (const result of found.filter(({ texts }) => texts.length > 0)) tell(result, times > 1 ? ` (round ${round})` : '');
    results.push(...found);
  }
  const failed = results.filter(({ texts }) => texts.length > 0).length;
  if (isWriting) write(results);
  console.log(`${results.length - failed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

/** @param {any[]} cases @param {string} [corpora] their folder @returns {Promise<{ one: any, texts: string[] }[]>} */
async function once(cases, corpora) {
  const crew = new Crew(2, corpora);
  const first = await crew.attemptAll(cases);
  await crew.dismiss();
  const results = [];
  const alone = new Crew(1, corpora);
  for (const { one, findings } of first) results.push({ one, texts: await confirmed(alone, one, findings) });
  await alone.dismiss();
  return results;
}

/** What is left of the findings when those that a busy machine could be to blame for are looked at again. */
async function confirmed(crew, one, findings) {
  const certain = findings.filter(({ isTiming }) => !isTiming).map(({ text }) => text);
  let timing = findings.filter(({ isTiming }) => isTiming);
  for (let repetition = 0; repetition < TIMING_REPETITIONS && timing.length > 0; repetition++) {
    const [again] = await crew.attemptAll([one]);
    timing = again.findings.filter(({ isTiming }) => isTiming);
  }
  return [...certain, ...timing.map(({ text }) => text)];
}

function tell({ one, texts }, round) {
  console.log(`FAILED ${one.name} [${one.category}]${round}`);
  for (const text of new Set(texts)) console.log(`  ${text}`);
}

function readArguments(given) {
  const names = [];
  let times = 1;
  let isWriting = false;
  let corpora;
  for (let at = 0; at < given.length; at++) {
    if (given[at] === '--times') times = Number(given[++at]);
    else if (given[at] === '--corpora') corpora = given[++at];
    else if (given[at] === '--write') isWriting = true;
    else if (given[at].startsWith('-')) throw new Error(`unknown option ${given[at]}`);
    else names.push(given[at]);
  }
  if (!Number.isInteger(times) || times < 1) throw new Error('--times takes a whole number from 1 on');
  return { names, times, isWriting, corpora };
}

main().then((status) => process.exit(status), (error) => {
  console.error(error);
  process.exit(2);
});
