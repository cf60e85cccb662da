'use strict';
// Numbers and names that packages read when they load; recorded by scripts/node-surface.mjs.
module.exports = { constants: require('../../constants.json') };
