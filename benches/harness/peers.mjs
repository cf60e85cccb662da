// Peers come from the npm registry, each into a folder of its own, so that one that cannot be installed costs no other.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { repository } from '../../scripts/processes.mjs';

const folderOf = (/** @type {string} */ name) => join(repository, 'benches', 'peers', name);

/**
 * Installs a peer unless it is there.
 * @param {string} name of its folder
 * @param {string} [probe] a package that is there once all are
 * @returns {{ version: string } | { error: string }}
 */
export function installed(name, probe = name) {
  const manifest = join(folderOf(name), 'node_modules', probe, 'package.json');
  if (!existsSync(manifest)) {
    console.log(`installing ${name} …`);
    const { status, stderr } = spawnSync('npm', ['install', '--no-package-lock', '--no-audit', '--no-fund'], {
      cwd: folderOf(name), encoding: 'utf8', shell: process.platform === 'win32', env: { ...process.env, ...headers() },
    });
    if (status !== 0) return { error: firstError(stderr) };
  }
  return { version: JSON.parse(readFileSync(manifest, 'utf8')).version };
}

/** Headers that came with this Node: a peer without a prebuilt binary is then compiled without a download. */
function headers() {
  const prefix = dirname(dirname(process.execPath));
  return existsSync(join(prefix, 'include', 'node', 'node.h')) ? { npm_config_nodedir: prefix } : {};
}

/** @param {string} stderr */
function firstError(stderr) {
  const lines = stderr.split('\n').filter((line) => /^npm err/i.test(line)).map((line) => line.replace(/^npm err(or|!)\s*/i, ''));
  const telling = lines.find((line) => !line.startsWith('code ') && /\s/.test(line));
  return telling?.replaceAll(/https?:\/\/\S+/g, 'the registry') ?? 'npm install failed';
}
