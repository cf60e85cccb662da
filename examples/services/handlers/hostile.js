'use strict';
// Tries what it is asked for: every attempt ends with this one request.

const ATTEMPTS = {
  loop: () => { for (;;); },
  promises: () => { for (;;) new Promise(() => { for (;;); }); },
  memory: () => { const all = []; for (;;) all.push(new Uint8Array(1e6).fill(1)); },
  flood: (hook) => { for (;;) hook.res.write('x'.repeat(65_536)); },
  silence: () => {},
  files: () => require('fs').readFileSync('/etc/passwd'),
  neighbour: () => require('../serve-them.js'),
  exit: () => process.exit(1),
  smuggle: (hook) => { hook.res.setHeader('Content-Length', 2); hook.res.end('okHTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged'); },
};

module.exports = (hook) => ATTEMPTS[hook.params.attempt](hook);
