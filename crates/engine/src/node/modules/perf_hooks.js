'use strict';

const {
  Performance, PerformanceEntry, PerformanceMark, PerformanceMeasure, PerformanceObserver, PerformanceObserverEntryList, PerformanceResourceTiming,
} = require('internal/performance');

/** Counts what it is told; nothing is measured behind the guest's back. */
function createHistogram() {
  const values = [];
  const sorted = () => [...values].sort((left, right) => left - right);
  return {
    record: (value) => { values.push(Number(value)); },
    recordDelta() {},
    reset: () => { values.length = 0; },
    enable: () => true,
    disable: () => true,
    get count() { return values.length; },
    get min() { return values.length === 0 ? 2 ** 63 : Math.min(...values); },
    get max() { return values.length === 0 ? 0 : Math.max(...values); },
    get mean() { return values.length === 0 ? NaN : values.reduce((sum, value) => sum + value, 0) / values.length; },
    get stddev() { return NaN; },
    get exceeds() { return 0; },
    percentile: (percent) => sorted()[Math.max(0, Math.ceil((percent / 100) * values.length) - 1)] ?? 0,
    percentiles: new Map(),
  };
}

module.exports = {
  Performance, PerformanceEntry, PerformanceMark, PerformanceMeasure, PerformanceObserver, PerformanceObserverEntryList, PerformanceResourceTiming,
  monitorEventLoopDelay: createHistogram,
  eventLoopUtilization: () => ({ idle: 0, active: 0, utilization: 0 }),
  timerify: (callback) => callback,
  createHistogram,
  get performance() { return globalThis.performance; },
  constants: require('internal/constants').constants.perf_hooks,
};
