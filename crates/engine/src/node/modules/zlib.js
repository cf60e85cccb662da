'use strict';
// Compression over whole buffers: the natives convert, and end the run rather than let a small input grow without bound.

const { constants } = require('internal/constants');
const { check, failure, wrongType } = require('internal/errors');

const [convert, crc] = ['zlibConvert', 'crc32'].map(native);
const codes = constants.zlib;
const MOST = 2 ** 31 - 1;

const FAILURES = {
  header: ['Z_DATA_ERROR', -3, 'incorrect header check'],
  data: ['Z_DATA_ERROR', -3, 'invalid stored block lengths'],
  check: ['Z_DATA_ERROR', -3, 'incorrect data check'],
  end: ['Z_BUF_ERROR', -5, 'unexpected end of file'],
  brotli: ['ERR__ERROR_FORMAT_PADDING_1', -2, 'Decompression failed'],
  dictionary: ['Z_NEED_DICT', 2, 'Missing dictionary'],
};

function bytesOf(value, name = 'buffer') {
  if (typeof value === 'string') return Buffer.from(value);
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  throw wrongType(name, 'of type string or an instance of Buffer, TypedArray, DataView, or ArrayBuffer', value);
}

function within(options, name, low, high, otherwise) {
  const value = options?.[name];
  if (value === undefined) return otherwise;
  check.integer(value, `options.${name}`, low, high);
  return value;
}

/** One conversion; the answer is bytes, or the name of what is wrong with the input. */
function run(format, input, options) {
  const bytes = bytesOf(input);
  const most = within(options, 'maxOutputLength', 1, MOST, MOST);
  if (options?.dictionary !== undefined) throw failure(Error, 'ERR_FEATURE_UNAVAILABLE', 'zlib dictionaries are not offered to guests');
  const isBrotli = format.startsWith('brotli');
  const level = isBrotli
    ? Math.min(options?.params?.[codes.BROTLI_PARAM_QUALITY] ?? 9, 11)
    : within(options, 'level', -1, 9, -1);
  const answer = convert(format, bytes, level, most);
  if (typeof answer !== 'string') return Buffer.from(answer);
  if (answer === 'length') throw failure(RangeError, 'ERR_BUFFER_TOO_LARGE', `Cannot create a Buffer larger than ${most} bytes`);
  const [code, errno, message] = FAILURES[answer];
  throw Object.assign(failure(Error, code, message), { errno });
}

function later(format) {
  return (input, options, callback) => {
    const [given, done] = typeof options === 'function' ? [undefined, options] : [options, callback];
    check.func(done, 'callback');
    bytesOf(input);
    setImmediate(() => {
      let bytes;
      try {
        bytes = run(format, input, given);
      } catch (error) {
        done(error);
        return;
      }
      done(null, bytes);
    });
  };
}

const classes = {};

/** A stream that converts when its input has ended; the classes are made when one is asked for. */
function streamClass(name, format) {
  const { Transform } = require('stream');
  function Codec(options) {
    if (!(this instanceof Codec)) return new Codec(options);
    Transform.call(this, options);
    const chunks = [];
    this.bytesWritten = 0;
    this._transform = (chunk, _encoding, callback) => {
      chunks.push(bytesOf(chunk));
      this.bytesWritten += chunk.length;
      callback();
    };
    this._flush = (callback) => {
      let bytes;
      try {
        bytes = run(format, Buffer.concat(chunks), options);
      } catch (error) {
        callback(error);
        return;
      }
      callback(null, bytes);
    };
    return undefined;
  }
  Object.setPrototypeOf(Codec.prototype, Transform.prototype);
  Object.setPrototypeOf(Codec, Transform);
  Codec.prototype.close = function (callback) {
    if (callback) this.once('close', callback);
    this.destroy();
  };
  Codec.prototype.flush = function (kind, callback = kind) { if (typeof callback === 'function') process.nextTick(callback); };
  Codec.prototype.params = function (_level, _strategy, callback) { process.nextTick(callback); };
  Codec.prototype.reset = function () {};
  return Object.defineProperty(Codec, 'name', { value: name });
}

function crc32(data, value = 0) {
  check.integer(value, 'value', 0, 2 ** 32 - 1);
  return crc(bytesOf(data, 'data'), value);
}

const FORMATS = {
  Deflate: ['deflate', 'deflate'], Inflate: ['inflate', 'inflate'], Gzip: ['gzip', 'gzip'], Gunzip: ['gunzip', 'gunzip'],
  DeflateRaw: ['deflateRaw', 'deflateRaw'], InflateRaw: ['inflateRaw', 'inflateRaw'], Unzip: ['unzip', 'unzip'],
  BrotliCompress: ['brotliCompress', 'brotliCompress'], BrotliDecompress: ['brotliDecompress', 'brotliDecompress'],
};

const zlib = { codes: Object.freeze(Object.fromEntries(Object.entries(codes).filter(([name]) => /^Z_(OK|STREAM_END|NEED_DICT|ERRNO|\w+_ERROR)$/.test(name)).flatMap(([name, value]) => [[name, value], [value, name]]))), constants: Object.freeze(codes), crc32 };
for (const [name, [method, format]] of Object.entries(FORMATS)) {
  const classOf = () => (classes[name] ??= streamClass(name, format));
  Object.defineProperty(zlib, name, { enumerable: true, configurable: true, get: classOf });
  zlib[`create${name}`] = (options) => new (classOf())(options);
  zlib[method] = later(format);
  zlib[`${method}Sync`] = (input, options) => run(format, input, options);
  Object.defineProperty(zlib[method], Symbol.for('nodejs.util.promisify.custom'), {
    value: (input, options) => new Promise((resolve, reject) => { zlib[method](input, options ?? {}, (error, bytes) => (error ? reject(error) : resolve(bytes))); }),
  });
}
for (const [name, value] of Object.entries(codes)) if (!name.startsWith('BROTLI_')) Object.defineProperty(zlib, name, { value, enumerable: false });

module.exports = zlib;
