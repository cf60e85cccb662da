// The process of one peer: opens its contenders and measures them when the parent says so.
//
//   node child.mjs <module of the peer>
import { pathToFileURL } from 'node:url';
import { tasks } from './tasks.mjs';

const { contenders } = await import(pathToFileURL(process.argv[2]).href);
/** @type {Map<string, any>} */
const open = new Map();

process.on('message', async (/** @type {any} */ { task, contender, options }) => {
  try {
    if (!open.has(contender)) open.set(contender, await contenders[contender]());
    process.send?.({ result: await tasks[task](open.get(contender), options) });
  } catch (error) {
    process.send?.({ error: String(error?.stack ?? error) });
  }
});
process.on('disconnect', () => process.exit());
process.send?.({ contenders: Object.keys(contenders) });
