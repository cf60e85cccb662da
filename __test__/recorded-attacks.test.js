'use strict';

// Builds that no Node can load run the corpora from requests that are recorded here.
const assert = require('node:assert/strict');
const fs = require('node:fs');
const { test } = require('node:test');
const { readCases } = require('./attacks/cases.js');

test('nearly every hostile program becomes a request, and the folders are taken away', async () => {
  const { recordAttacks } = await import('../scripts/recorded-attacks.mjs');
  const { file, remove } = await recordAttacks();
  const recorded = JSON.parse(fs.readFileSync(file, 'utf8'));
  // The host refuses a few dozen itself.
  assert.ok(recorded.length > readCases().length * 0.9, `${recorded.length} of ${readCases().length}`);
  for (const { name, request } of recorded) assert.ok(fs.existsSync(request.root), name);
  remove();
  assert.ok(!fs.existsSync(file) && !fs.existsSync(recorded[0].request.root));
});
