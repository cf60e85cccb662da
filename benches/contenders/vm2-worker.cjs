'use strict';
// A thread of the vm2 pool: a new NodeVM per task, the result as JSON.

const { readFileSync } = require('node:fs');
const { parentPort } = require('node:worker_threads');
const { NodeVM } = require('../peers/vm2/node_modules/vm2');

parentPort.on('message', async ({ root, file, name, args }) => {
  try {
    const vm = new NodeVM({ console: 'off', timeout: 60_000, require: { external: false, root, context: 'sandbox' } });
    const result = await vm.run(readFileSync(file, 'utf8'), file)[name](...args);
    parentPort.postMessage({ json: JSON.stringify(result) });
  } catch (error) {
    parentPort.postMessage({ error: String(error) });
  }
});
