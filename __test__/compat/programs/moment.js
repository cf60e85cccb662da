// kind: dates; needs: none
'use strict';
const moment = require('moment');

module.exports.main = () => [
  moment.utc('2020-02-29T12:34:56Z').add(1, 'year').format('YYYY-MM-DD dddd HH:mm:ss.SSS'), moment.utc('2020-01-31').add(1, 'month').format('L LT'),
  moment.duration(3_723_000).humanize(), moment.duration('P1DT2H').toISOString(), moment.utc('12/25/1995', 'MM/DD/YYYY').isoWeek(), moment.utc('nope', 'YYYY').isValid(),
  moment.utc(0).from(moment.utc(86_400_000 * 40)), moment.utc('2021-03-04').startOf('quarter').toISOString(),
];
