'use strict';

const SYMBOLS = { EUR: '€', GBP: '£', USD: '$' };

exports.symbolOf = (currency) => SYMBOLS[currency] ?? `${currency} `;
