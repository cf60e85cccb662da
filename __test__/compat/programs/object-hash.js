// kind: crypto; needs: Buffer, crypto
'use strict';
const hash = require('object-hash');

module.exports.main = (input) => [hash(input), hash({ b: 1, a: [new Set([1]), null, undefined] }), hash([3, 1, 2], { unorderedArrays: true }) === hash([1, 2, 3], { unorderedArrays: true }), hash('x', { algorithm: 'md5', encoding: 'base64' }), hash.MD5({ f() {} })];
