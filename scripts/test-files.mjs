// Which test files there are. `node --test` takes no patterns before Node 21 and would run fixtures, so they are listed.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { repository } from './processes.mjs';

const SUFFIX = /\.test\.(js|mjs)$/;

/** The public test suite: runs unchanged on every host. */
export const publicTests = () => testsIn('__test__');

/** Tests of the package and of the repository itself, which need the host's npm and the sources. */
export const repositoryTests = () => [...testsIn('__test__/packaging'), ...testsIn('__test__/tidy'), ...testsIn('__test__/attacks')];

function testsIn(folder) {
  const full = join(repository, folder);
  if (!existsSync(full)) return [];
  return readdirSync(full).filter((name) => SUFFIX.test(name)).sort().map((name) => `${folder}/${name}`);
}
