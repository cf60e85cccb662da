'use strict';
// Keys: secrets, and Ed25519 pairs in the forms PEM, DER and JWK.

const { bytesOf, fillRandom, unsupported } = require('internal/crypto/bytes');
const { check, failure, wrongType, wrongValue } = require('internal/errors');

const [publicOf, signBytes, verifyBytes] = ['ed25519Public', 'ed25519Sign', 'ed25519Verify'].map(native);
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');
const SPKI = Buffer.from('302a300506032b6570032100', 'hex');
const HELD = Symbol('held');
const MAKE = Symbol('make');

class KeyObject {
  constructor(key, type, bytes) {
    if (key !== MAKE) throw wrongType('handle', 'of type object', key);
    this.type = type;
    Object.defineProperty(this, HELD, { value: bytes });
  }

  static from(key) {
    if (key?.[HELD] === undefined) throw wrongType('key', 'an instance of CryptoKey', key);
    return new KeyObject(MAKE, key.type, key[HELD]);
  }

  get [Symbol.toStringTag]() { return 'KeyObject'; }
  get symmetricKeySize() { return this.type === 'secret' ? this[HELD].length : undefined; }
  get asymmetricKeyType() { return this.type === 'secret' ? undefined : 'ed25519'; }
  get asymmetricKeyDetails() { return this.type === 'secret' ? undefined : {}; }

  equals(other) {
    return other instanceof KeyObject && other.type === this.type && Buffer.from(this[HELD]).equals(other[HELD]);
  }

  export(options = {}) {
    if (options.format === 'jwk') return this.#jwk();
    if (this.type === 'secret') return Buffer.from(this[HELD]);
    const wanted = this.type === 'private' ? 'pkcs8' : 'spki';
    if (options.type !== wanted) throw wrongValue('options.type', options.type);
    const der = Buffer.concat([this.type === 'private' ? PKCS8 : SPKI, this[HELD]]);
    if (options.format === 'der') return der;
    if (options.format !== 'pem') throw wrongValue('options.format', options.format);
    const label = this.type === 'private' ? 'PRIVATE KEY' : 'PUBLIC KEY';
    return `-----BEGIN ${label}-----\n${der.toString('base64').replace(/.{64}(?=.)/g, '$&\n')}\n-----END ${label}-----\n`;
  }

  toCryptoKey(algorithm, extractable, usages) {
    return require('internal/crypto/web').cryptoKey(this.type, typeof algorithm === 'string' ? { name: algorithm } : algorithm, extractable, usages, this[HELD]);
  }

  #jwk() {
    const text = (bytes) => Buffer.from(bytes).toString('base64url');
    if (this.type === 'secret') return { kty: 'oct', k: text(this[HELD]) };
    if (this.type === 'public') return { crv: 'Ed25519', kty: 'OKP', x: text(this[HELD]) };
    return { crv: 'Ed25519', d: text(this[HELD]), kty: 'OKP', x: text(new Uint8Array(publicOf(this[HELD]))) };
  }
}

// The bundler renames a class that mentions itself.
Object.defineProperty(KeyObject, 'name', { value: 'KeyObject', configurable: true });
const make = (type, bytes) => new KeyObject(MAKE, type, Uint8Array.from(bytes));

function createSecretKey(key, encoding) {
  return make('secret', bytesOf(key, 'key', encoding));
}

/** The bytes of a secret in any form that Node takes. */
function secretBytes(key, encoding) {
  if (key instanceof KeyObject || key?.[HELD] !== undefined) {
    if (key.type !== 'secret') throw failure(TypeError, 'ERR_CRYPTO_INVALID_KEY_OBJECT_TYPE', `Invalid key object type ${key.type}, expected secret.`);
    return key[HELD];
  }
  return bytesOf(key, 'key', encoding);
}

const startsWith = (bytes, prefix) => bytes.length === prefix.length + 32 && prefix.equals(bytes.subarray(0, prefix.length));

/** PEM, DER or JWK; anything that is no Ed25519 key is said to be unsupported. */
function read(input) {
  if (input instanceof KeyObject) return input;
  const { key = input, format } = typeof input === 'object' && !ArrayBuffer.isView(input) && input !== null ? input : {};
  if (key instanceof KeyObject) return key;
  if (format === 'jwk') {
    if (key.kty !== 'OKP' || key.crv !== 'Ed25519') throw unsupported(`a key of type ${key.kty}`);
    return key.d === undefined ? make('public', Buffer.from(key.x, 'base64url')) : make('private', Buffer.from(key.d, 'base64url'));
  }
  const bytes = Buffer.from(bytesOf(key, 'key'));
  const pem = /-----BEGIN (?:PRIVATE|PUBLIC) KEY-----([\w+/=\s]+)-----END/.exec(format === 'der' ? '' : bytes.toString('latin1'));
  const der = pem ? Buffer.from(pem[1], 'base64') : bytes;
  if (startsWith(der, PKCS8)) return make('private', der.subarray(PKCS8.length));
  if (startsWith(der, SPKI)) return make('public', der.subarray(SPKI.length));
  // Node's code for text that is no key at all.
  if (!pem && format !== 'der' && !/-----BEGIN/.test(bytes.toString('latin1'))) throw failure(Error, 'ERR_OSSL_UNSUPPORTED', 'error:1E08010C:DECODER routines::unsupported');
  throw unsupported('a key that is not an Ed25519 key');
}

function createPrivateKey(input) {
  const key = read(input);
  if (key.type !== 'private') throw failure(TypeError, 'ERR_CRYPTO_INVALID_KEY_OBJECT_TYPE', `Invalid key object type ${key.type}, expected private.`);
  return key;
}

function createPublicKey(input) {
  const key = read(input);
  return key.type === 'private' ? make('public', new Uint8Array(publicOf(key[HELD]))) : key;
}

function generateKeyPairSync(type, options = {}) {
  if (type !== 'ed25519') throw unsupported(`generating keys of type ${type}`);
  const privateKey = make('private', fillRandom(new Uint8Array(32)));
  const publicKey = createPublicKey(privateKey);
  const shown = (key, encoding) => (encoding === undefined ? key : key.export(encoding));
  return { publicKey: shown(publicKey, options.publicKeyEncoding), privateKey: shown(privateKey, options.privateKeyEncoding) };
}

function generateKeySync(type, { length } = {}) {
  if (type !== 'hmac' && type !== 'aes') throw wrongValue('type', type, 'must be a supported key type');
  check.integer(length, 'options.length', 8, 2 ** 31 - 1);
  return make('secret', fillRandom(new Uint8Array(length >> 3)));
}

function sign(algorithm, data, key) {
  if (algorithm !== null && algorithm !== undefined) throw unsupported(`signing with ${algorithm}`);
  return Buffer.from(signBytes(createPrivateKey(key)[HELD], bytesOf(data, 'data')));
}

function verify(algorithm, data, key, signature) {
  if (algorithm !== null && algorithm !== undefined) throw unsupported(`verifying with ${algorithm}`);
  return verifyBytes(createPublicKey(key)[HELD], bytesOf(data, 'data'), bytesOf(signature, 'signature'));
}

module.exports = { HELD, KeyObject, PKCS8, SPKI, createPrivateKey, createPublicKey, createSecretKey, generateKeyPairSync, generateKeySync, publicOf, secretBytes, sign, signBytes, startsWith, verify, verifyBytes };
