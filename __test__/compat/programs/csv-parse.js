// kind: parsers; needs: Buffer, stream
'use strict';
const { parse } = require('csv-parse');
const { parse: parseSync } = require('csv-parse/sync');

module.exports.main = async function () {
  const text = 'name,age\n"Smith, ""J""",42\nDoe,7\n';
  const streamed = [];
  for await (const record of parse(text, { columns: true, cast: true })) streamed.push(record);
  let problem;
  try { parseSync('a,b\n1\n'); } catch (error) { problem = error.code; }
  return { sync: parseSync(text, { columns: true }), streamed, tabs: parseSync('a\tb\n', { delimiter: '\t' }), problem };
};
