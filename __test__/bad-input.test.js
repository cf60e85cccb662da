'use strict';

// Wrong and missing options: rejected with a TypeError or RangeError that names the option, what was given, and what is
// expected. `run` never throws synchronously and never hangs.
const assert = require('node:assert/strict');
const path = require('node:path');
const { test } = require('node:test');
const { CodeRunner, IsolatedRuntime } = require('..');
const { folder, runtime } = require('./guest');

const root = folder({ 'index.js': 'exports.main = (...args) => args.length' });
const good = { root, file: 'index.js', funcName: 'main' };
/** Wrong whatever an option is for. */
const wrongTypes = [5, true, Symbol('s'), 7n, {}, [], () => {}];
const without = (...kinds) => wrongTypes.filter((value) => !kinds.includes(Array.isArray(value) ? 'array' : typeof value));

/** How messages show a value that was given. */
function shown(value) {
  if (typeof value === 'function') return 'a function';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object' && value !== null) return 'an object';
  return typeof value === 'bigint' ? `${value}n` : typeof value === 'string' ? JSON.stringify(value) : String(value);
}

/** Options of a run, each with what is expected, what is of the wrong type, and what is out of range. */
const RUN_OPTIONS = [
  ['root', 'an absolute path', [undefined, null, ...without(), 'relative/path', '', 'with\0null']],
  ['folder', 'an absolute path', [...without(), 'relative/path', ''], [], { root: undefined }],
  ['file', 'a non-empty string', [undefined, null, ...without(), '']],
  ['funcName', 'a non-empty string', [undefined, null, ...without(), '']],
  ['external', 'an array of strings', without('array').concat('lodash')],
  ['whitelistedPaths', 'an array of strings', without('array').concat(root)],
  ['context', 'an object', without('object').concat('text')],
  ['args', 'an array, or an object with resolverPath and original', [...without('array'), 'text', { original: [1] }]],
  ['onConsole', 'a function', without('function').concat('text')],
  ['signal', 'an AbortSignal', [...without(), 'text', new AbortController(), { aborted: false }]],
  ['values', "'json' or 'structured'", [...without(), 'xml', '']],
  ['timeout', 'a positive number of milliseconds', [...without('number'), '100', NaN], [0, -1, -Infinity, Infinity, 2 ** 31]],
  ['priority', 'a whole number of priority', [...without('number'), '1', NaN], [-1, 0.5, 1, 100]],
  ['limits', 'an object', without('object').concat('text')],
  ['receipt', 'true or false', [...without('boolean'), 'yes', 0]],
  ['hostFunctions', 'an object', without('object').concat('text')],
];

/** Options of the constructor, likewise. */
const RUNTIME_OPTIONS = [
  ['poolOptions', 'an object', without('object').concat('text')],
  ['options.sourceExtensions', 'an array of strings', without('array').concat('js')],
  ['options.resolverModulePath', 'an absolute path', [...without(), './resolver', '']],
  ['options.compilerModulePath', 'an absolute path', [...without(), './compiler', '']],
  ['options.timeout', 'a positive number of milliseconds', [...without('number'), '100', NaN], [0, -1, Infinity]],
  ['options.limits', 'an object', without('object').concat('text')],
  ['options.values', "'json' or 'structured'", [...without(), 'xml']],
  ['options.onConsole', 'a function', without('function').concat('text')],
  ['options.hostFunctions', 'an object', without('object').concat('text')],
  ['options.onEngineFault', "'terminate' or 'quarantine'", [...without(), 'ignore']],
  ['options.threads', 'a whole number of threads', [...without('number'), '2', NaN], [0, -1, 1.5, 5000, Infinity]],
  ['options.maxQueue', 'a whole number of runs', [...without('number'), '2', NaN], [-1, 1.5]],
  ...['max', 'min', 'maxWaitingClients', 'numTestsPerEvictionRun'].map((key) => [`poolOptions.${key}`, 'a whole number of runs', [...without('number'), '2', NaN], [-1, 1.5]]),
  ...['acquireTimeoutMillis', 'idleTimeoutMillis', 'softIdleTimeoutMillis', 'evictionRunIntervalMillis', 'destroyTimeoutMillis'].map((key) => [`poolOptions.${key}`, 'a number of milliseconds', [...without('number'), '2', NaN]]),
  ...['fifo', 'autostart', 'testOnBorrow', 'testOnReturn'].map((key) => [`poolOptions.${key}`, 'true or false', [...without('boolean'), 'yes', 0]]),
  ['poolOptions.priorityRange', 'a whole number of priorities', [...without('number'), '2', NaN], [0, -1, 1.5]],
  ['poolOptions.Promise', 'a function', without('function').concat('text')],
];

const typeError = (name, expected, given) => ({ name: 'TypeError', code: 'ERR_INVALID_ARG', message: `${name} must be ${expected}, got ${shown(given)}` });

/** The error of a wrong value: it has the class, the code, the option's name, what was given, and what is expected. */
function isRefusal(error, Class, name, expected, given) {
  assert.ok(error instanceof Class, `${name} ${shown(given)}: ${error}`);
  assert.equal(error.code, 'ERR_INVALID_ARG');
  assert.ok(error.message.startsWith(name) && error.message.includes(expected) && error.message.endsWith(shown(given)), error.message);
}

/** A run with these options; fails the test if `run` throws instead of rejecting. */
async function refusalOf(options, on = runtime()) {
  let promise;
  assert.doesNotThrow(() => { promise = on.run(options); });
  return promise.then(() => assert.fail('the options were taken'), (error) => error);
}

for (const [name, expected, wrongValues, outOfRange = [], rest = {}] of RUN_OPTIONS) {
  test(`run rejects a wrong ${name}, naming it, what was given, and what is expected`, async () => {
    for (const value of wrongValues) isRefusal(await refusalOf({ ...good, ...rest, [name]: value }), TypeError, name, expected, value);
    for (const value of outOfRange) isRefusal(await refusalOf({ ...good, ...rest, [name]: value }), RangeError, name, '', value);
  });
}

test('run rejects options that are missing or no object', async () => {
  for (const value of [undefined, null, 5, 'text', () => {}, [], true]) {
    isRefusal(await refusalOf(value), TypeError, 'run options', 'an object', value);
  }
});

test('run rejects elements of lists that are no strings, by their place', async () => {
  for (const value of [5, null, undefined, {}]) {
    assert.deepEqual(pick(await refusalOf({ ...good, external: ['lodash', value] })), typeError('external[1]', 'a string', value));
    assert.deepEqual(pick(await refusalOf({ ...good, whitelistedPaths: [value] })), typeError('whitelistedPaths[0]', 'a string', value));
  }
  assert.deepEqual(pick(await refusalOf({ ...good, whitelistedPaths: [root, 'relative'] })), typeError('whitelistedPaths[1]', 'an absolute path', 'relative'));
});

const pick = ({ name, code, message }) => ({ name, code, message });

test('run rejects a wrong args.resolverPath and args.original', async () => {
  assert.deepEqual(pick(await refusalOf({ ...good, args: { resolverPath: 'relative', original: [] } })), typeError('args.resolverPath', 'an absolute path', 'relative'));
  assert.deepEqual(pick(await refusalOf({ ...good, args: { resolverPath: 5 } })), typeError('args.resolverPath', 'an absolute path', 5));
});

test('run rejects each limit that is wrong', async () => {
  for (const key of ['memory', 'stack', 'timers', 'argsBytes', 'argsValues', 'resultBytes', 'resultValues', 'consoleBytes', 'sourceBytes', 'modules']) {
    for (const value of [...without('number'), '5', NaN]) isRefusal(await refusalOf({ ...good, limits: { [key]: value } }), TypeError, `limits.${key}`, 'a whole number of', value);
    for (const value of [-1, 0.5, Infinity, 2 ** 60]) isRefusal(await refusalOf({ ...good, limits: { [key]: value } }), RangeError, `limits.${key}`, '', value);
  }
});

test('run rejects what is no function among the host functions, by its place', async () => {
  for (const value of [5, 'text', null, undefined, []]) {
    assert.deepEqual(pick(await refusalOf({ ...good, hostFunctions: { db: { get: value } } })), typeError('hostFunctions.db.get', 'a function, or an object of functions', value));
  }
});

test('a getter among the options that throws rejects with what it threw', async () => {
  const thrown = new Error('of the getter');
  for (const [name] of RUN_OPTIONS) {
    const options = Object.defineProperty({ ...good }, name, { enumerable: true, get() { throw thrown; } });
    assert.equal(await refusalOf(options), thrown, name);
  }
});

test('options that are absent, undefined or null have their defaults', async () => {
  for (const absent of [undefined, null]) {
    const optional = RUN_OPTIONS.map(([name]) => name).filter((name) => !(name in good));
    const options = { ...good, ...Object.fromEntries(optional.map((name) => [name, absent])) };
    assert.equal(await runtime().run(options), 0);
    const on = new IsolatedRuntime({ poolOptions: absent, sourceExtensions: absent, resolverModulePath: absent, compilerModulePath: absent, timeout: absent, limits: absent });
    assert.equal(await on.run(good), 0);
    await on.shutdown();
    await new IsolatedRuntime(absent).shutdown();
  }
});

test('unknown options are left alone, as the predecessor left them', async () => {
  assert.equal(await runtime().run({ ...good, unknown: () => {}, limits: { unknown: 'x' } }), 0);
  await new IsolatedRuntime({ unknown: 1, poolOptions: { unknown: 'x' } }).shutdown();
});

test('what somebody put on all objects of the process is no option', async () => {
  Object.prototype.timeout = 'nonsense';
  Object.prototype.context = 5;
  Object.prototype.onConsole = 5;
  try {
    assert.equal(await runtime().run(good), 0);
    await new IsolatedRuntime().shutdown();
  } finally {
    for (const key of ['timeout', 'context', 'onConsole']) delete Object.prototype[key];
  }
});

for (const [name, expected, wrongValues, outOfRange = []] of RUNTIME_OPTIONS) {
  test(`the constructor refuses a wrong ${name} (${expected}), naming it, what was given, and what is expected`, () => {
    const [parent, key] = name.includes('.') ? name.split('.') : ['options', name];
    const made = (value) => () => new IsolatedRuntime(parent === 'options' ? { [key]: value } : { [parent]: { [key]: value } });
    const refused = (Class, part) => (value) => assert.throws(made(value), (error) => isRefusal(error, Class, name, part, value) === undefined);
    wrongValues.forEach(refused(TypeError, expected));
    outOfRange.forEach(refused(RangeError, ''));
  });
}

test('the constructor refuses options that are no object, and extensions that are none', () => {
  for (const value of [5, 'text', [], () => {}, true]) assert.throws(() => new IsolatedRuntime(value), typeError('options', 'an object', value));
  for (const value of ['', '.', '..js', 'a/b', '../js']) {
    assert.throws(() => new IsolatedRuntime({ sourceExtensions: ['js', value] }), typeError('options.sourceExtensions[1]', 'an extension such as "js"', value));
  }
  assert.throws(() => new IsolatedRuntime({ sourceExtensions: [5] }), typeError('options.sourceExtensions[0]', 'a string', 5));
});

test('the constructor refuses each limit that is wrong', () => {
  for (const [key, tooLow] of [['memory', 1000], ['stack', 1000], ['modules', 0], ['timers', -1], ['argsBytes', -1]]) {
    assert.throws(() => new IsolatedRuntime({ limits: { [key]: 'much' } }), { name: 'TypeError', code: 'ERR_INVALID_ARG', message: new RegExp(`^options\\.limits\\.${key} must be a whole number of \\w+, got "much"$`) });
    assert.throws(() => new IsolatedRuntime({ limits: { [key]: tooLow } }), { name: 'RangeError', code: 'ERR_INVALID_ARG', message: new RegExp(`^options\\.limits\\.${key} must be a whole number of \\w+ from \\d+ to \\d+, got ${tooLow}$`) });
  }
});

test('long texts are cut in messages', async () => {
  const error = await refusalOf({ ...good, values: 'x'.repeat(5000) });
  assert.ok(error.message.length < 200, error.message);
});

test('hook modules that do not exist reject the run, naming the file', async () => {
  const absent = path.join(root, 'absent-hook.js');
  for (const options of [{ resolverModulePath: absent }, { compilerModulePath: absent }]) {
    const on = new IsolatedRuntime(options);
    await assert.rejects(on.run(good), (error) => error.code === 'ERR_HOOK' && error.file === absent && error.message.includes(absent));
    await on.shutdown();
  }
  await assert.rejects(runtime().run({ ...good, args: { resolverPath: absent, original: [] } }), { code: 'ERR_HOOK', file: absent });
});

test('CodeRunner refuses wrong options of the constructor, naming them', () => {
  const make = (options) => () => new CodeRunner(options);
  for (const value of [undefined, null, 5, 'text', []]) assert.throws(make(value), typeError('options', 'an object', value));
  assert.throws(make({ file: 'a' }), typeError('options.root', 'an absolute path', undefined));
  assert.throws(make({ root, file: '' }), typeError('options.file', 'a non-empty string', ''));
  for (const name of ['onConsole', 'compiler', 'resolve']) assert.throws(make({ root, file: 'a', [name]: './path' }), typeError(`options.${name}`, 'a function', './path'));
  assert.throws(make({ root, file: 'a', sourceExtensions: 'js' }), typeError('options.sourceExtensions', 'an array of strings', 'js'));
  assert.throws(make({ root, file: 'a', timeout: 0 }), { name: 'RangeError', code: 'ERR_INVALID_ARG' });
});

test('CodeRunner rejects wrong options of run, naming them', async () => {
  const runner = new CodeRunner({ root, file: 'index.js' });
  for (const value of [undefined, null, 5, 'text']) isRefusal(await refusalOf(value, runner), TypeError, 'run options', 'an object', value);
  const cases = [['funcName', 'a non-empty string', ''], ['args', 'an array', { resolverPath: '/x' }], ['context', 'an object', 'text'], ['running', 'a function', 5], ['resolveArguments', 'a function', './x']];
  for (const [name, expected, value] of cases) isRefusal(await refusalOf({ funcName: 'main', [name]: value }, runner), TypeError, name, expected, value);
});
