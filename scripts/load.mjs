// Puts `isolated-runtime serve` under load, beside peers. benches/load/README.md says how.
//
//   npm run load
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { installed } from '../benches/harness/peers.mjs';
import { repository } from './processes.mjs';

const SECONDS = Number(process.env.LOAD_SECONDS ?? 10);
const CONNECTIONS = 32;
const folder = join(repository, 'benches', 'load');
const serve = [join(repository, 'bin', 'isolated-runtime.js'), 'serve', join(folder, 'services'), '--port', '0', '--no-log', '--timeout', '1s', '--concurrency', 'hostile=1'];

const servers = [['node:http, nothing isolated', [join(folder, 'bare.mjs')]], ['isolated-runtime serve', serve]];
const vm2 = installed('vm2');
if ('error' in vm2) console.log(`vm2 takes no part: ${vm2.error}`);
else servers.push([`vm2 ${vm2.version} in a pool of worker threads`, [join(folder, 'vm2.mjs')]]);

console.log(`\n${CONNECTIONS} connections, ${SECONDS} s each, loopback; Node ${process.version}\n`);
const rows = [];
for (const [name, args] of servers) rows.push(await measure(/** @type {string} */ (name), /** @type {string[]} */ (args), [['/total', CONNECTIONS]]));
rows.push(await measure('isolated-runtime serve, beside a hostile service', serve, [['/total', CONNECTIONS], ['/hostile', 4]]));
console.table(rows.map(({ server, figures, growth }) => ({
  server,
  'requests/s': Math.round(figures.answers[200] / SECONDS),
  'median ms': round(figures.latency.median), 'p99 ms': round(figures.latency.p99), 'max ms': round(figures.latency.max),
  lost: figures.lost, 'not 200': figures.sent - figures.lost - figures.answers[200], 'memory growth MiB': growth,
})));
const alone = rows[1].figures.latency.p99;
const beside = rows.at(-1).figures.latency.p99;
console.log(`p99 beside a hostile service: ${round(beside / alone)} times what it is alone; at most 2 is promised`);
process.exitCode = rows.every(({ figures }) => figures.lost === 0 && figures.sent === figures.answers[200]) ? 0 : 1;

/** Starts a server, warms it up, measures the first of the loads while the others run beside it. */
async function measure(server, args, loads) {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const [line] = await once(child.stdout.setEncoding('utf8'), 'data');
    const port = /:(\d+)\s*$/.exec(line)[1];
    await load(port, '/total', 2, CONNECTIONS);
    const before = residentMiB(child.pid);
    const [figures] = await Promise.all(loads.map(([path, connections]) => load(port, path, SECONDS, connections)));
    return { server, figures, growth: before === undefined ? undefined : Math.round(residentMiB(child.pid) - before) };
  } finally {
    child.kill('SIGTERM');
    if (child.exitCode === null) await once(child, 'exit');
  }
}

async function load(port, path, seconds, connections) {
  const client = spawn(process.execPath, [join(folder, 'client.mjs'), port, path, String(seconds), String(connections)], { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  for await (const part of client.stdout.setEncoding('utf8')) text += part;
  return JSON.parse(text);
}

/** Where the system says it. */
function residentMiB(pid) {
  if (process.platform === 'linux') return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;
  const { status, stdout } = spawnSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' });
  return status === 0 ? Number(stdout) / 1024 : undefined;
}

function round(number) {
  return Math.round(number * 10) / 10;
}
