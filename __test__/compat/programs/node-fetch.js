// kind: other; needs: Buffer, stream, http, https, url, zlib, URL
'use strict';
const { FetchError, Headers, Request, Response } = require('node-fetch');

module.exports.main = async (input) => {
  const headers = new Headers({ 'X-A': '1' });
  headers.append('x-a', '2');
  const response = new Response(JSON.stringify(input), { status: 201, headers: { 'Content-Type': 'application/json' } });
  const copy = response.clone();
  const request = new Request('https://a.b/c?d', { method: 'POST', body: 'text' });
  return [headers.get('X-a'), [...headers], await response.json(), await copy.text(), response.ok, request.method, await request.text(), request.url, new FetchError('m', 'system', { code: 'X' }).code];
};
