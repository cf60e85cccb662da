'use strict';
module.exports = require('@pkgjs/parseargs');
