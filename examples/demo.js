'use strict';
// Runs the three example services on real input and prints what each run returned, cost, or was refused for.

const { readFileSync } = require('node:fs');
const path = require('node:path');
const { DiscountRules } = require('./discount-rules/service.js');
const { MailTemplates } = require('./mail-templates/service.js');
const { Invoices } = require('./package-versions/service.js');
const { Report } = require('./report.js');

const orders = JSON.parse(readFileSync(path.join(__dirname, 'discount-rules', 'orders.json'), 'utf8'));

const ATTACKS = ['loopForEver', 'loopInPromises', 'fillMemory', 'readFiles', 'readNeighbour', 'climbOut'];

/** Everybody at once: what Mallory does must not delay, break or reach the others. */
async function discountRules(report) {
  const service = new DiscountRules();
  const call = (customer, rule) => report.record(customer, rule, () => service.apply(customer, rule, orders));
  await Promise.all([
    call('acme', 'discounts'),
    call('globex', 'discounts'),
    ...ATTACKS.map((rule) => call('mallory', rule)),
    call('acme', 'discounts'),
    call('globex', 'discounts'),
  ]);
  await service.close();
}

async function mailTemplates(report) {
  const service = new MailTemplates();
  const order = {
    id: '2024-0007',
    customer: { name: 'Grace Adeyemi', mail: 'grace@example.com' },
    lines: [
      { title: 'Middlemarch', quantity: 1, price: 12.5 },
      { title: 'The Periodic Table', quantity: 2, price: 10.99 },
    ],
  };
  // The first mail pays for Babel; the second finds the compiled files in the cache.
  for (const customer of ['bookshop', 'bookshop', 'florist']) {
    await report.record(customer, 'orderShipped', () => service.render(customer, order));
  }
  await service.close();
}

async function packageVersions(report) {
  const service = new Invoices();
  const invoice = { id: 'R-118', cents: 1234550, currency: 'EUR' };
  for (const customer of ['north', 'south']) {
    await report.record(customer, 'print', () => service.print(customer, invoice));
  }
  await service.close();
}

async function main() {
  for (const [title, demonstrate] of [
    [`Discount rules: ${orders.length} orders, three customers at once, one of them hostile`, discountRules],
    ['Mail templates: handlebars, and TypeScript compiled by Babel as the files are needed', mailTemplates],
    ['Package versions: one platform, two versions of a package', packageVersions],
  ]) {
    const report = new Report(title);
    await demonstrate(report);
    report.print();
  }
}

void main();
