// Bundles the modules that guests may use into one file each, which the engine embeds. What one builtin requires of
// another stays a `require` and is answered by the engine's registry.
//
//   node scripts/bundle-guest.mjs            writes the bundles
//   node scripts/bundle-guest.mjs --check    fails if a committed bundle is not what would be written
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { repository } from './processes.mjs';

const folder = join(repository, 'crates', 'engine', 'src', 'node');
const sources = join(folder, 'modules');
const bundles = join(folder, 'bundles');
const isCheck = process.argv.includes('--check');

const files = (place, prefix = '') => readdirSync(place, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory()
  ? files(join(place, entry.name), `${prefix}${entry.name}/`)
  : entry.name.endsWith('.js') ? [`${prefix}${entry.name.slice(0, -3)}`] : []));

const names = files(sources).sort();

/** What packages ask for by other names: the builtin itself, or a few words where today's JavaScript has it anyway. */
const INSTEAD = {
  'abort-controller': 'export const AbortController = globalThis.AbortController, AbortSignal = globalThis.AbortSignal;',
  '@formatjs/intl-localematcher': "module.exports = require('internal/intl/locales');",
  'call-bind/callBound': `module.exports = (name) => {
    const path = name.split('.');
    const method = path.reduce((object, key) => (key === 'prototype' ? object.prototype : object[key]), globalThis);
    return Function.prototype.call.bind(method);
  };`,
  'is-nan': 'module.exports = Number.isNaN;',
  'object-is': 'module.exports = Object.is;',
  'object-is/polyfill': 'module.exports = () => Object.is;',
  'object.assign/polyfill': 'module.exports = () => Object.assign;',
  'process/': 'module.exports = globalThis.process;',
  'safe-buffer': "module.exports = require('buffer');",
  'string_decoder/': undefined,
  'util/': "module.exports = require('util');",
  qs: "module.exports = require('querystring');",
};

/** Places where a package cannot know what only the engine knows. Each must be found, or the package has changed. */
const PATCHES = [
  [/node-inspect-extracted\/dist\/inspect\.js$/, [
    // Without SharedArrayBuffer there is no Atomics.
    ['["Atomics","JSON","Math","Proxy","Reflect"]', '["JSON","Math","Proxy","Reflect"]'],
    [/(\w+)=\w\("kPending"\),(\w+)=\w\("kRejected"\)([^]*?)getPromiseDetails:\(\)=>\[\w+,void 0\]/, (text, pending, rejected) => text.replace(
      /getPromiseDetails:.*$/, `getPromiseDetails:t=>{const[e,n]=native("promiseDetails")(t);return[e===0?${pending}:e===2?${rejected}:e,n]}`)],
    [/getProxyDetails:(\w+)\.getProxyDetails,/, () => 'getProxyDetails:(t,e=!0)=>{const n=native("proxyDetails")(t);return n&&(e?n:n[0])},'],
    [/(\d+)\(t\)\{t\.exports=URL\}/, (_, id) => `${id}(t){t.exports=class{static[Symbol.hasInstance](t){return Object.prototype.toString.call(t)==="[object URL]"}}}`],
    // Two changes of later releases than the one whose surface guests see.
    ['s=t.stylize(e,"symbol")}else', 's=`[${t.stylize(e,"symbol")}]`}else'],
    ['if(0!==s)for(let e=0;e<s;e++)u=', 'if(!1)for(let e=0;e<s;e++)u='],
  ]],
  [/\/@formatjs\/intl-\w+\/index\.js$/, [
    // What the guest's `Intl` holds is the guest's business. Regions without data of their own are found by our own matcher.
    ['Intl.getCanonicalLocales(locales)', "require('internal/intl/locales').canonicalList(locales)"],
    ['new Intl.NumberFormat(...args)', "new (require('internal/intl/number-format').NumberFormat)(...args)"],
    ['new Intl.PluralRules(...args)', "new (require('internal/intl/plural-rules').PluralRules)(...args)"],
    [/const defaultContent = \{[^}]*\};/, () => 'const defaultContent = {};'],
  ]],
  [/\/events\/events\.js$/, [
    [/throw new TypeError\('The "listener" argument must be of type Function\.[^;]*;/, () => `throw require('internal/errors').wrongType('listener', 'of type function', listener);`],
  ]],
  [/\/path-unified\/src\/validators\.js$/, [
    // The package's own error is no TypeError and has no code.
    [/class ERR_INVALID_ARG_TYPE extends Error \{/, () => `function ERR_INVALID_ARG_TYPE(name, expected, value) { return require('internal/errors').wrongType(name, \`of type \${String(expected).toLowerCase()}\`, value); }
      class Unused extends Error {`],
  ]],
];

const registry = {
  name: 'registry',
  setup(builder) {
    builder.onResolve({ filter: /.*/ }, ({ path, importer, kind }) => {
      if (kind === 'entry-point') return undefined;
      // The package `string_decoder` as readable-stream asks for it is the builtin; our own wrapper wants the package.
      if (path === 'string_decoder/' && !importer.startsWith(sources)) return { path: 'string_decoder', external: true };
      if (names.includes(path)) return { path, external: true };
      return INSTEAD[path] === undefined ? undefined : { path, namespace: 'instead' };
    });
    builder.onLoad({ filter: /.*/, namespace: 'instead' }, ({ path }) => ({ contents: INSTEAD[path], loader: 'js' }));
    builder.onLoad({ filter: /\.js$/ }, ({ path }) => (patchesOf(path) === undefined ? undefined : { contents: patched(path), loader: 'js' }));
  },
};

const patchesOf = (path) => PATCHES.find(([pattern]) => pattern.test(path.replaceAll('\\', '/')))?.[1];

function patched(path) {
  return patchesOf(path).reduce((text, [from, to]) => {
    const changed = text.replace(from, to);
    if (changed === text) throw new Error(`${path} has no ${from} any more`);
    return changed;
  }, readFileSync(path, 'utf8'));
}

async function bundle(name) {
  const { outputFiles } = await build({
    entryPoints: [join(sources, `${name}.js`)],
    bundle: true,
    write: false,
    format: 'cjs',
    target: 'esnext',
    charset: 'utf8',
    legalComments: 'inline',
    minifyWhitespace: true,
    minifySyntax: true,
    lineLimit: 160,
    plugins: [registry],
    loader: { '.json': 'json' },
    mainFields: ['main', 'module'],
  });
  return `// Generated by scripts/bundle-guest.mjs; do not edit.\n${outputFiles[0].text}`;
}

const data = spawnSync(process.execPath, [join(repository, 'scripts', 'locale-data.mjs'), ...(isCheck ? ['--check'] : [])], { stdio: 'inherit' });
if (data.status !== 0) process.exitCode = 1;

for (const name of names) {
  const file = join(bundles, `${name}.js`);
  const text = await bundle(name);
  if (isCheck) {
    if (!existsSync(file) || readFileSync(file, 'utf8') !== text) complain(`${file} is not what scripts/bundle-guest.mjs makes`);
  } else {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}
for (const name of existsSync(bundles) ? files(bundles).filter((one) => !names.includes(one)) : []) {
  if (isCheck) complain(`${join(bundles, `${name}.js`)} has no source any more`);
  else rmSync(join(bundles, `${name}.js`));
}

function complain(problem) {
  console.error(`${problem}; run npm run bundle`);
  process.exitCode = 1;
}
