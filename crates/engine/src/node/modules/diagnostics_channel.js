'use strict';

const { check, wrongType } = require('internal/errors');

const channels = new Map();

class Channel {
  _subscribers = [];
  _stores = new Map();

  constructor(name) { this.name = name; }
  get hasSubscribers() { return this._subscribers.length > 0 || this._stores.size > 0; }

  subscribe(listener) {
    check.func(listener, 'subscription');
    this._subscribers = [...this._subscribers, listener];
  }

  unsubscribe(listener) {
    const at = this._subscribers.indexOf(listener);
    this._subscribers = this._subscribers.filter((_, index) => index !== at);
    return at >= 0;
  }

  bindStore(store, transform = (value) => value) { this._stores.set(store, transform); }
  unbindStore(store) { return this._stores.delete(store); }

  publish(data) {
    for (const listener of this._subscribers) {
      try {
        listener(data, this.name);
      } catch (error) {
        process.nextTick(() => { throw error; });
      }
    }
  }

  runStores(data, callback, receiver, ...args) {
    let run = () => {
      this.publish(data);
      return Reflect.apply(callback, receiver, args);
    };
    for (const [store, transform] of this._stores) {
      const inner = run;
      run = () => store.run(transform(data), inner);
    }
    return run();
  }
}

function channel(name) {
  if (typeof name !== 'string' && typeof name !== 'symbol') throw wrongType('channel', 'of type string or symbol', name);
  if (!channels.has(name)) channels.set(name, new Channel(name));
  return channels.get(name);
}

const EVENTS = ['start', 'end', 'asyncStart', 'asyncEnd', 'error'];

class TracingChannel {
  constructor(names) {
    for (const event of EVENTS) this[event] = typeof names === 'string' ? channel(`tracing:${names}:${event}`) : names[event];
  }

  get hasSubscribers() { return EVENTS.some((event) => this[event]?.hasSubscribers); }
  subscribe(handlers) { for (const event of EVENTS) if (handlers[event]) this[event]?.subscribe(handlers[event]); }
  unsubscribe(handlers) { return EVENTS.filter((event) => handlers[event]).every((event) => this[event]?.unsubscribe(handlers[event])); }

  traceSync(callback, context = {}, receiver = undefined, ...args) {
    return this.start.runStores(context, () => {
      try {
        return (context.result = Reflect.apply(callback, receiver, args));
      } catch (error) {
        context.error = error;
        this.error.publish(context);
        throw error;
      } finally {
        this.end.publish(context);
      }
    });
  }

  tracePromise(callback, context = {}, receiver = undefined, ...args) {
    const settled = (key, publishError) => (value) => {
      context[key] = value;
      if (publishError) this.error.publish(context);
      this.asyncStart.publish(context);
      this.asyncEnd.publish(context);
      if (publishError) throw value;
      return value;
    };
    return this.start.runStores(context, () => {
      try {
        return Promise.resolve(Reflect.apply(callback, receiver, args)).then(settled('result', false), settled('error', true));
      } catch (error) {
        context.error = error;
        this.error.publish(context);
        throw error;
      } finally {
        this.end.publish(context);
      }
    });
  }

  traceCallback(callback, position = -1, context = {}, receiver = undefined, ...args) {
    const done = args.at(position);
    const wrapped = (error, value) => {
      if (error) {
        context.error = error;
        this.error.publish(context);
      } else {
        context.result = value;
      }
      return this.asyncStart.runStores(context, () => {
        try {
          return Reflect.apply(done, receiver, [error, value]);
        } finally {
          this.asyncEnd.publish(context);
        }
      });
    };
    args.splice(position, 1, wrapped);
    return this.start.runStores(context, () => {
      try {
        return Reflect.apply(callback, receiver, args);
      } finally {
        this.end.publish(context);
      }
    });
  }
}

module.exports = {
  channel,
  hasSubscribers: (name) => channels.get(name)?.hasSubscribers ?? false,
  subscribe: (name, listener) => channel(name).subscribe(listener),
  unsubscribe: (name, listener) => channel(name).unsubscribe(listener),
  tracingChannel: (names) => new TracingChannel(names),
  Channel,
};
