'use strict';

const { wrongType } = require('internal/errors');
const { formatWithOptions } = require('util');

/** Writes to streams of the guest's own. */
class Console {
  #out;
  #error;
  #options;
  #indent = '';
  #counts = new Map();
  #timers = new Map();

  constructor(options, stderr = undefined) {
    const given = typeof options?.write === 'function' ? { stdout: options, stderr } : options ?? {};
    if (typeof given.stdout?.write !== 'function') throw wrongType('stdout', 'a writable stream', given.stdout);
    this.#out = given.stdout;
    this.#error = given.stderr ?? given.stdout;
    this.#options = given.inspectOptions ?? {};
    for (const name of METHODS) this[name] = this[name].bind(this);
  }

  log(...args) { this.#write(this.#out, args); }
  info(...args) { this.#write(this.#out, args); }
  debug(...args) { this.#write(this.#out, args); }
  dirxml(...args) { this.#write(this.#out, args); }
  warn(...args) { this.#write(this.#error, args); }
  error(...args) { this.#write(this.#error, args); }
  dir(value, options) { this.#line(this.#out, require('internal/inspect').inspect(value, { customInspect: false, ...this.#options, ...options })); }
  table(rows) { this.log(rows); }
  trace(...args) { this.#line(this.#error, `Trace: ${formatWithOptions(this.#options, ...args)}\n${new Error().stack.split('\n').slice(2).join('\n')}`); }
  assert(claim, ...args) { if (!claim) this.warn(...(args.length > 0 && typeof args[0] === 'string' ? [`Assertion failed: ${args[0]}`, ...args.slice(1)] : ['Assertion failed', ...args])); }
  clear() {}
  group(...args) {
    if (args.length > 0) this.log(...args);
    this.#indent += '  ';
  }
  groupCollapsed(...args) { this.group(...args); }
  groupEnd() { this.#indent = this.#indent.slice(2); }
  count(label = 'default') {
    this.#counts.set(label, (this.#counts.get(label) ?? 0) + 1);
    this.log(`${label}: ${this.#counts.get(label)}`);
  }
  countReset(label = 'default') { this.#counts.delete(label); }
  time(label = 'default') { this.#timers.set(label, performance.now()); }
  timeLog(label = 'default', ...args) { this.log(`${label}: ${performance.now() - this.#timers.get(label)}ms`, ...args); }
  timeEnd(label = 'default') {
    this.timeLog(label);
    this.#timers.delete(label);
  }

  #write(stream, args) { this.#line(stream, formatWithOptions(this.#options, ...args)); }
  #line(stream, text) { stream.write(`${this.#indent === '' ? text : text.replace(/^/gm, this.#indent)}\n`); }
}
const METHODS = Object.getOwnPropertyNames(Console.prototype).filter((name) => name !== 'constructor');

const { console } = globalThis;
for (const [name, value] of Object.entries({ Console, createTask: () => ({ run: (callback) => callback() }), timeStamp() {}, context: () => console })) {
  if (!Object.hasOwn(console, name)) Object.defineProperty(console, name, { value, writable: true, configurable: true, enumerable: true });
}

module.exports = console;
