'use strict';

/** `isolated-runtime repl`: one run in which each line is evaluated; it starts anew when a limit ends it. */

const path = require('node:path');
const readline = require('node:readline');
const { IsolatedRuntime } = require('../isolated-runtime');
const { EXIT, EXIT_HELP, UsageError, exitCodeOf } = require('./exit-codes');
const { LIMIT_FLAGS, LIMIT_HELP, limitsOf, parse } = require('./flags');
const { coloured, hasColours, printConsole, printError, written } = require('./output');
const { LONGEST_TIME } = require('../checks');
const { RuntimeTimeoutError } = require('../errors');

const DEFAULT_TIMEOUT = 5000;

const HELP = `Evaluates lines in a sandbox, all in the same one. Ends with .exit, or at the end of the input.

Usage:
  isolated-runtime repl

${LIMIT_HELP}
                      the time-out is that of one line; default ${DEFAULT_TIMEOUT / 1000}s. A limit that is exceeded ends
                      the sandbox, and the next line has a fresh one

${EXIT_HELP}
`;

/** @param {string[]} argv */
async function command(argv) {
  const { values, positionals } = parse(argv, LIMIT_FLAGS);
  if (values.help) {
    await written(process.stdout, HELP);
    return EXIT.ok;
  }
  if (positionals.length > 0) throw new UsageError(`unexpected argument ${JSON.stringify(positionals[0])}`);
  const { timeout = DEFAULT_TIMEOUT, limits, external } = limitsOf(values);
  const runtime = new IsolatedRuntime({ timeout: LONGEST_TIME, limits: { ...limits, hostCalls: 1e9 }, onConsole: printConsole });
  const lines = readline.createInterface({ input: process.stdin, output: process.stdin.isTTY ? process.stdout : undefined, prompt: '> ' });
  const input = lines[Symbol.asyncIterator]();
  /** @type {number} */
  let worst = EXIT.ok;
  for (let isOpen = true; isOpen;) {
    const session = new Session(runtime, input, external, timeout, () => process.stdin.isTTY && lines.prompt());
    isOpen = await session.ended.then(() => false, (error) => {
      printError(error);
      worst = exitCodeOf(error);
      return !session.isAtEnd;
    });
  }
  lines.close();
  await runtime.shutdown();
  return process.stdin.isTTY ? EXIT.ok : worst;
}

class Session {
  isAtEnd = false;
  #aborter = new AbortController();
  /** @type {NodeJS.Timeout | undefined} */
  #deadline;

  /**
   * @param {InstanceType<typeof IsolatedRuntime>} runtime
   * @param {AsyncIterator<string>} input
   * @param {string[]} external
   * @param {number} timeout of one line
   * @param {() => void} prompt
   */
  constructor(runtime, input, external, timeout, prompt) {
    this.input = input;
    this.timeout = timeout;
    this.prompt = prompt;
    this.ended = runtime.run({
      root: path.join(__dirname, 'guest'), file: 'repl.js', funcName: 'session', args: [hasColours(process.stdout)], external,
      signal: this.#aborter.signal,
      hostFunctions: {
        __repl: {
          next: () => this.#next(),
          show: (/** @type {string} */ text) => void (text !== '' && process.stdout.write(`${text}\n`)),
          fail: (/** @type {string} */ text) => void process.stderr.write(`${coloured(process.stderr, 31, withoutOwnFrames(text))}\n`),
        },
      },
    }).finally(() => clearTimeout(this.#deadline));
  }

  async #next() {
    clearTimeout(this.#deadline);
    this.prompt();
    const { done, value } = await this.input.next();
    this.isAtEnd = done === true || value.trim() === '.exit';
    if (this.isAtEnd) return null;
    this.#deadline = setTimeout(() => {
      const message = `the line took more than ${this.timeout} ms; the next one has a fresh sandbox`;
      this.#aborter.abort(new RuntimeTimeoutError(message, 'ERR_TIMEOUT', { limit: this.timeout }));
    }, this.timeout);
    return value;
  }
}

/** @param {string} stack */
function withoutOwnFrames(stack) {
  return stack.split('\n').filter((line) => !/^\s+at /.test(line) || !/repl\.js:\d+/.test(line)).join('\n');
}

module.exports = { command };
