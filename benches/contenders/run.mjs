// run: QuickJS in WebAssembly, on a worker thread.
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { asExpression } from '../harness/programs.mjs';

const entry = createRequire(import.meta.url).resolve('../peers/run/node_modules/run');
const { run } = await import(pathToFileURL(entry).href);

export const contenders = { run: openWorkers };

function openWorkers() {
  return {
    inFlight: 2,
    async run(program, name, argument) {
      const source = `return ${asExpression(program)}[${JSON.stringify(name)}](${JSON.stringify(argument)})`;
      const result = await run({ source, limits: { timeoutMs: 60_000 } });
      if (result.status !== 'completed') throw new Error(`run ended as ${result.status}`);
      return result.value;
    },
  };
}
