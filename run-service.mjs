import runService from './run-service.js';

export { runService, runService as default };
export const { DEFAULT_TIMEOUT, stats } = runService;
