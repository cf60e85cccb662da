'use strict';

const assert = require('assert/');

// The bundler renames the class, and `constructor.name` shows it.
Object.defineProperty(assert.AssertionError, 'name', { value: 'AssertionError' });
assert.strict = Object.assign(function strict(value, message) { assert.ok(value, message); }, assert, {
  equal: assert.strictEqual,
  deepEqual: assert.deepStrictEqual,
  notEqual: assert.notStrictEqual,
  notDeepEqual: assert.notDeepStrictEqual,
});
assert.strict.strict = assert.strict;

module.exports = assert;
