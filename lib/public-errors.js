'use strict';

/** The error classes as users get them: `errors.RuntimeTimeoutError`, `errors.ModuleNotFound`, and the rest. */

const errors = require('./errors');

const { ENGINE_CODES, HOST_CODES } = errors;
const isClass = (/** @type {[string, unknown]} */ [, value]) => typeof value === 'function' && value.prototype instanceof Error;
const classes = Object.fromEntries(Object.entries(errors).filter(isClass));

module.exports = Object.freeze({ ...classes, codes: Object.freeze([...ENGINE_CODES, ...HOST_CODES]) });
