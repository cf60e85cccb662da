'use strict';
// What all classes of `Intl` share: lists of locales, how one is chosen, options, and the data.

const [canonicalLocale, likelyLocale, localeData, localeLanguages] = ['canonicalLocale', 'likelyLocale', 'localeData', 'localeLanguages'].map(native);

/** What a guest that names no locale gets. */
const DEFAULT = 'en-US';

/** Languages with data. */
const LANGUAGES = localeLanguages().trim().split(' ');

/** Tags of `Intl.Locale` objects. */
const tagOf = new WeakMap();

function canonicalTag(tag) {
  const canonical = canonicalLocale(tag);
  if (canonical === undefined) throw new RangeError(`Incorrect locale information provided: ${tag.length > 60 ? `${tag.slice(0, 60)}…` : tag}`);
  return canonical;
}

/** ECMA-402, CanonicalizeLocaleList. */
function canonicalList(locales) {
  if (locales === undefined) return [];
  if (typeof locales === 'string') return [canonicalTag(locales)];
  if (locales === null) throw new TypeError('Cannot convert undefined or null to object');
  if (tagOf.has(locales)) return [tagOf.get(locales)];
  const list = Object(locales);
  const seen = new Set();
  const length = Math.min(Math.max(Math.trunc(Number(list.length)) || 0, 0), Number.MAX_SAFE_INTEGER);
  for (let index = 0; index < length; index++) {
    if (!(index in list)) continue;
    const value = list[index];
    if (typeof value !== 'string' && (typeof value !== 'object' || value === null)) throw new TypeError('Incorrect locale information provided');
    seen.add(tagOf.get(value) ?? canonicalTag(String(value)));
  }
  return [...seen];
}

/** The tag without its extensions, and the keywords of the Unicode one. */
function partsOf(tag) {
  const subtags = tag.split('-');
  const end = subtags.findIndex((subtag) => subtag.length === 1);
  const keywords = new Map();
  if (end < 0) return { base: tag, keywords };
  const start = subtags.indexOf('u', end);
  let key;
  for (let index = start + 1; start > 0 && index < subtags.length && subtags[index].length > 1; index++) {
    const subtag = subtags[index];
    if (subtag.length === 2) keywords.set(key = subtag, '');
    else if (key !== undefined) keywords.set(key, keywords.get(key) === '' ? subtag : `${keywords.get(key)}-${subtag}`);
  }
  return { base: subtags.slice(0, end).join('-'), keywords };
}

const parsed = new Map();
/** A section of a language's data, by tag. */
function sectionOf(language, section) {
  const name = `${language} ${section}`;
  if (!parsed.has(name)) parsed.set(name, JSON.parse(localeData(section, language)));
  return parsed.get(name);
}

/** A region's data laid over its language's. */
function laidOver(whole, changes) {
  const laid = { ...whole };
  for (const [key, change] of Object.entries(changes)) {
    if (change === null) delete laid[key];
    else laid[key] = typeof change === 'object' && !Array.isArray(change) && typeof whole[key] === 'object' ? laidOver(whole[key], change) : change;
  }
  return laid;
}

const languageOf = (tag) => tag.split('-', 1)[0];

/** What `section` says for a tag that `found` answered. */
function dataOf(tag, section) {
  const language = languageOf(tag);
  const all = sectionOf(language, section);
  if (tag === language) return all[language];
  const { '<': parent, ...changes } = all[tag];
  return laidOver(parent === undefined ? all[language] : laidOver(all[language], all[parent]), changes);
}

/** The locale that there is for a tag, and where its data is; `undefined` when there is none. */
function found(base) {
  const language = languageOf(base);
  if (!LANGUAGES.includes(language)) return undefined;
  const known = sectionOf(language, 'tags');
  for (let tag = base; tag !== ''; tag = tag.slice(0, Math.max(tag.lastIndexOf('-'), 0))) {
    if (known.includes(tag)) return { locale: tag, dataLocale: tag };
    const [, script] = likelyLocale(tag, true).split('-');
    const likely = [likelyLocale(tag, false), `${language}-${script}`].find((other) => known.includes(other));
    if (likely !== undefined) return { locale: tag, dataLocale: likely };
  }
  return undefined;
}

/** ECMA-402, ResolveLocale, in the shape that FormatJS calls it. */
function ResolveLocale(_available, requested, options, relevantKeys, localeData) {
  let chosen;
  let keywords = new Map();
  for (const tag of requested) {
    const parts = partsOf(tag);
    chosen = found(parts.base);
    if (chosen !== undefined) {
      keywords = parts.keywords;
      break;
    }
  }
  chosen ??= { locale: DEFAULT, dataLocale: languageOf(DEFAULT) };
  const result = Object.create(null);
  result.dataLocale = chosen.dataLocale;
  const kept = [];
  for (const key of relevantKeys) {
    const values = localeData[chosen.dataLocale]?.[key] ?? [];
    const asked = keywords.get(key) === '' ? 'true' : keywords.get(key);
    let value = values[0];
    let isKept = false;
    if (asked !== undefined && values.includes(asked)) [value, isKept] = [asked, true];
    const option = options[key];
    if (option !== undefined && option !== value && values.includes(option)) [value, isKept] = [option, false];
    if (isKept) kept.push(value === 'true' ? key : `${key}-${value}`);
    result[key] = value;
  }
  result.locale = kept.length === 0 ? chosen.locale : `${chosen.locale}-u-${kept.sort().join('-')}`;
  return result;
}

const LookupSupportedLocales = (_available, requested) => requested.filter((tag) => found(partsOf(tag).base) !== undefined);

/** ECMA-402, SupportedLocales. */
function supportedLocalesOf(locales, options) {
  const requested = canonicalList(locales);
  if (options !== undefined) option(Object(notNull(options)), 'localeMatcher', 'string', MATCHERS);
  return LookupSupportedLocales(undefined, requested);
}

const MATCHERS = ['lookup', 'best fit'];

function notNull(options) {
  if (options === null) throw new TypeError('Cannot convert undefined or null to object');
  return options;
}

/** ECMA-402, GetOption. */
function option(options, name, type, values, fallback) {
  let value = options[name];
  if (value === undefined) return fallback;
  if (type === 'boolean') value = Boolean(value);
  else if (type === 'string') value = String(value);
  if (values !== undefined && !values.includes(value)) throw new RangeError(`Value ${value} out of range for Intl options property ${name}`);
  return value;
}

/** A property that is computed when it is first read. */
function lazily(object, name, load, enumerable = true) {
  const become = (value) => Object.defineProperty(object, name, { value, writable: true, enumerable, configurable: true });
  Object.defineProperty(object, name, {
    get() {
      const value = load();
      become(value);
      return value;
    },
    set: become,
    enumerable,
    configurable: true,
  });
}

/** An object with the data of each tag, read when somebody asks for it. */
function dataByTag(read) {
  const known = new Map();
  return new Proxy(Object.create(null), {
    get(_target, tag) {
      const place = typeof tag === 'string' ? found(tag)?.dataLocale : undefined;
      if (place !== undefined && !known.has(place)) known.set(place, read(place));
      return known.get(place);
    },
  });
}

/** Makes a class of FormatJS find its data here, and hides what is not for guests. */
function adopt(Class, read) {
  Class.localeData = dataByTag(read);
  Class.availableLocales = new Set();
  Class.getDefaultLocale = () => DEFAULT;
  for (const name of Object.keys(Class)) {
    if (name === 'polyfilled' || name.startsWith('__add')) delete Class[name];
    else Object.defineProperty(Class, name, { enumerable: false });
  }
  return Class;
}

/** Methods and getters as built-in classes have them. */
function asBuiltIn(Class, name) {
  Object.defineProperty(Class, 'length', { value: 0, configurable: true });
  Object.defineProperty(Class, 'name', { value: name, configurable: true });
  Object.defineProperty(Class, 'prototype', { writable: false });
  Object.defineProperty(Class.prototype, Symbol.toStringTag, { value: `Intl.${name}`, configurable: true });
  for (const holder of [Class, Class.prototype]) {
    for (const key of Object.keys(holder)) Object.defineProperty(holder, key, { enumerable: false });
  }
}

module.exports = {
  DEFAULT, MATCHERS, LookupSupportedLocales, ResolveLocale,
  adopt, asBuiltIn, canonicalList, canonicalTag, dataByTag, dataOf, lazily, languageOf, notNull, option, partsOf, supportedLocalesOf, tagOf,
};
