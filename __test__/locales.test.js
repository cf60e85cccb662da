'use strict';

const assert = require('node:assert/strict');
const { test } = require('node:test');
const { run } = require('./guest');

test('there is no Intl, and whoever looks for it is told so', async () => {
  const answers = await run(`exports.main = () => {
    let said; try { new Intl.NumberFormat(); } catch (error) { said = error.name + ': ' + error.message; }
    return [typeof Intl, 'Intl' in globalThis, typeof globalThis.Intl?.DateTimeFormat, said];
  };`);
  assert.deepEqual(answers, ['undefined', false, 'undefined', 'ReferenceError: Intl is not defined']);
});

test('without Intl there is one manner of writing, whatever locale is asked for', async () => {
  const answers = await run(`exports.main = () => {
    const date = new Date(2024, 0, 31, 13, 2, 3);
    return [
      (1234567.891).toLocaleString(), (0.5).toLocaleString('de-DE', { style: 'percent' }), (12n).toLocaleString('fr'), [1234.5, null, 'x'].toLocaleString(),
      date.toLocaleString(), date.toLocaleDateString('de-DE', { dateStyle: 'full' }), date.toLocaleTimeString('en-GB'),
      'ÄI'.toLocaleLowerCase('tr'), 'äi'.toLocaleUpperCase('tr'),
      ['b', 'a', 'C', 'ä'].sort((left, right) => left.localeCompare(right)), 'a\\u0308'.localeCompare('\\u00e4'), 'a'.localeCompare('a'),
    ];
  };`);
  assert.deepEqual(answers, [
    '1234567.891', '0.5', '12', '1234.5,,x',
    '01/31/2024, 01:02:03 PM', '01/31/2024', '01:02:03 PM',
    'äi', 'ÄI', ['C', 'a', 'b', 'ä'], 0, 0,
  ]);
});
