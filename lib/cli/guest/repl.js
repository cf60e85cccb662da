'use strict';

/** Evaluates one input after the other for `isolated-runtime repl`. Runs inside the guest. */

const { inspect } = require('util');

const channel = /** @type {any} */ (globalThis).__repl;
delete (/** @type {any} */ (globalThis).__repl);
// Called by another name it evaluates in the global scope.
const evaluate = Reflect.get(globalThis, 'eval');

/** @param {boolean} hasColours */
exports.session = async (hasColours) => {
  const shown = (/** @type {any} */ value) => inspect(value, { colors: hasColours });
  for (let input = await channel.next(); input !== null; input = await channel.next()) {
    try {
      const value = await evaluate(sourceOf(input));
      /** @type {any} */ (globalThis)._ = value;
      await channel.show(value === undefined ? '' : shown(value));
    } catch (error) {
      await channel.fail(error instanceof Error ? String(error.stack) : `Uncaught ${shown(error)}`);
    }
  }
};

/**
 * What is declared should last until the next input, objects are no blocks, and `await` is allowed.
 * @param {string} input
 */
function sourceOf(input) {
  const text = input.trim();
  const declared = text.replace(/^(?:const|let)\s+/, 'var ').replace(/^(class|function\*?|async function\*?)\s+([\w$]+)/, 'var $2 = $1 $2');
  if (/^\{[\s\S]*\}$/.test(text) && parses(`(${text})`)) return `(${text})`;
  if (!/\bawait\b/.test(text) || parses(declared)) return declared;
  const [, assigned, expression] = /^(?:var\s+)?(?:([\w$]+)\s*=(?!=))?\s*([\s\S]*?);?$/.exec(declared) ?? [];
  return `(async () => ${assigned === undefined ? '' : `globalThis.${assigned} = `}(${expression}))()`;
}

/** @param {string} text */
function parses(text) {
  try {
    return typeof new Function(text) === 'function';
  } catch {
    return false;
  }
}
