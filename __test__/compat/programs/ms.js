// kind: dates; needs: none
'use strict';
const ms = require('ms');

module.exports.main = () => [ms('2 days'), ms('1.5h'), ms(60000), ms(2 * 60000, { long: true }), ms('-3 min'), ms('100')];
