'use strict';

const { LISTED, SIZES, BLOCKS, bytesOf, encoded, hash, hashName, hmac } = require('internal/crypto/bytes');
const { check, failure } = require('internal/errors');

const { Transform } = require('stream');
const finalized = () => failure(Error, 'ERR_CRYPTO_HASH_FINALIZED', 'Digest already called');
const unknown = (name) => Object.assign(failure(Error, 'ERR_OSSL_EVP_UNSUPPORTED', 'Digest method not supported'), { algorithm: name });

/** Chunks in a row; digests are made of the whole. */
class Chunks {
  list = [];
  add(bytes) { if (bytes.length > 0) this.list.push(bytes.slice()); }
  joined() {
    if (this.list.length > 1) this.list = [new Uint8Array(Buffer.concat(this.list))];
    return this.list[0] ?? new Uint8Array(0);
  }
}

const STATE = Symbol('state');

/** What `Hash` and `Hmac` share: both can be written to as streams, too. */
function digester(prototype) {
  Object.setPrototypeOf(prototype, Transform.prototype);
  prototype.update = function (data, encoding) {
    if (this[STATE].isDone) throw finalized();
    this[STATE].chunks.add(bytesOf(data, 'data', encoding));
    return this;
  };
  prototype._transform = function (chunk, encoding, callback) {
    this.update(chunk, encoding);
    callback();
  };
  prototype._flush = function (callback) {
    this.push(this.digest());
    callback();
  };
}

function Hash(name, options) {
  if (!new.target) return new Hash(name, options);
  check.string(name, 'algorithm');
  const known = hashName(name);
  if (known === undefined) throw unknown(name);
  Transform.call(this, options);
  const length = options?.outputLength ?? SIZES[known];
  check.integer(length, 'options.outputLength', 0, 2 ** 24);
  if (length !== SIZES[known]) throw failure(Error, 'ERR_OSSL_EVP_NOT_XOF_OR_INVALID_LENGTH', 'Unsupported state or unable to digest to this length');
  Object.defineProperty(this, STATE, { value: { name: known, chunks: new Chunks(), isDone: false } });
}
digester(Hash.prototype);
Hash.prototype.digest = function (encoding) {
  const state = this[STATE];
  if (state.isDone) throw finalized();
  state.isDone = true;
  return encoded(hash(state.name, state.chunks.joined()), encoding);
};
Hash.prototype.copy = function (options) {
  if (this[STATE].isDone) throw finalized();
  const copy = new Hash(this[STATE].name, options);
  copy[STATE].chunks.list = [...this[STATE].chunks.list];
  return copy;
};

function Hmac(name, key, options) {
  if (!new.target) return new Hmac(name, key, options);
  check.string(name, 'hmac');
  const known = hashName(name);
  if (known === undefined) throw failure(Error, 'ERR_CRYPTO_INVALID_DIGEST', `Invalid digest: ${name}`);
  const { secretBytes } = require('internal/crypto/keys');
  Transform.call(this, options);
  Object.defineProperty(this, STATE, { value: { name: known, key: secretBytes(key, options?.encoding), chunks: new Chunks(), isDone: false } });
}
digester(Hmac.prototype);
Hmac.prototype.digest = function (encoding) {
  const state = this[STATE];
  if (state.isDone) return encoding === undefined || encoding === 'buffer' ? Buffer.alloc(0) : '';
  state.isDone = true;
  return encoded(hmac(state.name, state.key, state.chunks.joined()), encoding);
};

/** `crypto.hash`: in one call. */
function hashOnce(name, data, encoding = 'hex') {
  check.string(name, 'algorithm');
  const known = hashName(name);
  if (known === undefined) throw unknown(name);
  return encoded(hash(known, bytesOf(data, 'input')), encoding);
}

module.exports = { BLOCKS, Hash, Hmac, createHash: (name, options) => new Hash(name, options), createHmac: (name, key, options) => new Hmac(name, key, options), getHashes: () => [...LISTED], hash: hashOnce };
