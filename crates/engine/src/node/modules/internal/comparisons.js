'use strict';
// Deep equality as `assert` and `util.isDeepStrictEqual` have it.
module.exports = require('../../../../../../node_modules/assert/build/internal/util/comparisons.js');
