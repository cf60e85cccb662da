'use strict';
// The cases: read from the corpora, and laid out on disk, one folder each. Must not know how they are run.

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { runInThisContext } = require('node:vm');

const CANARY = 'CANARY-SECRET';
const CORPORA = path.join(__dirname, 'corpora');

/** Every case of every corpus in a folder. */
function readCases(folder = CORPORA) {
  const cases = fs.readdirSync(folder).filter((name) => name.endsWith('.json')).sort()
    .flatMap((name) => JSON.parse(fs.readFileSync(path.join(folder, name), 'utf8')).map((one) => ({ ...one, corpus: name })));
  const names = cases.map(({ name }) => name);
  const twice = names.filter((name, index) => names.indexOf(name) !== index);
  if (twice.length > 0) throw new Error(`case names occur twice: ${twice.join(', ')}`);
  return cases;
}

/** `C:\temp` and `/private/tmp` as the guest would see them: real, with forward slashes. */
const asInGuest = (folder) => fs.realpathSync(folder).split(path.sep).join('/');

/**
 * Writes a case's files.
 * @param {any} template as in the corpus, placeholders included
 * @returns {{ one: any, root: string, folder: string }} the case with placeholders filled in
 */
function layOut(template) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'isolated-runtime-attack-'));
  for (const name of ['root', 'outside']) fs.mkdirSync(path.join(folder, name));
  const root = asInGuest(path.join(folder, 'root'));
  const outside = asInGuest(path.join(folder, 'outside'));
  const one = filledIn(template, { ROOT: root, OUTSIDE: outside, SECRET: CANARY });
  write(outside, 'secret.js', `module.exports = '${CANARY}'`);
  write(outside, 'secret.json', JSON.stringify(CANARY));
  write(outside, 'secret.txt', CANARY);
  const further = one.filesExpr === undefined ? {} : evaluate(one.filesExpr);
  for (const files of [one.files, one.packages ?? {}, further]) {
    for (const [name, text] of Object.entries(files)) write(root, name, text);
  }
  for (const [name, target] of Object.entries(one.links ?? {})) link(root, name, target);
  return { one, root, folder };
}

/** Placeholders stand in keys and in texts of any depth, so they are replaced in the JSON. */
function filledIn(template, values) {
  const text = JSON.stringify(template).replace(/\$\{(ROOT|OUTSIDE|SECRET)\}/g, (_, name) => JSON.stringify(values[name]).slice(1, -1));
  return JSON.parse(text);
}

/** Expressions of a corpus are ours, and run in this realm on purpose. */
const evaluate = (expression) => runInThisContext(`(${expression}\n)`);

function write(root, name, text) {
  const file = path.resolve(root, name);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, text);
}

function link(root, name, target) {
  const file = path.resolve(root, name);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.symlinkSync(target, file);
}

/** What a case gives to the guest itself: the canary may come back from there. */
function passesCanaryIn({ run, argsExpr = '', contextExpr = '', files, packages }) {
  const inside = Object.entries({ ...files, ...packages }).filter(([name]) => !name.startsWith('../') && !name.includes('/outside/'));
  return [JSON.stringify(run), argsExpr, contextExpr, ...inside.map(([, text]) => text)].some((text) => text.includes(CANARY));
}

module.exports = { CANARY, evaluate, filledIn, layOut, passesCanaryIn, readCases };
