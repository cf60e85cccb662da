// Many runs that wait, and what the process holds meanwhile.
import { setTimeout as sleep } from 'node:timers/promises';
import { PROGRAMS } from '../harness/programs.mjs';

/** @param {any} IsolatedRuntime */
export const waiting = (IsolatedRuntime) => ({
  /** Default threads, as the figure says. */
  async sleepers({ count, milliseconds }) {
    const runtime = new IsolatedRuntime({ timeout: 60_000, poolOptions: { max: count } });
    const run = (/** @type {number} */ time) => runtime.run({ root: PROGRAMS, file: 'sleep.js', funcName: 'sleep', args: [time] });
    await run(1);
    const idle = process.memoryUsage.rss();
    const started = performance.now();
    let isOver = false;
    const runs = Promise.all(Array.from({ length: count }, () => run(milliseconds))).then(() => { isOver = true; });
    let most = idle;
    while (!isOver) {
      most = Math.max(most, process.memoryUsage.rss());
      await Promise.race([runs, sleep(20)]);
    }
    const seconds = (performance.now() - started) / 1000;
    await runtime.close();
    return { seconds, bytes: most - idle };
  },
});
