'use strict';
// From the parts of a date that somebody wants to the pattern of CLDR that shows them, by the algorithm of UTS 35
// ("Matching Skeletons") as ICU has it: the nearest pattern that exists, with its widths adjusted, and what it lacks appended.

/** Fields in the order of their size; a pattern's letters belong to one each. */
const FIELDS = ['era', 'year', 'month', 'weekday', 'day', 'dayPeriod', 'hour', 'minute', 'second', 'fraction', 'zone'];
const LETTERS = {
  G: 'era', y: 'year', M: 'month', L: 'month', E: 'weekday', c: 'weekday', d: 'day', a: 'dayPeriod', b: 'dayPeriod', B: 'dayPeriod',
  h: 'hour', H: 'hour', k: 'hour', K: 'hour', m: 'minute', s: 'second', S: 'fraction', z: 'zone', v: 'zone', O: 'zone',
};
const DATE = FIELDS.slice(0, 5);
const TIME = FIELDS.slice(5);
/** Patterns that there are for each field alone, if the locale says nothing. */
const SINGLE = ['G', 'y', 'M', 'E', 'd', 'a', 'B', 'H', 'm', 's', 'S', 'v', 'z', 'O'];

const [NUMERIC, NARROW, SHORT, LONG, DELTA] = [256, -257, -258, -259, 16];
/** How far letters of one field are from each other. */
const SHIFT = { L: 1, c: 2, B: 3, b: 1, H: 10, k: 11, K: 1, v: 2, O: 1 };
const isAlwaysNumeric = (letter) => 'ydhHkKmsS'.includes(letter);

/** A number that tells letter and width; those of texts are negative. */
function typeOf(letter, length) {
  const shift = (SHIFT[letter] ?? 0) * DELTA;
  if (isAlwaysNumeric(letter) || ('ML'.includes(letter) && length < 3)) return NUMERIC + shift + length;
  return (length < 4 ? SHORT : length === 4 ? LONG : NARROW) - shift;
}

/** @returns {({ letter: string, length: number } | string)[]} letters and the literal text between them */
function tokensOf(pattern) {
  const tokens = [];
  for (const [text] of pattern.matchAll(/'(?:[^']|'')*'|([A-Za-z])\1*|[^A-Za-z']+/g)) {
    const isLetter = LETTERS[text[0]] !== undefined;
    const literal = text === "''" ? "'" : text[0] === "'" ? text.slice(1, -1).replaceAll("''", "'") : text;
    if (isLetter) tokens.push({ letter: text[0], length: text.length });
    else if (typeof tokens.at(-1) === 'string') tokens[tokens.length - 1] += literal;
    else tokens.push(literal);
  }
  return tokens;
}

/** The fields of a skeleton: `{ month: { letter, length, type } }`. */
function fieldsOf(tokens) {
  const fields = {};
  for (const token of tokens) {
    if (typeof token === 'object') fields[LETTERS[token.letter]] = { ...token, type: typeOf(token.letter, token.length) };
  }
  const hour = fields.hour?.letter;
  if ((hour === 'h' || hour === 'K') && fields.dayPeriod === undefined) fields.dayPeriod = { letter: 'a', length: 1, type: typeOf('a', 1), isImplied: true };
  return fields;
}

function distance(wanted, offered, among) {
  const missing = [];
  let isMore = false;
  let sum = 0;
  for (const field of FIELDS) {
    const want = among.includes(field) ? wanted[field]?.type : undefined;
    const offer = offered[field]?.type;
    if (want === offer) continue;
    if (want === undefined) [sum, isMore] = [sum + 0x10000, true];
    else if (offer === undefined) {
      sum += 0x1000;
      missing.push(field);
    } else sum += Math.abs(want - offer);
  }
  return { sum, missing, isMore };
}

class Patterns {
  #data;
  #formats;
  #intervals;

  constructor(data) {
    this.#data = data;
  }

  get #offers() {
    this.#formats ??= [
      ...Object.entries(this.#data.formats).map(([skeleton, pattern]) => ({ fields: fieldsOf(tokensOf(skeleton)), pattern, isSpecified: true })),
      ...SINGLE.map((letter) => ({ fields: { [LETTERS[letter]]: { letter, length: 1, type: typeOf(letter, 1) } }, pattern: letter, isSpecified: false })),
    ];
    return this.#formats;
  }

  /** The tokens that show what `skeleton` asks for. */
  best(skeleton) {
    const wanted = fieldsOf(tokensOf(skeleton));
    const whole = this.#nearest(wanted, FIELDS);
    if (whole.missing.length === 0 && !whole.isMore) return this.#adjusted(whole, wanted);
    const date = this.#appended(wanted, DATE.filter((field) => wanted[field] !== undefined));
    const time = this.#appended(wanted, TIME.filter((field) => wanted[field] !== undefined));
    if (date.length === 0 || time.length === 0) return [...date, ...time];
    const month = wanted.month?.length;
    return this.glued(month === 4 ? (wanted.weekday === undefined ? 'long' : 'full') : month === 3 ? 'medium' : 'short', date, time);
  }

  glued(style, date, time) {
    return filled(this.#data.atTime?.[style] ?? this.#data.glue[style], [time, date]);
  }

  #nearest(wanted, among) {
    let best;
    for (const offer of this.#offers) {
      const found = distance(wanted, offer.fields, among);
      if (best === undefined || found.sum < best.sum) best = { ...found, offer };
    }
    return best;
  }

  #appended(wanted, among) {
    if (among.every((field) => wanted[field].isImplied)) return [];
    let { missing, ...found } = this.#nearest(wanted, among);
    let tokens = this.#adjusted(found, wanted);
    while (missing.length > 0) {
      if (missing.length === 1 && missing[0] === 'fraction' && wanted.second !== undefined) {
        const at = tokens.findIndex((token) => token.letter === 's');
        tokens = tokens.toSpliced(at + 1, 0, { isDecimal: true }, { letter: 'S', length: wanted.fraction.length });
        break;
      }
      const before = missing;
      ({ missing, ...found } = this.#nearest(wanted, before));
      const top = before.find((field) => !missing.includes(field));
      if (top === undefined) break;
      const name = ['zone', 'weekday', 'era'].includes(top) ? undefined : this.#data.fieldNames?.[top];
      tokens = filled(name === undefined ? '{0} {1}' : `{0} ('${name}': {1})`, [tokens, this.#adjusted(found, wanted)]);
    }
    return tokens;
  }

  /** The pattern with the widths that are wanted, as far as they are of the same kind. */
  #adjusted({ offer }, wanted) {
    return tokensOf(offer.pattern).map((token) => {
      const want = typeof token === 'object' ? wanted[LETTERS[token.letter]] : undefined;
      if (want === undefined || want.isImplied) return token;
      const field = LETTERS[token.letter];
      const isNumeric = typeOf(token.letter, token.length) > 0;
      const keeps = offer.isSpecified && (offer.fields[field]?.length === want.length || isNumeric !== want.type > 0);
      return { letter: ['hour', 'month', 'weekday', 'year'].includes(field) ? token.letter : want.letter, length: keeps ? token.length : want.length };
    });
  }

  /** What shows a range whose largest difference is in the field of this letter: tokens, or `undefined`. */
  interval(skeleton, letter) {
    this.#intervals ??= Object.entries(this.#data.intervals).filter(([, patterns]) => typeof patterns === 'object')
      .map(([key, patterns]) => ({ fields: fieldsOf(tokensOf(key)), patterns }));
    const wanted = fieldsOf(tokensOf(skeleton));
    let best;
    for (const offer of this.#intervals) {
      const found = distance(wanted, offer.fields, FIELDS);
      if (found.missing.length === 0 && !found.isMore && (best === undefined || found.sum < best.sum)) best = { ...found, offer };
    }
    const pattern = best?.offer.patterns[letter];
    return pattern === undefined ? undefined : this.#adjusted({ offer: { ...best.offer, pattern, isSpecified: true } }, wanted);
  }

  get fallback() {
    return this.#data.intervals.intervalFormatFallback ?? '{0} – {1}';
  }
}

/** Puts lists of tokens into `{0}` and `{1}`. */
function filled(pattern, lists) {
  return pattern.split(/(\{[01]\})/).flatMap((piece) => (piece[0] === '{' ? lists[Number(piece[1])] : piece === '' ? [] : tokensOf(piece)));
}

module.exports = { LETTERS, Patterns, filled, tokensOf };
