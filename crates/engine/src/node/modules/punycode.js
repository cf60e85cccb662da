'use strict';
module.exports = { ...require('punycode/'), version: '2.1.0' };
