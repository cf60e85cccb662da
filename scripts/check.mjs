// Everything that `npm run check` means. All steps run, whatever one of them says; the table at the end tells which failed.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packMain } from './pack.mjs';
import { commandOf, run, runNode } from './processes.mjs';

const scratch = mkdtempSync(join(tmpdir(), 'isolated-runtime-check-'));
const results = [];

function step(name, succeeds) {
  const started = Date.now();
  console.log(`\n> ${name}`);
  const passed = succeeds();
  results.push({ check: name, result: passed ? 'passed' : 'FAILED', seconds: Math.round((Date.now() - started) / 1000) });
}

const tsc = (project) => runNode([commandOf('typescript', 'tsc'), '--project', project]);

step('rust format', () => run('cargo', ['fmt', '--all', '--check']));
// The profile of the tests, so that what they compiled is not compiled again.
const clippy = (...targets) => run('cargo', ['clippy', ...targets, '--profile', 'dev-release', '--', '-D', 'warnings']);
// The addon has no test target: nothing but a Node-API environment can call it.
step('rust lints', () => clippy('--workspace') && clippy('--package', 'isolated-runtime-engine', '--all-targets'));
step('addon', () => runNode(['scripts/build.mjs', '--if-needed']));
step('javascript lints', () => runNode([commandOf('oxlint', 'oxlint'), '--deny-warnings', '.']));
step('javascript types', () => tsc('tsconfig.json'));
step('public types', () => tsc('__test__/types/tsconfig.json'));
step('tidy', () => runNode(['--test', '__test__/tidy/tidy.test.js']));
step('package shape', () => runNode([commandOf('publint', 'publint'), packMain(scratch), '--strict']));
// The main module is the class and has itself as `default`, so that what the declarations promise is there; the tool sees
// only that `module.exports` is assigned.
step('package types', () => runNode([
  commandOf('@arethetypeswrong/cli', 'attw'), packMain(scratch), '--profile', 'node16', '--ignore-rules', 'false-export-default',
]));

rmSync(scratch, { recursive: true, force: true });
console.table(results);
process.exit(results.every(({ result }) => result === 'passed') ? 0 : 1);
