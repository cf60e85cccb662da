'use strict';
// `Intl`: each class is loaded when somebody first asks for it.

const { canonicalList, lazily } = require('internal/intl/locales');

const CLASSES = {
  Collator: () => require('internal/intl/collator').Collator,
  DateTimeFormat: () => require('internal/intl/date-time-format').DateTimeFormat,
  ListFormat: () => require('internal/intl/list-format').ListFormat,
  Locale: () => require('internal/intl/locale').Locale,
  NumberFormat: () => require('internal/intl/number-format').NumberFormat,
  PluralRules: () => require('internal/intl/plural-rules').PluralRules,
  RelativeTimeFormat: () => require('internal/intl/relative-time-format').RelativeTimeFormat,
};

const Intl = {};
for (const [name, load] of Object.entries(CLASSES)) lazily(Intl, name, load, false);

const methods = {
  getCanonicalLocales: (locales) => canonicalList(locales),
  supportedValuesOf: (key) => require('internal/intl/locale').supportedValuesOf(key),
};
for (const [name, value] of Object.entries(methods)) {
  Object.defineProperty(value, 'name', { value: name, configurable: true });
  Object.defineProperty(Intl, name, { value, writable: true, configurable: true });
}
Object.defineProperty(Intl, Symbol.toStringTag, { value: 'Intl', configurable: true });

exports.Intl = Intl;
