// kind: parsers; needs: Buffer, stream
'use strict';
const { stringify } = require('csv-stringify');
const { stringify: stringifySync } = require('csv-stringify/sync');

module.exports.main = (input) => new Promise((resolve, reject) => {
  stringify([{ name: input.name, note: 'a,b' }, { name: 'x', note: 'q"' }], { header: true, quoted_string: false }, (error, text) => {
    if (error) reject(error);
    else resolve([text, stringifySync([[1, null, true, new Date(0)]], { cast: { date: (date) => date.toISOString() } })]);
  });
});
