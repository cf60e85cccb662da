'use strict';

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const { readFileSync } = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const vm = require('node:vm');

const repository = path.join(__dirname, '..', '..');

/** The bundle as the engine wraps it, in a global object that offers nothing but ECMAScript. */
function guestBuffer() {
  const file = path.join(repository, 'crates', 'engine', 'src', 'node', 'buffer.js');
  const wrapped = `(() => { const module = { exports: {} }; (function (exports, module) { ${readFileSync(file, 'utf8')}\n})(module.exports, module); return module.exports; })()`;
  return vm.runInNewContext(wrapped).Buffer;
}

const code = (name) => (error) => error.code === name;

test('the_committed_bundle_is_what_the_generator_makes', () => {
  const { status, stderr } = spawnSync(process.execPath, ['scripts/bundle-guest.mjs', '--check'], { cwd: repository, encoding: 'utf8' });
  assert.equal(status, 0, stderr);
});

test('the_guests_buffer_answers_as_nodes_does', () => {
  const guest = guestBuffer();
  const programs = [
    (B) => B.from('héllo €𝄞').toString('latin1'),
    (B) => B.from('-_8', 'base64url').toString('base64url'),
    (B) => B.from('ff0g11', 'hex').length,
    (B) => B.from([0xf0, 0x9f, 0x98, 0x41, 0xc0, 0xed, 0xa0]).toString(),
    (B) => JSON.stringify(B.from([1, 2, 300])),
    (B) => B.from('abcd').swap16().toString(),
    (B) => B.concat([B.from('a'), B.from('bc')], 5).toString('hex'),
    (B) => B.from('abc').subarray(1) instanceof B,
    (B) => B.alloc(5, 'YWI=', 'base64').toString(),
    (B) => B.from('abcabc').lastIndexOf('b'),
    (B) => B.from('abc').utf8Slice(0, 2),
    (B) => B.alloc(2).write('€'),
    (B) => B.copyBytesFrom(new Uint16Array([1, 2, 3]), 1).toString('hex'),
    (B) => { const bytes = B.alloc(8); bytes.writeBigInt64LE(-5n); return String(bytes.readBigUint64BE()); },
    (B) => B.name,
  ];
  for (const program of programs) assert.equal(program(guest), program(Buffer), String(program));
});

test('the_guests_buffer_fails_with_nodes_codes', () => {
  const guest = guestBuffer();
  assert.throws(() => guest.from(5), code('ERR_INVALID_ARG_TYPE'));
  assert.throws(() => guest.alloc(-1), code('ERR_OUT_OF_RANGE'));
  assert.throws(() => guest.alloc(2).readUInt32LE(0), code('ERR_BUFFER_OUT_OF_BOUNDS'));
  assert.throws(() => guest.alloc(2).writeUInt8(256, 0), code('ERR_OUT_OF_RANGE'));
  assert.throws(() => guest.from('x', 'no encoding'), code('ERR_UNKNOWN_ENCODING'));
});
