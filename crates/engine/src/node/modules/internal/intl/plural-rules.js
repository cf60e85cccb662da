'use strict';
// `Intl.PluralRules` over FormatJS.

const { PluralRules } = require('@formatjs/intl-pluralrules');
const { adopt } = require('internal/intl/locales');

/** CLDR's rules of English, for a number as it is written. */
function english(text, isOrdinal) {
  const [whole, fraction = ''] = String(text).split('.');
  const number = Math.abs(Number(text));
  if (!isOrdinal) return Math.abs(Number(whole)) === 1 && fraction === '' ? 'one' : 'other';
  const [tens, hundreds] = [number % 10, number % 100];
  if (tens === 1 && hundreds !== 11) return 'one';
  if (tens === 2 && hundreds !== 12) return 'two';
  return tens === 3 && hundreds !== 13 ? 'few' : 'other';
}

const ENGLISH = {
  categories: { cardinal: ['one', 'other'], ordinal: ['few', 'one', 'two', 'other'] },
  fn: english,
  pluralRanges: { cardinal: { one_other: 'other', other_one: 'other', other_other: 'other' }, ordinal: {} },
};

exports.PluralRules = adopt(PluralRules, () => ENGLISH);
