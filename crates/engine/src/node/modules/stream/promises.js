'use strict';

const stream = require('stream');

/** The last argument may be options. */
function pipeline(...streams) {
  const last = streams.at(-1);
  const isOptions = last !== null && typeof last === 'object' && typeof last.pipe !== 'function' && !('writable' in last) && !('readable' in last)
    && last[Symbol.asyncIterator] === undefined && last[Symbol.iterator] === undefined && typeof last.getReader !== 'function' && typeof last.getWriter !== 'function';
  const options = isOptions ? streams.pop() : {};
  return new Promise((resolve, reject) => {
    const ended = stream.pipeline(...streams, (error, value) => (error ? reject(error) : resolve(value)));
    const { signal } = options;
    if (signal === undefined) return;
    const { abortedBy } = require('internal/errors');
    const abort = () => { for (const one of [...streams, ended]) one?.destroy?.(abortedBy(signal)); };
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  });
}

const finished = (one, options = {}) => new Promise((resolve, reject) => {
  const forget = stream.finished(one, options, (error) => {
    if (options?.cleanup) forget();
    if (error) reject(error);
    else resolve();
  });
});

module.exports = { finished, pipeline };
