'use strict';
// One touch of each part of Intl, by name.

const TOUCHES = {
  'number.toLocaleString()': () => (1234.5678).toLocaleString(),
  'new Intl.NumberFormat': () => new Intl.NumberFormat('en-US').format(1234.5678),
  'NumberFormat, currency': () => new Intl.NumberFormat('en-US', { style: 'currency', currency: 'USD' }).format(1234.5),
  'date.toLocaleString()': () => new Date(0).toLocaleString(),
  'new Intl.DateTimeFormat': () => new Intl.DateTimeFormat('en-US', { timeZone: 'America/New_York', dateStyle: 'full', timeStyle: 'long' }).format(0),
  'new Intl.PluralRules': () => new Intl.PluralRules('en-US').select(1),
  'new Intl.RelativeTimeFormat': () => new Intl.RelativeTimeFormat('en-US').format(-1, 'day'),
  'new Intl.ListFormat': () => new Intl.ListFormat('en-US').format(['a', 'b']),
  'new Intl.Collator': () => new Intl.Collator('en-US').compare('a', 'b'),
  'text.localeCompare(text)': () => 'a'.localeCompare('b'),
};

exports.names = () => Object.keys(TOUCHES);
exports.nothing = () => 0;
exports.touch = (name) => TOUCHES[name]().length;
exports.repeat = (name, times) => {
  for (let time = 0; time < times; time += 1) TOUCHES[name]();
};

const texts = (count) => Array.from({ length: count }, (_, at) => `${(at * 7919) % 10_007} Item ä${at % 13}`);
exports.make = (count) => texts(count).length;
exports.sort = (count) => texts(count).sort((left, right) => left.localeCompare(right)).length;
