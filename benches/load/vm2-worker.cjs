'use strict';
// A thread of the vm2 pool: calls the service with streams of its own making, which hold whole bodies.

const { readFileSync } = require('node:fs');
const { join } = require('node:path');
const { Readable } = require('node:stream');
const { parentPort } = require('node:worker_threads');
const { NodeVM } = require('../peers/vm2/node_modules/vm2');

const file = join(__dirname, 'services', 'total.js');

parentPort.on('message', (text) => {
  const answer = (status, body) => parentPort.postMessage({ status, body });
  try {
    const vm = new NodeVM({ console: 'off', require: { external: false, root: __dirname, context: 'sandbox' } });
    const service = vm.run(readFileSync(file, 'utf8'), file);
    const res = { setHeader() {}, end: (body) => answer(200, String(body)) };
    Promise.resolve(service({ req: Readable.from([text]), res })).catch((error) => answer(500, String(error)));
  } catch (error) {
    answer(500, String(error));
  }
});
