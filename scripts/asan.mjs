// Builds engine, C shim and QuickJS for AddressSanitizer, in a target folder of its own, and runs the engine's tests there,
// planted defects included: those show that the sanitizer sees into the arenas.
//
//   node scripts/asan.mjs
//
// For x86-64 Linux with glibc. `cc` passes the flag on to the C code once rustc says what it instruments for, which it does
// with RUSTC_BOOTSTRAP; so no nightly toolchain is needed.
import { join } from 'node:path';
import { repository, run } from './processes.mjs';

const TARGET = 'x86_64-unknown-linux-gnu';
const PROFILE = ['--profile', 'dev-release', '--target', TARGET];

const env = {
  ...process.env,
  RUSTC_BOOTSTRAP: '1',
  RUSTFLAGS: '-Zsanitizer=address -Cforce-frame-pointers=yes --cfg isolated_runtime_asan',
  CARGO_TARGET_DIR: join(repository, 'target', 'asan'),
  // Faults are the engine's own to handle, on its own signal stacks; what it leaves behind in an arena is restored, not freed.
  ASAN_OPTIONS: [
    'handle_segv=0', 'handle_sigbus=0', 'handle_sigfpe=0', 'handle_sigill=0', 'handle_abort=0', 'allow_user_segv_handler=1',
    'use_sigaltstack=0', 'detect_stack_use_after_return=0', 'detect_leaks=0',
  ].join(':'),
};

const passed = run('cargo', ['test', '--package', 'isolated-runtime-engine', '--lib', ...PROFILE], { env });
process.exit(passed ? 0 : 1);
