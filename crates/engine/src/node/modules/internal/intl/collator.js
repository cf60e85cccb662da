'use strict';
// `Intl.Collator` over the native comparison, which is CLDR's root order for every locale.

const { MATCHERS, ResolveLocale, asBuiltIn, canonicalList, dataByTag, notNull, option, supportedLocalesOf } = require('internal/intl/locales');

const compare = native('collatorCompare');
const SENSITIVITIES = ['base', 'accent', 'case', 'variant'];
const FIRST = ['false', 'upper', 'lower'];
const DATA = dataByTag(() => ({ co: [null, 'emoji', 'eor'], kn: ['false', 'true'], kf: FIRST }));

const slots = new WeakMap();

function slotsOf(collator) {
  const found = slots.get(collator);
  if (found === undefined) throw new TypeError('Receiver is not an initialized Intl.Collator');
  return found;
}

/** What the native comparison takes for all options together. */
const mannerOf = ({ sensitivity, numeric, caseFirst, ignorePunctuation }) => SENSITIVITIES.indexOf(sensitivity)
  | (numeric ? 4 : 0) | (FIRST.indexOf(caseFirst) << 3) | (ignorePunctuation ? 32 : 0);

function initialize(locales, given) {
  const requested = canonicalList(locales);
  const options = given === undefined ? Object.create(null) : Object(notNull(given));
  const usage = option(options, 'usage', 'string', ['sort', 'search'], 'sort');
  option(options, 'localeMatcher', 'string', MATCHERS);
  const collation = option(options, 'collation', 'string');
  if (collation !== undefined && !/^[a-z0-9]{3,8}(-[a-z0-9]{3,8})*$/i.test(collation)) throw new RangeError(`Invalid collation : ${collation}`);
  const numeric = option(options, 'numeric', 'boolean');
  const caseFirst = option(options, 'caseFirst', 'string', ['upper', 'lower', 'false']);
  const resolved = ResolveLocale(undefined, requested, { kn: numeric === undefined ? undefined : String(numeric), kf: caseFirst }, ['co', 'kn', 'kf'], DATA);
  const made = {
    locale: resolved.locale,
    usage,
    sensitivity: option(options, 'sensitivity', 'string', SENSITIVITIES, 'variant'),
    ignorePunctuation: option(options, 'ignorePunctuation', 'boolean', undefined, false),
    collation: 'default',
    numeric: resolved.kn === 'true',
    caseFirst: resolved.kf,
  };
  return { ...made, manner: mannerOf(made), bound: undefined };
}

function Collator(locales = undefined, options = undefined) {
  const made = initialize(locales, options);
  const collator = new.target === undefined ? Object.create(Collator.prototype) : this;
  slots.set(collator, made);
  return collator;
}

const methods = {
  get compare() {
    const own = slotsOf(this);
    const { manner } = own;
    own.bound ??= Object.defineProperty((left, right) => compare(left, right, manner), 'name', { value: '', configurable: true });
    return own.bound;
  },
  resolvedOptions() {
    const { manner: _manner, bound: _bound, ...options } = slotsOf(this);
    return options;
  },
};
Object.defineProperties(Collator.prototype, Object.getOwnPropertyDescriptors(methods));
Collator.supportedLocalesOf = { supportedLocalesOf(locales, options = undefined) { return supportedLocalesOf(locales, options); } }.supportedLocalesOf;
asBuiltIn(Collator, 'Collator');

exports.Collator = Collator;
exports.mannerFor = (locales, options) => initialize(locales, options).manner;
