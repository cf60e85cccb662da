// kind: other; needs: Buffer, process, url, URL, util, http, https, zlib, stream, events, crypto, tty, os, assert, fs, path
'use strict';
const axios = require('axios');

module.exports.main = async (input) => {
  const adapter = async (config) => ({ data: JSON.stringify({ url: axios.getUri(config), sent: config.data, type: config.headers.getContentType?.() ?? null }), status: config.url.includes('bad') ? 500 : 200, statusText: 'x', headers: {}, config, request: {} });
  const client = axios.create({ baseURL: 'https://api.example.com', adapter, validateStatus: (status) => status < 300 });
  client.interceptors.request.use((config) => { config.headers.set('X-Test', '1'); return config; });
  const { data } = await client.post('/items', { name: input.name }, { params: { q: 'a b', list: [1, 2] } });
  return [data, await client.get('/x').then(({ status, config }) => [status, config.headers.get('X-Test')]), axios.isAxiosError(new axios.AxiosError('m', 'CODE')), axios.toFormData({ a: { b: 1 } }) !== undefined];
};
