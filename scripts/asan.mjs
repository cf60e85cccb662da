// Builds engine, C shim and QuickJS for AddressSanitizer, in a target folder of its own, and runs the engine's tests there,
// planted defects included: those show that the sanitizer sees into the arenas. Then the corpora of hostile programs and the
// fuzz targets, through a program without Node, which could not load an instrumented addon.
//
//   node scripts/asan.mjs [--seconds PER_TARGET] [--first SEED]
//
// For x86-64 Linux with glibc. `cc` passes the flag on to the C code once rustc says what it instruments for, which it does
// with RUSTC_BOOTSTRAP; so no nightly toolchain is needed.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { repository, run, runNode } from './processes.mjs';

const TARGET = 'x86_64-unknown-linux-gnu';
const PROFILE = ['--profile', 'dev-release', '--target', TARGET];
const FUZZ_TARGETS = ['values', 'modules', 'guests', 'answers'];

const text = /** @type {const} */ ({ type: 'string' });
const { values: given } = parseArgs({ options: { seconds: text, first: text } });

const env = {
  ...process.env,
  RUSTC_BOOTSTRAP: '1',
  RUSTFLAGS: '-Zsanitizer=address -Cforce-frame-pointers=yes --cfg isolated_runtime_asan',
  CARGO_TARGET_DIR: join(repository, 'target', 'asan'),
  // Faults are the engine's own to handle, on its own signal stacks; what it leaves behind in an arena is restored, not freed.
  ASAN_OPTIONS: [
    'handle_segv=0', 'handle_sigbus=0', 'handle_sigfpe=0', 'handle_sigill=0', 'handle_abort=0', 'allow_user_segv_handler=1',
    'use_sigaltstack=0', 'detect_stack_use_after_return=0', 'detect_leaks=0',
    // Programs recurse in ever new ways, and the sanitizer keeps each new stack for ever: 6 GiB in 25 minutes by default.
    'malloc_context_size=2', 'quarantine_size_mb=32',
  ].join(':'),
};

const program = join(env.CARGO_TARGET_DIR, TARGET, 'dev-release', 'isolated-runtime-fuzz');

async function attacksPass() {
  if (!runNode(['scripts/build.mjs', '--if-needed'])) return false;
  const { recordAttacks } = await import('./recorded-attacks.mjs');
  const { file, remove } = await recordAttacks();
  const passed = run(program, ['corpora', file], { env });
  remove();
  return passed;
}

/** @param {string} target */
function fuzz(target) {
  return run(program, [target, '--seed', given.first ?? '1', '--seconds', given.seconds ?? '30'], { env });
}

if (!run('cargo', ['build', '--package', 'isolated-runtime-fuzz', ...PROFILE], { env })) process.exit(1);
// All of them, whatever one says.
const results = [
  run('cargo', ['test', '--package', 'isolated-runtime-engine', '--lib', ...PROFILE], { env }),
  await attacksPass(),
  ...FUZZ_TARGETS.map(fuzz),
];
process.exit(results.includes(false) ? 1 : 0);
