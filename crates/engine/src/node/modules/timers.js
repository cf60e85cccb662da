'use strict';

const { setTimeout, setInterval, setImmediate, clearTimeout, clearInterval, clearImmediate } = globalThis;
const PROMISIFIED = Symbol.for('nodejs.util.promisify.custom');

const timers = { setTimeout, clearTimeout, setImmediate, clearImmediate, setInterval, clearInterval };
Object.defineProperty(timers, 'promises', { enumerable: true, configurable: true, get: () => require('timers/promises') });
// What `promisify` finds on the functions themselves in Node.
for (const name of ['setTimeout', 'setImmediate']) {
  Object.defineProperty(timers[name], PROMISIFIED, { configurable: true, get: () => require('timers/promises')[name] });
}

/** The old interface by which objects schedule themselves. */
function active(item) {
  if (item._idleTimeout < 0) return;
  clearTimeout(item._idleHandle);
  item._idleHandle = setTimeout(() => item._onTimeout?.(), item._idleTimeout);
}
function enroll(item, delay) { item._idleTimeout = delay; }
function unenroll(item) {
  clearTimeout(item._idleHandle);
  item._idleTimeout = -1;
}

module.exports = Object.assign(timers, { active, enroll, unenroll, _unrefActive: active });
