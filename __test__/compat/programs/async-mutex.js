// kind: async; needs: timers
'use strict';
const { Mutex, Semaphore, withTimeout } = require('async-mutex');

module.exports.main = async () => {
  const mutex = new Mutex();
  const order = [];
  await Promise.all([1, 2, 3].map((n) => mutex.runExclusive(async () => { order.push(n); await Promise.resolve(); order.push(-n); })));
  const semaphore = new Semaphore(2);
  const [, release] = await semaphore.acquire();
  const busy = withTimeout(new Mutex(), 5, new Error('late'));
  await busy.acquire();
  const late = await busy.acquire().catch((error) => error.message);
  return { order, value: semaphore.getValue(), released: release(), late };
};
