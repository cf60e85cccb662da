// Writes THIRD-PARTY-LICENSES: everything that is linked into the binary or bundled for guests, with its licence texts.
//
//   node scripts/licenses.mjs
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { repository } from './processes.mjs';

const LICENCE_FILE = /^(licen[cs]e|copying|unlicense|notice)/i;
const mitTerms = readFileSync(join(repository, 'LICENSE'), 'utf8').replace(/^[\s\S]*?(?=Permission is hereby)/, '').trim();
const BUNDLED = [
  '@formatjs/bigdecimal', '@formatjs/intl-datetimeformat', '@formatjs/intl-listformat', '@formatjs/intl-numberformat', '@formatjs/intl-pluralrules',
  '@formatjs/intl-relativetimeformat',
  '@pkgjs/parseargs', 'assert', 'base64-js', 'buffer', 'events', 'ieee754', 'node-inspect-extracted', 'path-unified', 'punycode', 'readable-stream',
  'string_decoder', 'url', 'web-streams-polyfill',
];
/** Crates whose only copy of the licence is in another crate of their repository. */
const SAME_REPOSITORY = { 'alloc-stdlib': 'alloc-no-stdlib' };

const entries = [...cratesLinked(), ...BUNDLED.map(packageEntry)].sort((a, b) => a.title.localeCompare(b.title, 'en'));
const head = 'The binary of isolated-runtime-native contains the following works; guests are given those marked "bundled".\n';
const text = entries.map(({ title, texts }) => `${'='.repeat(80)}\n${title}\n${'='.repeat(80)}\n\n${texts.join('\n\n')}\n`);
writeFileSync(join(repository, 'THIRD-PARTY-LICENSES'), `${head}\n${text.join('\n')}`);
console.log(`${entries.length} works`);

/** The crates of all platforms: one text serves every package. Build-time and test-time crates are not in the binary. */
function cratesLinked() {
  const metadata = JSON.parse(execFileSync('cargo', ['metadata', '--format-version', '1', '--locked'], {
    cwd: repository, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024,
  }));
  const nodes = new Map(metadata.resolve.nodes.map((node) => [node.id, node]));
  const linked = new Set();
  const visit = (id) => {
    if (linked.has(id)) return;
    linked.add(id);
    for (const { pkg, dep_kinds: kinds } of nodes.get(id).deps) if (kinds.some(({ kind }) => kind === null)) visit(pkg);
  };
  metadata.workspace_members.forEach(visit);
  const folderOf = (name) => dirname(metadata.packages.find((crate) => crate.name === name).manifest_path);
  return metadata.packages
    .filter(({ id, source }) => source !== null && linked.has(id))
    .map((crate) => entry(`${crate.name} ${crate.version} (${crate.license ?? 'see text'})`, folderOf(SAME_REPOSITORY[crate.name] ?? crate.name), crate));
}

function packageEntry(name) {
  const manifest = join(repository, 'node_modules', name, 'package.json');
  const { version, license } = JSON.parse(readFileSync(manifest, 'utf8'));
  return entry(`${name} ${version} (${license}), bundled`, dirname(manifest), { license });
}

function entry(title, folder, { license, authors = [] }) {
  const nested = ['quickjs'].map((name) => join(folder, name)).filter((path) => existsSync(path));
  const texts = [folder, ...nested].flatMap((place) => chosen(readdirSync(place).filter((name) => LICENCE_FILE.test(name)).sort())
    .map((name) => readFileSync(join(place, name), 'utf8').trim()));
  if (texts.length > 0) return { title, texts };
  if (!license.split(' OR ').includes('MIT')) throw new Error(`${title} comes without a copy of its licence: add it by hand`);
  return { title, texts: [`Copyright (c) ${authors.join(', ') || `the authors of ${title}`}\n\n${mitTerms}`] };
}

/** Of works that offer a choice of licences, MIT is taken: it is the shortest, and ours. */
function chosen(names) {
  const mit = names.filter((name) => /mit/i.test(name));
  return mit.length > 0 ? mit : names;
}
