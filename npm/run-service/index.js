#!/usr/bin/env node
'use strict';

// run-service under its old name: npm install run-service@npm:isolated-runtime-native-run-service
const path = require('node:path');

if (require.main === module) {
  const folder = path.dirname(require.resolve('isolated-runtime-native/package.json'));
  require(path.join(folder, 'bin', 'run-service.js'));
} else {
  module.exports = require('isolated-runtime-native/run-service');
}
