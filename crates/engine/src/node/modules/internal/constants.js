'use strict';
// Numbers and names that packages read when they load; recorded by scripts/node-surface.mjs.
const constants = require('../../constants.json');

// What JSON cannot say.
constants.zlib.Z_MAX_CHUNK = Infinity;

module.exports = { constants };
