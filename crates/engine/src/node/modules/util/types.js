'use strict';
// What the engine knows values to be. It numbers the classes of its objects; samples tell which number is which.

const classOf = native('classNumber');
const samples = {
  map: new Map(), set: new Set(), mapIterator: new Map().entries(), setIterator: new Set().values(),
  weakMap: new WeakMap(), weakSet: new WeakSet(), promise: Promise.resolve(), regExp: /x/, date: new Date(0), error: new Error(''),
  arrayBuffer: new ArrayBuffer(0), dataView: new DataView(new ArrayBuffer(0)), generator: (function* () {})(),
  asyncGenerator: (async function* () {})(), asyncFunction: async () => {}, generatorFunction: function* () {},
  asyncGeneratorFunction: async function* () {}, proxy: new Proxy({}, {}), number: Object(1), string: Object(''),
  boolean: Object(true), bigint: Object(1n), symbol: Object(Symbol('sample')),
  sloppyArguments: new Function('return arguments')(), strictArguments: (function () { return arguments; })(),
};
const numbers = {};
for (const name of Object.keys(samples)) numbers[name] = classOf(samples[name]);

const is = (...names) => {
  const wanted = names.map((name) => numbers[name]);
  return (value) => wanted.includes(classOf(value));
};

const viewTag = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), Symbol.toStringTag).get;
const isTypedArray = (value) => viewTag.call(value) !== undefined;
const isView = (name) => (value) => viewTag.call(value) === name;

const types = {
  isExternal: () => false,
  isDate: is('date'),
  isArgumentsObject: is('sloppyArguments', 'strictArguments'),
  isBigIntObject: is('bigint'),
  isBooleanObject: is('boolean'),
  isNumberObject: is('number'),
  isStringObject: is('string'),
  isSymbolObject: is('symbol'),
  isBoxedPrimitive: is('number', 'string', 'boolean', 'bigint', 'symbol'),
  isNativeError: is('error'),
  isRegExp: is('regExp'),
  isAsyncFunction: is('asyncFunction', 'asyncGeneratorFunction'),
  isGeneratorFunction: is('generatorFunction', 'asyncGeneratorFunction'),
  isGeneratorObject: is('generator', 'asyncGenerator'),
  isPromise: is('promise'),
  isMap: is('map'),
  isSet: is('set'),
  isMapIterator: is('mapIterator'),
  isSetIterator: is('setIterator'),
  isWeakMap: is('weakMap'),
  isWeakSet: is('weakSet'),
  isArrayBuffer: is('arrayBuffer'),
  isDataView: is('dataView'),
  isSharedArrayBuffer: () => false,
  isProxy: is('proxy'),
  isModuleNamespaceObject: (value) => value !== null && typeof value === 'object' && Object.prototype.toString.call(value) === '[object Module]' && Object.isSealed(value),
  isAnyArrayBuffer: is('arrayBuffer'),
  isCryptoKey: (value) => value?.[Symbol.toStringTag] === 'CryptoKey' && value instanceof globalThis.CryptoKey,
  isKeyObject: (value) => value?.[Symbol.toStringTag] === 'KeyObject' && value instanceof require('crypto').KeyObject,
  isEventTarget: (value) => value instanceof globalThis.EventTarget,
  isArrayBufferView: ArrayBuffer.isView,
  isTypedArray,
};
for (const name of ['Uint8Array', 'Uint8ClampedArray', 'Uint16Array', 'Uint32Array', 'Int8Array', 'Int16Array', 'Int32Array', 'Float16Array', 'Float32Array', 'Float64Array', 'BigInt64Array', 'BigUint64Array']) {
  types[`is${name}`] = isView(name);
}

module.exports = types;
