import { CodeRunner } from './index';

export { CodeRunner, errors } from './index';
export type { CodeRunnerOptions, CodeRunOptions, ConsoleListener, ConsoleMethod } from './index';
export default CodeRunner;
