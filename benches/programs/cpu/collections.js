'use strict';
// Map, Set, and objects used as tables.

exports.main = () => {
  const counts = new Map();
  const seen = new Set();
  const table = {};
  let word = 12345;
  for (let turn = 0; turn < 120000; turn += 1) {
    word = (word * 1103515245 + 12345) % 2147483648;
    const key = word % 5000;
    counts.set(key, (counts.get(key) ?? 0) + 1);
    if (seen.has(key)) seen.delete(key);
    else seen.add(key);
    const name = `k${key % 100}`;
    table[name] = (table[name] ?? 0) + 1;
  }
  let total = 0;
  for (const [key, count] of counts) total += key * count;
  return [total, seen.size, Object.keys(table).length];
};
