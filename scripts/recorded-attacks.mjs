// Lays out the cases of `__test__/attacks`, and writes down the requests that the host would send to the engine for them.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const require = createRequire(import.meta.url);
const { evaluate, layOut, readCases } = require('../__test__/attacks/cases.js');
const { Engine } = require('../lib/engine.js');
const { IsolatedRuntime } = require('../index.js');

class Recorded extends Error {
  constructor(request, args, context) {
    super('recorded, not run');
    Object.assign(this, { request: JSON.parse(request), args, context });
  }
}

/**
 * @returns {Promise<{ file: string, remove: () => void }>} the list for `isolated-runtime-fuzz corpora`
 */
export async function recordAttacks() {
  const { submit } = Engine.prototype;
  Engine.prototype.submit = function record(id, request, args, context) {
    this.fail(id, new Recorded(request, args, context));
  };
  const folders = [];
  const recorded = [];
  const runtime = new IsolatedRuntime({ onConsole: () => {} });
  for (const template of readCases()) {
    const { one, root, folder } = layOut(template);
    folders.push(folder);
    const options = { file: 'index.js', ...one.run, root };
    if (one.argsExpr !== undefined) options.args = evaluate(one.argsExpr);
    if (one.contextExpr !== undefined) options.context = evaluate(one.contextExpr);
    if (one.optionsExpr !== undefined) Object.assign(options, evaluate(one.optionsExpr));
    const outcome = await runtime.run(options).catch((error) => error);
    // The others are refused by the host: the engine never hears of them.
    if (outcome instanceof Recorded) recorded.push({ name: one.name, request: outcome.request, args: outcome.args, context: outcome.context });
  }
  await runtime.close({ force: true });
  Engine.prototype.submit = submit;
  const list = mkdtempSync(join(tmpdir(), 'isolated-runtime-recorded-'));
  folders.push(list);
  const file = join(list, 'cases.json');
  writeFileSync(file, JSON.stringify(recorded));
  return { file, remove: () => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })) };
}
