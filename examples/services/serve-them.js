'use strict';
// Shows the services of this folder through the command line and over HTTP, and ends by itself.
//
//   npm run demo:services                         10 MB of CSV
//   DEMO_MEGABYTES=200 npm run demo:services      more of it

const { spawn } = require('node:child_process');
const http = require('node:http');
const { once } = require('node:events');
const path = require('node:path');
const { Readable } = require('node:stream');
const { pipeline } = require('node:stream/promises');

const MEGABYTES = Number(process.env.DEMO_MEGABYTES ?? 10);
const COMMAND = path.join(__dirname, '..', '..', 'bin', 'isolated-runtime.js');
const HANDLERS = path.join(__dirname, 'handlers');
const ATTEMPTS = ['loop', 'promises', 'memory', 'flood', 'silence', 'files', 'neighbour', 'exit', 'smuggle'];
const SECONDS = Math.max(60, MEGABYTES);

const PNG = Buffer.concat([Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'), Buffer.from([0, 0, 2, 128, 0, 0, 1, 224]), Buffer.alloc(50_000, 7)]);

/** CSV that nobody holds: made as it is read. */
function csv(megabytes) {
  let row = 0;
  let bytes = 0;
  return new Readable({
    read() {
      let text = row === 0 ? 'id,name,price,stock\n' : '';
      while (text.length < 60_000) text += `${++row},"article, number ${row}",${(row % 9999) / 100},${row % 17}\n`;
      bytes += text.length;
      this.push(text);
      if (bytes >= megabytes * 1e6) this.push(null);
    },
  });
}

/** Counts what it reads, and remembers the beginning. */
async function counted(stream) {
  const seen = { bytes: 0, lines: 0, start: '' };
  for await (const chunk of stream) {
    seen.bytes += chunk.length;
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) seen.lines += 1;
    if (seen.start.length < 200) seen.start += chunk.toString('utf8', 0, 200);
  }
  return { ...seen, start: seen.start.split('\n')[0].slice(0, 100) };
}

function report(how, what, outcome, started) {
  console.log(`  ${how.padEnd(8)}  ${what.padEnd(20)}  ${(performance.now() - started).toFixed(0).padStart(7)} ms  ${outcome}`);
}

async function commandLine(service, input, args = []) {
  const started = performance.now();
  const child = spawn(process.execPath, [COMMAND, 'service', path.join(HANDLERS, `${service}.js`), '--timeout', `${SECONDS}s`, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
  // A service may answer before it has read everything.
  const sent = pipeline(input, child.stdin).catch((error) => error);
  const { bytes, lines, start } = await counted(child.stdout);
  const [status] = child.exitCode === null ? await once(child, 'close') : [child.exitCode];
  await sent;
  report('command', service, `exit ${status}, ${bytes} bytes${lines > 1 ? `, ${lines} lines` : ''}: ${start}`, started);
}

async function overHttp(port, url, input) {
  const started = performance.now();
  const request = http.request({ port, host: '127.0.0.1', path: url, method: 'POST', agent: false });
  const sent = pipeline(input, request).catch((error) => error);
  try {
    const [response] = await once(request, 'response');
    const { bytes, lines, start } = await counted(response);
    report('http', url.slice(1), `${response.statusCode}, ${bytes} bytes${lines > 1 ? `, ${lines} lines` : ''}: ${start}`, started);
  } catch (error) {
    report('http', url.slice(1), `no response: ${error.code}`, started);
  }
  await sent;
}

/** Starts the server with these flags; answers it and its port. */
async function serving(...flags) {
  const server = spawn(process.execPath, [COMMAND, 'serve', HANDLERS, '--port', '0', '--no-log', ...flags], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(server.stdout.setEncoding('utf8'), 'data');
  return { port: Number(/:(\d+)\n/.exec(line)[1]), stop: async () => { server.kill('SIGTERM'); await once(server, 'close'); } };
}

async function main() {
  console.log('\nServices, through the command line\n');
  await commandLine('echo', Readable.from(['hello from stdin\n']));
  await commandLine('csv-to-json', csv(MEGABYTES));
  await commandLine('image-size', Readable.from([PNG]));
  await commandLine('hostile', Readable.from(['']), ['--params', '{"attempt":"loop"}', '--cpu', '300ms']);

  console.log('\nThe same ones over HTTP, and what the hostile one tries\n');
  const generous = await serving('--timeout', `${SECONDS}s`);
  await overHttp(generous.port, '/echo', Readable.from(['hello over HTTP\n']));
  await overHttp(generous.port, '/csv-to-json', csv(MEGABYTES));
  await overHttp(generous.port, '/image-size', Readable.from([PNG]));
  await generous.stop();
  const strict = await serving('--timeout', '500ms', '--memory', '16M');
  for (const attempt of ATTEMPTS) await overHttp(strict.port, `/hostile?attempt=${attempt}`, Readable.from(['']));
  await strict.stop();
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
