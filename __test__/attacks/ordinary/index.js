'use strict';
// An ordinary guest that looks around: a right answer, and a description of its world, one line for each property.

const state = require('./state');
const sources = [Object, Function, Array, String, Number, Boolean, Symbol, Error, Promise, RegExp, Date, Map, Set, JSON, Math, Reflect];

function describe(name, object, lines) {
  for (const key of Reflect.ownKeys(object)) {
    const property = Object.getOwnPropertyDescriptor(object, key);
    const value = 'value' in property ? typeof property.value : `${typeof property.get}/${typeof property.set}`;
    lines.push(`${name}.${String(key)} ${value} ${property.writable} ${property.enumerable} ${property.configurable}`);
  }
  lines.push(`${name} extensible ${Object.isExtensible(object)}`);
}

function world() {
  const lines = [];
  describe('global', globalThis, lines);
  for (const source of sources) {
    const name = source.name ?? String(source);
    describe(name, source, lines);
    if (typeof source === 'function') describe(`${name}.prototype`, source.prototype, lines);
  }
  return lines.join('\n');
}

exports.main = async ({ list }) => {
  state.count += 1;
  const before = world();
  // Whatever an earlier run left behind has its chance to come forth here.
  await new Promise((resolve) => { setTimeout(resolve, 1); });
  await Promise.resolve();
  console.log('ordinary');
  if (world() !== before) throw new Error('the world changed while an ordinary run waited');
  const sorted = list.slice().sort();
  return { right: { count: state.count, sorted, sum: sorted.reduce((a, b) => a + b, 0), text: JSON.stringify({ a: [true, null, 'ü'] }) }, world: before };
};
