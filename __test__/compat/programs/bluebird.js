// kind: async; needs: timers, process, eval
'use strict';
const Promise = require('bluebird');

module.exports.main = async function (input) {
  const order = [];
  const mapped = await Promise.map(input.numbers, async (n) => { order.push(n); await Promise.delay(1); return n * 2; }, { concurrency: 2 });
  const late = await Promise.delay(1000).timeout(5).catch(Promise.TimeoutError, (error) => error.name);
  const promised = await Promise.promisify((value, callback) => callback(null, value + 1))(1);
  const settled = await Promise.any([Promise.reject(new Error('a')), Promise.resolve('b')]);
  const coroutine = await Promise.coroutine(function* () { const a = yield Promise.resolve(1); return a + (yield Promise.resolve(2)); })();
  return { mapped, started: order.length, late, promised, settled, coroutine, props: await Promise.props({ a: 1, b: Promise.resolve(2) }) };
};
