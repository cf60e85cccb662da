'use strict';
// AES in CBC, CTR, ECB and GCM. The natives convert whole blocks; what is left over between calls is kept here.

const { bytesOf, encoded } = require('internal/crypto/bytes');
const { secretBytes } = require('internal/crypto/keys');
const { check, failure, wrongType } = require('internal/errors');

const [blocks, keystream, gcmCounter, gcmTag] = ['aesBlocks', 'aesCtr', 'gcmCounter', 'gcmTag'].map(native);
const { Transform } = require('stream');
const NAMES = ['aes-128', 'aes-192', 'aes-256'].flatMap((size) => ['cbc', 'ctr', 'ecb', 'gcm'].map((mode) => `${size}-${mode}`));
const BLOCK = 16;
const EMPTY = new Uint8Array(0);
const STATE = Symbol('state');

function infoOf(name) {
  const [, bits, mode] = /^(?:id-)?aes-?(128|192|256)-?(cbc|ctr|ecb|gcm)$/i.exec(name) ?? [];
  return mode === undefined ? undefined : { mode: mode.toLowerCase(), keyLength: Number(bits) / 8, ivLength: mode.toLowerCase() === 'ecb' ? 0 : mode.toLowerCase() === 'gcm' ? 12 : BLOCK };
}

/** Mode by mode: what `update` may give out already, and what `final` adds. */
const modes = {
  ctr: {
    update(state, bytes) { return stream(state, bytes); },
    final: () => EMPTY,
  },
  gcm: {
    update(state, bytes) {
      const out = stream(state, bytes);
      state.text.push(state.isEncrypting ? out : bytes.slice());
      return out;
    },
    final(state) {
      const tag = new Uint8Array(gcmTag(state.key, state.counter0, Buffer.concat(state.aad), Buffer.concat(state.text)));
      if (state.isEncrypting) state.tag = tag;
      else if (state.tag === undefined || !Buffer.from(tag.subarray(0, state.tag.length)).equals(state.tag)) throw new Error('Unsupported state or unable to authenticate data');
      return EMPTY;
    },
  },
};
for (const mode of ['cbc', 'ecb']) {
  modes[mode] = {
    update(state, bytes) {
      const all = Buffer.concat([state.rest, bytes]);
      // The last block of a padded text is not known to be data before `final`.
      const held = !state.isEncrypting && state.isPadded && all.length % BLOCK === 0 ? Math.min(BLOCK, all.length) : all.length % BLOCK;
      const whole = all.subarray(0, all.length - held);
      state.rest = Uint8Array.from(all.subarray(whole.length));
      return whole.length === 0 ? EMPTY : chained(state, mode, whole);
    },
    final(state) {
      if (state.isEncrypting && state.isPadded) return chained(state, mode, padded(state.rest));
      if (state.rest.length === 0 && !state.isPadded) return EMPTY;
      if (state.rest.length !== BLOCK || state.isEncrypting) throw wrongLength();
      const out = chained(state, mode, state.rest);
      return state.isPadded ? unpadded(out) : out;
    },
  };
}

const wrongLength = () => Object.assign(failure(Error, 'ERR_OSSL_WRONG_FINAL_BLOCK_LENGTH', 'error:1C80006B:Provider routines::wrong final block length'), { library: 'Provider routines', reason: 'wrong final block length' });
const badDecrypt = () => Object.assign(failure(Error, 'ERR_OSSL_BAD_DECRYPT', 'error:1C800064:Provider routines::bad decrypt'), { library: 'Provider routines', reason: 'bad decrypt' });

function chained(state, mode, bytes) {
  const out = new Uint8Array(blocks(mode, state.isEncrypting, state.key, state.iv, bytes));
  if (mode === 'cbc') state.iv = Uint8Array.from((state.isEncrypting ? out : bytes).slice(-BLOCK));
  return out;
}

function stream(state, bytes) {
  const out = new Uint8Array(keystream(state.key, state.iv, state.offset, bytes, state.mode === 'gcm'));
  state.offset += bytes.length;
  return out;
}

function padded(rest) {
  const count = BLOCK - rest.length;
  const block = new Uint8Array(BLOCK).fill(count);
  block.set(rest);
  return block;
}

function unpadded(block) {
  const count = block[block.length - 1];
  if (count < 1 || count > BLOCK || !block.subarray(block.length - count).every((byte) => byte === count)) throw badDecrypt();
  return block.subarray(0, block.length - count);
}

function cipherClass(name, isEncrypting) {
  function Cipher(algorithm, key, iv, options) {
    check.string(algorithm, 'cipher');
    const info = infoOf(algorithm);
    if (info === undefined) throw failure(RangeError, 'ERR_CRYPTO_UNKNOWN_CIPHER', 'Unknown cipher');
    const secret = Uint8Array.from(secretBytes(key));
    if (secret.length !== info.keyLength) throw failure(RangeError, 'ERR_CRYPTO_INVALID_KEYLEN', 'Invalid key length');
    if (iv === undefined) throw wrongType('iv', 'of type string or an instance of ArrayBuffer, Buffer, TypedArray, or DataView', iv);
    const start = iv === null ? EMPTY : Uint8Array.from(bytesOf(iv, 'iv'));
    if (info.mode === 'gcm' ? start.length === 0 : start.length !== info.ivLength) throw failure(TypeError, 'ERR_CRYPTO_INVALID_IV', 'Invalid initialization vector');
    Transform.call(this, options);
    const state = { mode: info.mode, isEncrypting, key: secret, iv: start, offset: 0, rest: EMPTY, isPadded: true, isDone: false, aad: [], text: [], tag: undefined, tagLength: options?.authTagLength ?? BLOCK };
    if (info.mode === 'gcm') {
      state.counter0 = new Uint8Array(gcmCounter(secret, start));
      state.iv = state.counter0;
      state.offset = BLOCK;
    }
    Object.defineProperty(this, STATE, { value: state });
  }
  const { prototype } = Cipher;
  Object.setPrototypeOf(prototype, Transform.prototype);
  prototype.update = function (data, inputEncoding, outputEncoding) {
    const state = this[STATE];
    if (state.isDone) throw failure(Error, 'ERR_CRYPTO_INVALID_STATE', 'Invalid state for operation update');
    return encoded(modes[state.mode].update(state, bytesOf(data, 'data', inputEncoding)), outputEncoding);
  };
  prototype.final = function (outputEncoding) {
    const state = this[STATE];
    if (state.isDone) throw failure(Error, 'ERR_CRYPTO_INVALID_STATE', 'Invalid state for operation final');
    state.isDone = true;
    return encoded(modes[state.mode].final(state), outputEncoding);
  };
  prototype.setAutoPadding = function (isPadded = true) {
    this[STATE].isPadded = Boolean(isPadded);
    return this;
  };
  prototype.setAAD = function (data, options) {
    this[STATE].aad.push(Uint8Array.from(bytesOf(data, 'buffer', options?.encoding)));
    return this;
  };
  if (isEncrypting) {
    prototype.getAuthTag = function () {
      if (this[STATE].tag === undefined) throw failure(Error, 'ERR_CRYPTO_INVALID_STATE', 'Invalid state for operation getAuthTag');
      return Buffer.from(this[STATE].tag.subarray(0, this[STATE].tagLength));
    };
  } else {
    prototype.setAuthTag = function (tag, encoding) {
      const bytes = Uint8Array.from(bytesOf(tag, 'buffer', encoding));
      if (bytes.length < 4 || bytes.length > BLOCK) throw failure(TypeError, 'ERR_CRYPTO_INVALID_AUTH_TAG', `Invalid authentication tag length: ${bytes.length}`);
      this[STATE].tag = bytes;
      return this;
    };
  }
  prototype._transform = function (chunk, encoding, callback) {
    this.push(this.update(chunk, encoding));
    callback();
  };
  prototype._flush = function (callback) {
    let rest;
    try {
      rest = this.final();
    } catch (error) {
      callback(error);
      return;
    }
    this.push(rest);
    callback();
  };
  return Object.defineProperty(Cipher, 'name', { value: name });
}

const Cipheriv = cipherClass('Cipheriv', true);
const Decipheriv = cipherClass('Decipheriv', false);

function getCipherInfo(name, options = {}) {
  const info = typeof name === 'string' ? infoOf(name) : undefined;
  if (info === undefined || (options.keyLength ?? info.keyLength) !== info.keyLength) return undefined;
  const { mode, keyLength, ivLength } = info;
  return { mode, name: `aes-${keyLength * 8}-${mode}`, nid: 0, ...(mode === 'cbc' || mode === 'ecb' ? { blockSize: BLOCK } : {}), ...(ivLength > 0 ? { ivLength } : {}), keyLength };
}

module.exports = {
  Cipheriv, Decipheriv, getCipherInfo, getCiphers: () => [...NAMES],
  createCipheriv: (...args) => new Cipheriv(...args), createDecipheriv: (...args) => new Decipheriv(...args),
};
