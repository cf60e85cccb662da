'use strict';
// What packages ask the module system about. Loading goes through `require` alone.

const { accessDenied, failure } = require('internal/errors');

const names = native('builtinNames');

function Module(id = '', parent = undefined) {
  Object.assign(this, { id, path: require('path').dirname(id), exports: {}, filename: null, loaded: false, children: [], parent });
}

/** A `require` of the module that asks; there are no others. */
function createRequire() {
  return Object.assign((specifier) => native('requireBuiltin')(specifier), {
    resolve(specifier) {
      if (Module.isBuiltin(specifier)) return specifier;
      throw failure(Error, 'MODULE_NOT_FOUND', `Cannot find module '${specifier}'`);
    },
    cache: Object.create(null),
    extensions: Module._extensions,
    main: undefined,
  });
}

const denied = (name) => () => { throw accessDenied('module', name); };

module.exports = Object.assign(Module, {
  Module,
  _cache: Object.create(null),
  _pathCache: Object.create(null),
  _extensions: Object.assign(Object.create(null), { '.js'() {}, '.json'() {}, '.node'() {} }),
  globalPaths: [],
  _load: denied('_load'),
  _resolveFilename: denied('_resolveFilename'),
  _nodeModulePaths: () => [],
  wrap: (code) => `(function (exports, require, module, __filename, __dirname) { ${code}\n});`,
  wrapper: ['(function (exports, require, module, __filename, __dirname) { ', '\n});'],
  createRequire,
  isBuiltin: (name) => names().includes(String(name).replace(/^node:/, '')),
  findPackageJSON: () => undefined,
  findSourceMap: () => undefined,
  flushCompileCache() {},
  enableCompileCache: () => ({ status: 3 }),
  getCompileCacheDir: () => undefined,
  register: denied('register'),
  registerHooks: denied('registerHooks'),
  getSourceMapsSupport: () => ({ __proto__: null, enabled: false, nodeModules: false, generatedCode: false }),
  setSourceMapsSupport() {},
  runMain: denied('runMain'),
  syncBuiltinESMExports() {},
  stripTypeScriptTypes: denied('stripTypeScriptTypes'),
  SourceMap: class SourceMap { constructor() { throw accessDenied('module', 'SourceMap'); } },
  constants: Object.freeze({ compileCacheStatus: Object.freeze({ FAILED: 0, ENABLED: 1, ALREADY_ENABLED: 2, DISABLED: 3 }) }),
});
Object.defineProperty(Module, 'builtinModules', { enumerable: true, configurable: true, get: names });
