'use strict';

const format = require('money-format');

exports.print = (invoice) => `Invoice ${invoice.id}: ${format(invoice.cents, invoice.currency)}`;
