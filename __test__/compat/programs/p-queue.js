// kind: async; needs: timers
'use strict';
const { default: PQueue } = require('p-queue');

module.exports.main = async (input) => {
  const queue = new PQueue({ concurrency: 2 });
  let running = 0;
  let most = 0;
  const results = await queue.addAll(input.numbers.map((n) => async () => {
    running += 1;
    most = Math.max(most, running);
    await new Promise((resolve) => { setTimeout(resolve, 1); });
    running -= 1;
    return n;
  }));
  const order = [];
  queue.pause();
  queue.add(() => order.push('low'), { priority: 0 });
  queue.add(() => order.push('high'), { priority: 5 });
  queue.start();
  await queue.onIdle();
  return { results, most, order };
};
