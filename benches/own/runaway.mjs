// Programs that do not want to end, one at a time in one runtime, each followed by an ordinary run.
import { createRequire } from 'node:module';
import { rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const require = createRequire(import.meta.url);
const { evaluate, layOut, readCases } = require('../../__test__/attacks/cases.js');
const probe = require('../../__test__/attacks/probe.js');

/** After this long a stopped thread has to be idle; for this long it is watched. */
const SETTLED_MILLISECONDS = 10;
const WATCHED_MILLISECONDS = 30;

/** @param {any} IsolatedRuntime */
export function runaway(IsolatedRuntime) {
  const cases = new Map(readCases().filter(({ corpus }) => corpus === 'runaway.json').map((one) => [one.name, one]));
  /** @type {any} */
  let runtime;
  const lines = [];
  return {
    runawayNames: () => [...cases.keys()],
    async runaway({ name, deadline }) {
      if (runtime === undefined) {
        runtime = new IsolatedRuntime({ onConsole: (method, ...args) => lines.push([method, args]) });
        await probe.learn(runtime);
      }
      const { one, root, folder } = layOut(cases.get(name));
      const options = { file: 'index.js', ...one.run, root, timeout: deadline };
      if (one.argsExpr !== undefined) options.args = evaluate(one.argsExpr);
      if (one.contextExpr !== undefined) options.context = evaluate(one.contextExpr);
      const started = performance.now();
      await runtime.run(options).catch(() => {});
      const milliseconds = performance.now() - started;
      const busyMilliseconds = await busyAfter();
      const complaints = await probe.complaints(runtime, lines);
      rmSync(folder, { recursive: true, force: true });
      return { milliseconds, busyMilliseconds, isProbeRight: complaints.length === 0 };
    },
  };
}

/** CPU time of the process in a while when nothing is left to do. */
async function busyAfter() {
  await sleep(SETTLED_MILLISECONDS);
  const before = process.cpuUsage();
  await sleep(WATCHED_MILLISECONDS);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
