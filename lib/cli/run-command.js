'use strict';

/** `isolated-runtime run FILE FUNC [ARGS…]`: one call, its result as JSON. */

const path = require('node:path');
const { text } = require('node:stream/consumers');
const { IsolatedRuntime } = require('../isolated-runtime');
const { EXIT, EXIT_HELP, UsageError, exitCodeOf } = require('./exit-codes');
const { LIMIT_FLAGS, LIMIT_HELP, fileOf, folderOf, jsonOf, limitsOf, parse } = require('./flags');
const { describeError, printConsole, printError, printReceipt, written } = require('./output');

const HELP = `Calls an exported function of a file and prints its result as JSON.

Usage:
  isolated-runtime run FILE FUNC [ARGS…]

Arguments are JSON: 42 '"text"' '{"a":1}'. What the guest logs goes to stderr.

  --args JSON         all arguments as one list; - reads it from stdin
  --root DIR          the folder the guest may read; the file's own by default
  --json              print {"result", "receipt"} or {"error", "receipt"} instead
  --receipt           print what the run cost on stderr

${LIMIT_HELP}

${EXIT_HELP}
`;

/** @param {string[]} argv */
async function command(argv) {
  const { values, positionals } = parse(argv, { ...LIMIT_FLAGS, args: { type: 'string' }, root: { type: 'string' } });
  if (values.help) {
    await written(process.stdout, HELP);
    return EXIT.ok;
  }
  const { timeout, limits, external } = limitsOf(values);
  const [given, funcName, ...texts] = positionals;
  if (given === undefined || funcName === undefined) throw new UsageError('run needs a file and the name of a function');
  const file = fileOf(given);
  const root = values.root === undefined ? path.dirname(file) : folderOf(values.root);
  if (path.relative(root, file).startsWith('..')) throw new UsageError(`${given} is not below --root ${values.root}`);
  const runtime = new IsolatedRuntime({ timeout, limits, sourceExtensions: ['js', 'mjs', 'cjs'] });
  const args = await argumentsOf(values.args, texts);
  const options = { root, file: path.relative(root, file), funcName, args, external, receipt: /** @type {true} */ (true), onConsole: printConsole };
  return runtime.run(options).then((outcome) => succeeded(outcome, values), (error) => failed(error, values)).finally(() => runtime.shutdown());
}

/** @param {string | undefined} list @param {string[]} texts */
async function argumentsOf(list, texts) {
  if (list === undefined) return texts.map((item, at) => jsonOf(`argument ${at + 1} (${item})`, item));
  if (texts.length > 0) throw new UsageError('arguments are given either one by one or with --args');
  const args = jsonOf('--args', list === '-' ? await text(process.stdin) : list);
  if (!Array.isArray(args)) throw new UsageError('--args must be a JSON list');
  return args;
}

/** @param {{ result: any, receipt: import('../receipt').Receipt }} outcome @param {Record<string, any>} values */
async function succeeded({ result, receipt }, values) {
  if (values.json) await written(process.stdout, `${JSON.stringify({ result, receipt })}\n`);
  else if (result !== undefined) await written(process.stdout, `${JSON.stringify(result, null, process.stdout.isTTY ? 2 : undefined)}\n`);
  if (values.receipt && !values.json) printReceipt(receipt);
  return EXIT.ok;
}

/** @param {any} error @param {Record<string, any>} values */
async function failed(error, values) {
  const code = error?.code === 'ERR_INVALID_ARG' ? EXIT.usage : exitCodeOf(error);
  if (values.json) {
    await written(process.stdout, `${JSON.stringify({ error: describeError(error), receipt: error?.receipt })}\n`);
    return code;
  }
  printError(error);
  if (values.receipt) printReceipt(error?.receipt);
  return code;
}

module.exports = { command };
