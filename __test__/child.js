'use strict';

/** Programs that need a process of their own: run by the same host as the tests. */

const { spawn, spawnSync } = require('node:child_process');
const path = require('node:path');
const { folder } = require('./guest');

const SECONDS = 60;
/** Deno asks before everything unless told not to. */
const HOST_ARGS = process.versions.deno === undefined ? [] : ['run', '--allow-all', '--no-check', '--quiet'];
const repository = path.join(__dirname, '..');

/** The program as a file of its own, with `isolated` being the package. */
function programFile(program) {
  const root = folder({ 'program.cjs': `'use strict';\nconst isolated = require(${JSON.stringify(repository)});\n${program}\n` });
  return path.join(root, 'program.cjs');
}

/** Runs a program to its end; `hostArgs` go to the host itself. */
function child(program, hostArgs = []) {
  const options = { encoding: 'utf8', timeout: SECONDS * 1000, killSignal: 'SIGKILL' };
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, [...HOST_ARGS, ...hostArgs, programFile(program)], options);
  return { status, signal, stdout, stderr };
}

/** Starts a program and answers it running, with what it wrote so far in `output()`. */
function startChild(program, hostArgs = []) {
  const started = spawn(process.execPath, [...HOST_ARGS, ...hostArgs, programFile(program)], { stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  for (const stream of [started.stdout, started.stderr]) stream.setEncoding('utf8').on('data', (part) => { text += part; });
  const ended = new Promise((resolve) => started.on('close', (status, signal) => resolve({ status, signal })));
  return { process: started, output: () => text, ended };
}

module.exports = { child, startChild };
