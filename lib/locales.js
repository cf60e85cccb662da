'use strict';

/**
 * Languages that guests' `Intl` knows besides English. Their data is a package of its own, read once per process.
 */

const fs = require('node:fs');
const path = require('node:path');
const native = require('./native');
const checks = require('./checks');
const { json } = require('./own-json');
const { invalid } = require('./errors');
const { read } = checks;

const PACKAGE = 'isolated-runtime-native-locales';
/** The largest file of the package has 3 MiB. */
const MOST_BYTES = 16 * 2 ** 20;

/** Languages that the engine has been given. @type {Set<string>} */
const added = new Set(['en']);

/**
 * `locales` of options: tags, of which the language counts. Answers the languages besides English.
 * @param {Record<string, any>} given
 * @param {string} [prefix]
 * @returns {string[]}
 */
function localesOf(given, prefix = '') {
  const tags = checks.strings(read(given, 'locales'), `${prefix}locales`) ?? [];
  const languages = tags.map((tag, index) => languageOf(tag, `${prefix}locales[${index}]`));
  return [...new Set(languages)].filter((language) => language !== 'en');
}

/** The language of a tag, once the engine has its data. @param {string} tag @param {string} name */
function languageOf(tag, name) {
  const [language] = tag.toLowerCase().split('-', 1);
  if (added.has(language)) return language;
  const folder = packageFolder(name);
  /** @type {string[]} */
  const known = JSON.parse(fs.readFileSync(path.join(folder, 'languages.json'), 'utf8'));
  if (!known.includes(language)) throw checks.wrong(name, `a locale of one of en, ${known.join(', ')}`, tag);
  const file = path.join(folder, 'data', `${language}.json`);
  const { size } = fs.statSync(file);
  if (size > MOST_BYTES) throw invalid(RangeError, `${name}: ${file} has ${size} bytes, the limit is ${MOST_BYTES}`);
  const problem = native.addLanguage(language, fs.readFileSync(file, 'utf8'));
  if (problem) throw invalid(TypeError, `${name}: ${file} is not data of this version: ${problem}`);
  added.add(language);
  return language;
}

/** Where the data package is: beside this one, or where the application finds it. @param {string} name */
function packageFolder(name) {
  try {
    return path.dirname(require.resolve(`${PACKAGE}/package.json`, { paths: [__dirname, process.cwd()] }));
  } catch {
    throw invalid(TypeError, `${name}: locales other than English need the package ${PACKAGE} (npm install ${PACKAGE})`);
  }
}

/** As the engine takes it. @param {string[]} locales */
const localesText = (locales) => `"locales":${json(locales)}`;

module.exports = { localesOf, localesText };
