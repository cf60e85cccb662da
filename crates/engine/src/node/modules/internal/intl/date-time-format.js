'use strict';
// `Intl.DateTimeFormat`: Gregorian dates in any time zone. FormatJS's own takes some 200 ms and 40 MB before its first answer
// here, since it unpacks all zones and every product of date and time; see `date-patterns` for what is done instead.

const { MATCHERS, ResolveLocale, asBuiltIn, canonicalList, dataByTag, dataOf, notNull, option, supportedLocalesOf } = require('internal/intl/locales');
const { LETTERS, Patterns, tokensOf } = require('internal/intl/date-patterns');
const { fieldsAt, written } = require('internal/intl/date-fields');
const { DIGITS, digitsIn } = require('internal/intl/digits');

const [timeZoneName, defaultTimeZone] = ['timeZoneName', 'defaultTimeZone'].map(native);

const CYCLES = ['h11', 'h12', 'h23', 'h24'];
const CYCLE_LETTERS = { h11: 'K', h12: 'h', h23: 'H', h24: 'k' };
const WIDTHS = ['narrow', 'short', 'long'];
const NUMBERS = ['2-digit', 'numeric'];
const ZONE_NAMES = ['short', 'long', 'shortOffset', 'longOffset', 'shortGeneric', 'longGeneric'];
/** In the order in which options are read: what each may be, and its letters in a skeleton. */
const PARTS = {
  weekday: [WIDTHS, { narrow: 'EEEEE', short: 'EEE', long: 'EEEE' }],
  era: [WIDTHS, { narrow: 'GGGGG', short: 'G', long: 'GGGG' }],
  year: [NUMBERS, { '2-digit': 'yy', numeric: 'y' }],
  month: [[...NUMBERS, ...WIDTHS], { '2-digit': 'MM', numeric: 'M', narrow: 'MMMMM', short: 'MMM', long: 'MMMM' }],
  day: [NUMBERS, { '2-digit': 'dd', numeric: 'd' }],
  dayPeriod: [WIDTHS, { narrow: 'BBBBB', short: 'B', long: 'BBBB' }],
  hour: [NUMBERS, { '2-digit': 'jj', numeric: 'j' }],
  minute: [NUMBERS, { '2-digit': 'mm', numeric: 'm' }],
  second: [NUMBERS, { '2-digit': 'ss', numeric: 's' }],
  fractionalSecondDigits: [[1, 2, 3], { 1: 'S', 2: 'SS', 3: 'SSS' }],
  timeZoneName: [ZONE_NAMES, { short: 'z', long: 'zzzz', shortOffset: 'O', longOffset: 'OOOO', shortGeneric: 'v', longGeneric: 'vvvv' }],
};
const ORDER = ['era', 'year', 'month', 'weekday', 'day', 'dayPeriod', 'hour', 'minute', 'second', 'fractionalSecondDigits', 'timeZoneName'];
const DATE_PARTS = ['weekday', 'year', 'month', 'day'];
const TIME_PARTS = ['dayPeriod', 'hour', 'minute', 'second', 'fractionalSecondDigits'];
const STYLES = ['full', 'long', 'medium', 'short'];

const DATA = dataByTag((tag) => {
  const data = dataOf(tag, 'dates');
  return { dates: data, patterns: new Patterns(data), ca: ['gregory'], nu: [data.nu, ...Object.keys(DIGITS)], hc: [null, ...CYCLES] };
});

const slots = new WeakMap();

function slotsOf(format) {
  const found = slots.get(format);
  if (found === undefined) throw new TypeError('Receiver is not an initialized Intl.DateTimeFormat');
  return found;
}

const TYPE = /^[a-z0-9]{3,8}(-[a-z0-9]{3,8})*$/i;

function typeOption(options, name) {
  const value = option(options, name, 'string');
  if (value !== undefined && !TYPE.test(value)) throw new RangeError(`Invalid ${name} : ${value}`);
  return value?.toLowerCase();
}

function zoneOf(given) {
  if (given === undefined) return timeZoneName(defaultTimeZone()) ?? 'UTC';
  const name = String(given);
  const offset = /^([+-])([01]\d|2[0-3])(?::?([0-5]\d))?$/.exec(name);
  if (offset !== null) {
    const text = `${offset[2]}:${offset[3] ?? '00'}`;
    return `${text === '00:00' ? '+' : offset[1]}${text}`;
  }
  const found = name.length < 100 ? timeZoneName(name) : undefined;
  if (found === undefined) throw new RangeError(`Invalid time zone specified: ${name.slice(0, 100)}`);
  return ['Etc/UTC', 'Etc/GMT', 'Etc/UCT', 'Etc/Zulu', 'Etc/Universal', 'Etc/Greenwich', 'GMT', 'UCT', 'Zulu', 'Universal', 'Greenwich', 'GMT0', 'GMT+0', 'GMT-0'].includes(found) ? 'UTC' : found;
}

/** ECMA-402, CreateDateTimeFormat: what there is to know about a format. */
function initialize(locales, given, required, defaults) {
  const requested = canonicalList(locales);
  const options = given === undefined ? Object.create(null) : Object(notNull(given));
  option(options, 'localeMatcher', 'string', MATCHERS);
  const ca = typeOption(options, 'calendar');
  const nu = typeOption(options, 'numberingSystem');
  const hour12 = option(options, 'hour12', 'boolean');
  const hourCycle = option(options, 'hourCycle', 'string', CYCLES);
  const resolved = ResolveLocale(undefined, requested, { ca, nu, hc: hour12 === undefined ? hourCycle : null }, ['ca', 'hc', 'nu'], DATA);
  const { dates: data, patterns } = DATA[resolved.dataLocale];
  const timeZone = zoneOf(options.timeZone);
  const wanted = partsOf(options);
  option(options, 'formatMatcher', 'string', ['basic', 'best fit']);
  const dateStyle = option(options, 'dateStyle', 'string', STYLES);
  const timeStyle = option(options, 'timeStyle', 'string', STYLES);
  const cycle = hour12 === undefined ? resolved.hc ?? data.hourCycle : hour12 ? (data.hourCycle === 'h11' ? 'h11' : 'h12') : 'h23';
  const made = { locale: resolved.locale, calendar: resolved.ca, numberingSystem: resolved.nu, timeZone, cycle, dateStyle, timeStyle, data, patterns, dataLocale: resolved.dataLocale };
  if (dateStyle !== undefined || timeStyle !== undefined) {
    const [explicit] = Object.keys(wanted);
    if (explicit !== undefined) throw new TypeError(`Can't set option ${explicit} when ${dateStyle === undefined ? 'timeStyle' : 'dateStyle'} is used`);
    if (required === 'date' && timeStyle !== undefined) throw new TypeError('Invalid option : timeStyle');
    if (required === 'time' && dateStyle !== undefined) throw new TypeError('Invalid option : dateStyle');
    made.tokens = styled(made);
  } else {
    made.tokens = withCycle(patterns.best(skeletonOf(withDefaults(wanted, required, defaults), cycle)), cycle);
  }
  return made;
}

function partsOf(options) {
  const wanted = {};
  for (const [name, [values]] of Object.entries(PARTS)) {
    if (name !== 'fractionalSecondDigits') {
      const value = option(options, name, 'string', values);
      if (value !== undefined) wanted[name] = value;
      continue;
    }
    const value = options[name];
    if (value === undefined) continue;
    const digits = Math.floor(Number(value));
    if (!values.includes(digits)) throw new RangeError(`fractionalSecondDigits value is out of range.`);
    wanted[name] = digits;
  }
  return wanted;
}

function withDefaults(wanted, required, defaults) {
  const isThere = (names) => names.some((name) => wanted[name] !== undefined);
  const isEnough = (required !== 'time' && isThere(DATE_PARTS)) || (required !== 'date' && isThere(TIME_PARTS));
  if (isEnough) return wanted;
  const added = { ...wanted };
  if (defaults !== 'time') for (const name of ['year', 'month', 'day']) added[name] = 'numeric';
  if (defaults !== 'date') for (const name of ['hour', 'minute', 'second']) added[name] = 'numeric';
  return added;
}

/** Parts of the day are said of hours up to 12 only. */
const isSaid = (name, wanted, cycle) => wanted[name] !== undefined && !(name === 'dayPeriod' && wanted.hour !== undefined && cycle >= 'h23');

const skeletonOf = (wanted, cycle) => ORDER.map((name) => (!isSaid(name, wanted, cycle) ? '' : PARTS[name][1][wanted[name]])).join('')
  .replaceAll('j', CYCLE_LETTERS[cycle]);

/** Whichever hours the pattern has, these are shown. */
const withCycle = (tokens, cycle) => tokens.map((token) => ('hHkK'.includes(token.letter ?? '-') ? { ...token, letter: CYCLE_LETTERS[cycle] } : token));

function styled({ dateStyle, timeStyle, cycle, data, patterns }) {
  const date = dateStyle === undefined ? [] : tokensOf(data.dateFormat[dateStyle]);
  if (timeStyle === undefined) return date;
  let time = tokensOf(data.timeFormat[timeStyle]);
  const isHalf = time.some(({ letter }) => letter === 'h' || letter === 'K');
  if (isHalf !== ['h11', 'h12'].includes(cycle)) {
    const skeleton = time.map(({ letter, length }) => (letter === undefined || letter === 'a' ? '' : 'hHkK'.includes(letter) ? CYCLE_LETTERS[cycle] : letter === 'm' || letter === 's' ? letter : letter.repeat(length)));
    time = patterns.best(skeleton.join(''));
  }
  time = withCycle(time, cycle);
  return dateStyle === undefined ? time : patterns.glued(dateStyle, date, time);
}

const TYPES = { fraction: 'fractionalSecond', zone: 'timeZoneName' };
const fieldType = (letter) => TYPES[LETTERS[letter]] ?? LETTERS[letter];

/** Everything that `written` needs besides the moment. */
function contextOf(own) {
  own.context ??= {
    data: own.data,
    zone: own.timeZone,
    zones: () => dataOf(own.dataLocale, 'zones'),
    digits: digitsIn(own.numberingSystem),
    decimal: '.',
    isAlone: false,
  };
  return own.context;
}

/** @returns {{ type: string, value: string }[]} */
function partsFor(own, tokens, time) {
  const context = contextOf(own);
  const fields = fieldsAt(time, own.timeZone);
  return tokens.map((token) => (typeof token === 'string' || token.isDecimal
    ? { type: 'literal', value: token.isDecimal ? context.decimal : token }
    : { type: fieldType(token.letter), value: written(token, fields, context) }));
}

function timeOf(date) {
  const time = date === undefined ? Date.now() : Number(date);
  if (!(Math.abs(time) <= 8.64e15)) throw new RangeError('Invalid time value');
  return Math.trunc(time) + 0;
}

function textFor(own, time) {
  let text = '';
  for (const { value } of partsFor(own, own.tokens, time)) text += value;
  // As in V8, the narrow space before AM and PM is an ordinary one, but not among parts.
  return text.replaceAll('\u202f', ' ');
}

/** Parts as they were asked for, of what the pattern shows. */
function shownParts(tokens) {
  const shown = {};
  for (const name of Object.keys(PARTS)) {
    const token = tokens.find(({ letter }) => letter !== undefined && letter !== 'a' && (name === 'fractionalSecondDigits' ? letter === 'S' : fieldType(letter) === name));
    if (token === undefined) continue;
    const { letter, length } = token;
    if (letter === 'S') shown[name] = length;
    else if (fieldType(letter) === 'timeZoneName') shown[name] = `${length === 4 ? 'long' : 'short'}${{ z: '', O: 'Offset', v: 'Generic' }[letter]}`;
    else if ('yMLdhHkKms'.includes(letter) && length < 3) shown[name] = length === 2 ? '2-digit' : 'numeric';
    else shown[name] = length < 4 ? 'short' : length === 4 ? 'long' : 'narrow';
  }
  return shown;
}

function DateTimeFormat(locales = undefined, options = undefined) {
  const made = initialize(locales, options, 'any', 'date');
  const format = new.target === undefined ? Object.create(DateTimeFormat.prototype) : this;
  slots.set(format, made);
  return format;
}

/** Both ends of a range, in milliseconds. */
function ends(start, end) {
  if (start === undefined || end === undefined) throw new TypeError('startDate or endDate cannot be undefined');
  return [timeOf(start), timeOf(end)];
}

const methods = {
  get format() {
    const own = slotsOf(this);
    own.bound ??= Object.defineProperty((date) => textFor(own, timeOf(date)), 'name', { value: '', configurable: true });
    return own.bound;
  },
  formatToParts(date) {
    const own = slotsOf(this);
    return partsFor(own, own.tokens, timeOf(date));
  },
  formatRange(start, end) {
    const own = slotsOf(this);
    const [from, to] = ends(start, end);
    const parts = require('internal/intl/date-ranges').parts(own, from, to, partsFor);
    return parts === undefined ? textFor(own, from) : parts.map(({ value }) => value).join('');
  },
  formatRangeToParts(start, end) {
    const own = slotsOf(this);
    const [from, to] = ends(start, end);
    const ranges = require('internal/intl/date-ranges');
    return ranges.parts(own, from, to, partsFor) ?? ranges.sourced(partsFor(own, own.tokens, from), 'shared');
  },
  resolvedOptions() {
    const { locale, calendar, numberingSystem, timeZone, cycle, dateStyle, timeStyle, tokens } = slotsOf(this);
    const hasHour = tokens.some(({ letter }) => letter !== undefined && LETTERS[letter] === 'hour');
    return {
      locale, calendar, numberingSystem, timeZone,
      ...(hasHour && { hourCycle: cycle, hour12: cycle === 'h11' || cycle === 'h12' }),
      ...(dateStyle === undefined && timeStyle === undefined ? shownParts(tokens) : { ...(dateStyle && { dateStyle }), ...(timeStyle && { timeStyle }) }),
    };
  },
};
Object.defineProperties(DateTimeFormat.prototype, Object.getOwnPropertyDescriptors(methods));
DateTimeFormat.supportedLocalesOf = { supportedLocalesOf(locales, options = undefined) { return supportedLocalesOf(locales, options); } }.supportedLocalesOf;
asBuiltIn(DateTimeFormat, 'DateTimeFormat');

/** A format for a method of `Date`. */
function createFormat(locales, options, required, defaults) {
  const made = initialize(locales, options, required, defaults);
  return { format: (time) => textFor(made, time) };
}

module.exports = { DateTimeFormat, createFormat };
