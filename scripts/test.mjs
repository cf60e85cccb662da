// Everything that `npm test` means: cargo's tests and Node's, on the same build of the engine.
import { run, runNode } from './processes.mjs';
import { publicTests, repositoryTests } from './test-files.mjs';

if (!runNode(['scripts/build.mjs', '--if-needed'])) process.exit(1);

// Both run whatever the other says: one look at the output then shows everything that is broken.
const rustPassed = run('cargo', ['test', '--workspace', '--profile', 'dev-release']);
const nodePassed = runNode(['--test', ...publicTests(), ...repositoryTests()]);
process.exit(rustPassed && nodePassed ? 0 : 1);
