'use strict';
// The resolver hook: which copy of a package a customer gets. It is asked for what `node_modules` does not have,
// and its answer must lie in the allowed folders like any other.

const path = require('node:path');

module.exports = ({ folder, versions }) => (moduleName) =>
  Object.hasOwn(versions, moduleName) ? path.join(folder, moduleName, versions[moduleName]) : null;
