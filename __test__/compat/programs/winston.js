// kind: other; needs: Buffer, process, events, stream, string_decoder, util, os, fs, http, https, tty, zlib, timers
'use strict';
const { Writable } = require('stream');
const winston = require('winston');

module.exports.main = (input) => new Promise((resolve) => {
  const lines = [];
  const stream = new Writable({ write(chunk, _encoding, callback) { lines.push(String(chunk).trim()); callback(); } });
  const { combine, errors, json, printf, splat } = winston.format;
  const logger = winston.createLogger({
    level: 'info', format: combine(errors(), splat(), json()), defaultMeta: { app: 'x' },
    transports: [new winston.transports.Stream({ stream }), new winston.transports.Stream({ stream, level: 'error', format: printf(({ level, message }) => `${level}: ${message}`) })],
  });
  logger.info('hello %s', input.name);
  logger.debug('never');
  logger.error(new Error('bad'));
  logger.child({ id: 7 }).warn('child');
  logger.on('finish', () => setTimeout(() => resolve(lines), 5));
  logger.end();
});
