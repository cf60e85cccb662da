import { compile } from 'handlebars';
import template from './order-shipped.hbs';

type Order = { id: string; customer: { name: string; mail: string } };

// The template closes a block that it has not opened: the florist's mistake, and the florist's error message.
export const orderShipped = (order: Order) => ({
  to: order.customer.mail,
  subject: `Flowers for ${order.customer.name}`,
  body: compile(template)(order),
});
