'use strict';
// What `toLocaleString` and the like do. Formats that nobody gave options are kept, since they are asked for again and again.

const { canonicalList, languageOf } = require('internal/intl/locales');

const numberOf = Number.prototype.valueOf;
const bigintOf = BigInt.prototype.valueOf;
const timeOf = Date.prototype.getTime;
const compareTexts = native('collatorCompare');
const call = (method, value, ...args) => Reflect.apply(method, value, args);

const KEPT_FORMATS = 16;

/** Remembers what `make` makes for a locale that is a text, as long as there are no options. */
function kept(make) {
  const known = new Map();
  return (locales, options) => {
    if (options !== undefined || (locales !== undefined && typeof locales !== 'string')) return make(locales, options);
    if (!known.has(locales)) {
      if (known.size >= KEPT_FORMATS) known.clear();
      known.set(locales, make(locales, undefined));
    }
    return known.get(locales);
  };
}

const numbers = kept((locales, options) => {
  const { NumberFormat } = require('internal/intl/number-format');
  return new NumberFormat(locales, options);
});

/** A number as English has it without options, some forty times as quickly as a format does it; `undefined` for those that are not so plain. */
function plainEnglish(number) {
  const size = number < 0 ? -number : number;
  const digits = String(size);
  // Also false for what is no number.
  if (!(size < 1e12) || digits.includes('e')) return undefined;
  let [whole, fraction = ''] = digits.split('.');
  if (fraction.length > 3) {
    const thousandths = Number(whole) * 1000 + Number(fraction.slice(0, 3)) + (fraction[3] >= '5' ? 1 : 0);
    whole = String(Math.floor(thousandths / 1000));
    fraction = String(thousandths % 1000 + 1000).slice(1).replace(/0+$/, '');
  }
  let text = whole.slice(-3);
  for (let end = whole.length - 3; end > 0; end -= 3) text = `${whole.slice(Math.max(end - 3, 0), end)},${text}`;
  return `${number < 0 || Object.is(number, -0) ? '-' : ''}${text}${fraction === '' ? '' : `.${fraction}`}`;
}

function number(value, locales, options) {
  const number = typeof value === 'number' ? value : call(numberOf, value);
  const isEnglish = options === undefined && (locales === undefined || locales === 'en-US' || locales === 'en');
  return (isEnglish ? plainEnglish(number) : undefined) ?? numbers(locales, options).format(number);
}

const bigint = (value, locales, options) => numbers(locales, options).format(typeof value === 'bigint' ? value : call(bigintOf, value));

/** A method of dates that shows these parts if the options name none. */
function dates(required, defaults) {
  const formats = kept((locales, options) => require('internal/intl/date-time-format').createFormat(locales, options, required, defaults));
  return (value, locales, options) => {
    const time = call(timeOf, value);
    return Number.isNaN(time) ? 'Invalid Date' : formats(locales, options).format(time);
  };
}

/** Arrays that are being written: one that contains itself is empty there, as in V8. */
const open = [];

function joined(array, locales, options) {
  if (open.includes(array)) return '';
  open.push(array);
  try {
    const length = Math.min(Math.max(Math.trunc(Number(array.length)) || 0, 0), Number.MAX_SAFE_INTEGER);
    let text = '';
    for (let index = 0; index < length; index++) {
      const element = array[index];
      text += `${index === 0 ? '' : ','}${element === undefined || element === null ? '' : String(element.toLocaleString(locales, options))}`;
    }
    return text;
  } finally {
    open.pop();
  }
}

function array(value, locales, options) {
  if (value === undefined || value === null) throw new TypeError('Array.prototype.toLocaleString called on null or undefined');
  return joined(Object(value), locales, options);
}

const typedLength = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), 'length').get;

function typedArray(value, locales, options) {
  call(typedLength, value);
  return joined(value, locales, options);
}

const isTurkic = (locales) => ['tr', 'az'].includes(languageOf(canonicalList(locales)[0] ?? 'en'));

/** A method of texts; Turkic languages have a letter i of their own. */
function cases(name, convert, turkic) {
  return (value, locales) => {
    if (value === undefined || value === null) throw new TypeError(`String.prototype.${name} called on null or undefined`);
    const text = String(value);
    return locales !== undefined && isTurkic(locales) ? call(convert, turkic(text)) : call(convert, text);
  };
}

const compareManners = kept((locales, options) => require('internal/intl/collator').mannerFor(locales, options));

Object.assign(exports, {
  number,
  bigint,
  date: dates('any', 'all'),
  dateOnly: dates('date', 'date'),
  timeOnly: dates('time', 'time'),
  array,
  typedArray,
  upperCase: cases('toLocaleUpperCase', String.prototype.toUpperCase, (text) => text.replaceAll('i', 'İ')),
  lowerCase: cases('toLocaleLowerCase', String.prototype.toLowerCase, (text) => text.replaceAll('İ', 'i').replace(/I\u0307?/g, (letter) => (letter === 'I' ? 'ı' : 'i'))),
  compare: (left, right, locales, options) => compareTexts(left, right, compareManners(locales, options)),
});
