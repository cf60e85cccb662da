'use strict';

const assert = require('node:assert/strict');
const { execFileSync, spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { before, test } = require('node:test');
const { folder } = require('../guest');

const REPOSITORY = path.join(__dirname, '..', '..');
const GUEST = `exports.main = (rows, t) => rows.map((row) => { try { return new Function('t', 'return ' + row)(t); } catch (error) { return error.message; } });`;
const TIME = Date.UTC(2024, 2, 9, 15, 4, 5);

/** An application with the package of locales, as it is published, in its node_modules. */
let application;
before(async () => {
  const { packLocales } = await import('../../scripts/pack.mjs');
  application = folder({ 'guest.js': GUEST });
  const tarball = packLocales(application, ['ar', 'de', 'fr', 'pt', 'ru', 'zh']);
  const place = path.join(application, 'node_modules', 'isolated-runtime-native-locales');
  fs.mkdirSync(place, { recursive: true });
  execFileSync('tar', ['-xzf', tarball, '-C', place, '--strip-components=1']);
});

/** What these expressions answer in a guest of a process that was started in `place`. */
function answersOf(rows, locales, place = application) {
  const program = `
    const { IsolatedRuntime } = require(${JSON.stringify(REPOSITORY)});
    (async () => {
      const runtime = new IsolatedRuntime({ locales: ${JSON.stringify(locales)} });
      console.log(JSON.stringify(await runtime.run({ root: ${JSON.stringify(application)}, file: 'guest.js', funcName: 'main', args: ${JSON.stringify([rows, TIME])} })));
      await runtime.shutdown();
    })().catch((error) => console.log(JSON.stringify([error.name, error.code, error.message])));`;
  fs.writeFileSync(path.join(application, 'program.cjs'), program);
  const { stdout, stderr } = spawnSync(process.execPath, [path.join(application, 'program.cjs')], { cwd: place, encoding: 'utf8', timeout: 60_000 });
  return JSON.parse(stdout || JSON.stringify(stderr));
}

/** Which spaces are narrow depends on the release of ICU. */
const spaced = (value) => JSON.parse(JSON.stringify(value).replace(/[\u202f\u2009\u00a0]/g, ' '));

test('added_languages_write_as_in_node', () => {
  const rows = ['de', 'de-AT', 'fr', 'fr-CA', 'pt', 'pt-PT', 'ru', 'zh'].flatMap((locale) => [
    `new Intl.NumberFormat('${locale}').format(1234567.891)`,
    `(1234.5).toLocaleString('${locale}', { style: 'currency', currency: 'EUR' })`,
    `new Date(t).toLocaleDateString('${locale}', { timeZone: 'UTC' })`,
    `new Intl.DateTimeFormat('${locale}', { timeZone: 'UTC', dateStyle: 'full' }).format(t)`,
    `new Intl.DateTimeFormat('${locale}', { timeZone: 'UTC', year: 'numeric', month: 'short', day: 'numeric' }).format(t)`,
    `new Intl.DateTimeFormat('${locale}', { timeZone: 'UTC', timeStyle: 'short' }).format(t)`,
    `new Intl.ListFormat('${locale}').format(['a', 'b', 'c'])`,
    `new Intl.RelativeTimeFormat('${locale}', { numeric: 'auto' }).format(-1, 'day')`,
    `[0, 1, 2, 5, 1.5].map((value) => new Intl.PluralRules('${locale}').select(value)).join()`,
    `new Intl.NumberFormat('${locale}').resolvedOptions().locale`,
  ]);
  const wanted = rows.map((row) => new Function('t', `return ${row}`)(TIME));
  const got = answersOf(rows, ['de', 'fr', 'pt', 'ru', 'zh']);
  assert.deepEqual(Object.fromEntries(rows.map((row, index) => [row, spaced(got[index])])), Object.fromEntries(rows.map((row, index) => [row, spaced(wanted[index])])));
});

test('digits_of_another_system_are_written_where_the_locale_has_them', () => {
  assert.deepEqual(answersOf(["new Intl.NumberFormat('ar-EG').format(1234.5)", "new Intl.NumberFormat('ar-EG').resolvedOptions().numberingSystem"], ['ar']), ['١٬٢٣٤٫٥', 'arab']);
});

test('a_runtime_has_only_the_languages_that_it_was_given', () => {
  const rows = ["new Intl.NumberFormat('fr').resolvedOptions().locale", "Intl.NumberFormat.supportedLocalesOf(['fr', 'de-CH', 'en'])", "new Intl.NumberFormat(['fr', 'de']).format(1.5)"];
  assert.deepEqual(answersOf(rows, ['de']), ['en-US', ['de-CH', 'en'], '1,5']);
});

test('unknown_locales_are_refused_with_those_that_there_are', () => {
  assert.deepEqual(answersOf([], ['de', 'xx']), ['TypeError', 'ERR_INVALID_ARG', "options.locales[1] must be a locale of one of en, ar, de, fr, pt, ru, zh, got \"xx\""]);
});

test('without_the_package_the_error_says_what_to_install_and_english_needs_none', () => {
  const elsewhere = folder();
  assert.deepEqual(answersOf([], ['de'], elsewhere), ['TypeError', 'ERR_INVALID_ARG', 'options.locales[0]: locales other than English need the package isolated-runtime-native-locales (npm install isolated-runtime-native-locales)']);
  assert.deepEqual(answersOf(['1'], ['en-GB'], elsewhere), [1]);
});
