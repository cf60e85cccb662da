'use strict';
// Version 2 is not compatible: it exports a function by name and takes an object.

const { symbolOf } = require('./symbols');

exports.format = ({ cents, currency }) => {
  const [whole, rest] = (cents / 100).toFixed(2).split('.');
  return `${symbolOf(currency)}${whole.replace(/\B(?=(\d{3})+$)/g, ',')}.${rest}`;
};
