// kind: binary; needs: Buffer, util, path, http, https, url, fs, stream, crypto, process
'use strict';
const FormData = require('form-data');

module.exports.main = async (input) => {
  const form = new FormData();
  form.setBoundary('----edge');
  form.append('name', input.name);
  form.append('file', Buffer.from('bytes'), { filename: 'a.txt', contentType: 'text/plain' });
  const parts = [];
  await new Promise((resolve, reject) => { form.on('data', (chunk) => parts.push(Buffer.from(chunk))); form.on('end', resolve); form.on('error', reject); form.resume(); });
  return [Buffer.concat(parts).toString().split('\r\n'), form.getHeaders(), form.getLengthSync()];
};
