// kind: parsers; needs: events, timers, string_decoder, stream
'use strict';
const { Builder, parseStringPromise } = require('xml2js');

module.exports.main = async (input) => {
  const parsed = await parseStringPromise('<root a="1"><item>x</item><item b="2">y &amp; z</item><empty/></root>', { explicitArray: true });
  const problem = await parseStringPromise('<a><b></a>').catch((error) => error.message.split('\n')[0]);
  return { parsed, built: new Builder({ headless: true }).buildObject({ doc: { $: { id: 5 }, name: input.name, list: input.numbers.slice(0, 2) } }), problem };
};
