// Makes the tarballs that are published.
//
//   node scripts/pack.mjs [folder]    the main package, its stand-in for run-service, the data of locales, and the platform packages whose
//                                     binaries are in the repository's top folder
//
// The platform packages are named as optional dependencies only in the packed manifest: they are published together
// with it, so a repository that named them could not install itself.
import { copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writePack } from './locale-data.mjs';
import { repository } from './processes.mjs';

const readManifest = (folder) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));

/**
 * Packs the main package into `folder`; answers the tarball's path.
 * @param {string} folder
 * @returns {string}
 */
export function packMain(folder) {
  return staged(folder, (stage) => {
    const manifest = readManifest(repository);
    for (const name of [...manifest.files, 'README.md', 'LICENSE']) {
      if (existsSync(join(repository, name))) cpSync(join(repository, name), join(stage, name), { recursive: true });
    }
    const { devDependencies: _, '//devDependencies': __, scripts: ___, ...published } = manifest;
    return { ...published, optionalDependencies: platformPackages(manifest.version) };
  });
}

/**
 * Packs `npm/<platform>` with its binary; answers the tarball's path, or undefined where the binary has not been built.
 * @param {string} platform
 * @param {string} folder
 * @returns {string | undefined}
 */
export function packPlatform(platform, folder) {
  const source = join(repository, 'npm', platform);
  const manifest = readManifest(source);
  const binary = join(repository, manifest.main);
  if (!existsSync(binary)) return undefined;
  return staged(folder, (stage) => {
    copyFileSync(binary, join(stage, manifest.main));
    for (const name of ['README.md', '../../LICENSE', '../../THIRD-PARTY-LICENSES']) {
      copyFileSync(join(source, name), join(stage, name.replace('../../', '')));
    }
    return { ...manifest, version: readManifest(repository).version, files: [...manifest.files, 'THIRD-PARTY-LICENSES'] };
  });
}

/**
 * Packs the package that stands in for run-service under its old name; answers the tarball's path.
 * @param {string} folder
 * @returns {string}
 */
export function packRunService(folder) {
  return staged(folder, (stage) => {
    const source = join(repository, 'npm', 'run-service');
    const { version } = readManifest(repository);
    const manifest = readManifest(source);
    for (const name of [...manifest.files, 'README.md', '../../LICENSE']) copyFileSync(join(source, name), join(stage, name.replace('../../', '')));
    return { ...manifest, version, dependencies: { 'isolated-runtime-native': version } };
  });
}

/**
 * Packs the data of locales besides English, which is made now; answers the tarball's path.
 * @param {string} folder
 * @param {string[]} [languages] which, if not all
 * @returns {string}
 */
export function packLocales(folder, languages) {
  return staged(folder, (stage) => {
    const source = join(repository, 'npm', 'locales');
    writePack(stage, languages);
    for (const name of ['README.md', '../../LICENSE']) copyFileSync(join(source, name), join(stage, name.replace('../../', '')));
    writeFileSync(join(stage, 'THIRD-PARTY-LICENSES'), dataLicences());
    const manifest = readManifest(source);
    return { ...manifest, version: readManifest(repository).version, files: [...manifest.files, 'THIRD-PARTY-LICENSES'] };
  });
}

/** Whose data the package of locales holds. */
function dataLicences() {
  const names = readdirSync(join(repository, 'node_modules', '@formatjs')).filter((name) => existsSync(join(repository, 'node_modules', '@formatjs', name, 'locale-data'))).sort();
  return names.map((name) => {
    const place = join(repository, 'node_modules', '@formatjs', name);
    return `${'='.repeat(80)}\n@formatjs/${name} ${readManifest(place).version}\n${'='.repeat(80)}\n\n${readFileSync(join(place, 'LICENSE.md'), 'utf8').trim()}\n`;
  }).join('\n');
}

/** The folders below `npm` that hold a platform's package. */
function platforms() {
  return readdirSync(join(repository, 'npm')).filter((name) => readManifest(join(repository, 'npm', name)).cpu !== undefined).sort();
}

/** Name and version of every platform package. */
function platformPackages(version) {
  const names = platforms().map((platform) => readManifest(join(repository, 'npm', platform)).name);
  return Object.fromEntries(names.map((name) => [name, version]));
}

/** Lets `fill` lay out a package in a scratch folder and name its manifest, then packs that. */
function staged(folder, fill) {
  const stage = mkdtempSync(join(tmpdir(), 'isolated-runtime-pack-'));
  try {
    writeFileSync(join(stage, 'package.json'), `${JSON.stringify(fill(stage), null, 2)}\n`);
    mkdirSync(folder, { recursive: true });
    const output = execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', resolve(folder)], {
      cwd: stage, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], shell: process.platform === 'win32',
    });
    return join(resolve(folder), tarballName(JSON.parse(output)));
  } finally {
    rmSync(stage, { recursive: true, force: true });
  }
}

/** npm answers a list, newer versions an object keyed by package name. */
function tarballName(answer) {
  return Object.values(answer)[0].filename;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = process.argv[2] ?? repository;
  console.log(packMain(folder));
  console.log(packRunService(folder));
  console.log(packLocales(folder));
  for (const platform of platforms()) {
    console.log(packPlatform(platform, folder) ?? `${platform}: not built here`);
  }
}
