import IsolatedRuntime from './index.js';

export const { CodeRunner, errors } = IsolatedRuntime;
export { IsolatedRuntime, IsolatedRuntime as default };
