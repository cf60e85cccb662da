// quickjs-emscripten: QuickJS in WebAssembly, on the host's own thread. A new runtime and context for each run.
import { createRequire } from 'node:module';
import { asExpression } from '../harness/programs.mjs';

const { getQuickJS, shouldInterruptAfterDeadline } = createRequire(import.meta.url)('../peers/quickjs-emscripten/node_modules/quickjs-emscripten');

export const contenders = { 'quickjs-emscripten': openContexts };

async function openContexts() {
  const quickjs = await getQuickJS();
  return { inFlight: 1, run: async (program, name, argument) => runIn(quickjs, program, name, argument) };
}

function runIn(quickjs, program, name, argument) {
  const runtime = quickjs.newRuntime();
  runtime.setMemoryLimit(64 << 20);
  runtime.setInterruptHandler(shouldInterruptAfterDeadline(Date.now() + 60_000));
  const context = runtime.newContext();
  try {
    const json = JSON.stringify(argument);
    const call = `JSON.stringify(${asExpression(program)}[${JSON.stringify(name)}](JSON.parse(${JSON.stringify(json)})))`;
    const handle = context.unwrapResult(context.evalCode(call));
    const text = context.getString(handle);
    handle.dispose();
    return JSON.parse(text);
  } finally {
    context.dispose();
    runtime.dispose();
  }
}
