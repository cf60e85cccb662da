'use strict';
// `Intl.Locale` over native tags, and `Intl.supportedValuesOf`.

const { asBuiltIn, canonicalTag, dataOf, notNull, option, partsOf, tagOf } = require('internal/intl/locales');
const { DIGITS } = require('internal/intl/digits');

const [likelyLocale, timeZoneNames] = ['likelyLocale', 'timeZoneNames'].map(native);
const KEYWORDS = { calendar: 'ca', collation: 'co', hourCycle: 'hc', caseFirst: 'kf', numeric: 'kn', numberingSystem: 'nu' };
const TYPE = /^[a-z0-9]{3,8}(-[a-z0-9]{3,8})*$/i;
const SUBTAGS = { language: /^([a-z]{2,3}|[a-z]{5,8})$/i, script: /^[a-z]{4}$/i, region: /^([a-z]{2}|\d{3})$/i };
const CYCLES = ['h11', 'h12', 'h23', 'h24'];

/** CLDR's weeks: regions by the day that comes first, and those whose weekend or first week is another. */
const FIRST_DAYS = {
  7: 'AG AS BD BR BS BT BW BZ CA CO DM DO ET GT GU HK HN ID IL IN IS JM JP KE KH KR LA MH MM MO MT MX MZ NI NP PA PE PH PK PR PT PY SA SG SV TH TT TW UM US VE VI WS YE ZA ZW',
  6: 'AF BH DJ DZ EG IQ IR JO KW LY OM QA SD SY',
  5: 'MV',
};
const WEEKENDS = { 'AF': [4, 5], 'BH DZ EG IQ JO KW LY OM QA SD SY IL SA YE': [5, 6], 'IN UG': [7], 'IR': [5] };
const FOUR_DAYS = 'AD AT AX BE BG CH CZ DE DK EE ES FI FJ FO FR GB GF GG GI GP GR HU IE IM IS IT JE LI LT LU MC MQ NL NO PL PT RE RU SE SJ SK SM VA';

function slotOf(locale) {
  const tag = tagOf.get(locale);
  if (tag === undefined) throw new TypeError('Receiver is not an initialized Intl.Locale');
  return tag;
}

function subtagsOf(tag) {
  const { base, keywords } = partsOf(tag);
  const [language, ...rest] = base.split('-');
  const script = rest.find((subtag) => /^[A-Z][a-z]{3}$/.test(subtag));
  const region = rest.find((subtag) => /^([A-Z]{2}|\d{3})$/.test(subtag));
  const variants = rest.filter((subtag) => subtag !== script && subtag !== region);
  return { base, language, script, region, variants, keywords };
}

/** The tag with what options say instead. */
function applied(tag, options) {
  const asked = {};
  for (const [name, pattern] of Object.entries(SUBTAGS)) {
    asked[name] = option(options, name, 'string');
    if (asked[name] !== undefined && !pattern.test(asked[name])) throw new RangeError(`Incorrect locale information provided: ${name} ${asked[name].slice(0, 60)}`);
  }
  const keywords = {};
  for (const [name, key] of Object.entries(KEYWORDS)) {
    if (name === 'numeric') keywords[key] = option(options, name, 'boolean');
    else keywords[key] = option(options, name, 'string', name === 'hourCycle' ? CYCLES : name === 'caseFirst' ? ['upper', 'lower', 'false'] : undefined);
    if (typeof keywords[key] === 'string' && !TYPE.test(keywords[key])) throw new RangeError(`Incorrect locale information provided: ${name} ${keywords[key].slice(0, 60)}`);
  }
  const known = subtagsOf(tag);
  const base = [asked.language ?? known.language, asked.script ?? known.script, asked.region ?? known.region, ...known.variants].filter(Boolean).join('-');
  for (const [key, value] of Object.entries(keywords)) {
    if (value !== undefined) known.keywords.set(key, value === true ? '' : String(value));
  }
  const extension = [...known.keywords].sort(([left], [right]) => (left < right ? -1 : 1)).map(([key, value]) => (value === '' ? key : `${key}-${value}`));
  const others = tag.slice(known.base.length).replace(/-u(-[a-z0-9]{2,8})+(?=-[a-z0-9]-|$)/i, '');
  return canonicalTag(`${base}${extension.length === 0 ? '' : `-u-${extension.join('-')}`}${others}`);
}

class Locale {
  constructor(tag, options = undefined) {
    if (typeof tag !== 'string' && (typeof tag !== 'object' || tag === null)) throw new TypeError('First argument to Intl.Locale constructor can\'t be empty or missing');
    const text = tagOf.get(tag) ?? canonicalTag(String(tag));
    tagOf.set(this, options === undefined ? text : applied(text, Object(notNull(options))));
  }

  toString() {
    return slotOf(this);
  }

  maximize() {
    return new Locale(likelyLocale(slotOf(this), true));
  }

  minimize() {
    return new Locale(likelyLocale(slotOf(this), false));
  }

  get baseName() {
    return partsOf(slotOf(this)).base;
  }

  getCalendars() {
    return [this.calendar ?? 'gregory'];
  }

  getCollations() {
    slotOf(this);
    return [this.collation ?? 'emoji', ...(this.collation === undefined ? ['eor'] : [])];
  }

  getHourCycles() {
    return [this.hourCycle ?? dataCycle(slotOf(this))];
  }

  getNumberingSystems() {
    return [this.numberingSystem ?? 'latn'];
  }

  getTextInfo() {
    const { script } = subtagsOf(likelyLocale(slotOf(this), true));
    return { direction: ['Arab', 'Hebr', 'Syrc', 'Thaa', 'Nkoo', 'Adlm', 'Rohg'].includes(script) ? 'rtl' : 'ltr' };
  }

  getWeekInfo() {
    const { region = '001' } = subtagsOf(likelyLocale(slotOf(this), true));
    const [firstDay = 1] = Object.entries(FIRST_DAYS).find(([, regions]) => regions.includes(region)) ?? [];
    const [, weekend = [6, 7]] = Object.entries(WEEKENDS).find(([regions]) => regions.includes(region)) ?? [];
    return { firstDay: Number(firstDay), weekend: [...weekend], minimalDays: FOUR_DAYS.includes(region) ? 4 : 1 };
  }
}

function dataCycle(tag) {
  const { region } = subtagsOf(likelyLocale(tag, true));
  return ['US', 'CA', 'AU', 'NZ', 'IN', 'PH', 'PK', 'EG', 'SA', 'KR', 'CO', 'MX'].includes(region) ? 'h12' : 'h23';
}

for (const name of ['language', 'script', 'region']) {
  Object.defineProperty(Locale.prototype, name, { get: { [name]() { return subtagsOf(slotOf(this))[name]; } }[name], configurable: true });
}
for (const [name, key] of Object.entries(KEYWORDS)) {
  const read = (locale) => partsOf(slotOf(locale)).keywords.get(key);
  const get = name === 'numeric' ? { numeric() { return ['', 'true'].includes(read(this)); } }.numeric : { [name]() { return read(this); } }[name];
  Object.defineProperty(Locale.prototype, name, { get, configurable: true });
}
asBuiltIn(Locale, 'Locale');

/** Compounds are made of units, and are none. */
const UNITS = /^(?!.*-per-)/;

const VALUES = {
  calendar: () => ['gregory'],
  collation: () => ['emoji', 'eor'],
  currency: () => Object.keys(dataOf('en', 'currencies')),
  numberingSystem: () => Object.keys(DIGITS),
  timeZone: () => timeZoneNames().split(' ').filter((name) => /^(Africa|America|Antarctica|Arctic|Asia|Atlantic|Australia|Europe|Indian|Pacific)\//.test(name) || name === 'UTC'),
  unit: () => Object.keys(dataOf('en', 'units').simple).filter((name) => UNITS.test(name)),
};

function supportedValuesOf(key) {
  const name = String(key);
  if (!Object.hasOwn(VALUES, name)) throw new RangeError(`Invalid key : ${name.slice(0, 60)}`);
  return VALUES[name]().sort();
}

module.exports = { Locale, supportedValuesOf };
