// Builds the addon and its generated loader.
//
//   node scripts/build.mjs               quick: cargo profile dev-release, what tests and the demo run on
//   node scripts/build.mjs --release     what is published: link-time optimisation, stripped
//   node scripts/build.mjs --if-needed   quick, and nothing at all if the addon is newer than its sources
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { commandOf, repository, runNode } from './processes.mjs';

const SOURCES = ['Cargo.toml', 'Cargo.lock', 'build.rs', 'src', 'crates/engine/Cargo.toml', 'crates/engine/build.rs', 'crates/engine/src'];

const profile = process.argv.includes('--release') ? 'release' : 'dev-release';
if (process.argv.includes('--if-needed') && isCurrent()) process.exit(0);

const built = runNode([
  commandOf('@napi-rs/cli', 'napi'),
  'build', '--platform', '--profile', profile,
  '--js', 'binding.js', '--dts', 'binding.d.ts',
]);
process.exit(built ? 0 : 1);

function isCurrent() {
  const addons = readdirSync(repository).filter((name) => name.endsWith('.node'));
  if (addons.length === 0) return false;
  const oldestAddon = Math.min(...addons.map((name) => statSync(join(repository, name)).mtimeMs));
  return oldestAddon > Math.max(...SOURCES.map((name) => newestIn(join(repository, name))));
}

function newestIn(path) {
  const { mtimeMs } = statSync(path);
  if (!statSync(path).isDirectory()) return mtimeMs;
  return Math.max(mtimeMs, ...readdirSync(path).map((name) => newestIn(join(path, name))));
}
