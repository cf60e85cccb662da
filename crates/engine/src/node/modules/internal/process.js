'use strict';
// The part of `process` that is built when somebody uses it. The engine's own part is in the pristine heap.

const EventEmitter = require('events');

const emitter = new EventEmitter();
const METHODS = ['addListener', 'on', 'once', 'off', 'removeListener', 'removeAllListeners', 'prependListener', 'prependOnceListener', 'emit', 'listeners', 'rawListeners', 'listenerCount', 'eventNames', 'setMaxListeners', 'getMaxListeners'];

const methods = {
  /** `process.on('warning')` hears it, and so does the console. */
  emitWarning(warning, typeOrOptions, code) {
    const { type = typeof typeOrOptions === 'string' ? typeOrOptions : 'Warning', code: ownCode = code, detail } = typeof typeOrOptions === 'object' && typeOrOptions !== null ? typeOrOptions : {};
    const error = warning instanceof Error ? warning : Object.assign(new Error(String(warning)), { name: type });
    if (ownCode !== undefined && !(warning instanceof Error)) error.code = ownCode;
    if (detail !== undefined) error.detail = detail;
    if (type === 'DeprecationWarning' && process.noDeprecation) return;
    process.nextTick(() => {
      console.warn(`(node) ${error.code ? `[${error.code}] ` : ''}${error.name}: ${error.message}`);
      emitter.emit('warning', error);
    });
  },
  memoryUsage: () => ({ rss: 64 * 2 ** 20, heapTotal: 32 * 2 ** 20, heapUsed: 16 * 2 ** 20, external: 0, arrayBuffers: 0 }),
  cpuUsage: () => ({ user: 0, system: 0 }),
  resourceUsage: () => ({ userCPUTime: 0, systemCPUTime: 0, maxRSS: 0 }),
  hasUncaughtExceptionCaptureCallback: () => false,
  getuid: () => 1000, geteuid: () => 1000, getgid: () => 1000, getegid: () => 1000, getgroups: () => [1000],
};
for (const name of METHODS) {
  methods[name] = (...args) => {
    const answer = emitter[name](...args);
    return answer === emitter ? process : answer;
  };
}

/** Goes to the console, a line at a time; a guest has no other way out. */
function output(fd, method) {
  const { Writable } = require('stream');
  let line = '';
  const stream = new Writable({
    decodeStrings: false,
    write(chunk, _encoding, callback) {
      const lines = (line + String(chunk)).split('\n');
      line = lines.pop();
      for (const one of lines) console[method](one);
      callback();
    },
  });
  return Object.assign(stream, { fd, isTTY: false, _type: 'pipe', columns: 80, rows: 24, getColorDepth: () => 1, hasColors: () => false, getWindowSize: () => [80, 24] });
}

const streams = {
  stdout: () => output(1, 'log'),
  stderr: () => output(2, 'error'),
};

module.exports = { methods, streams };
