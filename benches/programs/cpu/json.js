'use strict';
// Text to values and back.

exports.main = () => {
  const rows = [];
  for (let id = 0; id < 400; id += 1) {
    rows.push({ id, name: `customer ${id}`, tags: ['a', 'b', String(id % 7)], address: { street: 'Main', number: id, ratio: id / 3 } });
  }
  let text = JSON.stringify(rows);
  for (let round = 0; round < 25; round += 1) text = JSON.stringify(JSON.parse(text));
  return text.length;
};
