'use strict';

const { abortedBy, check } = require('internal/errors');

const { setTimeout: startTimeout, setInterval: startInterval, setImmediate: startImmediate, clearTimeout, clearInterval, clearImmediate } = globalThis;

function later(start, stop, value, options) {
  const { signal, ref = true } = options ?? {};
  check.signal(signal, 'options.signal');
  check.boolean(ref, 'options.ref');
  if (signal?.aborted) return Promise.reject(abortedBy(signal));
  return new Promise((resolve, reject) => {
    const onAbort = () => {
      stop(handle);
      reject(abortedBy(signal));
    };
    const handle = start(() => {
      signal?.removeEventListener('abort', onAbort);
      resolve(value);
    });
    if (!ref) handle.unref();
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

const setTimeout = (delay, value, options) => later((callback) => startTimeout(callback, delay ?? 1), clearTimeout, value, options);
const setImmediate = (value, options) => later((callback) => startImmediate(callback), clearImmediate, value, options);

async function* setInterval(delay, value, options) {
  const { signal, ref = true } = options ?? {};
  check.signal(signal, 'options.signal');
  if (signal?.aborted) throw abortedBy(signal);
  let ticks = 0;
  let wake = () => {};
  const handle = startInterval(() => { ticks += 1; wake(); }, delay ?? 1);
  if (!ref) handle.unref();
  const onAbort = () => wake();
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    for (;;) {
      if (signal?.aborted) throw abortedBy(signal);
      if (ticks === 0) await new Promise((resolve) => { wake = resolve; });
      for (; ticks > 0; ticks -= 1) yield value;
    }
  } finally {
    clearInterval(handle);
    signal?.removeEventListener('abort', onAbort);
  }
}

const scheduler = {
  wait: (delay, options) => setTimeout(delay, undefined, options),
  yield: () => setImmediate(),
};

module.exports = { setTimeout, setImmediate, setInterval, scheduler };
