'use strict';

/** What the exit status of a command says, and which errors it says it of. */

const errors = require('../errors');

const EXIT = Object.freeze({ ok: 0, guest: 1, usage: 2, limit: 3, internal: 4 });

/** The user asked for something that cannot be done as asked. */
class UsageError extends Error {}

const LIMITS = [
  errors.RuntimeTimeoutError, errors.CpuLimitError, errors.MemoryLimitError, errors.StackLimitError, errors.LimitError, errors.QueueFullError,
  errors.QueueTimeoutError,
];
const INTERNAL = [errors.EngineError, errors.RuntimeClosedError];

/**
 * By class: a guest can give its errors any code.
 * @param {any} error
 */
function exitCodeOf(error) {
  if (error instanceof UsageError) return EXIT.usage;
  if (LIMITS.some((Class) => error instanceof Class)) return EXIT.limit;
  if (INTERNAL.some((Class) => error instanceof Class) || error?.code === 'ERR_NO_BINARY') return EXIT.internal;
  return EXIT.guest;
}

const EXIT_HELP = `Exit status:
  0  done
  1  the guest failed: an exception, a missing module or function
  2  wrong usage: a flag, an argument, a file that is not there
  3  a limit was exceeded: time, CPU time, memory, size
  4  a defect of this program or its engine`;

module.exports = { EXIT, EXIT_HELP, UsageError, exitCodeOf };
