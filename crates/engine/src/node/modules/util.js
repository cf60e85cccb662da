'use strict';

const types = require('util/types');
const { check, failure, wrongType, wrongValue } = require('internal/errors');

/** Node's `inspect` is large, and most who require `util` never call it: it is loaded by the first call. */
const later = (name) => ({ [name](...args) { return require('internal/inspect')[name](...args); } })[name];
const [inspect, format, formatWithOptions, stripVTControlCharacters] = ['inspect', 'format', 'formatWithOptions', 'stripVTControlCharacters'].map(later);
inspect.custom = Symbol.for('nodejs.util.inspect.custom');
for (const name of ['colors', 'defaultOptions', 'styles']) {
  Object.defineProperty(inspect, name, {
    enumerable: true,
    get: () => require('internal/inspect').inspect[name],
    set(value) { require('internal/inspect').inspect[name] = value; },
  });
}
const customPromisify = Symbol.for('nodejs.util.promisify.custom');

function promisify(original) {
  check.func(original, 'original');
  const { setTimeout, setImmediate } = globalThis;
  if (original === setTimeout || original === setImmediate) return require('timers/promises')[original === setTimeout ? 'setTimeout' : 'setImmediate'];
  if (original[customPromisify]) {
    check.func(original[customPromisify], 'util.promisify.custom');
    return Object.defineProperty(original[customPromisify], customPromisify, { value: original[customPromisify], configurable: true });
  }
  function promised(...args) {
    return new Promise((resolve, reject) => {
      Reflect.apply(original, this, [...args, (error, value) => (error ? reject(error) : resolve(value))]);
    });
  }
  Object.setPrototypeOf(promised, Object.getPrototypeOf(original));
  Object.defineProperty(promised, customPromisify, { value: promised, configurable: true });
  return Object.defineProperties(promised, Object.getOwnPropertyDescriptors(original));
}
promisify.custom = customPromisify;

function callbackify(original) {
  check.func(original, 'original');
  function called(...args) {
    const callback = args.pop();
    check.func(callback, 'last argument');
    const answer = (...values) => process.nextTick(() => Reflect.apply(callback, this, values));
    Reflect.apply(original, this, args).then((value) => answer(null, value), (error) => answer(error || falsyRejection(error)));
  }
  const shape = Object.getOwnPropertyDescriptors(original);
  if (typeof shape.length?.value === 'number') shape.length.value += 1;
  if (typeof shape.name?.value === 'string') shape.name.value += 'Callbackified';
  return Object.defineProperties(called, shape);
}

function falsyRejection(reason) {
  return Object.assign(failure(Error, 'ERR_FALSY_VALUE_REJECTION', 'Promise was rejected with falsy value'), { reason });
}

function inherits(constructor, parent) {
  check.func(constructor, 'ctor');
  check.func(parent, 'superCtor');
  if (parent.prototype === undefined) throw wrongType('superCtor.prototype', 'of type object', parent.prototype);
  Object.defineProperty(constructor, 'super_', { value: parent, writable: true, configurable: true });
  Object.setPrototypeOf(constructor.prototype, parent.prototype);
}

const warned = new Set();
function deprecate(original, message, code) {
  if (process.noDeprecation === true) return original;
  let isWarned = false;
  function deprecated(...args) {
    if (!isWarned) {
      isWarned = true;
      if (code === undefined || !warned.has(code)) {
        warned.add(code);
        process.emitWarning(message, 'DeprecationWarning', code);
      }
    }
    return new.target ? Reflect.construct(original, args, new.target) : Reflect.apply(original, this, args);
  }
  Object.setPrototypeOf(deprecated, original);
  if (original.prototype) deprecated.prototype = original.prototype;
  return deprecated;
}

/** `NODE_DEBUG` is empty for guests, as the rest of the environment, unless the guest sets it. */
function debuglog(section, callback) {
  const isEnabled = () => String(process.env.NODE_DEBUG ?? '').split(',').some((name) => name.trim().toUpperCase() === section.toUpperCase());
  const log = (...args) => {
    if (isEnabled()) console.error('%s %d: %s', section.toUpperCase(), process.pid, format(...args));
    if (callback !== undefined) [callback] = [callback(log), undefined];
  };
  return Object.defineProperty(log, 'enabled', { get: isEnabled, enumerable: true, configurable: true });
}

function styleText(formats, text) {
  check.string(text, 'text');
  return [formats].flat().reduceRight((styled, name) => {
    if (name === 'none') return styled;
    const codes = inspect.colors[name];
    if (codes === undefined) throw wrongValue('format', name, `must be one of: ${Object.keys(inspect.colors).map((one) => `'${one}'`).join(', ')}`);
    return `\u001b[${codes[0]}m${styled}\u001b[${codes[1]}m`;
  }, text);
}

function toUSVString(text) {
  return String(text).toWellFormed();
}

/** Lines of `.env` files: `NAME=value`, quoted or not, with comments. */
function parseEnv(content) {
  check.string(content, 'content');
  const LINE = /^[ \t]*(?:export[ \t]+)?([\w.-]+)[ \t]*=[ \t]*(?:"((?:[^"\\]|\\[\s\S])*)"|'([^']*)'|`([^`]*)`|([^\n#]*))?.*$/gm;
  const found = {};
  for (const [, name, double, single, back, plain] of content.replace(/\r\n?/g, '\n').matchAll(LINE)) {
    found[name] = double === undefined ? single ?? back ?? (plain ?? '').trim() : double.replace(/\\n/g, '\n');
  }
  return found;
}

async function aborted(signal, resource) {
  if (signal === undefined) throw wrongType('signal', 'an instance of AbortSignal', signal);
  check.signal(signal, 'signal');
  check.object(resource, 'resource');
  if (signal.aborted) return;
  await new Promise((resolve) => { signal.addEventListener('abort', () => resolve(), { once: true }); });
}

/** Functions of the stack, innermost first. */
function getCallSites(most = 10) {
  const frames = new Error().stack.split('\n').slice(2, most + 2);
  return frames.flatMap((frame) => {
    const [, functionName = '', scriptName, line, column] = /^\s*at (?:(.*?) \()?(.*?):(\d+)(?::(\d+))?\)?$/.exec(frame) ?? [];
    return scriptName === undefined ? [] : [{ functionName, scriptId: '0', scriptName, lineNumber: Number(line), columnNumber: Number(column ?? 1), column: Number(column ?? 1) }];
  });
}

const errorNumbers = () => Object.entries(require('internal/constants').constants.os.errno);
function getSystemErrorName(number) {
  check.integer(number, 'err', -4095, -1);
  return errorNumbers().find(([, value]) => value === -number)?.[0] ?? `Unknown system error ${number}`;
}
const getSystemErrorMap = () => new Map(errorNumbers().map(([name, value]) => [-value, [name, name]]));

const is = (type) => (value) => typeof value === type;
const util = {
  _errnoException: (number, call) => Object.assign(new Error(`${call} ${getSystemErrorName(number)}`), { errno: number, code: getSystemErrorName(number), syscall: call }),
  _extend: (target, source) => (source !== null && typeof source === 'object' ? Object.assign(target, source) : target),
  aborted,
  callbackify,
  debug: debuglog,
  debuglog,
  deprecate,
  format,
  formatWithOptions,
  getCallSites,
  getCallSite: getCallSites,
  getSystemErrorMap,
  getSystemErrorName,
  getSystemErrorMessage: getSystemErrorName,
  inherits,
  inspect,
  isArray: Array.isArray,
  isBoolean: is('boolean'),
  isBuffer: (value) => Buffer.isBuffer(value),
  isDate: types.isDate,
  isDeepStrictEqual: (left, right) => require('internal/comparisons').isDeepStrictEqual(left, right),
  isError: (value) => types.isNativeError(value) || value instanceof Error,
  isFunction: is('function'),
  isNull: (value) => value === null,
  isNullOrUndefined: (value) => value === null || value === undefined,
  isNumber: is('number'),
  isObject: (value) => value !== null && typeof value === 'object',
  isPrimitive: (value) => value === null || (typeof value !== 'object' && typeof value !== 'function'),
  isRegExp: types.isRegExp,
  isString: is('string'),
  isSymbol: is('symbol'),
  isUndefined: is('undefined'),
  log: (...args) => console.log(`${new Date().toTimeString().slice(0, 8)} - ${format(...args)}`),
  parseEnv,
  promisify,
  stripVTControlCharacters,
  styleText,
  toUSVString,
  transferableAbortController: () => new AbortController(),
  transferableAbortSignal: (signal) => signal,
  types,
};

/** Built when somebody asks. */
for (const [name, make] of Object.entries({
  parseArgs: () => require('internal/parse-args').parseArgs,
  TextDecoder: () => globalThis.TextDecoder,
  TextEncoder: () => globalThis.TextEncoder,
})) {
  Object.defineProperty(util, name, {
    enumerable: true,
    configurable: true,
    get() { return (this[name] = make()); },
    set(value) { Object.defineProperty(util, name, { value, writable: true, enumerable: true, configurable: true }); },
  });
}

module.exports = util;
