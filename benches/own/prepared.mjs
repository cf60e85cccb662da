// An application with real packages: prepared, and loaded afresh for each run.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { repository } from '../../scripts/processes.mjs';

const ROOT = join(repository, 'benches', 'peers', 'application');
const EXTERNAL = ['ajv', 'handlebars', 'lodash', 'moment'];
const ORDER = { name: 'jane', items: [{ price: 5 }, { price: 7 }] };
const EXPECTED = 'Dear Jane, your 2 items cost 12 until 1970-01-04.customer 2';
const IN_FLIGHT = 32;

/** @param {any} IsolatedRuntime */
export function prepared(IsolatedRuntime) {
  // One thread that is always busy: what it gets through is what a run costs it, restore included.
  const runtime = new IsolatedRuntime({ threads: 1, timeout: 60_000, poolOptions: { max: 2 }, limits: { memory: 128 * 2 ** 20 } });
  const applications = new Map();
  const open = async (/** @type {string} */ file) => {
    if (!applications.has(file)) applications.set(file, await runtime.prepare({ root: ROOT, file, external: EXTERNAL }));
    return applications.get(file);
  };
  return {
    /** Microseconds of the pool's thread per run. */
    async preparedRun({ file, milliseconds }) {
      const application = await open(file);
      assert.equal(await application.run('rule', [ORDER]), EXPECTED);
      let finished = 0;
      const started = performance.now();
      await Promise.all(Array.from({ length: IN_FLIGHT }, async () => {
        do {
          await application.run('rule', [ORDER]);
          finished += 1;
        } while (performance.now() < started + milliseconds);
      }));
      return ((performance.now() - started) * 1000) / finished;
    },
    /** Microseconds of one run that loads the application first. */
    async freshRun({ file }) {
      const started = performance.now();
      const answer = await runtime.run({ root: ROOT, file, funcName: 'rule', args: [ORDER], external: EXTERNAL });
      assert.equal(answer, EXPECTED);
      return (performance.now() - started) * 1000;
    },
    async heapBytes({ file }) {
      const { receipt } = await runtime.run({ root: ROOT, file, funcName: 'rule', args: [ORDER], external: EXTERNAL, receipt: true });
      return receipt.peakBytes;
    },
  };
}
