'use strict';

/** Programs that need a process of their own: run by the same host as the tests. */

const { spawn, spawnSync } = require('node:child_process');
const path = require('node:path');
const { folder } = require('./guest');

const SECONDS = 60;
/** With garbage collection on demand; Deno asks before everything unless told not to, and Bun always has it. */
const HOST_ARGS = process.versions.deno !== undefined
  ? ['run', '--allow-all', '--no-check', '--quiet', '--v8-flags=--expose-gc']
  : process.versions.bun !== undefined ? [] : ['--expose-gc'];

/** What programs find: the package, loaded when it is first named; its path; and guests whose names say what they do. */
const PRELUDE = `'use strict';
const PACKAGE = ${JSON.stringify(path.join(__dirname, '..'))};
Object.defineProperty(globalThis, 'isolated', { get: () => require(PACKAGE) });
const gc = globalThis.gc ?? (() => Bun.gc(true));
const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const guest = (funcName, ...args) => ({ root: ${JSON.stringify(path.join(__dirname, 'fixtures', 'teardown'))}, file: 'index.js', funcName, args });
async function until(condition) {
  for (const start = Date.now(); !(await condition());) {
    if (Date.now() - start > 30_000) throw new Error(\`what was waited for did not happen: \${condition}\`);
    await pause(5);
  }
}
`;

function programFile(program) {
  const root = folder({ 'program.cjs': `${PRELUDE}\n${program}\n` });
  return path.join(root, 'program.cjs');
}

/** Runs a program to its end, with these variables of the environment besides those of this process. */
function child(program, variables = {}) {
  const options = { env: { ...process.env, ...variables }, encoding: 'utf8', timeout: SECONDS * 1000, killSignal: 'SIGKILL' };
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, [...HOST_ARGS, programFile(program)], options);
  return { status, signal, stdout, stderr };
}

/** Starts a program and answers it running, with what it wrote so far in `output()`. */
function startChild(program) {
  const started = spawn(process.execPath, [...HOST_ARGS, programFile(program)], { stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  for (const stream of [started.stdout, started.stderr]) stream.setEncoding('utf8').on('data', (part) => { text += part; });
  const ended = new Promise((resolve) => started.on('close', (status, signal) => resolve({ status, signal })));
  return { process: started, output: () => text, ended };
}

module.exports = { child, startChild };
