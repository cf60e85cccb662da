'use strict';
// What every part of the crypto modules needs: bytes from what callers give, digests, random bytes.

const { failure, wrongType } = require('internal/errors');

const [hashOnce, hmacOnce, randomFill] = ['hash', 'hmac', 'randomFill'].map(native);

/** Names as the natives know them, by Node's own without dashes. */
const HASHES = {
  md5: 'md5', sha1: 'sha1', sha224: 'sha224', sha256: 'sha256', sha384: 'sha384', sha512: 'sha512', sha512224: 'sha512-224', 'sha512/224': 'sha512-224',
  sha512256: 'sha512-256', 'sha512/256': 'sha512-256', sha3224: 'sha3-224', sha3256: 'sha3-256', sha3384: 'sha3-384', sha3512: 'sha3-512',
  ripemd160: 'ripemd160', rmd160: 'ripemd160', ripemd: 'ripemd160', blake2b512: 'blake2b512', blake2s256: 'blake2s256',
};
const LISTED = ['blake2b512', 'blake2s256', 'md5', 'ripemd160', 'sha1', 'sha224', 'sha256', 'sha3-224', 'sha3-256', 'sha3-384', 'sha3-512', 'sha384', 'sha512', 'sha512-224', 'sha512-256'];
const BLOCKS = { sha384: 128, sha512: 128, 'sha512-224': 128, 'sha512-256': 128, blake2b512: 128, 'sha3-224': 144, 'sha3-256': 136, 'sha3-384': 104, 'sha3-512': 72 };
const SIZES = { md5: 16, sha1: 20, sha224: 28, sha256: 32, sha384: 48, sha512: 64, 'sha512-224': 28, 'sha512-256': 32, 'sha3-224': 28, 'sha3-256': 32, 'sha3-384': 48, 'sha3-512': 64, ripemd160: 20, blake2b512: 64, blake2s256: 32 };

function hashName(name) {
  const plain = String(name).toLowerCase().replace(/^rsa-/, '').replaceAll('-', '');
  return Object.hasOwn(HASHES, plain) ? HASHES[plain] : undefined;
}

function bytesOf(value, name, encoding = undefined) {
  if (typeof value === 'string') return Buffer.from(value, encoding === 'buffer' ? 'utf8' : encoding);
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  throw wrongType(name, 'of type string or an instance of ArrayBuffer, Buffer, TypedArray, or DataView', value);
}

const encoded = (bytes, encoding) => {
  const buffer = Buffer.from(bytes.buffer ?? bytes, bytes.byteOffset ?? 0, bytes.byteLength);
  return encoding === undefined || encoding === 'buffer' ? buffer : buffer.toString(encoding);
};

const hash = (name, bytes) => new Uint8Array(hashOnce(name, bytes));
const hmac = (name, key, bytes) => new Uint8Array(hmacOnce(name, key, bytes));
const unsupported = (what) => failure(Error, 'ERR_FEATURE_UNAVAILABLE_ON_PLATFORM', `${what} is not offered to guests`);

/** Random bytes come from the host's generator. */
function fillRandom(view) {
  randomFill(view);
  return view;
}

module.exports = { BLOCKS, LISTED, SIZES, bytesOf, encoded, fillRandom, hash, hashName, hmac, unsupported };
