// What the declarations allow and refuse. Compiled by `npm run check`, never run.
import IsolatedRuntime = require('isolated-runtime-native');
import core = require('isolated-runtime-native/core');
import runService = require('isolated-runtime-native/run-service');

const { CodeRunner, errors } = IsolatedRuntime;

async function drops_in(): Promise<void> {
  const runtime = new IsolatedRuntime.IsolatedRuntime({
    poolOptions: { max: 4, maxWaitingClients: 10, acquireTimeoutMillis: 100, testOnBorrow: true },
    sourceExtensions: ['js', '.ts'],
    compilerModulePath: '/srv/compiler.js',
    resolverModulePath: '/srv/resolver.js',
    timeout: IsolatedRuntime.IsolatedRuntime.DEFAULT_TIMEOUT,
    limits: { memory: 1 << 24 },
  });
  const answer: number = await runtime.run<number>({
    root: '/srv/acme',
    file: 'rules.js',
    funcName: 'total',
    args: [1, new Map()],
    context: { tenant: 'acme' },
    external: ['lodash', '@scope/*'],
    whitelistedPaths: ['/srv/shared'],
    resolverOptions: { any: 'thing' },
    signal: new AbortController().signal,
  });
  await runtime.run({ folder: '/srv/acme', file: 'rules.js', funcName: 'f', args: { resolverPath: '/srv/args.js', original: [answer] } });
  await runtime.shutdown();
  await runtime.close({ force: true });

  const { result, receipt } = await runtime.run<string>({ root: '/srv/acme', file: 'rules.js', funcName: 'total', receipt: true });
  void [result.length, receipt.cpuTime, receipt.stoppedBy];
  const disposed: Promise<void> = runtime[Symbol.asyncDispose]();
  void disposed;

  // @ts-expect-error one of root and folder is needed
  await runtime.run({ file: 'rules.js', funcName: 'total' });
  // @ts-expect-error a file is needed
  await runtime.run({ root: '/srv/acme', funcName: 'total' });
  // @ts-expect-error arguments are a list
  await runtime.run({ root: '/srv/acme', file: 'rules.js', funcName: 'total', args: 'one' });
  // @ts-expect-error hooks of a runtime are paths, not functions
  void new IsolatedRuntime.IsolatedRuntime({ compilerModulePath: (code: string) => code });
  // @ts-expect-error there is no such limit
  void new IsolatedRuntime.IsolatedRuntime({ limits: { memmory: 1 } });
}

async function runs_code_with_function_hooks(): Promise<void> {
  const runner = new core.CodeRunner({ root: '/srv/acme', file: 'index.js', compiler: (code) => code, resolve: () => null, onConsole: (method, ...args) => void [method, args] });
  await runner.run({ funcName: 'f', args: [], running: () => undefined, resolveArguments: async (args) => args });
  // @ts-expect-error the function's name is needed
  await runner.run({ args: [] });
  // @ts-expect-error only the five console methods are reported
  void new CodeRunner({ root: '/srv', file: 'index.js', onConsole: (method: 'table') => method });
}

function errors_are_classes(error: unknown): string | number | undefined {
  if (error instanceof errors.RuntimeTimeoutError) return error.limit;
  if (error instanceof errors.HookError) return error.hook;
  return error instanceof errors.ModuleNotFound ? error.reason : undefined;
}

async function runs_services(req: NodeJS.ReadableStream, res: NodeJS.WritableStream): Promise<number | undefined> {
  const config: runService.RunServiceConfig = { service: (hook: any) => hook.res.end(), env: { req, res, params: { a: 1 }, anything: 'else' }, vm: { log: (text: string) => text } };
  const receipt = await runService(config)((error, result) => void [error, result]);
  void runService.default({ file: '/srv/service.js', root: '/srv', env: { req, res, customTimeout: 5 }, errorHandler: (error) => error.code })();
  // @ts-expect-error a service is needed
  void runService({ env: { req, res } });
  // @ts-expect-error a response is needed
  void runService({ service: '', env: { req } });
  return receipt?.cpuTime;
}

void runs_services;
void drops_in;
void runs_code_with_function_hooks;
void errors_are_classes;
