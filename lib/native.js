'use strict';

/**
 * Loads the addon, and says what to do where there is none. Must not know what the addon is used for.
 */

/** The C library of this process on Linux, as far as it tells. @returns {string} */
function libc() {
  if (process.platform !== 'linux') return '';
  try {
    const report = /** @type {any} */ (process.report?.getReport());
    return report?.header?.glibcVersionRuntime ? 'gnu' : 'musl';
  } catch {
    return 'unknown';
  }
}

/** The name of the platform package that would fit here. @returns {string} */
function platformPackage() {
  const abi = { linux: `-${libc()}`, win32: '-msvc' }[/** @type {'linux'} */ (process.platform)] ?? '';
  return `isolated-runtime-native-${process.platform}-${process.arch}${abi}`;
}

/**
 * @param {unknown} cause
 * @returns {Error}
 */
function noBinary(cause) {
  const name = platformPackage();
  const where = [`platform ${process.platform}`, `architecture ${process.arch}`, libc() && `libc ${libc()}`].filter(Boolean).join(', ');
  const error = new Error(
    `isolated-runtime-native has no binary for this host (${where}). ` +
      `Looked for the package ${name} and for ${name.replace('native-', 'native.')}.node beside binding.js. ` +
      'To build it from source (Rust and a C compiler needed), run in a checkout of the project: npm ci && npm run build',
    { cause },
  );
  return Object.assign(error, { code: 'ERR_NO_BINARY' });
}

/** @returns {typeof import('../binding')} */
function load() {
  try {
    return require('../binding.js');
  } catch (error) {
    throw noBinary(error);
  }
}

module.exports = load();
