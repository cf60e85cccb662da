/// <reference types="node" />

/** Sizes are bytes, times are milliseconds. A run may lower a limit of its runtime; raising it: `RangeError`, `ERR_INVALID_ARG`. */
export interface Limits {
  /** Guest heap of a run in bytes, hard. Default 64 MiB, at least 1 MiB. Breach: `MemoryLimitError`, `ERR_MEMORY_LIMIT`. */
  memory?: number;
  /** Native stack for guest code in bytes. Default 4 MiB. Breach: the guest gets a `RangeError` it can catch; in native code: `StackLimitError`, `ERR_STACK_LIMIT`. */
  stack?: number;
  /** CPU time of the guest in milliseconds; waiting is free. Default: unlimited. Breach: `CpuLimitError`, `ERR_CPU_LIMIT`. */
  cpu?: number;
  /** Calls of host functions in all. Default 1,000. Breach: the guest gets an `Error`, `ERR_LIMIT`. */
  hostCalls?: number;
  /** Calls of host functions that wait for their answer at once. Default 64. Breach: the guest gets an `Error`, `ERR_LIMIT`. */
  hostCallsInFlight?: number;
  /** Timers and immediates pending at once. Default 1,000. Breach: the guest gets an `Error`, `ERR_LIMIT`. */
  timers?: number;
  /** Arguments, and context, as text, in bytes each. Default 16 MiB. Breach: `LimitError`, `ERR_LIMIT`; the code is not invoked. */
  argsBytes?: number;
  /** Values in the arguments, and in the context. Default 100,000. Breach: `LimitError`, `ERR_LIMIT`; the code is not invoked. */
  argsValues?: number;
  /** Result as text in bytes. Default 16 MiB. Breach: `LimitError`, `ERR_LIMIT`. */
  resultBytes?: number;
  /** Values in the result. Default 100,000. Breach: `LimitError`, `ERR_LIMIT`. */
  resultValues?: number;
  /** Console output in bytes. Default 64 KiB. What comes after is dropped, and the cut is marked. */
  consoleBytes?: number;
  /** One source file in bytes, before and after the compiler. Default 8 MiB. Breach: `LimitError`, `ERR_LIMIT`. */
  sourceBytes?: number;
  /** Modules one run may load. Default 1,000. Breach: `LimitError`, `ERR_LIMIT`. */
  modules?: number;
}

/** Names of generic-pool. Those marked *ignored* are accepted and checked, but have no meaning for native threads. */
export interface PoolOptions {
  /** Runs in flight at once; a run waiting for a timer holds no thread. Default 256. */
  max?: number;
  /** Sandboxes kept although idle. Default 0. */
  min?: number;
  /** Runs that may wait for a place. Default: unbounded. Breach: `QueueFullError`, `ERR_QUEUE_FULL`. */
  maxWaitingClients?: number;
  /** How long a run may wait for a place, in milliseconds. Default: unbounded. Breach: `QueueTimeoutError`, `ERR_QUEUE_TIMEOUT`. */
  acquireTimeoutMillis?: number;
  /** How long an idle sandbox is kept, in milliseconds. Default 30,000; 0 means 0. */
  idleTimeoutMillis?: number;
  /** Whether the run that has waited longest comes first. Default true. */
  fifo?: boolean;
  /** How many priorities there are. Default 1. */
  priorityRange?: number;
  /** Ignored. */ autostart?: boolean;
  /** Ignored. */ testOnBorrow?: boolean;
  /** Ignored. */ testOnReturn?: boolean;
  /** Ignored. */ softIdleTimeoutMillis?: number;
  /** Ignored. */ evictionRunIntervalMillis?: number;
  /** Ignored. */ numTestsPerEvictionRun?: number;
  /** Ignored. */ destroyTimeoutMillis?: number;
  /** Ignored. */ Promise?: PromiseConstructorLike;
}

export type ConsoleMethod = 'debug' | 'log' | 'info' | 'warn' | 'error';

/** Called for each console call of the guest; arguments are copies. */
export type ConsoleListener = (method: ConsoleMethod, ...args: any[]) => void;

/** How values cross: as JSON, or with dates, maps, sets, bigints, bytes, errors and cycles, both ways. */
export type ValueForm = 'json' | 'structured';

/**
 * Functions the guest may call, under the same names: `{ db: { get: async (key) => … } }`. There they are async; arguments
 * and results are copies, bytes included. What they throw arrives with its name, message and code, and nothing else.
 */
export interface HostFunctions {
  [name: string]: ((...args: any[]) => unknown) | HostFunctions;
}

/** What a run cost. Times are milliseconds, sizes bytes. Errors of runs carry one, too: `error.receipt`. */
export interface Receipt {
  /** Waiting for a place, a thread, or the hook thread: not the run's own doing. */
  queueTime: number;
  /** From its first instruction until it settled. */
  wallTime: number;
  /** CPU time of the threads that executed it; turns of less than a millisecond count with the time they took. */
  cpuTime: number;
  /** Waiting for hooks and host functions. */
  hostWaitTime: number;
  /** The most its heap held, the realm's own 230 KiB included. */
  peakBytes: number;
  modules: number;
  hostCalls: number;
  /** Arguments, context and results of host functions, as text. */
  bytesIn: number;
  /** Result and arguments of host functions, as text. */
  bytesOut: number;
  consoleBytesDropped: number;
  /** `done`, `error` for what guests throw, or the code of the error. */
  stoppedBy: string;
}

/** Any of them wrong: `TypeError` or `RangeError`, `ERR_INVALID_ARG`, naming the option, what was expected, what was given. */
export interface RuntimeOptions {
  /** The pool, in the words of generic-pool. Default: 256 runs in flight, no bound on those that wait. */
  poolOptions?: PoolOptions;
  /** Runs executing at once. Default: the machine's parallelism, at least 2. */
  threads?: number;
  /** Another name for `poolOptions.maxWaitingClients`; comes first if both are given. Default: unbounded. Breach: `QueueFullError`, `ERR_QUEUE_FULL`. */
  maxQueue?: number;
  /**
   * Bytes that all sandboxes of the runtime may hold together, idle ones included: heaps as far as they have grown, not
   * their limits. Beyond it runs wait for their turn, and a run that grows ends: `MemoryLimitError`, `ERR_MEMORY_LIMIT`,
   * whose message says "pool". Default: half of the machine's memory; `Infinity` for none.
   */
  poolMemory?: number;
  /**
   * Extensions of the guest's own source files, with or without the dot. Default `['js']`. They are tried where a name
   * lacks its extension. Named outright, `.json`, `.mjs`, `.cjs`, `.ts`, `.mts` and `.cts` always load.
   */
  sourceExtensions?: string[];
  /** Module exporting `(resolverOptions) => (moduleName, fromDir) => absolutePath | null`; runs in a thread of its own. Default: none. Throws: `HookError`, `ERR_HOOK`. */
  resolverModulePath?: string;
  /** Module exporting `(code, fileName) => code`; runs in a thread of its own. Default: none. Throws: `HookError`, `ERR_HOOK`. */
  compilerModulePath?: string;
  /** Wall clock of a run in milliseconds, timers and promises included, queueing excluded. Default 5,000. Breach: `RuntimeTimeoutError`, `ERR_TIMEOUT`. */
  timeout?: number;
  /** What each run may use up. Default: see each limit. */
  limits?: Limits;
  /** How results come back, and whether bytes cross. Default `'json'`. What cannot cross: `TypeError`, `ERR_VALUE`. */
  values?: ValueForm;
  /** Node's modules that guests may require, such as `['path', 'util']`; `[]` for none. Default: all that touch nothing outside the heap. */
  builtins?: string[];
  /** Whether code of packages finds inert stand-ins for modules that reach outside (`fs`, `http`, ...). Default true. */
  stubs?: boolean;
  /**
   * Locales besides English that guests' `Intl` and `toLocaleString` know, such as `['de', 'fr-CA']`: the whole language of each.
   * Needs the package `isolated-runtime-native-locales`. Default `[]`. A guest's own default stays `en-US`. Unknown or without the
   * package: `TypeError`, `ERR_INVALID_ARG`, with the locales that there are.
   */
  locales?: string[];
  /** Told what guests write to their console. Default: none, it goes nowhere. One that throws fails its run with what it threw. */
  onConsole?: ConsoleListener;
  /** What every run's guest may call. Default: none. */
  hostFunctions?: HostFunctions;
  /**
   * What becomes of a fault of the engine at an address that is neither the guest's stack nor its heap: memory may be
   * corrupt. `'terminate'` (the default) lets the process end; `'quarantine'` rejects the run with `ERR_ENGINE_FAULT`.
   */
  onEngineFault?: 'terminate' | 'quarantine';
}

/** Arguments that a module maps on the host's side before the function is called. */
export interface ResolvedArguments {
  /** Absolute path of a module exporting `(args) => args`; runs in a thread of its own. Throws: `HookError`, `ERR_HOOK`. */
  resolverPath: string;
  /** What it is given. Default `[]`. */
  original?: unknown[];
}

interface CommonRunOptions {
  /** Its keys become globals; `__globals__.__context__` has the whole. Default: none. What cannot cross: `TypeError`, `ERR_VALUE`. */
  context?: Record<string, unknown>;
  /** Aborting rejects with `signal.reason` and stops the run. Default: none. */
  signal?: AbortSignal;
  /** Milliseconds, at most the runtime's, which is the default. Breach: `RuntimeTimeoutError`, `ERR_TIMEOUT`. */
  timeout?: number;
  /** Each at most the runtime's, which is the default. */
  limits?: Limits;
  /** 0 (the default) comes first; below `poolOptions.priorityRange`. */
  priority?: number;
  /** Default: the runtime's. */
  values?: ValueForm;
  /** At most the runtime's, which are the default. */
  builtins?: string[];
  /** `false` turns the runtime's stand-ins off. Default: the runtime's. */
  stubs?: boolean;
  /** Default: the runtime's. */
  onConsole?: ConsoleListener;
  /** Beside those of the runtime; under the same name they come first. Default: none. */
  hostFunctions?: HostFunctions;
  /** Resolve with `{ result, receipt }`. Default false. */
  receipt?: boolean;
}

interface BaseRunOptions extends CommonRunOptions {
  /** Module below the folder, CommonJS or ES module; top-level await is awaited, within `timeout`. Missing or refused: `ModuleNotFound`, `MODULE_NOT_FOUND`, with a `reason`. */
  file: string;
  /** Export to call, `default` among them; its result is awaited. Not a function: `TypeError`, `<funcName> is not a function`. */
  funcName: string;
  /** Copied. Default `[]`. What cannot cross: `TypeError`, `ERR_VALUE`, with its path. */
  args?: readonly unknown[] | ResolvedArguments;
  /** Packages the guest's own files may require; patterns such as `@scope/*` and `*`. Their dependencies need no listing. Default: none. */
  external?: string[];
  /** Absolute folders allowed besides the customer's. Default: none. */
  whitelistedPaths?: string[];
  /** Handed to the resolver module. Default `undefined`. */
  resolverOptions?: unknown;
}

/** The customer's absolute folder, under either of its two names. */
export type RunOptions = BaseRunOptions & ({ root: string; folder?: string } | { folder: string; root?: string });

/** What is loaded. Each sandbox loads it once, when it is first needed there, from what the first one read: a changed file counts from the next `prepare` on. */
export type PrepareOptions = Pick<BaseRunOptions, 'file' | 'external' | 'whitelistedPaths' | 'resolverOptions' | 'timeout' | 'limits' | 'signal' | 'hostFunctions'> &
  ({ root: string; folder?: string } | { folder: string; root?: string });

export interface PreparedApplication {
  /** Calls one of its exports in a fresh heap. Keys of `context` become globals before the call; the modules have been loaded without them. */
  run<Result = any>(funcName: string, args?: readonly unknown[] | ResolvedArguments, options?: Omit<CommonRunOptions, 'hostFunctions'>): Promise<Result>;
  /** Gives back what is kept for it. Runs in flight go on. Idempotent. */
  close(): void;
}

export interface Stats {
  /** Threads alive, those in quarantine included. */ threads: number;
  /** Threads without work. */ idleThreads: number;
  /** Runs executing. */ running: number;
  /** Runs waiting for a timer; they hold no thread. */ parked: number;
  /** Runs waiting for a place. */ queued: number;
  /** Threads that hang in guest code although their run has been rejected. */ quarantined: number;
  /** Sandboxes alive. */ sandboxes: number;
  /** Sandboxes without a run. */ idleSandboxes: number;
  /** Bytes that sandboxes hold, as counted against `poolMemory`. */ memory: number;
  /** Sandboxes given up because the engine faulted in them, ever. */ engineFaults: number;
  /** Number of the hook thread in use; 0 for none. */ hookGeneration: number;
}

/** Runs functions out of customers' folders on native threads, each run in a fresh heap. */
export class IsolatedRuntime {
  static readonly DEFAULT_TIMEOUT: 5000;
  static readonly IsolatedRuntime: typeof IsolatedRuntime;
  static readonly CodeRunner: typeof CodeRunner;
  static readonly errors: typeof errors;
  constructor(options?: RuntimeOptions);
  /**
   * Calls a function of the guest. Never throws synchronously; settles exactly once.
   * @example
   * const total = await runtime.run<number>({ root: '/srv/acme', file: 'rules.js', funcName: 'total', args: [cart] });
   */
  run<Result = any>(options: RunOptions & { receipt: true }): Promise<{ result: Result; receipt: Receipt }>;
  run<Result = any>(options: RunOptions): Promise<Result>;
  /**
   * Loads an application once; each run then starts from there, still in a fresh heap. Its top-level code runs once per
   * sandbox, not once per run. Leaves it a timer or a call of a host function pending: `NotPreparableError`, `ERR_NOT_PREPARABLE`.
   * @example
   * const app = await runtime.prepare({ root: '/srv/acme', file: 'app.js', external: ['lodash'] });
   * const total = await app.run('total', [cart]);
   */
  prepare(options: PrepareOptions): Promise<PreparedApplication>;
  /** Lets runs in flight finish; afterwards `run()` rejects with `ERR_CLOSED`. Idempotent. */
  shutdown(): Promise<void>;
  /** As `shutdown`; with `force`, runs in flight are stopped and reject with `ERR_CLOSED`. */
  close(options?: { force?: boolean }): Promise<void>;
  /** As `shutdown`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>;
  stats(): Stats;
}

/** Hooks are functions here, and run on the host's event loop. */
export interface CodeRunnerOptions {
  /** The customer's absolute folder. Wrong: `TypeError`, `ERR_INVALID_ARG`, thrown by the constructor as for all these. */
  root: string;
  /** Another name for `root`. Default: `root`. */
  folder?: string;
  /** Module below the folder. Missing or refused: `ModuleNotFound`, `MODULE_NOT_FOUND`, with a `reason`. */
  file: string;
  /** Told what guests write to their console. Default: none, it goes nowhere. */
  onConsole?: ConsoleListener;
  /** Extensions of the guest's own source files, with or without the dot. Default `['js']`. `.json` always loads. */
  sourceExtensions?: string[];
  /** Source in, JavaScript out. Default: none. Throws: `HookError`, `ERR_HOOK`. */
  compiler?: (code: string, fileName: string) => string | Promise<string>;
  /** Packages the guest's own files may require; patterns such as `@scope/*` and `*`. Default: none. */
  external?: string[];
  /** Absolute folders allowed besides the customer's. Default: none. */
  whitelistedPaths?: string[];
  /** Absolute path of a module that is not found otherwise, or null. Default: none. Throws: `HookError`, `ERR_HOOK`. */
  resolve?: (moduleName: string, fromDir: string) => string | null | undefined | Promise<string | null | undefined>;
  /** Wall clock of a run in milliseconds. Default 5,000. Breach: `RuntimeTimeoutError`, `ERR_TIMEOUT`. */
  timeout?: number;
}

export interface CodeRunOptions extends CommonRunOptions {
  /** Export to call; its result is awaited. Not a function: `TypeError`, `<funcName> is not a function`. */
  funcName: string;
  /** Copied. Default `[]`. What cannot cross: `TypeError`, `ERR_VALUE`, with its path. */
  args?: readonly unknown[];
  /** Called after the function was found and before it runs. Default: none. Throws: `HookError`, `ERR_HOOK`. */
  running?: () => void;
  /** Maps the arguments; what it answers has to cross. Default: none. Throws: `HookError`, `ERR_HOOK`. */
  resolveArguments?: (args: any[]) => unknown[] | Promise<unknown[]>;
}

/** Runs functions of one module; all runners of a process share a pool that never keeps the process alive while idle. */
export class CodeRunner {
  constructor(options: CodeRunnerOptions);
  run<Result = any>(options: CodeRunOptions & { receipt: true }): Promise<{ result: Result; receipt: Receipt }>;
  run<Result = any>(options: CodeRunOptions): Promise<Result>;
}

export namespace errors {
  /** What all errors of this package have. Errors of guests keep their own class, name, message, stack, code and cause. */
  class IsolatedRuntimeError extends Error {
    readonly code: string;
    /** The limit that was exceeded, in its unit. */
    readonly limit?: number;
    /** What was measured against it. */
    readonly measured?: number;
    /** What the run had cost. */
    readonly receipt?: Receipt;
  }
  /** `ERR_TIMEOUT` */
  class RuntimeTimeoutError extends IsolatedRuntimeError {}
  /** `ERR_CPU_LIMIT` */
  class CpuLimitError extends IsolatedRuntimeError {}
  /** `ERR_MEMORY_LIMIT` */
  class MemoryLimitError extends IsolatedRuntimeError {}
  /** `ERR_STACK_LIMIT` */
  class StackLimitError extends IsolatedRuntimeError {}
  /** `ERR_LIMIT` */
  class LimitError extends IsolatedRuntimeError {}
  /** `ERR_QUEUE_FULL`, `ERR_POOL_EXHAUSTED` */
  class QueueFullError extends IsolatedRuntimeError {}
  /** `ERR_QUEUE_TIMEOUT` */
  class QueueTimeoutError extends IsolatedRuntimeError {}
  /** `ERR_NOT_PREPARABLE` */
  class NotPreparableError extends IsolatedRuntimeError {}
  /** `ERR_CLOSED` */
  class RuntimeClosedError extends IsolatedRuntimeError {}
  /** `ERR_ENGINE_FAULT`, `ERR_INTERNAL`: a defect of this package or its engine. */
  class EngineError extends IsolatedRuntimeError {}
  /** `ERR_HOOK`; `cause` is what the hook threw. */
  class HookError extends IsolatedRuntimeError {
    readonly hook: 'resolver hook' | 'compiler hook' | 'type stripper' | 'argument resolver' | 'running hook' | 'hook thread';
    /** The hook's module; null for functions. */
    readonly file: string | null;
  }
  /** `MODULE_NOT_FOUND`; `reason` says which rule refused which path, and what would allow it. */
  class ModuleNotFound extends IsolatedRuntimeError {
    readonly reason?: string;
  }
  const codes: readonly string[];
}

export default IsolatedRuntime;
