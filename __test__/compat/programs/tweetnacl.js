// kind: crypto; needs: crypto
'use strict';
const nacl = require('tweetnacl');

module.exports.main = () => {
  const pair = nacl.sign.keyPair.fromSeed(new Uint8Array(32).fill(7));
  const message = Uint8Array.from([1, 2, 3]);
  const box = nacl.secretbox(message, new Uint8Array(24), new Uint8Array(32).fill(1));
  return [[...nacl.sign.detached(message, pair.secretKey)].slice(0, 8), [...box], [...nacl.secretbox.open(box, new Uint8Array(24), new Uint8Array(32).fill(1))], [...nacl.hash(message)].slice(0, 8), nacl.randomBytes(16).length];
};
