'use strict';
// Ranges of dates: what both ends share is written once, where the locale has a pattern for it.

const { LETTERS, filled } = require('internal/intl/date-patterns');
const { fieldsAt } = require('internal/intl/date-fields');

/** From the largest field to the smallest: its letter in the data, and what tells whether it differs. */
const DIFFERENCES = [
  ['G', 'era', ({ year }) => year > 0],
  ['y', 'year', ({ year }) => year],
  ['M', 'month', ({ month }) => month],
  ['d', 'day', ({ day }) => day],
  ['a', 'hour', ({ hour }) => hour < 12],
  ['h', 'hour', ({ hour }) => hour],
  ['m', 'minute', ({ minute }) => minute],
  ['s', 'second', ({ second }) => second],
  ['S', 'fraction', ({ ms }) => ms],
];
const SHOWN = { era: 'era', year: 'year', month: 'month', day: 'day', weekday: 'day', hour: 'hour', minute: 'minute', second: 'second', fraction: 'fraction', dayPeriod: 'hour', zone: 'zone' };
const DATE = ['era', 'year', 'month', 'day'];

const fieldOf = (token) => (typeof token === 'object' && token.letter !== undefined ? LETTERS[token.letter] : undefined);
const isDate = (token) => ['era', 'year', 'month', 'weekday', 'day'].includes(fieldOf(token));

const skeletonOf = (tokens) => tokens.map((token) => (fieldOf(token) === undefined || token.letter === 'a' ? '' : ({ L: 'M', c: 'E' }[token.letter] ?? token.letter).repeat(skeletonLength(token)))).join('');
/** Patterns write minutes and hours with two digits that skeletons name with one letter. */
const skeletonLength = ({ letter, length }) => ('hHkKms'.includes(letter) ? 1 : length);

const hasTime = ({ tokens }) => tokens.some((token) => fieldOf(token) !== undefined && !isDate(token) && fieldOf(token) !== 'zone');

const sourced = (parts, source) => parts.map((part) => ({ ...part, source }));

/** The parts of a range, each with where it comes from; `undefined` when its ends look the same. */
function parts(own, start, end, partsFor) {
  const [from, to] = [fieldsAt(start, own.timeZone), fieldsAt(end, own.timeZone)];
  const difference = DIFFERENCES.find(([, , read]) => read(from) !== read(to));
  const smallest = Math.max(...own.tokens.map((token) => DIFFERENCES.findLastIndex(([, field]) => field === SHOWN[fieldOf(token)])));
  if (difference === undefined || DIFFERENCES.indexOf(difference) > smallest && !(DATE.includes(difference[1]) && hasTime(own))) return undefined;
  const [letter, field] = difference;
  const hasDate = own.tokens.some(isDate);
  const isSameDay = !DATE.includes(field);
  if (!hasDate && !isSameDay) return whole({ ...own, tokens: own.patterns.glued('short', own.patterns.best('yMd'), own.tokens) }, start, end, partsFor);
  if (hasDate && hasTime(own)) return isSameDay ? withinDay(own, start, end, letter, partsFor) : whole(own, start, end, partsFor);
  return between(own, own.tokens, letterOf(own, letter), start, end, partsFor) ?? whole(own, start, end, partsFor);
}

/** Halves of the day are no difference where hours are counted to 24. */
const letterOf = ({ cycle }, letter) => (cycle === 'h23' || cycle === 'h24' ? ({ a: 'H', h: 'H' }[letter] ?? letter) : letter);

/** Both ends in full. */
function whole(own, start, end, partsFor) {
  return filled(own.patterns.fallback, [[{ end: 'startRange' }], [{ end: 'endRange' }]]).flatMap((token) => {
    if (typeof token === 'string') return [{ type: 'literal', value: token, source: 'shared' }];
    return sourced(partsFor(own, own.tokens, token.end === 'startRange' ? start : end), token.end);
  });
}

/** One day, and two times of it: the date is written once. */
function withinDay(own, start, end, letter, partsFor) {
  const first = own.tokens.findIndex((token) => fieldOf(token) !== undefined && !isDate(token));
  const last = own.tokens.findLastIndex((token) => fieldOf(token) !== undefined && !isDate(token));
  const time = own.tokens.slice(first, last + 1);
  if (time.some(isDate)) return whole(own, start, end, partsFor);
  const range = between(own, time, letterOf(own, letter), start, end, partsFor);
  if (range === undefined) return whole(own, start, end, partsFor);
  return [...sourced(partsFor(own, own.tokens.slice(0, first), start), 'shared'), ...range, ...sourced(partsFor(own, own.tokens.slice(last + 1), start), 'shared')];
}

/** By a pattern of the locale: where a field comes a second time, the end begins. */
function between(own, tokens, letter, start, end, partsFor) {
  const pattern = own.patterns.interval(skeletonOf(tokens), letter);
  if (pattern === undefined) return undefined;
  const seen = new Set();
  let second = pattern.findIndex((token) => {
    const field = fieldOf(token);
    if (field === undefined) return false;
    if (seen.has(field)) return true;
    seen.add(field);
    return false;
  });
  if (second < 0) second = pattern.length;
  const again = new Set(pattern.slice(second).map(fieldOf).filter(Boolean));
  const parts = [];
  pattern.forEach((token, index) => {
    const field = fieldOf(token);
    const [part] = partsFor(own, [token], index < second ? start : end);
    const isShared = field !== undefined && !(index < second ? again.has(field) : seen.has(field) && pattern.slice(0, second).some((one) => fieldOf(one) === field));
    parts.push({ ...part, source: field === undefined ? undefined : isShared ? 'shared' : index < second ? 'startRange' : 'endRange' });
  });
  // Text belongs to an end when both of its neighbours do.
  parts.forEach((part, index) => {
    if (part.source === undefined) part.source = parts[index - 1]?.source === parts[index + 1]?.source ? parts[index - 1]?.source ?? 'shared' : 'shared';
  });
  return parts;
}

module.exports = { parts, sourced };
