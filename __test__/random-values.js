'use strict';

// Values for property tests, the same for the same seed.

/** Random numbers from 0 to 1: small, quick, and good enough to choose by. */
function randomNumbers(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const TEXTS = ['', 'a', 'ä€😀', '\ud800', '\udc00x', '\0', '"\\\n\u2028', '__proto__', 'toJSON', 'constructor', '0', '-1', 'length', 'then'];
const NUMBERS = [0, -0, 1, -1, 0.1, 1e21, 1e-7, 5e-324, 2 ** 31, 2 ** 32, 2 ** 53, Number.MAX_VALUE, NaN, Infinity, -Infinity];

/** A maker of values that structured cloning knows, cycles and shared references included. */
function randomValues(seed) {
  const random = randomNumbers(seed);
  const pick = (list) => list[Math.floor(random() * list.length)];
  const count = () => Math.floor(random() * 5);
  const primitives = [
    () => undefined, () => null, () => random() < 0.5, () => pick(NUMBERS), () => (random() - 0.5) * 1e6, () => Math.floor(random() * 1000),
    () => pick(TEXTS), () => BigInt(Math.floor(random() * 1e15)) ** 3n * (random() < 0.5 ? -1n : 1n),
  ];
  function value(depth, known) {
    if (depth <= 0 || random() < 0.3) return pick(primitives)();
    if (known.length > 0 && random() < 0.15) return pick(known);
    return pick(objects)(depth - 1, known);
  }
  function made(object, known) {
    known.push(object);
    return object;
  }
  const objects = [
    (depth, known) => {
      const object = made({}, known);
      // Defined, since assigning to `__proto__` makes no key.
      for (let left = count(); left > 0; left--) {
        Object.defineProperty(object, pick(TEXTS), { value: value(depth, known), writable: true, enumerable: true, configurable: true });
      }
      return object;
    },
    (depth, known) => {
      const array = made([], known);
      for (let left = count(); left > 0; left--) array.push(value(depth, known));
      if (random() < 0.2) array.length += count();
      if (random() < 0.2) array[array.length + count()] = value(depth, known);
      if (random() < 0.1) array[pick(TEXTS.slice(1, 3))] = value(depth, known);
      if (random() < 0.1) delete array[0];
      return array;
    },
    (depth, known) => {
      const map = made(new Map(), known);
      for (let left = count(); left > 0; left--) map.set(value(depth, known), value(depth, known));
      return map;
    },
    (depth, known) => {
      const set = made(new Set(), known);
      for (let left = count(); left > 0; left--) set.add(value(depth, known));
      return set;
    },
    (depth, known) => made(new Date(pick([0, -1, 8.64e15, NaN, Math.floor(random() * 1e12)])), known),
    (depth, known) => made(pick([/a/, /[/]\n/giu, /(?<n>x)\k<n>/s, /\//my]), known),
    (depth, known) => made(pick([Object(1), Object(-0), Object('text'), Object(true), Object(5n)]), known),
  ];
  return () => value(5, []);
}

module.exports = { randomNumbers, randomValues };
