'use strict';
// Numbering systems with ten digits in a row, by the first of them.

const DIGITS = {
  arab: 0x660, arabext: 0x6f0, beng: 0x9e6, deva: 0x966, fullwide: 0xff10, gujr: 0xae6, guru: 0xa66, khmr: 0x17e0, knda: 0xce6,
  laoo: 0xed0, latn: 0x30, limb: 0x1946, mlym: 0xd66, mong: 0x1810, mymr: 0x1040, orya: 0xb66, tamldec: 0xbe6, telu: 0xc66, thai: 0xe50, tibt: 0xf20,
};

/** Writes digits as a system has them. */
const digitsIn = (system) => (system === 'latn' || DIGITS[system] === undefined
  ? (text) => text
  : (text) => text.replace(/\d/g, (digit) => String.fromCodePoint(DIGITS[system] + Number(digit))));

module.exports = { DIGITS, digitsIn };
