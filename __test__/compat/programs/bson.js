// kind: binary; needs: Buffer, TextEncoder, TextDecoder, crypto
'use strict';
const { BSON, Binary, Decimal128, EJSON, Int32, Long, ObjectId } = require('bson');

module.exports.main = (input) => {
  const document = { _id: new ObjectId('507f1f77bcf86cd799439011'), name: input.name, when: new Date(0), long: Long.fromString('9007199254740993'), bytes: new Binary(Buffer.from('xy')), money: Decimal128.fromString('1.20'), small: new Int32(5), list: input.numbers };
  const bytes = BSON.serialize(document);
  const copy = BSON.deserialize(bytes, { promoteLongs: false });
  return [Buffer.from(bytes).toString('hex').slice(0, 60), EJSON.stringify(copy), copy._id.getTimestamp().toISOString(), BSON.calculateObjectSize(document), ObjectId.isValid('nope'), new ObjectId().toHexString().length];
};
