'use strict';

/** `isolated-runtime serve DIR`: each file of a folder is a service over HTTP, until a signal comes. */

const { DEFAULT_TIMEOUT } = require('../run-service');
const { EXIT, EXIT_HELP, UsageError } = require('./exit-codes');
const { LIMIT_FLAGS, LIMIT_HELP, folderOf, limitsOf, parse, wholeNumber } = require('./flags');
const { coloured, describeError, printConsole, printError, shortReceipt, written } = require('./output');
const { servicesWith } = require('./service-command');
const { ServiceServer } = require('./service-server');

const CONCURRENCY = 64;

const HELP = `Serves each file of a folder as a streaming service: DIR/name.js answers http://127.0.0.1:8080/name.
Changed files count from the next request on.

Usage:
  isolated-runtime serve DIR

  --port PORT         default 8080; 0 for any
  --host HOST         default 127.0.0.1
  --concurrency N     requests of one service in flight at most, default ${CONCURRENCY}; NAME=N for one service. More get status 503
  --threads N         threads for guest code
  --no-log            no access log
  --json              access log with whole receipts, one JSON object a line

${LIMIT_HELP}
                      the time-out is the time until res.end(); default ${DEFAULT_TIMEOUT / 1000}s

SIGINT and SIGTERM let requests in flight finish; a second one does not.

${EXIT_HELP}
`;

/** @param {string[]} argv */
async function command(argv) {
  const { values, positionals } = parse(argv, {
    ...LIMIT_FLAGS,
    port: { type: 'string' }, host: { type: 'string' }, concurrency: { type: 'string', multiple: true }, threads: { type: 'string' }, 'no-log': { type: 'boolean' },
  });
  if (values.help) {
    await written(process.stdout, HELP);
    return EXIT.ok;
  }
  if (positionals.length !== 1) throw new UsageError(`serve needs one folder, got ${positionals.length}`);
  const folder = folderOf(positionals[0]);
  const port = wholeNumber('--port', values.port ?? '8080', 0, 65_535);
  const host = values.host ?? '127.0.0.1';
  const { timeout = DEFAULT_TIMEOUT, limits, external } = limitsOf(values);
  const concurrencyOf = concurrency(values.concurrency ?? []);
  const services = servicesWith(limits, values.threads === undefined ? undefined : wholeNumber('--threads', values.threads, 1, 1024));
  const onServed = logger(values);
  const server = new ServiceServer({ folder, services, timeout, external, concurrencyOf, onServed, onConsole: printConsole });
  const actual = await listening(server, port, host);
  await written(process.stdout, `serving ${folder} at http://${host.includes(':') ? `[${host}]` : host}:${actual}\n`);
  await untilStopped(server);
  services.close();
  return EXIT.ok;
}

/** @param {string[]} texts @returns {(service: string) => number} */
function concurrency(texts) {
  let general = CONCURRENCY;
  const own = new Map();
  for (const text of texts) {
    const [, name, number] = /^(?:(.*)=)?(.*)$/.exec(text) ?? [];
    const most = wholeNumber('--concurrency', number, 1, 100_000);
    if (name === undefined) general = most;
    else own.set(name, most);
  }
  return (service) => own.get(service) ?? general;
}

/** @param {InstanceType<typeof ServiceServer>} server @param {number} port @param {string} host */
async function listening(server, port, host) {
  try {
    return await server.listen(port, host);
  } catch (error) {
    const { code, message } = /** @type {NodeJS.ErrnoException} */ (error);
    throw new UsageError(code === 'EADDRINUSE' ? `port ${port} of ${host} is in use` : `cannot listen at ${host}:${port}: ${message}`);
  }
}

/** @param {InstanceType<typeof ServiceServer>} server */
async function untilStopped(server) {
  const signals = /** @type {const} */ (['SIGINT', 'SIGTERM']);
  await new Promise((resolve) => signals.forEach((signal) => process.once(signal, resolve)));
  const force = new Promise((resolve) => signals.forEach((signal) => process.once(signal, resolve)));
  const stopped = server.stop();
  await Promise.race([stopped, force]);
  server.server.closeAllConnections?.();
  await stopped;
}

/** @param {Record<string, any>} values @returns {(served: import('./service-server').Served) => void} */
function logger(values) {
  if (values['no-log']) return () => {};
  if (values.json) {
    return ({ error, ...served }) => void process.stdout.write(`${JSON.stringify({ time: new Date().toISOString(), ...served, error: error && describeError(error) })}\n`);
  }
  return ({ method, path, status, milliseconds, receipt, error }) => {
    const colour = status < 400 ? 32 : status < 500 ? 33 : 31;
    const cost = receipt === undefined ? '' : ` (${shortReceipt(receipt)})`;
    process.stdout.write(`${new Date().toISOString()} ${method} ${path} ${coloured(process.stdout, colour, String(status))} ${milliseconds.toFixed(1)} ms${cost}\n`);
    if (error !== undefined && status >= 500) printError(error);
  };
}

module.exports = { command };
