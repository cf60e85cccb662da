'use strict';
// The repository's own files, as the tidy test reads them. Generated and foreign files are left out here, once.

const { readdirSync, readFileSync } = require('node:fs');
const { basename, join, relative, sep } = require('node:path');

const repository = join(__dirname, '..', '..');
const FOREIGN_FOLDERS = new Set(['node_modules', 'target', '.git', '.hosts', '.compat', 'coverage']);
const GENERATED = new Set(['package-lock.json', 'Cargo.lock', 'binding.js', 'binding.d.ts', 'crates/engine/src/node/constants.json', 'crates/engine/src/node/stand-ins.json', '__test__/compat/node-surface.json', 'THIRD-PARTY-LICENSES']);
const TEXT = /\.(rs|c|h|js|mjs|cjs|ts|mts|json|toml|md)$|^(run|LICENSE|\.gitignore|\.npmrc)$/;

/** @returns {string[]} paths relative to the repository, with forward slashes */
function walk(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return FOREIGN_FOLDERS.has(entry.name) ? [] : walk(path);
    return [relative(repository, path).split(sep).join('/')];
  });
}

const read = (path) => readFileSync(join(repository, path), 'utf8');

const everything = walk(repository).sort();
const isMade = (path) => path.startsWith('crates/engine/src/node/bundles/') || path.startsWith('crates/engine/src/node/locales/');
const written = everything.filter((path) => TEXT.test(basename(path)) && !GENERATED.has(path) && !isMade(path));
const code = written.filter((path) => /\.(rs|c|js|mjs|ts|mts)$/.test(path));
const rust = written.filter((path) => path.endsWith('.rs'));

/** The lines of a Rust file without comments; good enough to search for words, not to parse. */
const withoutComments = (text) => text.split('\n').map((line) => line.replace(/(^|\s)\/\/.*$/, '')).join('\n');

module.exports = { code, everything, read, rust, withoutComments, written };
