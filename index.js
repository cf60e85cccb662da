'use strict';

const { IsolatedRuntime } = require('./lib/isolated-runtime');
const { CodeRunner } = require('./lib/code-runner');
const errors = require('./lib/public-errors');

// The class itself, so that `const IsolatedRuntime = require(…)` and `const { IsolatedRuntime } = require(…)` both work.
module.exports = Object.assign(IsolatedRuntime, { IsolatedRuntime, CodeRunner, errors, default: IsolatedRuntime });
