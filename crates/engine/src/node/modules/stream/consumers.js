'use strict';

async function chunks(source) {
  const found = [];
  for await (const chunk of source) found.push(chunk);
  return found;
}

const bytesOf = (chunk) => (typeof chunk === 'string' ? Buffer.from(chunk) : ArrayBuffer.isView(chunk) ? Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength) : Buffer.from(chunk));

async function text(source) {
  const decoder = new TextDecoder();
  let found = '';
  for (const chunk of await chunks(source)) found += typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true });
  return found + decoder.decode();
}

const buffer = async (source) => Buffer.concat((await chunks(source)).map(bytesOf));
const arrayBuffer = async (source) => {
  const bytes = await buffer(source);
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
};
const blob = async (source) => new Blob(await chunks(source));
const json = async (source) => JSON.parse(await text(source));

module.exports = { arrayBuffer, blob, buffer, json, text };
