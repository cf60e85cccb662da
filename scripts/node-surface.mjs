// Records what Node's modules offer: their keys, which the tests compare with the guest's, and their constants.
//
//   path/to/node22 scripts/node-surface.mjs
//
// Run it with the Node release whose surface guests see (`process.version` in the guest).
import { writeFileSync } from 'node:fs';
import { builtinModules, createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
const repository = join(dirname(fileURLToPath(import.meta.url)), '..');
const STAND_INS = [
  'child_process', 'cluster', 'dgram', 'dns', 'dns/promises', 'domain', 'fs', 'fs/promises', 'http', 'http2', 'https', 'inspector', 'inspector/promises',
  'net', 'readline', 'readline/promises', 'repl', 'tls', 'v8', 'vm', 'worker_threads',
];
/** Deprecated names of insides, and modules that are experiments. */
const LEFT_OUT = /^_|^(sys|trace_events|wasi)$/;

const names = builtinModules.filter((name) => !name.includes(':') && !LEFT_OUT.test(name)).sort();
const surface = Object.fromEntries(names.map((name) => [name, keysOf(require(name))]));

/** What a module's scope has beside the global object's properties. */
const OF_MODULES = ['__dirname', '__filename', 'exports', 'module', 'require'];
const globals = Object.getOwnPropertyNames(globalThis).filter((name) => !OF_MODULES.includes(name)).sort();

writeJson('__test__/compat/node-surface.json', { modules: surface, globals }, 2);
writeJson('crates/engine/src/node/stand-ins.json', Object.fromEntries(STAND_INS.map((name) => [name, surface[name]])));
writeJson('crates/engine/src/node/constants.json', {
  os: plain(require('os').constants),
  fs: plain(require('fs').constants),
  crypto: plain(require('crypto').constants),
  zlib: plain(require('zlib').constants),
  http: { METHODS: require('http').METHODS, STATUS_CODES: require('http').STATUS_CODES },
  http2: plain(require('http2').constants),
  perf_hooks: plain(require('perf_hooks').constants),
  dns: Object.fromEntries(Object.entries(require('dns')).filter(([name, value]) => /^[A-Z\d]+$/.test(name) && ['string', 'number'].includes(typeof value))),
});

/** Public names with what they are. */
function keysOf(module) {
  const own = Object.getOwnPropertyNames(module).filter((key) => !key.startsWith('_'));
  const keys = typeof module === 'function' ? own.filter((key) => !['length', 'name', 'prototype', 'arguments', 'caller'].includes(key)) : own;
  return Object.fromEntries(keys.sort().map((key) => [key, kindOf(module[key], key)]));
}

function kindOf(value, key) {
  if (typeof value !== 'function') return typeof value;
  return /^class\b/.test(Function.prototype.toString.call(value)) || /^[A-Z]/.test(key) ? 'class' : 'function';
}

function plain(constants) {
  return Object.fromEntries(Object.entries(constants)
    .filter(([name]) => name !== 'defaultCipherList')
    .map(([name, value]) => [name, value !== null && typeof value === 'object' ? plain(value) : value]));
}

function writeJson(path, value, levels = 1) {
  writeFileSync(join(repository, path), `${text(value, levels)}\n`);
}

/** JSON with the outer levels on lines of their own. */
function text(value, levels) {
  if (levels === 0 || value === null || typeof value !== 'object' || Array.isArray(value)) return JSON.stringify(value);
  return `{\n${Object.entries(value).map(([key, one]) => `${JSON.stringify(key)}: ${text(one, levels - 1)}`).join(',\n')}\n}`;
}
