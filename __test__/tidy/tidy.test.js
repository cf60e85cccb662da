'use strict';
// Holds the rules of the house that no compiler checks. A rule that needs an exception lists it here, with its reason.

const assert = require('node:assert/strict');
const { dirname } = require('node:path');
const test = require('node:test');
const { code, everything, read, rust, withoutComments, written } = require('./sources.js');

/** Longer than the house's 400 lines, and why. */
const LONG_FILES = {
};

/** The only places where `unsafe` may stand: the raw C interface of the interpreter and of the system's memory. */
const UNSAFE_FILES = [
  /^crates\/engine\/src\/sandbox\//,
];

const offenders = (files, isOffender) => files.filter((path) => isOffender(read(path), path));

/** Every line of `files` that matches, as `path:line: text`. */
function linesMatching(files, pattern, textOf = (text) => text) {
  return files.flatMap((path) => textOf(read(path)).split('\n')
    .map((line, index) => ({ line, at: `${path}:${index + 1}: ${line.trim()}` }))
    .filter(({ line }) => pattern.test(line))
    .map(({ at }) => at));
}

const inEngine = (path) => path.startsWith('crates/engine/');
const none = (found, message) => assert.deepEqual(found, [], message);

test('the_engine_knows_no_node_api', () => {
  none(linesMatching(['crates/engine/Cargo.toml'], /^\s*napi/));
  none(linesMatching(rust.filter(inEngine), /\bnapi(_|::)/, withoutComments));
});

test('rquickjs_is_named_only_in_the_sandbox_and_the_node_folder', () => {
  const outside = rust.filter((path) => !/^crates\/engine\/src\/(sandbox|node)\//.test(path));
  none(linesMatching(outside, /rquickjs/, withoutComments));
  none(linesMatching(['Cargo.toml'], /^\s*rquickjs/));
});

test('one_file_of_the_engine_reaches_the_file_system', () => {
  const inUse = offenders(rust.filter((path) => path.startsWith('crates/engine/src/') && !/tests?\.rs$|\/tests\//.test(path)),
    (text) => /\bstd::fs\b/.test(withoutComments(text).split('#[cfg(test)]')[0]));
  assert.deepEqual(inUse, ['crates/engine/src/modules/files.rs']);
});

test('unsafe_stands_only_in_listed_files', () => {
  const allowed = (path) => UNSAFE_FILES.some((pattern) => pattern.test(path));
  none(linesMatching(rust.filter((path) => !allowed(path)), /\bunsafe\b(?!_)/, withoutComments));
});

test('every_unsafe_block_says_why_it_is_sound', () => {
  none(rust.flatMap((path) => unexplainedUnsafe(path)));
});

/** Unsafe blocks and implementations without a SAFETY comment in the comment lines above their statement. */
function unexplainedUnsafe(path) {
  const lines = read(path).split('\n');
  return lines.flatMap((line, index) => {
    if (/^\s*\/\//.test(line) || !/\bunsafe\s*(\{|impl\b)/.test(line.replace(/\/\/.*$/, ''))) return [];
    let above = index - 1;
    let statementLines = 3;
    while (above >= 0 && !/^\s*\/\//.test(lines[above]) && statementLines > 0 && !/[;{}]\s*$/.test(lines[above])) {
      above -= 1;
      statementLines -= 1;
    }
    const comment = [];
    while (above >= 0 && /^\s*(\/\/|#\[)/.test(lines[above])) comment.push(lines[above--]);
    return /SAFETY:/.test(line) || comment.some((text) => /SAFETY:/.test(text)) ? [] : [`${path}:${index + 1}: ${line.trim()}`];
  });
}

test('no_file_is_longer_than_four_hundred_lines_without_a_reason', () => {
  const long = code.filter((path) => read(path).split('\n').length > 401);
  assert.deepEqual(long.filter((path) => !LONG_FILES[path]), []);
  assert.deepEqual(Object.keys(LONG_FILES).filter((path) => !long.includes(path)), [], 'no longer long: take it off the list');
});

test('every_folder_of_more_than_three_files_has_a_map', () => {
  const mapped = [/^lib(\/|$)/, /^crates\/engine\/src(\/|$)/, /^src$/];
  const filesIn = new Map();
  for (const path of code) filesIn.set(dirname(path), (filesIn.get(dirname(path)) ?? 0) + 1);
  const large = [...filesIn].filter(([folder, count]) => count > 3 && mapped.some((pattern) => pattern.test(folder)));
  none(large.map(([folder]) => `${folder}/README.md`).filter((path) => !everything.includes(path)));
});

test('maps_name_only_what_exists', () => {
  const words = new Set(written.filter((path) => !path.endsWith('.md')).flatMap((path) => read(path).match(/[A-Za-z_][A-Za-z0-9_]*/g) ?? []));
  const maps = written.filter((path) => /^(lib|src|crates\/engine)\/(.*\/)?README\.md$/.test(path));
  none(maps.flatMap((path) => namesIn(read(path)).filter((name) => !exists(name, dirname(path), words)).map((name) => `${path}: ${name}`)));
});

/** What stands in back ticks outside fenced blocks. */
const namesIn = (markdown) => [...markdown.replace(/^```[\s\S]*?^```/gm, '').matchAll(/`([^`\n]+)`/g)].map((match) => match[1]);

function exists(name, folder, words) {
  const path = name.replace(/\/$/, '');
  if (/^[\w.@-]+(\/[\w.@-]+)*\.(rs|c|js|mjs|ts|md|json|toml)$/.test(path) || name.endsWith('/')) {
    return everything.some((one) => one === path || one === `${folder}/${path}` || one.endsWith(`/${path}`) || `/${one}`.includes(`/${path}/`));
  }
  return (name.match(/[A-Za-z_][A-Za-z0-9_]*/g) ?? []).every((word) => words.has(word));
}

// Split words: this file is searched as well.
const UNFINISHED = new RegExp(`\\b(${['TO' + 'DO', 'FIX' + 'ME', 'X' + 'XX'].join('|')})\\b`);
const LEFT_OUT = new RegExp(['\\b(test|it|describe)\\.(sk' + 'ip|on' + 'ly)\\(', '\\b(sk' + 'ip|on' + 'ly): true', '#\\[ig' + 'nore', '\\btodo!\\(', '\\bunimple' + 'mented!\\('].join('|'));
const MACHINE_PATH = new RegExp(`(^|[\\s"'\`(=])/(ho${'me'}|ro${'ot'}|Us${'ers'}|wo${'rk'})/\\w`);
const REGISTRY = new RegExp(`registry\\.(np${'mjs'}|yarn${'pkg'})|index\\.crates\\.${'io'}|static\\.crates\\.${'io'}`);

test('nothing_is_left_unfinished', () => {
  none(linesMatching(written, UNFINISHED));
});

test('no_test_is_left_out', () => {
  none(linesMatching(code, LEFT_OUT));
});

test('no_path_of_a_machine_and_no_registry_is_named', () => {
  none(linesMatching(written, MACHINE_PATH));
  none(linesMatching([...written, 'package-lock.json'], REGISTRY));
});

test('every_lint_exception_gives_its_reason', () => {
  none(linesMatching(rust, /#!?\[allow\(/, withoutComments));
});

test('every_cargo_dependency_gives_its_reason', () => {
  const manifests = written.filter((path) => path.endsWith('Cargo.toml'));
  none(manifests.flatMap((path) => {
    let inDependencies = false;
    let explained = false;
    return read(path).split('\n').flatMap((line, index) => {
      if (line.startsWith('[')) inDependencies = line.endsWith('dependencies]');
      // One comment may stand above several that belong together.
      const isEntry = inDependencies && /^[\w-]+(\.\w+)?\s*=/.test(line);
      if (!isEntry) explained = line.startsWith('#');
      return isEntry && !explained ? [`${path}:${index + 1}: ${line}`] : [];
    });
  }));
});

test('every_npm_dependency_gives_its_reason', () => {
  const { devDependencies, dependencies = {}, '//devDependencies': reasons } = JSON.parse(read('package.json'));
  assert.deepEqual(Object.keys(reasons).sort(), Object.keys({ ...devDependencies, ...dependencies }).sort());
});

test('no_package_runs_code_when_it_is_installed', () => {
  const manifests = written.filter((path) => /^(npm\/[^/]+\/)?package\.json$/.test(path));
  const hooks = ['preinstall', 'install', 'postinstall', 'prepare', 'prepublish'];
  none(manifests.filter((path) => hooks.some((hook) => JSON.parse(read(path)).scripts?.[hook])));
});

test('every_platform_has_its_package', () => {
  const { napi, version } = JSON.parse(read('package.json'));
  const all = written.filter((path) => /^npm\/[^/]+\/package\.json$/.test(path)).map((path) => JSON.parse(read(path)));
  assert.deepEqual([...new Set(all.map((manifest) => manifest.version))], [version]);
  const manifests = all.filter(({ cpu }) => cpu !== undefined);
  assert.equal(manifests.length, napi.targets.length);
  for (const manifest of manifests) {
    assert.equal(manifest.name, `isolated-runtime-native-${manifest.main.split('.')[1]}`);
    assert.ok(manifest.os.length === 1 && manifest.cpu.length === 1);
    assert.equal(manifest.libc !== undefined, manifest.os[0] === 'linux');
  }
});
