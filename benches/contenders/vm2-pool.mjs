// vm2 inside a pool of worker threads, as isolated-runtime 1.x is built: workers are kept, each run gets a new NodeVM
// there, which loads the program's file.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { PROGRAMS } from '../harness/programs.mjs';

const WORKERS = 2;

export const contenders = { 'vm2 in a pool of worker threads': openPool };

function openPool() {
  const idle = Array.from({ length: WORKERS }, () => new Worker(fileURLToPath(new URL('vm2-worker.cjs', import.meta.url))));
  const waiting = [];

  const give = (worker, { task, resolve, reject }) => {
    worker.once('message', ({ json, error }) => {
      const next = waiting.shift();
      if (next === undefined) idle.push(worker);
      else give(worker, next);
      if (error === undefined) resolve(json === undefined ? undefined : JSON.parse(json));
      else reject(new Error(error));
    });
    worker.postMessage(task);
  };

  return {
    inFlight: 8,
    run: (program, name, argument) => new Promise((resolve, reject) => {
      const job = { task: { root: PROGRAMS, file: join(PROGRAMS, program), name, args: [argument] }, resolve, reject };
      const worker = idle.pop();
      if (worker === undefined) waiting.push(job);
      else give(worker, job);
    }),
  };
}
