'use strict';

const { CodeRunner } = require('./lib/code-runner');
const errors = require('./lib/public-errors');

module.exports = Object.assign(CodeRunner, { CodeRunner, errors, default: CodeRunner });
