'use strict';
// The part of Node's `crypto` that touches nothing outside the heap. The parts are made when somebody asks for one.

const { constants } = require('internal/constants');
const { bytesOf, unsupported } = require('internal/crypto/bytes');
const { check, failure } = require('internal/errors');

const FROM = {
  'internal/crypto/hashes': ['Hash', 'Hmac', 'createHash', 'createHmac', 'getHashes', 'hash'],
  'internal/crypto/derive': ['hkdf', 'hkdfSync', 'pbkdf2', 'pbkdf2Sync', 'scrypt', 'scryptSync'],
  'internal/crypto/keys': ['KeyObject', 'createPrivateKey', 'createPublicKey', 'createSecretKey', 'generateKeyPairSync', 'generateKeySync', 'sign', 'verify'],
  'internal/crypto/ciphers': ['Cipheriv', 'Decipheriv', 'createCipheriv', 'createDecipheriv', 'getCipherInfo', 'getCiphers'],
  'internal/crypto/random': ['randomBytes', 'randomFill', 'randomFillSync', 'randomInt', 'randomUUID'],
};
const loaders = {
  'internal/crypto/hashes': () => require('internal/crypto/hashes'),
  'internal/crypto/derive': () => require('internal/crypto/derive'),
  'internal/crypto/keys': () => require('internal/crypto/keys'),
  'internal/crypto/ciphers': () => require('internal/crypto/ciphers'),
  'internal/crypto/random': () => require('internal/crypto/random'),
};
/** Public-key algorithms beyond Ed25519, certificates, and switches of OpenSSL. */
const MISSING_FUNCTIONS = [
  'checkPrime', 'checkPrimeSync', 'createDiffieHellman', 'createDiffieHellmanGroup', 'createECDH', 'createSign', 'createVerify', 'diffieHellman', 'generatePrime',
  'generatePrimeSync', 'getDiffieHellman', 'privateDecrypt', 'privateEncrypt', 'publicDecrypt', 'publicEncrypt', 'secureHeapUsed', 'setEngine', 'setFips',
];
const MISSING_CLASSES = ['Certificate', 'DiffieHellman', 'DiffieHellmanGroup', 'ECDH', 'Sign', 'Verify', 'X509Certificate'];

function timingSafeEqual(left, right) {
  const [one, other] = [bytesOf(left, 'buf1'), bytesOf(right, 'buf2')];
  if (one.length !== other.length) throw failure(RangeError, 'ERR_CRYPTO_TIMING_SAFE_EQUAL_LENGTH', 'Input buffers must have the same byte length');
  return native('timingSafeEqual')(one, other);
}

const crypto = { constants, timingSafeEqual, getCurves: () => [], getFips: () => 0 };
crypto.constants = constants.crypto;

const lazily = (name, make) => Object.defineProperty(crypto, name, {
  enumerable: true,
  configurable: true,
  get() {
    const value = make();
    Object.defineProperty(crypto, name, { value, writable: true, enumerable: true, configurable: true });
    return value;
  },
  set(value) { Object.defineProperty(crypto, name, { value, writable: true, enumerable: true, configurable: true }); },
});
for (const [module, names] of Object.entries(FROM)) for (const name of names) lazily(name, () => loaders[module]()[name]);
const later = (name) => (...args) => require('internal/crypto/derive').later(crypto[name])(...args);
crypto.generateKey = later('generateKeySync');
crypto.generateKeyPair = (type, options, callback) => {
  const [given, done] = typeof options === 'function' ? [undefined, options] : [options, callback];
  check.func(done, 'callback');
  const { publicKey, privateKey } = crypto.generateKeyPairSync(type, given);
  setImmediate(done, null, publicKey, privateKey);
};
Object.defineProperty(crypto.generateKeyPair, Symbol.for('nodejs.util.promisify.custom'), {
  value: async (type, options) => crypto.generateKeyPairSync(type, options),
});
for (const name of MISSING_FUNCTIONS) crypto[name] = { [name]() { throw unsupported(`crypto.${name}`); } }[name];
for (const name of MISSING_CLASSES) crypto[name] = { [name]: function () { throw unsupported(`crypto.${name}`); } }[name];
lazily('webcrypto', () => globalThis.crypto);
lazily('subtle', () => globalThis.crypto.subtle);
crypto.getRandomValues = (view) => globalThis.crypto.getRandomValues(view);
// Names from before there was `randomBytes`.
for (const name of ['prng', 'pseudoRandomBytes', 'rng']) lazily(name, () => crypto.randomBytes);
Object.defineProperty(crypto, 'fips', { get: () => 0, configurable: true, enumerable: true });

module.exports = crypto;
