'use strict';
// Acme's sales people edit rules.json; the best rule that applies wins.

const jsonLogic = require('json-logic-js');
const _ = require('lodash');
const rules = require('./rules.json');

const totalOf = (order) => _.round(_.sumBy(order.lines, (line) => line.price * line.quantity), 2);

function discountFor(order) {
  const facts = { ...order, total: totalOf(order), categories: _.uniq(_.map(order.lines, 'category')) };
  const offers = rules
    .filter((rule) => jsonLogic.apply(rule.when, facts))
    .map((rule) => ({ rule: rule.name, percent: jsonLogic.apply(rule.percent, facts) }));
  const best = _.maxBy(offers, 'percent');
  return best === undefined ? null : { order: order.id, ...best, amount: _.round((facts.total * best.percent) / 100, 2) };
}

exports.discounts = (orders) => {
  const given = _.compact(orders.map(discountFor));
  return { given: given.length, total: _.round(_.sumBy(given, 'amount'), 2), byRule: _.countBy(given, 'rule') };
};
