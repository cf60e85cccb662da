// The same declarations, as an ES module sees them.
import IsolatedRuntime, { CodeRunner, errors, IsolatedRuntime as Named } from 'isolated-runtime-native';
import { CodeRunner as FromCore } from 'isolated-runtime-native/core';
import runService, { DEFAULT_TIMEOUT, runService as named, type ServiceEnvironment } from 'isolated-runtime-native/run-service';

const runtime: Named = new IsolatedRuntime();
const runner: FromCore = new CodeRunner({ root: '/srv', file: 'index.js' });
const isOurs = (error: unknown): error is errors.IsolatedRuntimeError => error instanceof errors.IsolatedRuntimeError;

// @ts-expect-error a runtime is not a runner
const wrong: FromCore = runtime;

const start = (env: ServiceEnvironment) => [runService({ service: '', env }), named({ service: '', env, timeout: DEFAULT_TIMEOUT })];

void [runner, isOurs, wrong, start];
