'use strict';
// Node's `inspect` and `format`, extracted by a package. What it cannot know in plain JavaScript it asks of the engine:
// scripts/bundle-guest.mjs puts those calls in.
module.exports = require('node-inspect-extracted');
