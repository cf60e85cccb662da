// The service in vm2, inside a pool of worker threads, a new NodeVM for each request. Bodies cross whole: it has no streams.
import http from 'node:http';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';

const idle = Array.from({ length: 2 }, () => new Worker(fileURLToPath(new URL('vm2-worker.cjs', import.meta.url))));
/** @type {((worker: Worker) => void)[]} */
const waiting = [];

const server = http.createServer(async (req, res) => {
  let text = '';
  for await (const chunk of req) text += chunk;
  const worker = idle.pop() ?? await new Promise((resolve) => waiting.push(resolve));
  worker.once('message', ({ status, body }) => {
    const next = waiting.shift();
    if (next === undefined) idle.push(worker);
    else next(worker);
    res.statusCode = status;
    res.setHeader('Content-Type', 'application/json');
    res.end(body);
  });
  worker.postMessage(text);
});
server.listen(0, '127.0.0.1', () => console.log(`at http://127.0.0.1:${server.address().port}`));
process.once('SIGTERM', () => process.exit(0));
