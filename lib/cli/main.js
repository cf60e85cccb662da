'use strict';

/** The `isolated-runtime` command: finds the subcommand, and turns its outcome into an exit status. */

const { version } = require('../../package.json');
const { EXIT, EXIT_HELP, UsageError, exitCodeOf } = require('./exit-codes');
const { printError, written } = require('./output');

const HELP = `Runs untrusted JavaScript, isolated and limited.

Usage:
  isolated-runtime run FILE FUNC [ARGS…]   call a function of a file
  isolated-runtime service FILE            run a streaming service between stdin and stdout
  isolated-runtime serve DIR               serve each file of a folder as a service, over HTTP
  isolated-runtime repl                    evaluate lines in a sandbox
  isolated-runtime COMMAND --help          more about a command

  --version, --help

${EXIT_HELP}
`;

/** Loaded when needed: `--help` should work where the addon does not. @type {Record<string, () => { command: (argv: string[]) => Promise<number> }>} */
const COMMANDS = {
  run: () => require('./run-command'),
  service: () => require('./service-command'),
  serve: () => require('./serve-command'),
  repl: () => require('./repl-command'),
};

/**
 * @param {string[]} argv
 * @returns {Promise<number>} the exit status
 */
async function main(argv) {
  const [name, ...rest] = argv;
  try {
    if (name === '--version' || name === '-v') return await print(`${version}\n`);
    if (name === '--help' || name === '-h' || name === 'help') return await print(HELP);
    if (name === undefined) throw new UsageError('a command is needed: run, service, serve or repl');
    if (!Object.hasOwn(COMMANDS, name)) throw new UsageError(`there is no command ${JSON.stringify(name)}: run, service, serve or repl`);
    return await COMMANDS[name]().command(rest);
  } catch (error) {
    printError(error);
    if (error instanceof UsageError) process.stderr.write(`Try isolated-runtime ${Object.hasOwn(COMMANDS, name ?? '') ? `${name} ` : ''}--help\n`);
    return error instanceof UsageError ? EXIT.usage : failureOf(error);
  }
}

/** What a command did not expect is a defect of ours, unless it is an error of a run. @param {unknown} error */
function failureOf(error) {
  const code = exitCodeOf(error);
  return code === EXIT.guest ? EXIT.internal : code;
}

/** @param {string} text */
async function print(text) {
  await written(process.stdout, text);
  return EXIT.ok;
}

module.exports = { main, print };
