'use strict';
// A shop platform whose customers write their own discount rules. Each has a folder; a rule file exports functions
// that take an order and answer a discount. Rules may use two packages and see nothing outside their own folder.

const path = require('node:path');
const { IsolatedRuntime } = require('../..');

const CUSTOMERS = path.join(__dirname, 'customers');
const PACKAGES = path.join(__dirname, '..', '..', 'node_modules');

class DiscountRules {
  constructor() {
    this.runtime = new IsolatedRuntime({ timeout: 1000, limits: { memory: 32 * 1024 * 1024 } });
  }

  /**
   * What a customer's rule says about these orders.
   * @param {string} customer name of the customer's folder
   * @param {string} rule name of the exported function
   * @param {object[]} orders
   */
  apply(customer, rule, orders) {
    return this.runtime.run({
      root: path.join(CUSTOMERS, customer),
      file: 'rules.js',
      funcName: rule,
      args: [orders],
      external: ['json-logic-js', 'lodash'],
      whitelistedPaths: [PACKAGES],
    });
  }

  close() {
    return this.runtime.shutdown();
  }
}

module.exports = { DiscountRules };
