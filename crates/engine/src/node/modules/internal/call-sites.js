'use strict';
// What V8's call sites answer beyond the engine's: packages call these methods without looking whether they are there.
// Evaluated when a guest first sets `Error.prepareStackTrace`.

Error.prepareStackTrace = (_error, sites) => sites;
const methods = Object.getPrototypeOf(new Error().stack[0]);
Error.prepareStackTrace = undefined;

const ANSWERS = {
  isEval: false, isToplevel: true, isAsync: false, isPromiseAll: false, getThis: undefined, getEvalOrigin: undefined, getTypeName: null, getMethodName: null,
  getPromiseIndex: null,
};
for (const [name, answer] of Object.entries(ANSWERS)) {
  if (!(name in methods)) Object.defineProperty(methods, name, { value: { [name]: () => answer }[name], writable: true, configurable: true });
}
Object.defineProperty(methods, 'getScriptNameOrSourceURL', { value: methods.getFileName, writable: true, configurable: true });
Object.defineProperty(methods, 'toString', {
  value() {
    const place = this.isNative() ? 'native' : `${this.getFileName()}:${this.getLineNumber()}:${this.getColumnNumber()}`;
    const name = this.getFunctionName();
    return name ? `${name} (${place})` : place;
  },
  writable: true,
  configurable: true,
});
