// node:vm, for reference only: a new context in the host's own isolate is no sandbox, and shares its heap.
import vm from 'node:vm';
import { asExpression } from '../harness/programs.mjs';

export const contenders = { 'node:vm (no isolation)': openContexts };

function openContexts() {
  const scripts = new Map();
  return {
    inFlight: 1,
    async run(program, name, argument) {
      let script = scripts.get(program);
      if (script === undefined) scripts.set(program, script = new vm.Script(asExpression(program)));
      const exports = script.runInContext(vm.createContext(), { timeout: 60_000 });
      return structuredClone(await exports[name](argument));
    },
  };
}
