'use strict';

/**
 * What services know as `req.socket`: what the host says of the connection, and as much of a socket as middleware asks for to
 * learn whether the client is still there. Runs inside the guest.
 */

const { EventEmitter } = require('events');

class ServiceConnection extends EventEmitter {
  /** @param {Record<string, any>} described */
  constructor(described) {
    super();
    // It shows what the host said, and nothing of how events are kept.
    for (const key of Object.keys(this)) Object.defineProperty(this, key, { enumerable: false });
    Object.assign(this, described);
    for (const [key, value] of Object.entries({ readable: true, writable: true, destroyed: false })) {
      Object.defineProperty(this, key, { value, writable: true, enumerable: false, configurable: true });
    }
  }

  /** The client is gone. */
  close() {
    Object.assign(this, { readable: false, writable: false, destroyed: true });
    this.emit('close', true);
  }

  /** Time-outs, delays and the like are the host's business. */
  setTimeout() {
    return this;
  }

  setNoDelay() {
    return this;
  }

  setKeepAlive() {
    return this;
  }
}

module.exports = { ServiceConnection };
