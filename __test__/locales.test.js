'use strict';

const assert = require('node:assert/strict');
const { test } = require('node:test');
const { run } = require('./guest');

test('there is an Intl, and whoever looks for it finds its classes', async () => {
  const answers = await run(`exports.main = () => [
    typeof Intl, 'Intl' in globalThis, typeof globalThis.Intl?.DateTimeFormat, Object.getOwnPropertyNames(Intl).sort(), typeof Intl.DisplayNames, typeof Intl.Segmenter,
  ];`);
  assert.deepEqual(answers, ['object', true, 'function', [
    'Collator', 'DateTimeFormat', 'ListFormat', 'Locale', 'NumberFormat', 'PluralRules', 'RelativeTimeFormat', 'getCanonicalLocales', 'supportedValuesOf',
  ], 'undefined', 'undefined']);
});

test('a locale that there is no data for writes as the default one does', async () => {
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
    '1,234,567.891', '50%', '12', '1,234.5,,x',
    '1/31/2024, 1:02:03 PM', 'Wednesday, January 31, 2024', '13:02:03',
    'äı', 'Äİ', ['a', 'ä', 'b', 'C'], 0, 0,
  ]);
});
