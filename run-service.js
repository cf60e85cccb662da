'use strict';

module.exports = require('./lib/run-service');
