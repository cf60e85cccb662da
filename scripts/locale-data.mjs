// Makes what guests know about locales out of CLDR, as FormatJS publishes it: one file per section, in which the language
// has all of its data and each region what it has otherwise.
//
//   node scripts/locale-data.mjs            writes the English data that is part of the binary
//   node scripts/locale-data.mjs --check    fails if the committed data is not what would be written
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runInNewContext } from 'node:vm';
import { repository } from './processes.mjs';

const SOURCES = {
  dates: ['intl-datetimeformat', 'DateTimeFormat'],
  numbers: ['intl-numberformat', 'NumberFormat'],
  lists: ['intl-listformat', 'ListFormat'],
  relative: ['intl-relativetimeformat', 'RelativeTimeFormat'],
  plurals: ['intl-pluralrules', 'PluralRules'],
};

const folderOf = (source) => join(repository, 'node_modules', '@formatjs', SOURCES[source][0], 'locale-data');

/** Alphabets for English that Node does not write either. */
const UNUSED = /^en-(Dsrt|Shaw)/;

/** All tags that there is data for. */
export const everyTag = () => readdirSync(folderOf('numbers')).flatMap((name) => (name.endsWith('.js') && !UNUSED.test(name) ? [name.slice(0, -3)] : [])).sort();

export const languageOf = (tag) => tag.split('-')[0];

/** Zones with names of their own, which FormatJS leaves out. */
const ENGLISH_ZONES = (tag) => {
  const isWorld = tag !== 'en' && tag !== 'en-CA';
  const short = (summer) => ['GMT', isWorld ? summer : null];
  return {
    'Europe/London': { long: ['Greenwich Mean Time', 'British Summer Time'], short: short('BST') },
    'Europe/Dublin': { long: ['Greenwich Mean Time', 'Irish Standard Time'], short: short('IST') },
  };
};

/** What is appended to a pattern that has no place for it. */
const ENGLISH_FIELDS = { year: 'year', month: 'month', day: 'day', dayPeriod: 'AM/PM', hour: 'hour', minute: 'minute', second: 'second' };

/** @returns {Record<string, Record<string, any>>} the sections of one language; each has an entry per tag */
export function sectionsOf(language) {
  const tags = everyTag().filter((tag) => languageOf(tag) === language);
  if (!tags.includes(language)) throw new Error(`there is no data for ${language}`);
  const each = tags.map((tag) => [tag, sectionsOfTag(tag)]);
  const zones = zonesOf(each.map(([tag, { zones: names }]) => [tag, names]));
  for (const [tag, sections] of each) sections.zones = zones[tag];
  const names = Object.keys(each[0][1]);
  return {
    tags,
    ...Object.fromEntries(names.map((name) => [name, packed(language, each.map(([tag, sections]) => [tag, sections[name]]))])),
  };
}

function sectionsOfTag(tag) {
  const { currencies, units, ...numbers } = read('numbers', tag);
  const { timeZoneName, ...dates } = read('dates', tag);
  if (languageOf(tag) === 'en') Object.assign(timeZoneName, ENGLISH_ZONES(tag));
  return { currencies, dates: datesOf(languageOf(tag), dates), lists: read('lists', tag), numbers, plurals: read('plurals', tag), relative: read('relative', tag), units, zones: timeZoneName };
}

/** Runs a data file of FormatJS with a receiver in place of the class; some regions have none and write as their language. */
function read(source, tag) {
  const file = [tag, languageOf(tag)].map((name) => join(folderOf(source), `${name}.js`)).find(existsSync);
  let received;
  const Intl = { [SOURCES[source][1]]: { __addLocaleData: (given) => { received = given.data; } } };
  runInNewContext(readFileSync(file, 'utf8'), { Intl, globalThis: {} });
  return JSON.parse(JSON.stringify(received));
}

const isSkeleton = ([key]) => /^[A-Za-z]+$/.test(key);

/** Dates and times are put together when they are asked for, so their products are left out. */
function datesOf(language, { am, pm, dayPeriods, dayPeriodRules, weekday, era, month, monthStandalone, gmtFormat, hourFormat, hourCycle, dateFormat, timeFormat, dateTimeFormat, formats, intervalFormats, nu }) {
  return {
    am, pm, dayPeriods, dayPeriodRules, weekday, era, month, ...(monthStandalone && { monthStandalone }), gmtFormat, hourFormat, nu: nu[0],
    // Some regions have none.
    hourCycle: hourCycle || (timeFormat.short.includes('H') ? 'h23' : 'h12'),
    dateFormat, timeFormat,
    glue: dateTimeFormat,
    // FormatJS has no "at time" form of the two together.
    ...(language === 'en' && { atTime: { full: "{1} 'at' {0}", long: "{1} 'at' {0}" }, fieldNames: ENGLISH_FIELDS }),
    formats: Object.fromEntries(Object.entries(formats.gregory).filter(isSkeleton)),
    intervals: Object.fromEntries(Object.entries(intervalFormats).filter(isSkeleton)),
  };
}

/** Zones whose names are the same in all tags share an entry. */
function zonesOf(each) {
  const zones = {};
  const groups = new Map();
  for (const zone of Object.keys(each[0][1])) {
    const text = JSON.stringify(each.map(([, names]) => names[zone]));
    if (!groups.has(text)) groups.set(text, zone);
    zones[zone] = [...groups.keys()].indexOf(text);
  }
  for (const [link, target] of links()) {
    if (zones[target] === undefined) zones[target] = zones[link];
    else zones[link] ??= zones[target];
  }
  return Object.fromEntries(each.map(([tag, names]) => [tag, { names: Object.fromEntries([...groups.values()].map((zone, index) => [index, names[zone] ?? null])), zones }]));
}

/** Other names of zones, which FormatJS has inside its code only. */
function links() {
  const code = readFileSync(join(folderOf('dates'), '..', 'index.js'), 'utf8');
  const table = code.match(/tz\/links\.js\n[^{]*(\{[^}]*\})/)?.[1];
  if (table === undefined) throw new Error('@formatjs/intl-datetimeformat has no table of links any more');
  return Object.entries(JSON.parse(table.replace(/,\s*\}/, '}')));
}

/** Tags that others are like: the language, its scripts and its parts of the world. */
const isParent = (language, tag) => tag === language || /^[a-z]+-(\d{3}|[A-Z][a-z]{3})$/.test(tag);

/** The language's data whole, and of each other tag the least that tells it from a parent, whose name is under `<`. */
function packed(language, entries) {
  const parents = entries.filter(([tag]) => isParent(language, tag)).sort(([one]) => (one === language ? -1 : 1));
  const [[, whole]] = parents;
  return Object.fromEntries(entries.map(([tag, data]) => {
    if (tag === language) return [tag, whole];
    const among = isParent(language, tag) ? parents.slice(0, 1) : parents;
    const changes = among.map(([parent, from]) => ({ ...(parent !== language && { '<': parent }), ...difference(from, data) }));
    return [tag, changes.reduce((least, other) => (JSON.stringify(other).length < JSON.stringify(least).length ? other : least))];
  }));
}

/** What has to be laid over `from` to get `to`; a missing member is null. */
function difference(from, to) {
  const isPlain = (value) => value !== null && typeof value === 'object' && !Array.isArray(value);
  if (!isPlain(from) || !isPlain(to)) return JSON.stringify(from) === JSON.stringify(to) ? undefined : to;
  const changes = Object.entries(to).flatMap(([key, value]) => {
    const change = key in from ? difference(from[key], value) : value;
    return change === undefined ? [] : [[key, change]];
  });
  changes.push(...Object.keys(from).filter((key) => !(key in to)).map((key) => [key, null]));
  return changes.length === 0 ? undefined : Object.fromEntries(changes);
}

/** Languages that the data package has: all but English. */
export const everyLanguage = () => [...new Set(everyTag().map(languageOf))].filter((language) => language !== 'en' && Object.keys(SOURCES).every((source) => existsSync(join(folderOf(source), `${language}.js`))));

/** Writes the data of the package of locales: a file for each language, and their list. */
export function writePack(folder, languages = everyLanguage()) {
  mkdirSync(join(folder, 'data'), { recursive: true });
  for (const language of languages) {
    const sections = Object.entries(sectionsOf(language)).map(([name, data]) => [name, JSON.stringify(data)]);
    writeFileSync(join(folder, 'data', `${language}.json`), JSON.stringify(Object.fromEntries(sections)));
  }
  writeFileSync(join(folder, 'languages.json'), `${JSON.stringify(languages)}\n`);
}

function writeEnglish(isCheck) {
  const folder = join(repository, 'crates', 'engine', 'src', 'node', 'locales', 'en');
  mkdirSync(folder, { recursive: true });
  for (const [name, data] of Object.entries(sectionsOf('en'))) {
    const file = join(folder, `${name}.json`);
    const text = `${JSON.stringify(data)}\n`;
    if (!isCheck) writeFileSync(file, text);
    else if (!existsSync(file) || readFileSync(file, 'utf8') !== text) {
      console.error(`${file} is not what scripts/locale-data.mjs makes; run npm run bundle`);
      process.exitCode = 1;
    }
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeEnglish(process.argv.includes('--check'));
