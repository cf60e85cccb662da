'use strict';
// `Intl.ListFormat` over FormatJS.

const { default: ListFormat } = require('@formatjs/intl-listformat');
const { adopt, dataOf } = require('internal/intl/locales');

exports.ListFormat = adopt(ListFormat, (tag) => dataOf(tag, 'lists'));
