'use strict';
// `performance`: whole milliseconds since the run began. Finer clocks help side channels, not customers.

const { EventTarget, tag } = require('internal/event-target');

const now = native('now');

class PerformanceEntry {
  constructor(name, entryType, startTime, duration, detail = null) { Object.assign(this, { name, entryType, startTime, duration, detail }); }
  toJSON() { return { ...this }; }
}
class PerformanceMark extends PerformanceEntry {
  constructor(name, options = {}) { super(`${name}`, 'mark', options.startTime ?? now(), 0, options.detail ?? null); }
}
class PerformanceMeasure extends PerformanceEntry {}
class PerformanceObserverEntryList {}
class PerformanceResourceTiming extends PerformanceEntry {}

/** Hears nothing: entries are kept, not announced. */
class PerformanceObserver {
  static supportedEntryTypes = Object.freeze(['mark', 'measure']);
  observe() {}
  disconnect() {}
  takeRecords() { return []; }
}

class Performance extends EventTarget {
  #entries = [];
  // As the engine's `Date` has it, without fractions.
  #origin = Date.now() - now();

  now() { return now(); }
  get timeOrigin() { return this.#origin; }
  get nodeTiming() { return { name: 'node', entryType: 'node', startTime: 0, duration: now(), nodeStart: 0, v8Start: 0, environment: 0, bootstrapComplete: 0, loopStart: 0, loopExit: -1, idleTime: 0 }; }
  mark(name, options) { return this.#add(new PerformanceMark(name, options)); }

  measure(name, startOrOptions = undefined, end = undefined) {
    const options = startOrOptions !== null && typeof startOrOptions === 'object' ? startOrOptions : { start: startOrOptions, end };
    const to = options.end !== undefined ? this.#time(options.end) : now();
    const from = options.start === undefined ? 0 : this.#time(options.start);
    const duration = options.duration ?? to - from;
    return this.#add(new PerformanceMeasure(`${name}`, 'measure', from, duration, options.detail ?? null));
  }

  clearMarks(name) { this.#clear('mark', name); }
  clearMeasures(name) { this.#clear('measure', name); }
  clearResourceTimings() {}
  setResourceTimingBufferSize() {}
  markResourceTiming() {}
  getEntries() { return [...this.#entries]; }
  getEntriesByName(name, type) { return this.#entries.filter((entry) => entry.name === name && (type === undefined || entry.entryType === type)); }
  getEntriesByType(type) { return this.#entries.filter((entry) => entry.entryType === type); }
  eventLoopUtilization() { return { idle: 0, active: 0, utilization: 0 }; }
  timerify(callback) { return callback; }
  toJSON() { return { timeOrigin: this.timeOrigin, nodeTiming: this.nodeTiming }; }

  #add(entry) {
    this.#entries.push(entry);
    return entry;
  }

  #clear(type, name) { this.#entries = this.#entries.filter((entry) => entry.entryType !== type || (name !== undefined && entry.name !== name)); }

  #time(mark) {
    if (typeof mark === 'number') return mark;
    const found = this.#entries.findLast((entry) => entry.name === mark);
    if (found === undefined) throw new DOMException(`The "${mark}" performance mark has not been set`, 'SyntaxError');
    return found.startTime;
  }
}
tag(Performance, 'Performance');

module.exports = {
  Performance, PerformanceEntry, PerformanceMark, PerformanceMeasure, PerformanceObserver, PerformanceObserverEntryList, PerformanceResourceTiming,
  performance: new Performance(),
};
