// kind: other; needs: Buffer, process, events, http, path, fs, util, url, querystring, stream, crypto, string_decoder, zlib, tty, net, async_hooks, os, timers
'use strict';
const { EventEmitter } = require('events');
const express = require('express');

module.exports.main = (input) => new Promise((resolve, reject) => {
  const app = express();
  const seen = [];
  app.set('x', 1);
  app.use((req, _res, next) => { seen.push(req.url); next(); });
  const router = express.Router();
  router.get('/users/:id', (req, res) => res.answer({ id: req.params.id, query: req.query, base: req.baseUrl, hostname: req.hostname }));
  app.use('/api', router);
  app.use((error, _req, _res, _next) => reject(error));
  const req = Object.assign(new EventEmitter(), { method: 'GET', url: `/api/users/7?name=${input.name}&a[b]=1`, headers: { host: 'example.com:80' }, socket: {}, connection: {} });
  const res = Object.assign(new EventEmitter(), { setHeader() {}, getHeader() {}, answer: (value) => resolve({ value, seen, x: app.get('x'), routes: router.stack.length }) });
  app.handle(req, res, (error) => reject(error ?? new Error('nothing answered')));
});
