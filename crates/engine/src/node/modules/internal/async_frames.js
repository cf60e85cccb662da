'use strict';
// Which stores are in force: a frame, which follows whatever continues later. Callbacks of timers, ticks, microtasks and `then`
// are wrapped in the frame they were made in. What resumes behind an `await` cannot be wrapped: there the frame is set by a
// microtask of ours that the engine runs right before it.
//
// - An `await` of a promise reads its `constructor` and then subscribes. The getter below subscribes first.
// - An `await` of anything else makes a promise, which the engine announces. When that is fulfilled, and before its reactions
//   are queued, the engine announces that, too, and a microtask that sets the frame gets in front of them.
//
// Every job that runs code of guests so has its frame set or brings its own. Programs without stores pay nothing of this.

const promiseDetails = native('promiseDetails');
const watchPromises = native('watchPromises');
const enqueue = globalThis.queueMicrotask;
const { then, resolve } = { then: Promise.prototype.then, resolve: Promise.resolve };

const PENDING = 0;
/** What the engine announces of a promise. */
const MADE = 0;
const FULFILLED = 1;
const THENABLE_BEGINS = 2;

/** A Map of stores, never changed once it is in force. */
const NONE = new Map();
let frame = NONE;
/** The frames in which promises without a parent were made. */
const madeIn = new WeakMap();
/** What was in force before the `then` of a thenable was called; `undefined` while none is. */
let beforeThenable;
/** Whose `constructor` is read by what is no `await`. */
let notAwaited;
let isWatching = false;
let willForget = false;

const current = () => frame;

/** Whatever is queued now runs in its own frame; when all of that is done, none is in force. */
function set(wanted) {
  frame = wanted;
  if (wanted === NONE || willForget) return;
  willForget = true;
  enqueue(() => {
    willForget = false;
    frame = NONE;
  });
}

function within(wanted, callback, receiver, args) {
  const before = frame;
  frame = wanted;
  try {
    return Reflect.apply(callback, receiver, args);
  } finally {
    frame = before;
  }
}

const setting = (wanted) => () => set(wanted);

/** A callback that runs in the frame it was made in. */
function bound(callback) {
  if (typeof callback !== 'function') return callback;
  const own = frame;
  return function (...args) { return within(own, callback, this, args); };
}

/** For the functions by which the engine settles a promise: what waits for that goes on in the frame in force now. */
function settling(callback) {
  const own = frame;
  return function (...args) {
    enqueue(setting(own));
    return within(own, callback, this, args);
  };
}

/** The next reaction to this promise goes on in the frame in force now. */
function announceAwait(promise) {
  const resume = setting(frame);
  if (promiseDetails(promise)[0] !== PENDING) {
    enqueue(resume);
    return;
  }
  notAwaited = promise;
  Reflect.apply(then, promise, [resume, resume]);
}

function onPromise(what, promise) {
  if (what === MADE) madeIn.set(promise, frame);
  else if (what === FULFILLED) {
    const own = madeIn.get(promise);
    if (own !== undefined) enqueue(setting(own));
  } else if (what === THENABLE_BEGINS) {
    beforeThenable = frame;
    frame = madeIn.get(promise) ?? frame;
    // For a thenable that rejects at once; when it does so later, nothing announces it.
    enqueue(setting(frame));
  } else {
    frame = beforeThenable;
    beforeThenable = undefined;
  }
}

/** A method under the name and with the attributes of the one it stands in for. */
function replace(object, name, make) {
  const descriptor = Object.getOwnPropertyDescriptor(object, name);
  const { [name]: value } = make(descriptor.value);
  Object.defineProperty(value, 'length', { value: descriptor.value.length, configurable: true });
  Object.defineProperty(object, name, { ...descriptor, value });
}

function follow() {
  if (isWatching) return;
  isWatching = true;
  const first = (name) => (original) => ({
    [name](callback, ...rest) { return Reflect.apply(original, this, [bound(callback), ...rest]); },
  });
  for (const name of ['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask']) replace(globalThis, name, first(name));
  replace(process, 'nextTick', first('nextTick'));
  replace(Promise.prototype, 'then', () => ({
    then(onFulfilled, onRejected) {
      const wrap = beforeThenable === undefined ? bound : settling;
      notAwaited = this;
      return Reflect.apply(then, this, [wrap(onFulfilled), wrap(onRejected)]);
    },
  }));
  replace(Promise, 'resolve', () => ({
    resolve(value) {
      notAwaited = value;
      return Reflect.apply(resolve, this, [value]);
    },
  }));
  const constructor = Promise;
  Object.defineProperty(Promise.prototype, 'constructor', {
    configurable: true,
    get() {
      if (notAwaited === this) notAwaited = undefined;
      else if (this instanceof constructor) announceAwait(this);
      return constructor;
    },
    set(value) { Object.defineProperty(this, 'constructor', { value, configurable: true, enumerable: true, writable: true }); },
  });
  watchPromises(onPromise);
}

module.exports = { bound, current, follow, set, within };
