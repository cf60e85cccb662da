// Keeps a number of connections busy for a while, and says how long answers took. One process; prints JSON.
//
//   node client.mjs PORT PATH SECONDS CONNECTIONS
import http from 'node:http';
import { summary } from '../harness/statistics.mjs';

const [port, path, seconds, connections] = process.argv.slice(2);
const agent = new http.Agent({ keepAlive: true, maxSockets: Number(connections) });
const body = JSON.stringify({ items: Array.from({ length: 20 }, (_, at) => ({ price: at * 1.5, quantity: at % 4 })) });
const deadline = performance.now() + Number(seconds) * 1000;

/** @type {Record<string, number>} */
const answers = {};
/** @type {number[]} */
const latencies = [];
let sent = 0;

await Promise.all(Array.from({ length: Number(connections) }, keepAsking));
agent.destroy();
const lost = sent - Object.values(answers).reduce((all, count) => all + count, 0);
console.log(JSON.stringify({ sent, lost, answers, latency: latencies.length > 0 ? summary(latencies) : null }));

async function keepAsking() {
  while (performance.now() < deadline) {
    const started = performance.now();
    sent += 1;
    const status = await ask().catch((error) => error.code ?? 'failed');
    answers[status] = (answers[status] ?? 0) + 1;
    if (status === 200) latencies.push(performance.now() - started);
    // Refusals come at once; asking again at once would measure nothing else.
    if (status === 503) await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** @returns {Promise<number>} */
function ask() {
  return new Promise((resolve, reject) => {
    const request = http.request({ port, host: '127.0.0.1', path, method: 'POST', agent }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode ?? 0)).on('error', reject);
    });
    request.on('error', reject).setTimeout(30_000, () => request.destroy(Object.assign(new Error('no answer'), { code: 'no answer' })));
    request.end(body);
  });
}
