'use strict';

// The guest's crypto and zlib, compared with Node's own: the same source runs in both.
const assert = require('node:assert/strict');
const { test } = require('node:test');
const { IsolatedRuntime } = require('..');
const { inNode, run, wrapped } = require('./same-as-node');

const THROWN = 'const thrown = (action) => { try { return action(); } catch (error) { return [error.constructor.name, error.code]; } };';

/** A promise that guest and Node agree on `body`. */
function agrees(name, body) {
  test(name, async () => {
    const source = `const crypto = require('crypto'); const zlib = require('zlib'); ${THROWN} ${body}`;
    assert.deepEqual(await run(wrapped(source)), await inNode(source));
  });
}

agrees('hashes and keyed hashes are the same as in Node', `const names = ['md5', 'sha1', 'sha224', 'sha256', 'sha384', 'sha512', 'sha512-256', 'sha3-256', 'sha3-512', 'ripemd160', 'blake2b512', 'blake2s256', 'RSA-SHA256', 'SHA256'];
  const text = 'héllo'.repeat(1000); const hash = crypto.createHash('sha256').update('a'); const copy = hash.copy().update('b');
  return [names.map((name) => [crypto.createHash(name).update(text).update(Buffer.from([0, 255])).digest('hex'), crypto.createHmac(name, 'key').update(text).digest('base64')]), hash.digest('hex'), copy.digest('base64url'),
    thrown(() => crypto.createHash('nope'))[0], thrown(() => hash.update('x')), crypto.createHmac('sha256', Buffer.alloc(200, 1)).update('').digest('latin1'), thrown(() => crypto.createHash('md5').update(5)), crypto.createHash('sha1').update('aGk=', 'base64').digest().toString('hex')]`);

agrees('keys are derived as in Node', `return [crypto.pbkdf2Sync('password', 'salt', 1000, 40, 'sha512').toString('hex'), crypto.scryptSync('password', 'salt', 32, { N: 1024, r: 8, p: 2 }).toString('hex'), Buffer.from(crypto.hkdfSync('sha256', 'key', 'salt', 'info', 70)).toString('hex'),
  await new Promise((resolve) => crypto.pbkdf2('p', 's', 1, 8, 'sha1', (error, key) => resolve(key.toString('hex')))), thrown(() => crypto.pbkdf2Sync('p', 's', 0, 8, 'sha1')), thrown(() => crypto.scryptSync('p', 's', 8, { N: 3 }))[0], crypto.scryptSync('', '', 0).length]`);

agrees('AES encrypts, decrypts and fails as in Node', `const answers = []; const text = 'The quick brown fox jumps over the lazy dog';
  for (const name of ['aes-128-cbc', 'aes-192-cbc', 'aes-256-cbc', 'aes-128-ctr', 'aes-256-ctr', 'aes-128-ecb', 'aes-128-gcm', 'aes-256-gcm']) {
    const { keyLength, ivLength = 0 } = crypto.getCipherInfo(name); const key = Buffer.alloc(keyLength, 7); const iv = ivLength === 0 ? null : Buffer.alloc(ivLength, 9);
    const cipher = crypto.createCipheriv(name, key, iv); if (name.endsWith('gcm')) cipher.setAAD(Buffer.from('aad')); const secret = cipher.update(text.slice(0, 5), 'utf8', 'hex') + cipher.update(text.slice(5), 'utf8', 'hex') + cipher.final('hex');
    const decipher = crypto.createDecipheriv(name, key, iv); if (name.endsWith('gcm')) { decipher.setAAD(Buffer.from('aad')); decipher.setAuthTag(cipher.getAuthTag()); answers.push(cipher.getAuthTag().toString('hex')); }
    answers.push(name, secret, decipher.update(secret, 'hex', 'utf8') + decipher.final('utf8'));
  }
  const broken = crypto.createDecipheriv('aes-128-gcm', Buffer.alloc(16), Buffer.alloc(12)); broken.setAuthTag(Buffer.alloc(16)); broken.update('00', 'hex');
  const long = crypto.createCipheriv('aes-128-gcm', Buffer.alloc(16), Buffer.alloc(20, 3)); long.update('x'); long.final(); const short = crypto.createDecipheriv('aes-128-cbc', Buffer.alloc(16), Buffer.alloc(16)); short.update('0011', 'hex');
  return [answers, thrown(() => broken.final())[0], long.getAuthTag().toString('hex'), thrown(() => short.final())[0], thrown(() => crypto.createCipheriv('aes-128-cbc', Buffer.alloc(3), Buffer.alloc(16)))[1], thrown(() => crypto.createCipheriv('nope', '', ''))[1]]`);

agrees('Ed25519 keys sign and verify as in Node', `const pem = '-----BEGIN PRIVATE KEY-----\\nMC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\\n-----END PRIVATE KEY-----\\n';
  const privateKey = crypto.createPrivateKey(pem); const publicKey = crypto.createPublicKey(privateKey); const signature = crypto.sign(null, Buffer.from('text'), privateKey); const pair = crypto.generateKeyPairSync('ed25519');
  return [signature.toString('hex'), crypto.verify(null, Buffer.from('text'), publicKey, signature), crypto.verify(null, Buffer.from('other'), publicKey, signature), publicKey.export({ type: 'spki', format: 'pem' }), privateKey.export({ format: 'jwk' }), privateKey.asymmetricKeyType,
    crypto.verify(null, Buffer.from('x'), pair.publicKey, crypto.sign(null, Buffer.from('x'), pair.privateKey)), crypto.createSecretKey(Buffer.from('k')).export().toString()]`);

agrees('random values have the right shape, and comparisons take any bytes', `const bytes = crypto.randomBytes(32); const whole = Array.from({ length: 200 }, () => crypto.randomInt(3, 6));
  return [bytes.length, Buffer.isBuffer(bytes), bytes.equals(crypto.randomBytes(32)), whole.every((value) => value >= 3 && value < 6), new Set(whole).size, crypto.randomUUID().length, crypto.randomFillSync(new Uint8Array(4)).length, crypto.timingSafeEqual(Buffer.from('a'), Buffer.from('a')), thrown(() => crypto.timingSafeEqual(Buffer.from('a'), Buffer.from('ab'))), thrown(() => crypto.randomInt(5, 5))]`);

agrees('zlib unpacks what Node packs and fails as Node does', `const text = 'hello hello hello '.repeat(500); const packed = ${JSON.stringify(require('node:zlib').gzipSync('hello '.repeat(1000)).toString('base64'))};
  const pairs = [['gzipSync', 'gunzipSync'], ['deflateSync', 'inflateSync'], ['deflateRawSync', 'inflateRawSync'], ['brotliCompressSync', 'brotliDecompressSync'], ['gzipSync', 'unzipSync'], ['deflateSync', 'unzipSync']];
  const later = await new Promise((resolve) => zlib.gzip(text, (error, bytes) => zlib.gunzip(bytes, (problem, back) => resolve(back.toString() === text))));
  const { pipeline } = require('stream/promises'); const { Readable, PassThrough } = require('stream'); const through = new PassThrough(); const done = pipeline(Readable.from([Buffer.from(text)]), zlib.createGzip(), zlib.createGunzip(), through); const parts = []; for await (const part of through) parts.push(part); await done;
  return [pairs.map(([pack, unpack]) => zlib[unpack](zlib[pack](text)).toString() === text), zlib.gunzipSync(Buffer.from(packed, 'base64')).length, later, Buffer.concat(parts).toString() === text, thrown(() => zlib.gunzipSync('no gzip at all')), thrown(() => zlib.inflateSync(Buffer.from([120, 156, 1]))),
    thrown(() => zlib.gunzipSync(zlib.gzipSync(text), { maxOutputLength: 10 })), zlib.crc32('hello'), zlib.constants.Z_BEST_COMPRESSION, (await require('util').promisify(zlib.deflate)('x')).toString('hex')]`.replace("zlib.crc32('hello')", process.getBuiltinModule ? "zlib.crc32('hello')" : '0'));

test('a small input that unpacks to more than the memory limit ends the run', async () => {
  const bomb = require('node:zlib').gzipSync(Buffer.alloc(64 * 2 ** 20)).toString('base64');
  const source = 'exports.main = (bomb) => require("zlib").gunzipSync(Buffer.from(bomb, "base64")).length';
  await assert.rejects(run(source, [bomb], { limits: { memory: 32 * 2 ** 20 } }), { code: 'ERR_MEMORY_LIMIT' });
  assert.equal(await run(source, [bomb.slice(0, 400)]).catch((error) => error.code), 'Z_BUF_ERROR');
});

test('a key derivation that takes for ever ends at the deadline', async () => {
  const source = 'exports.main = () => require("crypto").pbkdf2Sync("p", "s", 2 ** 31 - 1, 64, "sha512")';
  const before = Date.now();
  await assert.rejects(run(source, [], { timeout: 100 }), { code: 'ERR_TIMEOUT' });
  assert.ok(Date.now() - before < 5000);
});

test('scrypt refuses more work than a run may do at once, and does what Node does by default', async () => {
  const runtime = new IsolatedRuntime();
  const source = 'exports.main = (N) => require("crypto").scryptSync("p", "s", 16, { N, maxmem: 2 ** 31 - 1 }).length';
  assert.equal(await run(source, [16_384], {}, runtime), 16);
  await assert.rejects(run(source, [2 ** 20], {}, runtime), { code: 'ERR_LIMIT', message: 'scrypt blocks (N * r * p): 8388608, limit is 1048576' });
  await runtime.shutdown();
});
