'use strict';
// `Intl.NumberFormat` over FormatJS. Names of currencies and units are read when they are first needed.

const { NumberFormat } = require('@formatjs/intl-numberformat');
const { adopt, dataOf, lazily } = require('internal/intl/locales');

/** Digits that are not spelt out share what another system has. */
function withAliases(numbers) {
  for (const [system, target] of Object.entries(numbers.aliases ?? {})) {
    for (const part of [numbers.symbols, numbers.decimal, numbers.percent, numbers.currency]) part[system] ??= part[target];
  }
  return numbers;
}

function read(tag) {
  const { nu, numbers } = dataOf(tag, 'numbers');
  const data = { nu, numbers: withAliases(numbers) };
  lazily(data, 'currencies', () => dataOf(tag, 'currencies'));
  lazily(data, 'units', () => dataOf(tag, 'units'));
  return data;
}

exports.NumberFormat = adopt(NumberFormat, read);
