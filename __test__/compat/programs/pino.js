// kind: other; needs: Buffer, process, events, os, fs, path, util, url, worker_threads, diagnostics_channel, timers, module, vm, stream
'use strict';
const pino = require('pino');

module.exports.main = (input) => {
  const lines = [];
  const logger = pino({ base: { app: 'x' }, timestamp: false, redact: ['secret'], serializers: { user: (user) => user.name } }, { write: (line) => lines.push(JSON.parse(line)) });
  logger.info({ user: { name: input.name }, secret: 's' }, 'hello %s', 'world');
  logger.child({ id: 1 }).warn('child');
  logger.debug('never');
  logger.level = 'trace';
  logger.trace({ deep: { a: [1] } });
  return lines;
};
