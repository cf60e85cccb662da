'use strict';
// Bridges between Node's streams and those of the web; nothing is built before it is asked for.

function readableToWeb(readable, options = {}) {
  const strategy = options.strategy ?? (readable.readableObjectMode ? { highWaterMark: readable.readableHighWaterMark } : undefined);
  const iterator = readable[Symbol.asyncIterator]();
  return new ReadableStream({
    async pull(controller) {
      const { value, done } = await iterator.next();
      if (done) controller.close();
      else controller.enqueue(value instanceof Uint8Array ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength) : value);
    },
    async cancel(reason) {
      readable.destroy(reason);
      await iterator.return?.();
    },
  }, strategy);
}

function readableFromWeb(source, options = {}) {
  const { Readable } = require('stream');
  const reader = source.getReader();
  return new Readable({
    ...options,
    read() {
      reader.read().then(({ value, done }) => this.push(done ? null : value), (error) => this.destroy(error));
    },
    destroy(error, callback) {
      reader.cancel(error ?? undefined).then(() => callback(error), () => callback(error));
    },
  });
}

const finishing = (start) => new Promise((resolve, reject) => { start((error) => (error ? reject(error) : resolve())); });

function writableToWeb(writable) {
  return new WritableStream({
    start(controller) { writable.on('error', (error) => controller.error(error)); },
    write: (chunk) => finishing((done) => writable.write(chunk, done)),
    close: () => finishing((done) => writable.end(done)),
    abort(reason) { writable.destroy(reason); },
  });
}

function writableFromWeb(target, options = {}) {
  const { Writable } = require('stream');
  const writer = target.getWriter();
  const settle = (promise, callback) => { promise.then(() => callback(), callback); };
  return new Writable({
    ...options,
    write(chunk, _encoding, callback) { settle(writer.ready.then(() => writer.write(chunk)), callback); },
    final(callback) { settle(writer.close(), callback); },
    destroy(error, callback) {
      if (error) writer.abort(error).then(() => callback(error), () => callback(error));
      else callback(null);
    },
  });
}

const duplexToWeb = (duplex) => ({ readable: readableToWeb(duplex), writable: writableToWeb(duplex) });
const duplexFromWeb = ({ readable, writable }, options) => require('stream').Duplex.from({ readable: readableFromWeb(readable, options), writable: writableFromWeb(writable, options) });

module.exports = {
  toWeb: { readable: readableToWeb, writable: writableToWeb, duplex: duplexToWeb },
  fromWeb: { readable: readableFromWeb, writable: writableFromWeb, duplex: duplexFromWeb },
};
