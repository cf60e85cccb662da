'use strict';
// What README.md and index.d.ts say is compared with what the code does, where both can be read.

const assert = require('node:assert/strict');
const { existsSync, readFileSync } = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const { errors } = require('../..');
const { runtimeOptions } = require('../../lib/options');

const repository = path.join(__dirname, '..', '..');
const read = (name) => readFileSync(path.join(repository, name), 'utf8');
const readme = read('README.md');
const declarations = read('index.d.ts');

/** A number as people write it: `16 MiB`, `5,000`, `none`. */
function written(value, unit) {
  if (value === undefined) return 'none';
  if (unit === 'bytes') return value >= 2 ** 20 ? `${value / 2 ** 20} MiB` : `${value / 2 ** 10} KiB`;
  return value.toLocaleString('en');
}

test('the_table_of_limits_has_every_limit_with_its_default', () => {
  const { limits, timeout } = runtimeOptions({});
  const rows = new Map([...readme.matchAll(/^\| `([\w.]+)`[^|]*\| (\w+) \| ([^|]+?) \|/gm)].map(([, name, unit, standard]) => [name, { unit, standard }]));
  for (const [name, value] of [...Object.entries(limits).map(([key, limit]) => [`limits.${key}`, limit]), ['timeout', timeout]]) {
    const row = rows.get(name);
    assert.ok(row !== undefined, `${name} is missing in the README`);
    assert.equal(row.standard.replace(/ each$/, ''), written(value, row.unit), name);
  }
  const named = [...rows.keys()].filter((name) => name.startsWith('limits.'));
  assert.deepEqual(named.filter((name) => !(name.slice('limits.'.length) in limits)), [], 'limits that do not exist');
});

test('the_readme_names_every_error_code_and_class_that_users_can_meet', () => {
  // Callers see the reason of their own signal instead.
  const unseen = ['ERR_ABORTED'];
  assert.deepEqual(errors.codes.filter((code) => !unseen.includes(code) && !readme.includes(`\`${code}\``)), []);
  const inner = ['IsolatedRuntimeError', 'InternalError'];
  const classes = Object.keys(errors).filter((name) => name.endsWith('Error') || name === 'ModuleNotFound');
  assert.deepEqual(classes.filter((name) => !inner.includes(name) && !readme.includes(`\`${name}\``)), []);
});

test('the_readme_names_only_commands_that_exist_and_every_one_that_is_no_variant', () => {
  const { scripts } = JSON.parse(read('package.json'));
  const named = new Set([...readme.matchAll(/npm run ([\w:]+)/g)].map(([, name]) => name));
  assert.deepEqual([...named].filter((name) => scripts[name] === undefined), []);
  const otherwise = ['test', 'bundle'];
  assert.deepEqual(Object.keys(scripts).filter((name) => !name.includes(':') && !named.has(name) && !otherwise.includes(name)), []);
});

test('the_links_of_the_readme_lead_somewhere', () => {
  const links = [...readme.matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, link]) => link);
  assert.ok(links.length > 0);
  assert.deepEqual(links.filter((link) => !existsSync(path.join(repository, link))), []);
});

test('the_readme_names_every_option', () => {
  const names = ['RuntimeOptions', 'CommonRunOptions', 'BaseRunOptions'].flatMap((name) => propertiesOf(name).map((property) => property.name));
  assert.deepEqual(names.filter((name) => !readme.includes(`\`${name}`) && !readme.includes(`${name}:`) && !readme.includes(`.${name}\``)), []);
});

test('every_option_is_documented_with_its_default', () => {
  const interfaces = ['Limits', 'PoolOptions', 'RuntimeOptions', 'ResolvedArguments', 'CommonRunOptions', 'BaseRunOptions', 'CodeRunnerOptions', 'CodeRunOptions'];
  const properties = interfaces.flatMap((name) => propertiesOf(name).map((property) => ({ ...property, name: `${name}.${property.name}` })));
  assert.ok(properties.length > 60, `${properties.length} properties were found`);
  assert.deepEqual(properties.filter(({ comment }) => comment === undefined).map(({ name }) => name), [], 'without a comment');
  const silent = properties.filter(({ comment, isOptional }) => isOptional && !/default|Ignored/i.test(comment));
  assert.deepEqual(silent.map(({ name }) => name), [], 'without a default');
});

/** The properties of an interface in index.d.ts, each with the comment above or before it. */
function propertiesOf(name) {
  const body = new RegExp(`interface ${name}\\b[^{]*\\{\\n([\\s\\S]*?)\\n\\}`).exec(declarations)?.[1];
  assert.ok(body !== undefined, `there is no interface ${name}`);
  const comments = new Map([...body.matchAll(/\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*(\w+)\??: /g)].map(([, comment, property]) => [property, comment]));
  return [...body.matchAll(/^ {2}(?:\/\*\*.*\*\/ )?(\w+)(\?)?: /gm)]
    .map(([, property, mark]) => ({ name: property, comment: comments.get(property), isOptional: mark === '?' }));
}
