'use strict';
// Key derivation. The natives refuse more work than a run may do, and can be stopped while they work.

const { SIZES, bytesOf, encoded, hashName, hmac } = require('internal/crypto/bytes');
const { check, failure, outOfRange } = require('internal/errors');

const [pbkdf2Native, scryptNative] = ['pbkdf2', 'scrypt'].map(native);

function digestOf(name) {
  check.string(name, 'digest');
  const known = hashName(name);
  if (known === undefined) throw failure(TypeError, 'ERR_CRYPTO_INVALID_DIGEST', `Invalid digest: ${name}`);
  return known;
}

function pbkdf2Sync(password, salt, iterations, length, digest) {
  const name = digestOf(digest);
  const [key, seasoning] = [bytesOf(password, 'password'), bytesOf(salt, 'salt')];
  check.integer(iterations, 'iterations', 1, 2 ** 31 - 1);
  check.integer(length, 'keylen', 0, 2 ** 31 - 1);
  return encoded(pbkdf2Native(name, key, seasoning, iterations, length));
}

function scryptSync(password, salt, length, options = {}) {
  const [key, seasoning] = [bytesOf(password, 'password'), bytesOf(salt, 'salt')];
  check.integer(length, 'keylen', 0, 2 ** 31 - 1);
  const N = options.N ?? options.cost ?? 16_384;
  const r = options.r ?? options.blockSize ?? 8;
  const p = options.p ?? options.parallelization ?? 1;
  const maxmem = options.maxmem ?? 32 * 2 ** 20;
  for (const [name, value] of Object.entries({ N, r, p })) check.integer(value, name, 1, 2 ** 32 - 1);
  const log = Math.log2(N);
  if (N < 2 || !Number.isInteger(log)) throw failure(RangeError, 'ERR_CRYPTO_INVALID_SCRYPT_PARAMS', 'Invalid scrypt params');
  if (128 * N * r > maxmem) throw failure(RangeError, 'ERR_CRYPTO_INVALID_SCRYPT_PARAMS', 'Invalid scrypt params: memory limit exceeded');
  return encoded(scryptNative(key, seasoning, log, r, p, length));
}

/** RFC 5869 over HMAC. */
function hkdfSync(digest, key, salt, info, length) {
  const name = digestOf(digest);
  const { secretBytes } = require('internal/crypto/keys');
  const [secret, seasoning, context] = [secretBytes(key), bytesOf(salt, 'salt'), bytesOf(info, 'info')];
  check.integer(length, 'length', 0, 2 ** 31 - 1);
  if (context.length > 1024) throw outOfRange('info', 'must not contain more than 1024 bytes', context.length);
  if (length > 255 * SIZES[name]) throw failure(RangeError, 'ERR_CRYPTO_INVALID_KEYLEN', 'Invalid key length');
  const pseudoRandom = hmac(name, seasoning.length === 0 ? new Uint8Array(SIZES[name]) : seasoning, secret);
  const out = new Uint8Array(length);
  let block = new Uint8Array(0);
  for (let at = 0, count = 1; at < length; count += 1) {
    block = hmac(name, pseudoRandom, Buffer.concat([block, context, Uint8Array.of(count)]));
    out.set(block.subarray(0, Math.min(block.length, length - at)), at);
    at += block.length;
  }
  return out.buffer;
}

/** The form with a callback: it is called in a later turn. */
const later = (work) => (...args) => {
  const callback = args.pop();
  check.func(callback, 'callback');
  setImmediate(() => {
    let value;
    try {
      value = work(...args);
    } catch (error) {
      callback(error);
      return;
    }
    callback(null, value);
  });
};

module.exports = { hkdf: later(hkdfSync), hkdfSync, later, pbkdf2: later(pbkdf2Sync), pbkdf2Sync, scrypt: later(scryptSync), scryptSync };
