'use strict';
// A platform that never breaks a customer's code by an upgrade: every customer stays on the package version it began
// with, until it asks for the next one.

const path = require('node:path');
const { IsolatedRuntime } = require('../..');

const CUSTOMERS = path.join(__dirname, 'customers');
const PACKAGES = path.join(__dirname, 'packages');

/** What each customer has chosen; a database in real life. */
const VERSIONS = {
  north: { 'money-format': '1.4.0' },
  south: { 'money-format': '2.1.0' },
};

class Invoices {
  constructor() {
    this.runtime = new IsolatedRuntime({ resolverModulePath: path.join(__dirname, 'resolver.js') });
  }

  /**
   * The customer's own invoice text.
   * @param {'north' | 'south'} customer
   * @param {{ id: string, cents: number, currency: string }} invoice
   * @returns {Promise<string>}
   */
  print(customer, invoice) {
    return this.runtime.run({
      root: path.join(CUSTOMERS, customer),
      file: 'invoice.js',
      funcName: 'print',
      args: [invoice],
      external: Object.keys(VERSIONS[customer]),
      whitelistedPaths: [PACKAGES],
      resolverOptions: { folder: PACKAGES, versions: VERSIONS[customer] },
    });
  }

  close() {
    return this.runtime.shutdown();
  }
}

module.exports = { Invoices };
