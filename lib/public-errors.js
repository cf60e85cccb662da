'use strict';

/** The error classes as users get them: `errors.RuntimeTimeoutError`, `errors.ModuleNotFound`, and the rest. */

const { fromFailure, invalid, ENGINE_CODES, HOST_CODES, ...classes } = require('./errors');

module.exports = Object.freeze({ ...classes, codes: Object.freeze([...ENGINE_CODES, ...HOST_CODES]) });
