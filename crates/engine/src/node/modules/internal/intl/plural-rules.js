'use strict';
// `Intl.PluralRules` over FormatJS; the rules themselves are native.

const { PluralRules } = require('@formatjs/intl-pluralrules');
const { adopt, dataOf } = require('internal/intl/locales');

const pluralCategory = native('pluralCategory');

exports.PluralRules = adopt(PluralRules, (tag) => ({ ...dataOf(tag, 'plurals'), fn: (number, isOrdinal) => pluralCategory(tag, isOrdinal, String(number)) }));
