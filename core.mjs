import CodeRunner from './core.js';

export const { errors } = CodeRunner;
export { CodeRunner, CodeRunner as default };
