'use strict';
// `Intl.RelativeTimeFormat` over FormatJS.

const { default: RelativeTimeFormat } = require('@formatjs/intl-relativetimeformat');
const { adopt, dataOf } = require('internal/intl/locales');

exports.RelativeTimeFormat = adopt(RelativeTimeFormat, (tag) => dataOf(tag, 'relative'));
