'use strict';

const assert = require('node:assert/strict');
const { test } = require('node:test');
const { run } = require('./guest');
const { inNode } = require('./same-as-node');
const { child } = require('./child');
/** Of Node 20.20.2. */
const recorded = require('./intl-answers.json');

const CLDR = '48.0';
const hasSameData = process.versions.bun === undefined && process.versions.deno === undefined && process.versions.cldr === CLDR;

const TIME = Date.UTC(2024, 2, 9, 15, 4, 5, 67);
const SUMMER = Date.UTC(2024, 6, 1, 12, 30);

/** Answers of expressions. Spaces are ordinary ones: which are narrow or thin depends on the release of ICU. */
const body = (rows) => `const t = ${TIME}, summer = ${SUMMER};
  const spaced = (value) => JSON.parse(JSON.stringify(value).replace(/[\\u202f\\u2009\\u00a0]/g, ' '));
  return ${JSON.stringify(rows)}.map((row) => {
    try { return spaced(new Function('t', 'summer', 'return ' + row)(t, summer)); } catch (error) { return error.name; }
  });`;

const inGuest = (rows, options) => run(`exports.main = () => { ${body(rows)} };`, [], options);

const byRow = (rows, values) => Object.fromEntries(rows.map((row, index) => [row, values[index]]));

/** A test of these expressions: guests answer as Node does whose data is as new, which is asked once more if it is this one. */
function sameAsNode(name, rows) {
  test(name, async () => {
    const expected = Object.fromEntries(rows.map((row) => [row, recorded[row]]));
    if (hasSameData) assert.deepEqual(byRow(rows, await inNode(body(rows))), expected, 'what Node says');
    assert.deepEqual(byRow(rows, await inGuest(rows)), expected);
  });
}

/** A test of expressions whose answer depends on the release of Node. */
function answers(name, expected, options) {
  test(name, async () => {
    const rows = Object.keys(expected);
    const guest = await inGuest(rows, options);
    assert.deepEqual(byRow(rows, guest), expected);
  });
}

const number = (options, ...values) => ['en-US', 'en-GB'].flatMap((locale) => values.map((value) => `new Intl.NumberFormat('${locale}', ${options}).format(${value})`));
const date = (options, value = 't', locales = ['en-US', 'en-GB']) => locales.map((locale) => `new Intl.DateTimeFormat('${locale}', { timeZone: 'America/New_York', ${options} }).format(${value})`);

sameAsNode('numbers are grouped and rounded as in Node', [
  ...number('{}', '0', '-0', '1234567.891', '0.1 + 0.2', '1.005', '1e21', '1e308', 'NaN', '-Infinity', '12345678901234567890n', '5e-324'),
  ...number('{ minimumFractionDigits: 2 }', '5', '5.1', '5.12345'),
  ...number('{ maximumSignificantDigits: 3 }', '123456', '0.0012345'),
  ...number('{ minimumSignificantDigits: 5 }', '1.5', '123456'),
  ...number('{ minimumIntegerDigits: 4 }', '7', '-7.25'),
  ...number('{ useGrouping: false }', '1234567'),
]);

sameAsNode('currencies, percents and units are written as in Node', [
  ...['USD', 'EUR', 'GBP', 'JPY', 'INR'].flatMap((currency) => number(`{ style: 'currency', currency: '${currency}' }`, '1234.5', '-1234.5', '0')),
  ...number("{ style: 'currency', currency: 'USD', currencyDisplay: 'name' }", '1', '1.5', '1234'),
  ...number("{ style: 'currency', currency: 'USD', currencyDisplay: 'code' }", '1234.5'),
  ...number("{ style: 'currency', currency: 'USD', currencySign: 'accounting' }", '-1234.5'),
  ...number("{ style: 'percent' }", '0.256', '12', '-0.5'),
  ...['kilometer', 'celsius', 'byte', 'mile-per-hour', 'day'].flatMap((unit) => number(`{ style: 'unit', unit: '${unit}' }`, '1', '16.5')),
  ...number("{ style: 'unit', unit: 'day', unitDisplay: 'long' }", '1', '2'),
]);

sameAsNode('compact, scientific and signed numbers are written as in Node', [
  ...number("{ notation: 'compact' }", '999', '1000', '1234', '15300', '999999', '1e6', '1.5e9', '0.5', '-12345'),
  ...number("{ notation: 'compact', compactDisplay: 'long' }", '1234', '1000000'),
  ...number("{ notation: 'scientific' }", '12345', '0.00012'),
  ...number("{ notation: 'engineering' }", '12345'),
  ...number("{ signDisplay: 'always' }", '1', '-1', '0'),
  ...number("{ signDisplay: 'exceptZero' }", '1', '-1', '0'),
  ...number("{ signDisplay: 'never' }", '-1'),
]);

sameAsNode('numbers come apart as in Node', [
  "new Intl.NumberFormat('en-US', { style: 'currency', currency: 'USD' }).formatToParts(-1234.5)",
  "new Intl.NumberFormat('en-US').formatToParts(1234567.8)",
  "new Intl.NumberFormat('en-US', { style: 'unit', unit: 'day', unitDisplay: 'long' }).formatToParts(3)",
  "new Intl.NumberFormat('en-US', { notation: 'compact' }).formatToParts(12345)",
]);

answers('what newer releases of Node know is there', {
  "new Intl.NumberFormat('en', { maximumFractionDigits: 0, roundingMode: 'halfEven' }).format(2.5)": '2',
  "new Intl.NumberFormat('en', { maximumFractionDigits: 0, roundingMode: 'floor' }).format(-2.5)": '-3',
  "new Intl.NumberFormat('en', { minimumFractionDigits: 2, maximumFractionDigits: 2, roundingIncrement: 5 }).format(1.23)": '1.25',
  "new Intl.NumberFormat('en', { minimumFractionDigits: 2, trailingZeroDisplay: 'stripIfInteger' }).format(5)": '5',
  "new Intl.NumberFormat('en', { useGrouping: 'min2' }).format(1234)": '1234',
  "new Intl.NumberFormat('en', { signDisplay: 'negative' }).format(-0)": '0',
  "new Intl.NumberFormat('en').format('12345678901234567890.123')": '12,345,678,901,234,567,890.123',
  "new Intl.NumberFormat('en').formatRange(3, 5)": '3–5',
  "new Intl.PluralRules('en').selectRange(1, 2)": 'other',
  "Intl.supportedValuesOf('unit').length": 45,
  "Intl.supportedValuesOf('timeZone').includes('Europe/Berlin')": true,
  "Intl.supportedValuesOf('currency').includes('USD')": true,
});

sameAsNode('toLocaleString of numbers, BigInts and arrays is Node’s', [
  '(1234.5).toLocaleString()', "(1234567).toLocaleString('en-US')", '(0.0005).toLocaleString()', '(123.0625).toLocaleString()', '(1e15).toLocaleString()', '(-0).toLocaleString()',
  '[-1234.125, 0.9995, 999999.9996, 1.0005, 2.00049999, -0.0001, 1e-7, 999999999999.9999, 1e12, 1234567890123.4567, Infinity].map((number) => number.toLocaleString())', 'NaN.toLocaleString()', "(0.5).toLocaleString('en', { style: 'percent' })", '(12n ** 20n).toLocaleString()',
  "[1234.5, null, 'x', [1e6, undefined, 2]].toLocaleString()", "new Float64Array([1e6, 2.5]).toLocaleString('en-US')", 'new Number(1234).toLocaleString()',
  "Number.prototype.toLocaleString.call('x')", '(() => { const list = [1]; list.push(list); return list.toLocaleString(); })()',
]);

sameAsNode('dates are written as in Node', [
  ...date('', 't'), ...date("dateStyle: 'full'"), ...date("dateStyle: 'long'", 't', ['en-US']), ...date("dateStyle: 'medium'", 't', ['en-US']), ...date("dateStyle: 'short'"),
  ...date("timeStyle: 'full'"), ...date("timeStyle: 'long'"), ...date("timeStyle: 'medium'"), ...date("timeStyle: 'short'"),
  ...date("dateStyle: 'short', timeStyle: 'short'"), ...date("dateStyle: 'medium', timeStyle: 'medium'"),
  ...date("weekday: 'long', year: 'numeric', month: 'long', day: 'numeric'", 't', ['en-US']), ...date("year: 'numeric', month: 'short', day: 'numeric'"),
  ...date("year: 'numeric', month: '2-digit', day: '2-digit'"), ...date("month: 'long', year: 'numeric'"), ...date("month: 'short'"), ...date("weekday: 'short'"),
  ...date("year: 'numeric'"), ...date("day: '2-digit'"), ...date("hour: 'numeric'"), ...date("hour: 'numeric', minute: 'numeric'"),
  ...date("hour: '2-digit', minute: '2-digit', second: '2-digit'"), ...date("hour: 'numeric', minute: '2-digit', hour12: false"), ...date("hour: 'numeric', minute: '2-digit', hour12: true", 't', ['en-US']),
  ...date("hour: 'numeric', minute: '2-digit', hourCycle: 'h23'"), ...date("second: 'numeric', fractionalSecondDigits: 3"),
  ...date("hour: 'numeric', minute: 'numeric', second: 'numeric', fractionalSecondDigits: 2"),
  ...date("year: 'numeric', month: 'short', day: 'numeric', hour: 'numeric', minute: '2-digit', second: '2-digit', timeZoneName: 'short'", 't', ['en-US']),
  ...date("weekday: 'short', month: 'short', day: 'numeric'", 't', ['en-US']), ...date("month: 'numeric', day: 'numeric'"), ...date("dayPeriod: 'long', hour: 'numeric'", 't', ['en-US']),
  'new Intl.DateTimeFormat().format(NaN)', "new Intl.DateTimeFormat('en', { timeZone: 'Mars/Olympus' })", "new Intl.DateTimeFormat('en', { dateStyle: 'full', year: 'numeric' })",
]);

sameAsNode('time zones are Node’s, in winter, in summer, long ago and long from now', [
  ...['UTC', 'Asia/Kolkata', 'Asia/Tokyo', 'Europe/Berlin', 'Europe/London', 'Australia/Lord_Howe', 'America/St_Johns', 'Pacific/Auckland', 'America/Sao_Paulo', 'asia/kathmandu']
    .flatMap((zone) => ['t', 'summer', 'Date.UTC(1990, 6, 1)', 'Date.UTC(2037, 6, 1)', 'Date.UTC(1975, 0, 1)'].map((time) => `new Intl.DateTimeFormat('en-US', { timeZone: '${zone}', dateStyle: 'short', timeStyle: 'long' }).formatToParts(${time}).filter(({ type }) => type !== 'timeZoneName')`)),
  ...['America/New_York', 'Europe/London', 'Asia/Tokyo', 'Europe/Berlin'].flatMap((zone) => ['t', 'summer'].flatMap((time) => ['short', 'long', 'longOffset'].map((name) => `new Intl.DateTimeFormat('en-US', { timeZone: '${zone}', hour: 'numeric', timeZoneName: '${name}' }).format(${time})`)))
    .filter((row) => !row.includes('London') || !row.includes('longOffset')),
  ...[1_710_054_000_000, 1_730_613_600_000].flatMap((change) => [-1, 0].map((step) => `new Intl.DateTimeFormat('en-US', { timeZone: 'America/New_York', timeStyle: 'long' }).format(${change + step})`)),
  ...date("dateStyle: 'long', timeStyle: 'medium'", '-62198755200000', ['en-US']).map((row) => row.replace("dateStyle: 'long', ", "dateStyle: 'short', ")),
  ...['8.64e15', '-8.64e15', 'Date.UTC(1500, 1, 28)'].flatMap((time) => date("dateStyle: 'short'", time, ['en-US'])),
]);

sameAsNode('methods of dates fill in what options leave out', [
  ...['toLocaleString', 'toLocaleDateString', 'toLocaleTimeString'].flatMap((method) => ["{ timeZone: 'UTC' }", "{ timeZone: 'UTC', weekday: 'short' }"].map((options) => `new Date(t).${method}('en-US', ${options})`)),
  "new Date(t).toLocaleDateString('en-US', { timeZone: 'UTC', hour: 'numeric' })", "new Date(t).toLocaleTimeString('en-US', { timeZone: 'UTC', timeStyle: 'short' })",
  'new Date(t).toLocaleString()', "new Date(t).toLocaleDateString('en-GB')", 'new Date(t).toLocaleTimeString()', 'new Date(NaN).toLocaleString()',
  "new Date().toLocaleDateString('en', { timeStyle: 'short' })", 'Date.prototype.toLocaleString.call({})',
]);

answers('a date and a time of it are joined by "at" where the month is a word', {
  [date("dateStyle: 'full', timeStyle: 'long'", 't', ['en-US'])[0]]: 'Saturday, March 9, 2024 at 10:04:05 AM EST',
  [date("month: 'long', day: 'numeric', hour: 'numeric'", 't', ['en-US'])[0]]: 'March 9 at 10 AM',
  [date("dateStyle: 'full', timeStyle: 'short'", 't', ['en-GB'])[0]]: 'Saturday, 9 March 2024 at 10:04',
  [date("timeZoneName: 'longGeneric'", 't', ['en-US'])[0]]: '3/9/2024, Eastern Time',
  [date("timeZoneName: 'shortOffset'", 't', ['en-US'])[0]]: '3/9/2024, GMT-5',
  "new Intl.DateTimeFormat('en', { timeZone: '+05:30', timeStyle: 'long' }).format(t)": '8:34:05 PM GMT+5:30',
});

sameAsNode('regions of English write in their own ways', [
  ...['en-AU', 'en-CA', 'en-IN', 'en-NZ', 'en-SG', 'en-ZA', 'en-IE', 'en-SE', 'en-001', 'en-150'].flatMap((locale) => [`new Intl.NumberFormat('${locale}').format(1234567.891)`, `new Intl.NumberFormat('${locale}').resolvedOptions().locale`]),
  ...['en-AU', 'en-IN', 'en-SE', 'en-IE'].flatMap((locale) => [`new Date(t).toLocaleDateString('${locale}', { timeZone: 'UTC' })`, `new Date(t).toLocaleTimeString('${locale}', { timeZone: 'UTC', timeStyle: 'short' })`]),
  "new Intl.NumberFormat('en-IN', { style: 'currency', currency: 'INR' }).format(1234567.5)", "new Intl.NumberFormat('en-AU', { style: 'currency', currency: 'AUD' }).format(12)",
]);

answers('ranges write once what their ends share', {
  "new Intl.DateTimeFormat('en-US', { timeZone: 'UTC', dateStyle: 'medium' }).formatRange(t, t + 864e5)": 'Mar 9 – 10, 2024',
  "new Intl.DateTimeFormat('en-US', { timeZone: 'UTC', dateStyle: 'medium' }).formatRange(t, t + 30 * 864e5)": 'Mar 9 – Apr 8, 2024',
  "new Intl.DateTimeFormat('en-US', { timeZone: 'UTC', dateStyle: 'medium' }).formatRange(t, t)": 'Mar 9, 2024',
  "new Intl.DateTimeFormat('en-US', { timeZone: 'UTC', hour: 'numeric', minute: 'numeric' }).formatRange(t, t + 36e5)": '3:04 – 4:04 PM',
  "new Intl.DateTimeFormat('en-US', { timeZone: 'UTC', hour: 'numeric' }).formatRange(t, t + 864e5)": '3/9/2024, 3 PM – 3/10/2024, 3 PM',
  "new Intl.DateTimeFormat('en-US', { timeZone: 'UTC', dateStyle: 'short', timeStyle: 'short' }).formatRange(t, t + 36e5)": '3/9/24, 3:04 – 4:04 PM',
  "new Intl.DateTimeFormat('en-US', { timeZone: 'UTC', dateStyle: 'medium' }).formatRangeToParts(t, t + 864e5).map(({ source }) => source)": ['shared', 'shared', 'startRange', 'shared', 'endRange', 'shared', 'shared'],
});

sameAsNode('resolved options are Node’s', [
  ...['{}', "{ style: 'currency', currency: 'jpy' }"].flatMap((options) => ['locale', 'numberingSystem', 'style', 'currency', 'minimumFractionDigits', 'maximumFractionDigits', 'notation', 'signDisplay'].map((name) => `new Intl.NumberFormat('en-US', ${options}).resolvedOptions().${name} ?? null`)),
  "new Intl.DateTimeFormat('en-US', { timeZone: 'america/new_york' }).resolvedOptions()",
  "new Intl.DateTimeFormat('en-US', { timeZone: 'UTC', dateStyle: 'full', timeStyle: 'long' }).resolvedOptions()",
  "new Intl.DateTimeFormat('en-US', { timeZone: 'UTC', weekday: 'long', month: 'short', day: '2-digit', hour: 'numeric', minute: '2-digit' }).resolvedOptions()",
  'new Intl.DateTimeFormat().resolvedOptions().timeZone', "new Intl.Collator('en', { numeric: true, caseFirst: 'upper' }).resolvedOptions()",
  "new Intl.ListFormat('en').resolvedOptions()", "new Intl.RelativeTimeFormat('en').resolvedOptions()",
]);

sameAsNode('plurals, lists and relative times are Node’s', [
  ...['{}', "{ type: 'ordinal' }", '{ minimumFractionDigits: 1 }'].map((options) => `[0, 1, 2, 3, 4, 11, 12, 13, 21, 22, 23, 101, 111, 1.5, -1].map((value) => new Intl.PluralRules('en', ${options}).select(value))`),
  ...['{}', "{ type: 'disjunction' }", "{ type: 'unit' }", "{ style: 'short' }"].map((options) => `[[], ['a'], ['a', 'b'], ['a', 'b', 'c'], ['a', 'b', 'c', 'd']].map((list) => new Intl.ListFormat('en-US', ${options}).format(list))`),
  ...['{}', "{ numeric: 'auto' }"].map((options) => `['second', 'minute', 'hour', 'day', 'week', 'month', 'quarter', 'year'].flatMap((unit) => [-1, 0, 1, -2, 3, 1.5, 1000, -0].map((value) => new Intl.RelativeTimeFormat('en', ${options}).format(value, unit)))`),
  "new Intl.ListFormat('en-US').formatToParts(['a', 'b', 'c'])", "new Intl.RelativeTimeFormat('en').formatToParts(-3, 'days')",
  "new Intl.RelativeTimeFormat('en').format(1, 'moon')", "new Intl.ListFormat('en').format([1])",
]);

const WORDS = "['b', 'a', 'C', 'ä', 'A', 'Z', 'z', 'é', 'e', 'f', '10', '9', '1', 'a-b', 'ab', 'a b', '', '_', 'ß', 'ss', 'æ', 'ae', 'ø', 'o', 'ñ', 'n', 'Ω', 'α']";

sameAsNode('texts are sorted as in Node', [
  `${WORDS}.sort((left, right) => left.localeCompare(right))`,
  ...['undefined', '{ numeric: true }', "{ sensitivity: 'base' }", "{ caseFirst: 'upper' }", "{ caseFirst: 'lower' }", '{ ignorePunctuation: true }'].map((options) => `${WORDS}.sort(new Intl.Collator('en', ${options}).compare)`),
  ...['base', 'accent', 'case', 'variant'].map((sensitivity) => `[['a', 'A'], ['a', 'ä'], ['a', 'b'], ['A', 'Ä'], ['co-op', 'coop']].map(([left, right]) => new Intl.Collator('en', { sensitivity: '${sensitivity}' }).compare(left, right))`),
  "['a'.localeCompare('b'), 'a'.localeCompare('B', 'en', { sensitivity: 'base' }), 'item 10'.localeCompare('item 9', undefined, { numeric: true }), 'undefined'.localeCompare(), 'a\\u0308'.localeCompare('\\u00e4')]",
  "'a'.localeCompare('b', 'en_US')", 'String.prototype.localeCompare.call(null)', "'a'.localeCompare(Symbol())",
]);

sameAsNode('locales are read as in Node', [
  "['EN-us', 'iw', 'zh-hans-cn', 'en-u-ca-gregory', 'de-1996'].map((tag) => Intl.getCanonicalLocales(tag))", "Intl.getCanonicalLocales(['en', 'EN', 'de'])", "Intl.getCanonicalLocales('en_US')", 'Intl.getCanonicalLocales(null)', 'Intl.getCanonicalLocales([1])',
  "((locale) => [locale.language, locale.script, locale.region, locale.baseName, locale.calendar, locale.numeric, locale.hourCycle, locale.numberingSystem, String(locale), String(locale.maximize()), String(locale.minimize())])(new Intl.Locale('en-Latn-US-u-ca-buddhist-kn-hc-h23-nu-thai'))",
  "String(new Intl.Locale('en', { region: 'GB', calendar: 'gregory', hourCycle: 'h12', numeric: true, script: 'Latn' }))", "String(new Intl.Locale('zh').maximize())", 'new Intl.Locale()', "new Intl.Locale('x')", 'Intl.Locale("en")',
  "['en', 'en-US', 'xx'].map((tag) => Intl.NumberFormat.supportedLocalesOf(tag).length)", "new Intl.NumberFormat('en-u-nu-arab').format(1234.5)", "new Intl.DateTimeFormat('en-u-hc-h23', { timeZone: 'UTC', timeStyle: 'short' }).format(t)",
]);

sameAsNode('classes look as in Node', [
  'Object.prototype.toString.call(Intl)', 'Object.prototype.toString.call(new Intl.DateTimeFormat())', 'Object.keys(Intl)', 'Object.keys(Intl.NumberFormat)', 'Object.keys(Intl.DateTimeFormat.prototype)',
  'typeof Intl.DateTimeFormat().format', '[Intl.NumberFormat.name, Intl.NumberFormat.length, Intl.DateTimeFormat.name, Intl.Collator.name, Intl.DateTimeFormat.length]', 'Intl.PluralRules()', 'Intl.DateTimeFormat.prototype.format',
  '[Number.prototype.toLocaleString.length, String.prototype.localeCompare.length, Date.prototype.toLocaleString.name]', "new Intl.NumberFormat('en', { style: 'currency' })", "new Intl.NumberFormat('en', { minimumFractionDigits: 101 })",
  "new Intl.NumberFormat('en').format(Symbol())", "new Intl.DateTimeFormat('en', null)", "[3, 1].map(new Intl.NumberFormat('en', { minimumFractionDigits: 1 }).format)",
]);

test('without a locale guests write American English, whatever the language of the host', async () => {
  assert.deepEqual(await inGuest(['new Intl.NumberFormat().resolvedOptions().locale', "new Intl.DateTimeFormat('de').resolvedOptions().locale", "(1234.5).toLocaleString('de')"]), ['en-US', 'en-US', '1,234.5']);
});

test('Date and Intl agree on the zone, which is the host’s', () => {
  const program = `
    const source = 'exports.main = () => [Intl.DateTimeFormat().resolvedOptions().timeZone, new Date(2024, 0, 1).getTimezoneOffset(), new Date(0).toLocaleTimeString()];';
    require('node:fs').writeFileSync(__dirname + '/zone.js', source);
    const { IsolatedRuntime } = isolated;
    const runtime = new IsolatedRuntime();
    (async () => {
      const answers = [];
      for (const zone of [process.env.TZ, 'Asia/Tokyo', 'America/New_York']) {
        process.env.TZ = zone;
        answers.push(await runtime.run({ root: __dirname, file: 'zone.js', funcName: 'main' }));
      }
      console.log(JSON.stringify(answers));
      await runtime.shutdown();
    })();
  `;
  const zones = { 'Asia/Tokyo': [-540, '9:00:00 AM'], 'America/New_York': [300, '7:00:00 PM'] };
  for (const first of Object.keys(zones)) {
    const { stdout, stderr } = child(program, { TZ: first });
    const answers = JSON.parse(stdout || stderr);
    assert.equal(answers[0][0], first);
    // Whether a process can change its zone is the host's affair; what guests see of it is one.
    for (const [zone, ...said] of answers) assert.deepEqual(said, zones[zone], zone);
  }
});

test('formats made while an application is prepared work in its runs', async () => {
  const { folder, runtime } = require('./guest');
  const root = folder({ 'index.js': `
    const money = new Intl.NumberFormat('en', { style: 'currency', currency: 'EUR' }), day = new Intl.DateTimeFormat('en', { timeZone: 'Asia/Tokyo' }), order = new Intl.Collator('en', { numeric: true });
    exports.main = () => [money.format(1.5), day.format(0), ['10', '9'].sort(order.compare), (1234.56789).toLocaleString()];` });
  const application = await runtime().prepare({ root, file: 'index.js' });
  for (let time = 0; time < 2; time++) assert.deepEqual(await application.run('main', []), ['€1.50', '1/1/1970', ['9', '10'], '1,234.568']);
});

test('a guest that replaces Intl or prototypes harms its own answers only', async () => {
  await run("Array.prototype.map = Map.prototype.get = RegExp.prototype.exec = String.prototype.split = () => { throw new Error('mine'); }; globalThis.Intl = 1; exports.main = () => { try { return (1234.5678).toLocaleString('en-GB'); } catch { return 0; } };");
  assert.deepEqual(await inGuest(["(1234.5678).toLocaleString('en-GB')", 'typeof Intl']), ['1,234.568', 'object']);
});
