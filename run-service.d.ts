import type { ConsoleListener, Limits, Receipt, Stats } from './index';

/**
 * Starts a service when the function it answers is called. That resolves when the response has been ended; it rejects only
 * where neither an `errorHandler` nor a callback hears of the error.
 *
 * Throws at once: `service is undefined`, `req is undefined`, `res is undefined`, and a `TypeError` or `RangeError` with the
 * code `ERR_INVALID_ARG` for wrong options.
 * @example
 * http.createServer((req, res) => {
 *   runService({ service: source, env: { req, res }, errorHandler: (error) => res.destroy(error) })();
 * });
 */
declare function runService(config: runService.RunServiceConfig): (callback?: runService.ServiceCallback) => Promise<Receipt | undefined>;

declare namespace runService {
  export { runService, runService as default };
  export const DEFAULT_TIMEOUT: 10_000;
  /** Figures of the pool that all services of the process share. */
  export function stats(): Stats;

  /** Any stream of bytes, or an HTTP request. */
  export type ServiceRequest = NodeJS.ReadableStream;
  /** Any stream that takes bytes, or an HTTP response. */
  export type ServiceResponse = NodeJS.WritableStream;

  export interface ServiceEnvironment {
    /** Its properties that can be copied are found on `hook.req` and on `hook`. */
    req: ServiceRequest;
    res: ServiceResponse;
    /** `hook.params`; `{}` by default. */
    params?: Record<string, unknown>;
    /** `language: 'babel'` or `'es7'`: the call is `module.exports.default(hook, res, cb)`, and a rejection ends the response. */
    resource?: { language?: string; [key: string]: unknown };
    /** `hook.streaming`; by default, whether `req` has data waiting. */
    isStreaming?: boolean;
    /** ms until `res.end()`; default 10,000. */
    customTimeout?: number;
    /** Found on `hook` and on `hook.env`, as copies; what cannot be copied is left out. */
    [key: string]: unknown;
  }

  interface CommonConfig {
    env: ServiceEnvironment;
    /**
     * Variables of the service: copies of values, and functions, which it calls as async functions. Live objects are not handed
     * over; `require` and its like are always the sandbox's own. A `console` hears what the service logs.
     */
    vm?: Record<string, unknown>;
    /** Hears every error: of the service, of the streams, of limits. */
    errorHandler?: (error: any) => void;
    /** Packages that the service may require. */
    external?: string[];
    /** Lower limits than the default ones. */
    limits?: Limits;
    /** ms until `res.end()`, where `env.customTimeout` says nothing. */
    timeout?: number;
    onConsole?: ConsoleListener;
  }

  export type RunServiceConfig = CommonConfig & (
    | {
      /** Source text that assigns `module.exports` or has a default export, or a function, whose source text is used. */
      service: string | ((...args: any[]) => unknown);
      file?: undefined;
      /** The folder in whose `node_modules` its packages are. */
      root?: string;
    }
    | {
      service?: undefined;
      /** Absolute path of a service, which may require what lies beside it. */
      file: string;
      /** The folder it may read; the file's own by default. */
      root?: string;
    }
  );

  /** Called once: by the service as its `cb`, or when it has ended its response, or with what went wrong. */
  export type ServiceCallback = (error: any, result?: any) => void;
}

export = runService;
