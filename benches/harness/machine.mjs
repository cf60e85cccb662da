// Where and on what the figures were measured: printed with them, and kept beside them.
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { repository } from '../../scripts/processes.mjs';

export function machine() {
  const cpus = os.cpus();
  return {
    cpu: cpus[0]?.model.trim() ?? 'unknown',
    cores: cpus.length,
    memory: `${Math.round(os.totalmem() / 2 ** 30)} GiB`,
    system: `${os.type()} ${os.release()} ${os.arch()}`,
    node: process.version,
    load: os.loadavg().map((value) => value.toFixed(1)).join(' '),
    build: buildProfile(),
    commit: commit(),
    date: new Date().toISOString().slice(0, 10),
  };
}

/**
 * Which cargo profile the addon was built with: what is published is stripped of line tables, what tests run on has a section
 * of them.
 * @returns {'release' | 'dev-release'}
 */
export function buildProfile() {
  const addon = readdirSync(repository).find((name) => name.endsWith('.node'));
  if (addon === undefined) throw new Error('the addon is not built: npm run build');
  return readFileSync(join(repository, addon)).includes('\0.debug_line\0') ? 'dev-release' : 'release';
}

function commit() {
  const git = (/** @type {string[]} */ ...args) => execFileSync('git', args, { cwd: repository, encoding: 'utf8' }).trim();
  return git('rev-parse', '--short', 'HEAD') + (git('status', '--porcelain', '--', 'src', 'crates', 'lib') === '' ? '' : ' with changes');
}
