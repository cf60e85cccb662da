'use strict';

module.exports = async (hook) => {
  let text = '';
  for await (const chunk of hook.req) text += chunk;
  const total = JSON.parse(text).items.reduce((sum, { price, quantity }) => sum + price * quantity, 0);
  hook.res.setHeader('Content-Type', 'application/json');
  hook.res.end(JSON.stringify({ total }));
};
