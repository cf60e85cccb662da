// isolated-vm: V8 isolates in the same process. Three ways to a fresh heap, from the safest to the quickest.
import { createRequire } from 'node:module';
import { asExpression } from '../harness/programs.mjs';

const ivm = createRequire(import.meta.url)('../peers/isolated-vm/node_modules/isolated-vm');

const MEMORY_MIB = 64;
const TIMEOUT_MILLISECONDS = 60_000;
const COPIED = { arguments: { copy: true }, result: { copy: true, promise: true }, timeout: TIMEOUT_MILLISECONDS };

export const contenders = {
  'isolated-vm: new isolate': openIsolates,
  'isolated-vm: isolate from snapshot': openSnapshots,
  'isolated-vm: new context in a shared isolate': openContexts,
};

async function callIn(isolate, context, program, name, argument) {
  const script = await isolate.compileScript(asExpression(program));
  const exports = await script.run(context, { reference: true, timeout: TIMEOUT_MILLISECONDS });
  return callExport(exports, name, argument);
}

async function callExport(exports, name, argument) {
  const called = await exports.get(name, { reference: true });
  return called.apply(undefined, [argument], COPIED);
}

function openIsolates() {
  const held = [];
  return {
    inFlight: 8,
    async run(program, name, argument) {
      const isolate = new ivm.Isolate({ memoryLimit: MEMORY_MIB });
      try {
        return await callIn(isolate, await isolate.createContext(), program, name, argument);
      } finally {
        isolate.dispose();
      }
    },
    async hold(count) {
      while (held.length < count) {
        const isolate = new ivm.Isolate({ memoryLimit: MEMORY_MIB });
        const context = await isolate.createContext();
        await callIn(isolate, context, 'echo.js', 'echo', 1);
        held.push({ isolate, context });
      }
    },
  };
}

function openSnapshots() {
  const snapshots = new Map();
  return {
    inFlight: 8,
    async run(program, name, argument) {
      if (!snapshots.has(program)) snapshots.set(program, ivm.Isolate.createSnapshot([{ code: `globalThis.loaded = ${asExpression(program)}` }]));
      const isolate = new ivm.Isolate({ memoryLimit: MEMORY_MIB, snapshot: snapshots.get(program) });
      try {
        const context = await isolate.createContext();
        return await callExport(await context.global.get('loaded', { reference: true }), name, argument);
      } finally {
        isolate.dispose();
      }
    },
  };
}

function openContexts() {
  const isolate = new ivm.Isolate({ memoryLimit: 256 });
  return {
    inFlight: 8,
    async run(program, name, argument) {
      const context = await isolate.createContext();
      try {
        return await callIn(isolate, context, program, name, argument);
      } finally {
        context.release();
      }
    },
  };
}
