import runService from './run-service.js';

export { runService, runService as default };
export const DEFAULT_TIMEOUT: typeof runService.DEFAULT_TIMEOUT;
export const stats: typeof runService.stats;
export type RunServiceConfig = runService.RunServiceConfig;
export type ServiceCallback = runService.ServiceCallback;
export type ServiceEnvironment = runService.ServiceEnvironment;
export type ServiceRequest = runService.ServiceRequest;
export type ServiceResponse = runService.ServiceResponse;
