'use strict';

/** `isolated-runtime service FILE`: one streaming service between stdin and stdout. */

const { finished } = require('node:stream/promises');
const { Services } = require('../service/services');
const { fileSource } = require('../service/source');
const { DEFAULT_TIMEOUT } = require('../run-service');
const { EXIT, EXIT_HELP, UsageError, exitCodeOf } = require('./exit-codes');
const { LIMIT_FLAGS, LIMIT_HELP, fileOf, folderOf, jsonObject, limitsOf, parse } = require('./flags');
const { describeError, printConsole, printError, printReceipt, written } = require('./output');
const { StandardResponse, standardRequest } = require('./standard-streams');

const HELP = `Runs a streaming service: its request is stdin, its response is stdout.

Usage:
  isolated-runtime service FILE

  --params JSON       hook.params
  --env JSON          everything else on hook
  --root DIR          the folder the service may read; the file's own by default
  --json              status and headers, errors and the receipt on stderr as JSON, one a line
  --receipt           print what the run cost on stderr

${LIMIT_HELP}
                      the time-out is the time until res.end(); default ${DEFAULT_TIMEOUT / 1000}s

${EXIT_HELP}
`;

/** @param {string[]} argv */
async function command(argv) {
  const { values, positionals } = parse(argv, { ...LIMIT_FLAGS, params: { type: 'string' }, env: { type: 'string' }, root: { type: 'string' } });
  if (values.help) {
    await written(process.stdout, HELP);
    return EXIT.ok;
  }
  const { timeout, limits, external } = limitsOf(values);
  if (positionals.length !== 1) throw new UsageError(`service needs one file, got ${positionals.length}`);
  const source = fileSource(fileOf(positionals[0]), values.root === undefined ? undefined : folderOf(values.root));
  const env = { ...jsonObject('--env', values.env ?? '{}'), params: jsonObject('--params', values.params ?? '{}') };
  const report = reporter(values);
  return runBetween({ source, env, vm: {}, timeout, limits, external, onConsole: printConsole }, report, new StandardResponse(report.head));
}

/**
 * @typedef {object} Reporter
 * @property {(code: number, headers: Record<string, any>) => void} head
 * @property {(error: any) => void} error
 * @property {(receipt?: import('../receipt').Receipt) => void} end
 */

/** @param {Record<string, any>} values @returns {Reporter} */
function reporter(values) {
  const line = (/** @type {object} */ data) => void process.stderr.write(`${JSON.stringify(data)}\n`);
  if (values.json) {
    return { head: (statusCode, headers) => line({ statusCode, headers }), error: (error) => line({ error: describeError(error) }), end: (receipt) => line({ receipt }) };
  }
  return { head: () => {}, error: printError, end: (receipt) => values.receipt && printReceipt(receipt) };
}

/**
 * Runs a service between stdin and stdout; answers the exit status.
 * @param {Record<string, any>} call
 * @param {Reporter} report
 * @param {InstanceType<typeof StandardResponse>} res
 */
async function runBetween({ limits, timeout = DEFAULT_TIMEOUT, request = {}, ...call }, report, res) {
  const services = servicesWith(limits);
  const req = standardRequest(request);
  const onNext = (/** @type {any} */ error) => error && report.error(error);
  try {
    const receipt = await services.run(/** @type {any} */ ({ ...call, req, res, timeout, limits: services.limits, onNext }));
    if (!res.writableFinished && res.writableEnded) await finished(res);
    report.end(receipt);
    return EXIT.ok;
  } catch (error) {
    report.error(error);
    const { receipt } = /** @type {any} */ (error);
    if (receipt !== undefined) report.end(receipt);
    return exitCodeOf(error);
  } finally {
    // Input that nobody has read would keep the process alive.
    process.stdin.destroy();
    services.close();
  }
}

/** @param {object} limits @param {number} [threads] */
function servicesWith(limits, threads) {
  try {
    return new Services({ limits, threads });
  } catch (error) {
    if (/** @type {any} */ (error).code !== 'ERR_INVALID_ARG') throw error;
    throw new UsageError(/** @type {Error} */ (error).message);
  }
}

module.exports = { command, runBetween, servicesWith };
