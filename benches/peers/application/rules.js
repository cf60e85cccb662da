'use strict';
// A tenant's application: its packages are loaded and its templates and schemas compiled before any rule runs.

const Ajv = require('ajv');
const Handlebars = require('handlebars');
const _ = require('lodash');
const moment = require('moment');

const MAIL = Handlebars.compile('Dear {{name}}, your {{count}} items cost {{total}} until {{date}}.');
const isOrder = new Ajv().compile({
  type: 'object', required: ['name', 'items'],
  properties: { name: { type: 'string' }, items: { type: 'array', items: { type: 'object', required: ['price'], properties: { price: { type: 'number' } } } } },
});
MAIL({ name: '', count: 0, total: 0, date: '' });

/** Made at load time, so that the heap has the size that the figure asks for. */
exports.tables = (rows) => Array.from({ length: rows }, (_row, id) => ({ id, name: `customer ${id}`, groups: [id % 7, id % 11], since: 2000 + (id % 25) }));

/** A small rule: checks, computes, renders. */
exports.rule = (order) => {
  if (!isOrder(order)) return 'refused';
  const total = _.sumBy(order.items, 'price');
  return MAIL({ name: _.capitalize(order.name), count: order.items.length, total, date: moment.utc(0).add(3, 'days').format('YYYY-MM-DD') });
};
