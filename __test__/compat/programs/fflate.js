// kind: binary; needs: worker_threads
'use strict';
const { gunzipSync, gzipSync, strFromU8, strToU8, unzipSync, zipSync, zlibSync, unzlibSync } = require('fflate');

module.exports.main = () => {
  const text = 'hello hello hello '.repeat(50);
  const zip = zipSync({ 'a.txt': strToU8(text), dir: { 'b.txt': strToU8('b') } }, { mtime: new Date(2000, 0, 1) });
  return [strFromU8(gunzipSync(gzipSync(strToU8(text), { mtime: 0 }))) === text, strFromU8(unzlibSync(zlibSync(strToU8(text)))) === text, Object.keys(unzipSync(zip)), strFromU8(unzipSync(zip)['dir/b.txt'])];
};
