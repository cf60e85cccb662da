export * from './index.js';
export { IsolatedRuntime as default } from './index.js';
