export * from './core.js';
export { CodeRunner as default } from './core.js';
