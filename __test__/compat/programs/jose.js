// kind: crypto; needs: Buffer, crypto, util, http, https, events, URL, webcrypto
'use strict';
const { EncryptJWT, SignJWT, base64url, calculateJwkThumbprint, decodeJwt, decodeProtectedHeader, generateKeyPair, importJWK, jwtDecrypt, jwtVerify } = require('jose');

module.exports.main = async (input) => {
  const secret = new Uint8Array(32).fill(5);
  const token = await new SignJWT({ name: input.name }).setProtectedHeader({ alg: 'HS256' }).setIssuedAt(0).setIssuer('me').sign(secret);
  const { payload } = await jwtVerify(token, secret, { issuer: 'me', currentDate: new Date(1000) });
  const wrong = await jwtVerify(token, new Uint8Array(32), {}).catch((error) => error.code);
  const sealed = await new EncryptJWT({ a: 1 }).setProtectedHeader({ alg: 'dir', enc: 'A256GCM' }).encrypt(secret);
  const pair = await generateKeyPair('EdDSA');
  const signed = await new SignJWT({ b: 2 }).setProtectedHeader({ alg: 'EdDSA' }).sign(pair.privateKey);
  const key = await importJWK({ kty: 'oct', k: base64url.encode(secret) }, 'HS256');
  return [token, payload, wrong, (await jwtDecrypt(sealed, secret)).payload, (await jwtVerify(signed, pair.publicKey)).payload, decodeJwt(token).iss, decodeProtectedHeader(token), await calculateJwkThumbprint({ kty: 'oct', k: 'AQ' }), (key.byteLength ?? key.symmetricKeySize ?? key.length)];
};
