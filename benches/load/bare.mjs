// The service's work in an ordinary handler: nothing is isolated.
import http from 'node:http';

const server = http.createServer(async (req, res) => {
  let text = '';
  for await (const chunk of req) text += chunk;
  const total = JSON.parse(text).items.reduce((sum, { price, quantity }) => sum + price * quantity, 0);
  res.setHeader('Content-Type', 'application/json');
  res.end(JSON.stringify({ total }));
});
server.listen(0, '127.0.0.1', () => console.log(`at http://127.0.0.1:${server.address().port}`));
process.once('SIGTERM', () => process.exit(0));
