// Starts the programs that the other scripts consist of. Knows nothing of what they do.
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's top folder; every script works from there, wherever it was called. */
export const repository = join(dirname(fileURLToPath(import.meta.url)), '..');

/**
 * Runs a program with the caller's own output; answers whether it succeeded.
 * @param {string} program
 * @param {string[]} args
 * @param {import('node:child_process').SpawnSyncOptions} [options]
 * @returns {boolean}
 */
export function run(program, args, options = {}) {
  const { status, error } = spawnSync(program, args, { cwd: repository, stdio: 'inherit', ...options });
  if (error) console.error(`${program} could not be started: ${error.message}`);
  return status === 0;
}

/**
 * As `run`, for Node with the given arguments: the same Node that runs the script.
 * @param {string[]} args
 * @param {import('node:child_process').SpawnSyncOptions} [options]
 */
export const runNode = (args, options) => run(process.execPath, args, options);

/**
 * The path of a command of an installed package, to be run by `runNode`: `npx` and `.bin` differ between platforms.
 * @param {string} packageName
 * @param {string} command
 * @returns {string}
 */
export function commandOf(packageName, command) {
  const folder = join(repository, 'node_modules', packageName);
  const { bin } = createRequire(import.meta.url)(join(folder, 'package.json'));
  return join(folder, typeof bin === 'string' ? bin : bin[command]);
}
