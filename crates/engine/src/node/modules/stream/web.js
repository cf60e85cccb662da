'use strict';
// Web streams: the well-kept ponyfill, with the compression and text streams that Node has beside it.

const streams = require('web-streams-polyfill');

const {
  ReadableStream, ReadableStreamDefaultReader, ReadableStreamBYOBReader, ReadableStreamBYOBRequest, ReadableByteStreamController,
  ReadableStreamDefaultController, TransformStream, TransformStreamDefaultController, WritableStream, WritableStreamDefaultWriter,
  WritableStreamDefaultController, ByteLengthQueuingStrategy, CountQueuingStrategy,
} = streams;

/** A stream class around a pair; `Class` is the global of that name. */
function around(name, makeTransformer, properties = () => ({})) {
  const pairs = new WeakMap();
  const Class = { [name]: class {
    constructor(...args) {
      const transformer = makeTransformer(...args);
      const pair = new TransformStream(transformer);
      pairs.set(this, pair);
      for (const [key, value] of Object.entries(properties(transformer))) Object.defineProperty(this, key, { get: () => value });
    }

    get readable() { return pairs.get(this).readable; }
    get writable() { return pairs.get(this).writable; }
  } }[name];
  Object.defineProperty(Class.prototype, Symbol.toStringTag, { value: name, configurable: true });
  return Class;
}

const TextEncoderStream = around('TextEncoderStream', () => {
  const encoder = new TextEncoder();
  let high = '';
  return {
    transform(chunk, controller) {
      let text = high + String(chunk);
      high = /[\ud800-\udbff]$/.test(text) ? text.at(-1) : '';
      if (high !== '') text = text.slice(0, -1);
      if (text !== '') controller.enqueue(encoder.encode(text));
    },
    flush(controller) { if (high !== '') controller.enqueue(encoder.encode(high)); },
  };
}, () => ({ encoding: 'utf-8' }));

const TextDecoderStream = around('TextDecoderStream', (label, options) => {
  const decoder = new TextDecoder(label, options);
  const emit = (controller, text) => { if (text !== '') controller.enqueue(text); };
  return {
    decoder,
    transform(chunk, controller) { emit(controller, decoder.decode(chunk, { stream: true })); },
    flush(controller) { emit(controller, decoder.decode()); },
  };
}, ({ decoder: { encoding, fatal, ignoreBOM } }) => ({ encoding, fatal, ignoreBOM }));

const FORMATS = { gzip: ['gzipSync', 'gunzipSync'], deflate: ['deflateSync', 'inflateSync'], 'deflate-raw': ['deflateRawSync', 'inflateRawSync'] };

/** Collects everything and converts it at the end: the codec works on whole buffers. */
function compression(name, direction) {
  return around(name, (format) => {
    if (!Object.hasOwn(FORMATS, format)) throw new TypeError(`The argument 'format' must be one of: 'deflate', 'deflate-raw', 'gzip'. Received '${format}'`);
    const chunks = [];
    return {
      transform(chunk) { chunks.push(Buffer.from(chunk.buffer ?? chunk, chunk.byteOffset, chunk.byteLength)); },
      flush(controller) { controller.enqueue(new Uint8Array(require('zlib')[FORMATS[format][direction]](Buffer.concat(chunks)))); },
    };
  });
}

const classes = {
  ReadableStream, ReadableStreamDefaultReader, ReadableStreamBYOBReader, ReadableStreamBYOBRequest, ReadableByteStreamController,
  ReadableStreamDefaultController, TransformStream, TransformStreamDefaultController, WritableStream, WritableStreamDefaultController,
  WritableStreamDefaultWriter, ByteLengthQueuingStrategy, CountQueuingStrategy, TextEncoderStream, TextDecoderStream,
  CompressionStream: compression('CompressionStream', 0), DecompressionStream: compression('DecompressionStream', 1),
};

// The bundler renames classes that have the names of globals, and `constructor.name` shows it.
for (const [name, Class] of Object.entries(classes)) Object.defineProperty(Class, 'name', { value: name, configurable: true });

module.exports = classes;
