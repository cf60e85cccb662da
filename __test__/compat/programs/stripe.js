// kind: other; needs: Buffer, process, events, http, https, crypto, util, child_process, URL, os, timers, qs
'use strict';
const Stripe = require('stripe');

module.exports.main = () => {
  const stripe = new Stripe('sk_test_1');
  const payload = JSON.stringify({ id: 'evt_1', object: 'event' });
  const header = stripe.webhooks.generateTestHeaderString({ payload, secret: 'whsec', timestamp: 1000 });
  let problem;
  try { stripe.webhooks.constructEvent(payload, header, 'other', 1e12); } catch (error) { problem = error.type; }
  return [header, stripe.webhooks.constructEvent(payload, header, 'whsec', 1e12), problem, typeof stripe.customers.create];
};
