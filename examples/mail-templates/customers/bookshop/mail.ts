import Handlebars from 'handlebars';
import template from './order-shipped.hbs';

interface Line { title: string; quantity: number; price: number }
interface Order { id: string; customer: { name: string; mail: string }; lines: Line[] }
interface Mail { to: string; subject: string; body: string }

const POSTAGE = 4.9;
const FREE_FROM = 50;

Handlebars.registerHelper('money', (amount: number): string => `${amount.toFixed(2)} EUR`);
const body = Handlebars.compile<Order & { isFree: boolean; postage: number; total: number }>(template, { noEscape: true });

export function orderShipped(order: Order): Mail {
  const goods = order.lines.reduce((sum, { quantity, price }) => sum + quantity * price, 0);
  const isFree = goods >= FREE_FROM;
  return {
    to: order.customer.mail,
    subject: `Your order ${order.id}`,
    body: body({ ...order, isFree, postage: POSTAGE, total: goods + (isFree ? 0 : POSTAGE) }),
  };
}
