'use strict';
// What a host says that can strip no types.

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const path = require('node:path');
const { test } = require('node:test');

test('without a stripper the error names both ways out', () => {
  const program = `
    const nodeModule = require('node:module');
    delete nodeModule.stripTypeScriptTypes;
    const load = nodeModule._load;
    nodeModule._load = (name, ...rest) => { if (name === 'amaro') throw Object.assign(new Error('none'), { code: 'MODULE_NOT_FOUND' }); return load(name, ...rest); };
    const { stripTypes } = require(${JSON.stringify(path.join(__dirname, '..', '..', 'lib', 'type-stripper.js'))});
    try { stripTypes('1'); } catch ({ message }) { console.log(message); }`;
  const { stdout } = spawnSync(process.execPath, ['-e', program], { encoding: 'utf8' });
  assert.match(stdout, /^TypeScript needs Node\.js 22\.13 or newer, or the package amaro \(npm install amaro\); this is v/);
});
