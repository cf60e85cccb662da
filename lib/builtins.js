'use strict';

/**
 * Which of Node's modules guests may have, as an option says it. What reaches outside is none of them.
 */

const checks = require('./checks');
const { invalid } = require('./errors');
const { json } = require('./own-json');
const { read } = checks;

/** Everything that the engine offers under its own name; a test compares. */
const OFFERED = [
  'assert', 'assert/strict', 'async_hooks', 'buffer', 'console', 'constants', 'crypto', 'diagnostics_channel', 'events', 'module', 'os', 'path',
  'path/posix', 'path/win32', 'perf_hooks', 'process', 'punycode', 'querystring', 'stream', 'stream/consumers', 'stream/promises', 'stream/web',
  'string_decoder', 'timers', 'timers/promises', 'tty', 'url', 'util', 'util/types', 'zlib',
];

/** @typedef {{ names: string[] | undefined, stubs: boolean }} Builtins `names` is undefined for all of them */

/** @type {Builtins} */
const ALL = { names: undefined, stubs: true };

/**
 * `builtins` and `stubs` of options; a run may name fewer than its runtime, never more.
 * @param {Record<string, any>} given
 * @param {string} [prefix]
 * @param {Builtins} [ceiling]
 * @returns {Builtins}
 */
function builtinsOf(given, prefix = '', ceiling = ALL) {
  const names = checks.strings(read(given, 'builtins'), `${prefix}builtins`)?.map((name) => name.replace(/^node:/, ''));
  names?.forEach((name, index) => {
    if (!OFFERED.includes(name)) throw checks.wrong(`${prefix}builtins[${index}]`, `one of ${OFFERED.join(', ')}`, name);
    if (ceiling.names !== undefined && !ceiling.names.includes(name)) {
      throw invalid(RangeError, `${prefix}builtins[${index}] must be one of the runtime's (${ceiling.names.join(', ') || 'none'}), got '${name}'`);
    }
  });
  const stubs = checks.boolean(read(given, 'stubs'), `${prefix}stubs`) ?? ceiling.stubs;
  if (stubs && !ceiling.stubs) throw invalid(RangeError, `${prefix}stubs must be false as the runtime's, got true`);
  // The runtime's own object tells that nothing was narrowed.
  return names === undefined && stubs === ceiling.stubs ? ceiling : { names: names ?? ceiling.names, stubs };
}

/** As the engine takes it. @param {Builtins} builtins */
const builtinsText = ({ names, stubs }) => `"builtins":${json(names ?? null)},"stubs":${stubs}`;

module.exports = { ALL, OFFERED, builtinsOf, builtinsText };
