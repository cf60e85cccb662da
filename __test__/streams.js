'use strict';

/** What tests of services need: a service between two streams of this process, and large streams that nobody holds. */

const { PassThrough, Readable, Writable } = require('node:stream');
const runService = require('../run-service');

/** Runs a service with this body; answers what it wrote. Rejects with what the error handler heard. */
async function serve(service, body = '', { env = {}, ...options } = {}) {
  const req = body instanceof Readable ? body : Readable.from(body.length === 0 ? [] : [Buffer.from(body)], { objectMode: false });
  const res = new PassThrough({ highWaterMark: 1 << 20 });
  const chunks = [];
  res.on('data', (chunk) => chunks.push(chunk));
  const source = typeof service === 'string' && !/exports|export /.test(service) ? `module['exports'] = ${service};` : service;
  let failure;
  const receipt = await runService({ service: source, env: { req, res, ...env }, errorHandler: (error) => { failure = error; }, ...options })();
  if (failure !== undefined) throw failure;
  return { text: Buffer.concat(chunks).toString(), bytes: Buffer.concat(chunks), receipt, res };
}

/** So many bytes, made when they are asked for; byte `i` is `i % 251`. */
function generated(bytes, piece = 64 * 1024) {
  const pattern = Buffer.from(Array.from({ length: piece + 251 }, (_, at) => at % 251));
  let sent = 0;
  return new Readable({
    read() {
      if (sent >= bytes) return void this.push(null);
      const length = Math.min(piece, bytes - sent);
      const offset = sent % 251;
      sent += length;
      this.push(pattern.subarray(offset, offset + length));
    },
  });
}

/** Counts bytes and checks them against the pattern of `generated`; waits so long before it takes the next. */
class Checking extends Writable {
  constructor(milliseconds = 0) {
    super({ highWaterMark: 64 * 1024 });
    this.milliseconds = milliseconds;
    this.bytes = 0;
    this.isExact = true;
  }

  _write(chunk, _encoding, done) {
    for (let at = 0; at < chunk.length; at += 997) this.isExact &&= chunk[at] === (this.bytes + at) % 251;
    this.bytes += chunk.length;
    if (this.milliseconds === 0) done();
    else setTimeout(done, this.milliseconds);
  }
}

module.exports = { Checking, generated, serve };
