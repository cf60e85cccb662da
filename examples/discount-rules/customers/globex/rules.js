'use strict';
// Globex: for every three units of one category the cheapest is free, but never more than a fifth of the order.

const { groupBy, round, sortBy, sum, sumBy, times } = require('lodash');

const unitPrices = (lines) => lines.flatMap((line) => times(line.quantity, () => line.price));

function freeUnits(lines) {
  const prices = sortBy(unitPrices(lines)).reverse();
  return sum(prices.filter((_, index) => index % 3 === 2));
}

function discountFor(order) {
  const total = sumBy(order.lines, (line) => line.price * line.quantity);
  const free = sum(Object.values(groupBy(order.lines, 'category')).map(freeUnits));
  return Math.min(free, total / 5);
}

exports.discounts = async (orders) => {
  const amounts = orders.map(discountFor);
  return { given: amounts.filter((amount) => amount > 0).length, total: round(sum(amounts), 2) };
};
