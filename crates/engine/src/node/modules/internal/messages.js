'use strict';
// `MessageChannel`: two ports of one heap. Messages are cloned when they are sent and arrive in a later turn.

const { ADDED, EventTarget, MessageEvent, handler, tag } = require('internal/event-target');
const { structuredClone } = require('internal/clone');

const MAKE = Symbol('make');

class MessagePort extends EventTarget {
  #other = null;
  #queue = [];
  #isStarted = false;
  #isClosed = false;

  constructor(key = undefined) {
    if (key !== MAKE) throw new TypeError('Illegal constructor');
    super();
  }

  static connect(left, right) {
    left.#other = right;
    right.#other = left;
  }

  postMessage(message, options = undefined) {
    const transfer = Array.isArray(options) ? options : options?.transfer;
    const data = structuredClone(message, { transfer });
    if (this.#isClosed || this.#other === null) return;
    this.#other.#queue.push(data);
    this.#other.#deliver();
  }

  start() {
    this.#isStarted = true;
    this.#deliver();
  }

  close() {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#other?.close();
    setImmediate(() => this.dispatchEvent(new Event('close')));
  }

  ref() {}
  unref() {}
  hasRef() { return false; }

  /** Node's own ports are event emitters as well. */
  on(type, listener) {
    this.addEventListener(type, type === 'message' ? (event) => listener.call(this, event.data) : listener);
    return this;
  }

  [ADDED](type) { if (type === 'message') this.start(); }

  #deliver() {
    if (!this.#isStarted || this.#queue.length === 0) return;
    setImmediate(() => {
      if (this.#queue.length > 0 && !this.#isClosed) this.dispatchEvent(new MessageEvent('message', { data: this.#queue.shift() }));
    });
  }
}
tag(MessagePort, 'MessagePort');
handler(MessagePort, 'message');
handler(MessagePort, 'messageerror');

class MessageChannel {
  constructor() {
    this.port1 = new MessagePort(MAKE);
    this.port2 = new MessagePort(MAKE);
    MessagePort.connect(this.port1, this.port2);
  }
}

module.exports = { MessageChannel, MessagePort };
