// kind: other; needs: path
'use strict';
const mime = require('mime-types');

module.exports.main = () => [mime.lookup('a/b.json'), mime.contentType('x.html'), mime.extension('text/markdown'), mime.charset('text/plain'), mime.lookup('unknown.zzz'), mime.contentType('image/png')];
