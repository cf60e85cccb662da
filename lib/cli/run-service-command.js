'use strict';

/** The `run-service` command with its old flags, and its old protocol on stderr: one JSON object a line. */

const { sourceOf, fileSource } = require('../service/source');
const { EXIT, EXIT_HELP, UsageError } = require('./exit-codes');
const { LIMIT_FLAGS, LIMIT_HELP, fileOf, jsonObject, limitsOf, parse } = require('./flags');
const { describeError, printConsole, written } = require('./output');
const { runBetween } = require('./service-command');
const { StandardResponse } = require('./standard-streams');

const HELP = `Runs a streaming service: its request is stdin, its response is stdout.

Usage:
  run-service -c SOURCE [-s JSON] [-e JSON] [-v JSON]
  run-service --file FILE …

  -c, --code SOURCE   source of the service, which assigns module['exports']
  -s, --service JSON  what is known of the service, such as {"language":"babel"}
  -e, --env JSON      {"input":{"headers","host","url","connection"},"params"} and what else hook has
  -v, --vm JSON       variables of the service
  --file FILE         a file instead of -c

On stderr, one JSON object a line: {"type":"writeHead","payload":{"code","headers"}}, {"type":"error","payload":{"error"}},
{"type":"end"}.

${LIMIT_HELP}

${EXIT_HELP}
`;

/**
 * @param {string[]} argv
 * @returns {Promise<number>} the exit status
 */
async function main(argv) {
  try {
    return await command(argv);
  } catch (error) {
    tellError(error);
    return error instanceof UsageError || /** @type {any} */ (error).code === 'ERR_INVALID_ARG' ? EXIT.usage : EXIT.internal;
  }
}

/** @param {string[]} argv */
async function command(argv) {
  const { values, positionals } = parse(argv, {
    ...LIMIT_FLAGS,
    code: { type: 'string', short: 'c' }, service: { type: 'string', short: 's' }, env: { type: 'string', short: 'e' }, vm: { type: 'string', short: 'v' },
    file: { type: 'string' },
  });
  if (values.help) {
    await written(process.stdout, HELP);
    return EXIT.ok;
  }
  if (positionals.length > 0) throw new UsageError(`unexpected argument ${JSON.stringify(positionals[0])}`);
  if ((values.code === undefined) === (values.file === undefined)) throw new UsageError('either -c with the source of a service or --file is needed');
  const { input = {}, ...env } = jsonObject('-e', values.env ?? '{}');
  const resource = jsonObject('-s', values.service ?? '{}');
  const { timeout, limits, external } = limitsOf(values);
  const source = values.code === undefined ? fileSource(fileOf(values.file)) : sourceOf(values.code);
  const call = {
    source, limits, external,
    timeout: typeof env.customTimeout === 'number' && env.customTimeout > 0 ? Math.ceil(env.customTimeout) : timeout,
    env: { resource, ...env },
    vm: jsonObject('-v', values.vm ?? '{}'),
    request: typeof input === 'object' ? input : {},
    onConsole: printConsole,
  };
  const report = {
    head: (/** @type {number} */ code, /** @type {object} */ headers) => tell('writeHead', { code, headers }),
    error: tellError,
    end: () => tell('end'),
  };
  return runBetween(call, report, new StandardResponse(report.head, '\n'));
}

/** @param {any} error */
function tellError(error) {
  const { message, ...more } = describeError(error);
  tell('error', { error: message, ...more });
}

/** @param {string} type @param {object} [payload] */
function tell(type, payload) {
  process.stderr.write(`${JSON.stringify(payload === undefined ? { type } : { type, payload })}\n`);
}

module.exports = { main };
