'use strict';
// The next ordinary run: whether it is right, and sees nothing of what ran before.

const { readFileSync } = require('node:fs');
const path = require('node:path');

const FOLDER = path.join(__dirname, 'ordinary');
const expected = JSON.parse(readFileSync(path.join(FOLDER, 'expected.json'), 'utf8'));

/** What the world of a guest looks like that nobody has touched; learned from this process's first run of all. */
let pristine;

const ordinaryRun = (runtime) => runtime.run({ root: FOLDER, file: 'index.js', funcName: 'main', args: [{ list: [3, 1, 2] }] });

/** To be called before any case. @param {any} runtime */
async function learn(runtime) {
  pristine = (await ordinaryRun(runtime)).world;
}

/**
 * @param {any} runtime the one that has just run something hostile
 * @param {[string, any[]][]} lines its console, still growing
 * @returns {Promise<string[]>}
 */
async function complaints(runtime, lines) {
  const linesBefore = lines.length;
  let answer;
  try {
    answer = await ordinaryRun(runtime);
  } catch (error) {
    return [`the next ordinary run rejected with ${error.name}: ${error.message}`];
  }
  const found = [];
  if (JSON.stringify(answer.right) !== JSON.stringify(expected)) found.push(`the next ordinary run answered ${JSON.stringify(answer.right)}`);
  if (answer.world !== pristine) found.push(`the next ordinary run saw another world: ${firstDifference(answer.world, pristine)}`);
  const late = lines.slice(linesBefore).filter(([, args]) => args[0] !== 'ordinary');
  if (late.length > 0) found.push(`a console line came late: ${JSON.stringify(late[0])}`);
  return found;
}

function firstDifference(seen, wanted) {
  const known = new Set(wanted.split('\n'));
  const now = new Set(seen.split('\n'));
  return [...now].find((line) => !known.has(line)) ?? `missing ${[...known].find((line) => !now.has(line))}`;
}

module.exports = { complaints, learn };
