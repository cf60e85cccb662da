'use strict';
// Sorting with a comparison function, and searching in what came out.

exports.main = () => {
  let word = 42;
  const rows = [];
  for (let id = 0; id < 12000; id += 1) {
    word = (word * 1103515245 + 12345) % 2147483648;
    rows.push({ id, price: word % 10000, name: `p${word % 997}` });
  }
  rows.sort((a, b) => a.price - b.price || a.id - b.id);
  const byName = rows.slice().sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.id - b.id));
  const numbers = rows.map((row) => row.price * 3).sort();
  return [rows[0].id, byName[6000].id, numbers[100], byName.filter((row) => row.price > 5000).length];
};
