// isolated-runtime 1.x itself, the package this one replaces.
import { createRequire } from 'node:module';
import { PROGRAMS } from '../harness/programs.mjs';

const loaded = createRequire(import.meta.url)('../peers/isolated-runtime/node_modules/isolated-runtime');
const IsolatedRuntime = loaded.IsolatedRuntime ?? loaded;

export const contenders = { 'isolated-runtime 1.x': openPool };

function openPool() {
  const runtime = new IsolatedRuntime({ timeout: 60_000, poolOptions: { max: 2 } });
  return { inFlight: 8, run: (program, funcName, argument) => runtime.run({ root: PROGRAMS, file: program, funcName, args: [argument] }) };
}
