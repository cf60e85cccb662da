'use strict';
// A shop platform that sends its customers' mails: handlebars templates, and a TypeScript file that prepares the data.
// Nothing is built beforehand: the compiler hook translates each file the first time it is needed.

const path = require('node:path');
const { IsolatedRuntime } = require('../..');

const CUSTOMERS = path.join(__dirname, 'customers');
const PACKAGES = path.join(__dirname, '..', '..', 'node_modules');

class MailTemplates {
  constructor() {
    this.runtime = new IsolatedRuntime({
      compilerModulePath: path.join(__dirname, 'compiler.js'),
      sourceExtensions: ['ts', 'hbs', 'js'],
    });
  }

  /**
   * The mail that a customer's template makes of an order.
   * @param {string} customer name of the customer's folder
   * @param {object} order
   * @returns {Promise<{ to: string, subject: string, body: string }>}
   */
  render(customer, order) {
    return this.runtime.run({
      root: path.join(CUSTOMERS, customer),
      file: 'mail.ts',
      funcName: 'orderShipped',
      args: [order],
      external: ['handlebars'],
      whitelistedPaths: [PACKAGES],
    });
  }

  close() {
    return this.runtime.shutdown();
  }
}

module.exports = { MailTemplates };
