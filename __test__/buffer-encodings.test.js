'use strict';

// Buffer's encodings, comparing and searching over seeded random inputs, in a sandbox and, where this is Node, in Node as well.
// What Node answers is kept as a digest, for hosts whose Buffer is their own.
const assert = require('node:assert/strict');
const path = require('node:path');
const { test } = require('node:test');
const { folder, run, runtime } = require('./guest');

const ROUNDS = 2000;
/** Node 26 searches UTF-16 in another way. */
const isNode = process.versions.bun === undefined && globalThis.Deno === undefined && Number.parseInt(process.versions.node, 10) < 26;

const SOURCE = `
const ENCODINGS = ['hex', 'base64', 'base64url', 'latin1', 'binary', 'ascii', 'ucs2', 'utf16le', 'utf8'];
const LETTERS = { hex: '0123456789abcdefABCDEF0123456789gx', base64: 'ABCXYZabcxyz019+/-_= \\n!', base64url: 'ABCXYZabcxyz019+/-_= \\n!' };

function generator(seed) {
  return (most) => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % most;
  };
}

const bytesOf = (pick, most = 70) => Buffer.from(Array.from({ length: pick(most) }, () => (pick(4) === 0 ? pick(256) : pick(100))));
const textOf = (pick, encoding) => Array.from({ length: pick(60) }, () => {
  const letters = LETTERS[encoding];
  // One character in fifty is foreign, else nothing would ever be read to its end.
  if (letters !== undefined) return pick(50) === 0 ? String.fromCharCode(pick(256)) : letters[pick(letters.length)];
  return String.fromCharCode([pick(128), pick(256), pick(0x10000), 0xd800 + pick(0x800)][pick(4)]);
}).join('');

const tried = (body) => { try { return body(); } catch (error) { return [error.name, error.code ?? null]; } };

const one = (pick, encoding) => {
  const bytes = bytesOf(pick), text = textOf(pick, encoding);
  const [low, high] = [pick(80), pick(80)];
  const view = bytes.subarray(pick(3));
  const target = Buffer.alloc(pick(40), 1), offset = pick(target.length + 1);
  const haystack = Buffer.concat([bytes, Buffer.from(text, encoding), bytes]);
  // Halves of pairs make Node 24 abort.
  const needle = [text.slice(0, pick(4)).replace(/[\\ud800-\\udfff]/g, ''), bytes.subarray(0, pick(4)), pick(256)][pick(3)];
  const from = pick(120) - 60;
  const other = bytesOf(pick);
  return [
    bytes.toString(encoding), bytes.toString(encoding, low, high), view.toString(encoding),
    Buffer.from(text, encoding).toString('latin1'), Buffer.byteLength(text, encoding),
    target.write(text, offset, encoding), target.write(text, offset, Math.min(pick(9), target.length - offset), encoding), [...target],
    haystack.indexOf(needle, from, encoding), haystack.lastIndexOf(needle, from, encoding), haystack.includes(needle, from, encoding),
    Buffer.compare(bytes, other), bytes.equals(other), tried(() => bytes.compare(other, low % 9, high % 9, low % 5, high % 7)),
    tried(() => [...Buffer.alloc(pick(30)).fill(text, pick(5), encoding)]), tried(() => [...Buffer.alloc(pick(20), text || 'x', encoding)]),
  ];
};

exports.ENCODINGS = ENCODINGS;
exports.all = (encoding, seed, rounds) => { const pick = generator(seed); return Array.from({ length: rounds }, () => one(pick, encoding)); };
/** FNV-1a over the UTF-16 units of the answers, which says as much as they do and is no test of hashes. */
exports.digest = (...which) => { let hash = 0x811c9dc5; for (const unit of JSON.stringify(exports.all(...which))) for (let at = 0; at < unit.length; at++) hash = Math.imul(hash ^ unit.charCodeAt(at), 0x01000193); return hash >>> 0; };
`;

/** Of Node's answers, for seed 1. */
const DIGESTS = {
  hex: 2006166270, base64: 2707624086, base64url: 1431994167, latin1: 377018602, binary: 377018602, ascii: 3360416600, ucs2: 91976404, utf16le: 91976404, utf8: 652563677,
};

const root = folder({ 'cases.js': SOURCE });
const here = require(path.join(root, 'cases.js'));
const there = (funcName, ...args) => runtime().run({ root, file: 'cases.js', funcName, args });

for (const encoding of here.ENCODINGS) {
  test(`${ROUNDS} random inputs in ${encoding} become what Node makes of them`, async () => {
    if (isNode) {
      for (let seed = 100; seed < 100 + ROUNDS / 100; seed++) {
        const [wanted, found] = [here.all(encoding, seed, 100), await there('all', encoding, seed, 100)];
        for (const [at, answers] of wanted.entries()) assert.deepEqual(found[at], answers, `seed ${seed}, input ${at}`);
      }
      assert.equal(here.digest(encoding, 1, 300), DIGESTS[encoding], 'what Node says');
    }
    assert.equal(await there('digest', encoding, 1, 300), DIGESTS[encoding]);
  });
}

test('encodings are known by all their names, and others are refused with Node’s words', async () => {
  const source = `exports.main = () => ['HEX', 'UTF-8', 'Base64URL', 'UCS-2', 'binary', 'utf7', '', null].map((name) => { try { return [Buffer.isEncoding(name), Buffer.from('AA==', 'latin1').toString(name)]; } catch (error) { return [error.name, error.code, error.message]; } })`;
  const main = new Function('Buffer', `const exports = {}; ${source}; return exports.main();`);
  const found = await run(source);
  assert.deepEqual(found[5], ['TypeError', 'ERR_UNKNOWN_ENCODING', 'Unknown encoding: utf7']);
  if (isNode) assert.deepEqual(found, JSON.parse(JSON.stringify(main(Buffer))));
});

test('buffers that are taken away, shared or huge are written and read without harm', async () => {
  const source = `exports.main = (what) => ({
    detached: () => { const bytes = Buffer.from(new ArrayBuffer(8)); structuredClone(bytes.buffer, { transfer: [bytes.buffer] }); return [bytes.length, bytes.toString('hex'), bytes.indexOf('a'), bytes.equals(Buffer.alloc(0))]; },
    detachedMeanwhile: () => { const bytes = Buffer.from(new ArrayBuffer(8)); return bytes.write({ toString() { return 'ff'; } } + '', 0, 'hex'); },
    resized: () => { const memory = new ArrayBuffer(8, { maxByteLength: 16 }); const bytes = Buffer.from(memory); memory.resize(2); return [bytes.toString('hex').length <= 16, bytes.write('ffffffffff', 'hex') <= 8]; },
    unaligned: () => Buffer.from([0, 1, 1, 2, 2, 3]).subarray(1).toString('utf16le').length,
    surrogates: () => Buffer.from([0x00, 0xd8, 0x61, 0x00]).toString('utf16le') === '\\ud800a',
    hex: () => Buffer.alloc(3e7).toString('hex').length,
    latin1: () => Buffer.from('\\u00ff'.repeat(3e7), 'latin1').length,
    utf16: () => Buffer.from('a'.repeat(3e7), 'utf16le').length,
    quadratic: () => Buffer.alloc(4e6, 'ab').indexOf(Buffer.alloc(2e6, 'ab').toString('latin1') + 'c'),
    backwards: () => Buffer.alloc(2e6, 'a').lastIndexOf('ba'.repeat(1000), -1, 'utf16le'),
  })[what]();`;
  assert.equal(await run('exports.main = () => Buffer.from("a\\ufffdb").indexOf("\\ud800")'), -1);
  assert.deepEqual(await run(source, ['detached']), [0, '', -1, true]);
  assert.equal(await run(source, ['detachedMeanwhile']), 1);
  assert.deepEqual(await run(source, ['resized']), [true, true]);
  assert.equal(await run(source, ['unaligned']), 2);
  assert.equal(await run(source, ['surrogates']), true);
  for (const what of ['hex', 'latin1', 'utf16']) await assert.rejects(run(source, [what]), { code: 'ERR_MEMORY_LIMIT' }, what);
  for (const what of ['quadratic', 'backwards']) assert.equal(await run(source, [what]), -1, what);
});
