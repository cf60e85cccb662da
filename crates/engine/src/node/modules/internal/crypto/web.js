'use strict';
// The global `crypto`: random numbers, digests, and keys for HMAC and Ed25519.

const { BLOCKS, fillRandom, hash, hmac } = require('internal/crypto/bytes');
const { HELD, PKCS8, SPKI, publicOf, signBytes, startsWith, verifyBytes } = require('internal/crypto/keys');
const { failure } = require('internal/errors');
const types = require('util/types');

const HASHES = { 'SHA-1': 'sha1', 'SHA-256': 'sha256', 'SHA-384': 'sha384', 'SHA-512': 'sha512' };
const MAKE = Symbol('make');
const problem = (name, message) => new DOMException(message, name);
const INTEGER_VIEWS = ['Int8Array', 'Uint8Array', 'Uint8ClampedArray', 'Int16Array', 'Uint16Array', 'Int32Array', 'Uint32Array', 'BigInt64Array', 'BigUint64Array'];

class CryptoKey {
  #parts;

  constructor(key = undefined, parts = undefined, bytes = undefined) {
    if (key !== MAKE) throw failure(TypeError, 'ERR_ILLEGAL_CONSTRUCTOR', 'Illegal constructor');
    this.#parts = parts;
    Object.defineProperty(this, HELD, { value: bytes });
  }

  get type() { return this.#parts.type; }
  get extractable() { return this.#parts.extractable; }
  get algorithm() { return this.#parts.algorithm; }
  get usages() { return this.#parts.usages; }
  get [Symbol.toStringTag]() { return 'CryptoKey'; }
}

const cryptoKey = (type, algorithm, extractable, usages, bytes) => new CryptoKey(MAKE, { type, algorithm, extractable: Boolean(extractable), usages: [...usages] }, Uint8Array.from(bytes));

function bytesOf(value) {
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength).slice();
  if (types.isArrayBuffer(value)) return new Uint8Array(value.slice(0));
  throw new TypeError('The value is not an instance of ArrayBuffer, Buffer, TypedArray, or DataView');
}

const named = (algorithm) => (typeof algorithm === 'string' ? { name: algorithm } : { ...algorithm });
const nameOf = (algorithm) => String(named(algorithm).name).toUpperCase();

function hashOf(algorithm) {
  const name = nameOf(algorithm);
  if (!Object.hasOwn(HASHES, name)) throw problem('NotSupportedError', 'Unrecognized algorithm name');
  return { name, native: HASHES[name] };
}

function checkUsages(usages, allowed) {
  if (usages.length === 0 && allowed.length > 0) throw problem('SyntaxError', 'Usages cannot be empty when importing a secret or private key.');
  if (!usages.every((usage) => allowed.includes(usage))) throw problem('SyntaxError', 'Unsupported key usage');
}

const importers = {
  HMAC(format, data, algorithm, extractable, usages) {
    checkUsages(usages, ['sign', 'verify']);
    if (format !== 'raw' && format !== 'jwk') throw problem('NotSupportedError', `Unable to import HMAC key with format ${format}`);
    const bytes = format === 'raw' ? bytesOf(data) : Buffer.from(data.k, 'base64url');
    if (bytes.length === 0) throw problem('DataError', 'Zero-length key is not supported');
    return cryptoKey('secret', { name: 'HMAC', length: bytes.length * 8, hash: { name: hashOf(algorithm.hash).name } }, extractable, usages, bytes);
  },
  ED25519(format, data, _algorithm, extractable, usages) {
    const isPrivate = format === 'pkcs8' || (format === 'jwk' && data.d !== undefined);
    checkUsages(usages, isPrivate ? ['sign'] : usages.length === 0 ? [] : ['verify']);
    const bytes = format === 'jwk' ? Buffer.from(isPrivate ? data.d : data.x, 'base64url') : format === 'raw' ? bytesOf(data) : unwrapped(bytesOf(data), isPrivate ? PKCS8 : SPKI);
    if (bytes.length !== 32) throw problem('DataError', 'Invalid keyData');
    return cryptoKey(isPrivate ? 'private' : 'public', { name: 'Ed25519' }, extractable, usages, bytes);
  },
};

function unwrapped(der, prefix) {
  if (!startsWith(der, prefix)) throw problem('DataError', 'Invalid keyData');
  return der.subarray(prefix.length);
}

function importerOf(algorithm) {
  const name = nameOf(algorithm);
  if (!Object.hasOwn(importers, name)) throw problem('NotSupportedError', 'Unrecognized algorithm name');
  return importers[name];
}

function usable(key, algorithm, usage) {
  if (!(key instanceof CryptoKey)) throw new TypeError('The key is not an instance of CryptoKey');
  if (key.algorithm.name.toUpperCase() !== nameOf(algorithm)) throw problem('InvalidAccessError', 'Key algorithm mismatch');
  if (!key.usages.includes(usage)) throw problem('InvalidAccessError', `Unable to use this key to ${usage}`);
}

const exactBuffer = (bytes) => bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
const isEqual = (left, right) => left.length === right.length && left.reduce((difference, byte, at) => difference | (byte ^ right[at]), 0) === 0;

class SubtleCrypto {
  constructor(key = undefined) { if (key !== MAKE) throw failure(TypeError, 'ERR_ILLEGAL_CONSTRUCTOR', 'Illegal constructor'); }

  async digest(algorithm, data) {
    const { native: name } = hashOf(algorithm);
    return exactBuffer(hash(name, bytesOf(data)));
  }

  async importKey(format, data, algorithm, extractable, usages) { return importerOf(algorithm)(format, data, named(algorithm), extractable, usages); }

  async exportKey(format, key) {
    if (!key.extractable) throw problem('InvalidAccessError', 'key is not extractable');
    const bytes = key[HELD];
    if (format === 'raw' && key.type !== 'private') return exactBuffer(bytes.slice());
    if (format === 'pkcs8' && key.type === 'private') return exactBuffer(Uint8Array.from(Buffer.concat([PKCS8, bytes])));
    if (format === 'spki' && key.type === 'public') return exactBuffer(Uint8Array.from(Buffer.concat([SPKI, bytes])));
    if (format !== 'jwk') throw problem('NotSupportedError', `Unable to export a ${key.type} key using ${format} format`);
    const text = (part) => Buffer.from(part).toString('base64url');
    const shared = { key_ops: key.usages, ext: key.extractable };
    if (key.type === 'secret') return { ...shared, kty: 'oct', alg: `HS${key.algorithm.hash.name.slice(4)}`, k: text(bytes) };
    if (key.type === 'public') return { ...shared, crv: 'Ed25519', kty: 'OKP', x: text(bytes) };
    return { ...shared, crv: 'Ed25519', kty: 'OKP', x: text(new Uint8Array(publicOf(bytes))), d: text(bytes) };
  }

  async generateKey(algorithm, extractable, usages) {
    if (nameOf(algorithm) === 'HMAC') {
      const { native: name } = hashOf(algorithm.hash);
      return importers.HMAC('raw', fillRandom(new Uint8Array((algorithm.length ?? (BLOCKS[name] ?? 64) * 8) / 8)), algorithm, extractable, usages);
    }
    if (nameOf(algorithm) !== 'ED25519') throw problem('NotSupportedError', 'Unrecognized algorithm name');
    checkUsages(usages, ['sign', 'verify']);
    const seed = fillRandom(new Uint8Array(32));
    const part = (usage) => usages.filter((one) => one === usage);
    return {
      privateKey: cryptoKey('private', { name: 'Ed25519' }, extractable, part('sign'), seed),
      publicKey: cryptoKey('public', { name: 'Ed25519' }, true, part('verify'), new Uint8Array(publicOf(seed))),
    };
  }

  async sign(algorithm, key, data) {
    usable(key, algorithm, 'sign');
    const bytes = bytesOf(data);
    if (key.algorithm.name === 'HMAC') return exactBuffer(hmac(HASHES[key.algorithm.hash.name], key[HELD], bytes));
    return signBytes(key[HELD], bytes);
  }

  async verify(algorithm, key, signature, data) {
    usable(key, algorithm, 'verify');
    const [given, bytes] = [bytesOf(signature), bytesOf(data)];
    if (key.algorithm.name === 'HMAC') return isEqual(hmac(HASHES[key.algorithm.hash.name], key[HELD], bytes), given);
    return verifyBytes(key[HELD], bytes, given);
  }

  get [Symbol.toStringTag]() { return 'SubtleCrypto'; }
}
for (const name of ['encrypt', 'decrypt', 'deriveBits', 'deriveKey', 'wrapKey', 'unwrapKey']) {
  SubtleCrypto.prototype[name] = { async [name]() { throw problem('NotSupportedError', `crypto.subtle.${name} is not offered to guests`); } }[name];
}

const subtle = new SubtleCrypto(MAKE);

class Crypto {
  constructor(key = undefined) { if (key !== MAKE) throw failure(TypeError, 'ERR_ILLEGAL_CONSTRUCTOR', 'Illegal constructor'); }
  get subtle() { return subtle; }

  getRandomValues(view) {
    if (!INTEGER_VIEWS.some((name) => types[`is${name}`](view))) throw problem('TypeMismatchError', 'The data argument must be an integer-type TypedArray');
    if (view.byteLength > 65_536) throw problem('QuotaExceededError', `The requested length exceeds 65,536 bytes`);
    fillRandom(new Uint8Array(view.buffer, view.byteOffset, view.byteLength));
    return view;
  }

  randomUUID() { return require('internal/crypto/random').randomUUID(); }
  get [Symbol.toStringTag]() { return 'Crypto'; }
}

module.exports = { Crypto, CryptoKey, SubtleCrypto, crypto: new Crypto(MAKE), cryptoKey };
