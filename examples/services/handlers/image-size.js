'use strict';
// Says how large a PNG, GIF or JPEG image is, from the bytes at its beginning; the rest is not waited for.

const READERS = [
  { type: 'png', matches: (b) => b.length >= 24 && b.readUInt32BE(0) === 0x89504e47, size: (b) => ({ width: b.readUInt32BE(16), height: b.readUInt32BE(20) }) },
  { type: 'gif', matches: (b) => b.length >= 10 && b.toString('latin1', 0, 3) === 'GIF', size: (b) => ({ width: b.readUInt16LE(6), height: b.readUInt16LE(8) }) },
  { type: 'jpeg', matches: (b) => b.length >= 4 && b.readUInt16BE(0) === 0xffd8, size: jpegSize },
];

/** Undefined while more bytes are needed. */
function jpegSize(bytes) {
  for (let at = 2; at + 9 <= bytes.length;) {
    const marker = bytes.readUInt16BE(at);
    if (marker >= 0xffc0 && marker <= 0xffc3) return { height: bytes.readUInt16BE(at + 5), width: bytes.readUInt16BE(at + 7) };
    at += 2 + bytes.readUInt16BE(at + 2);
  }
  return undefined;
}

module.exports = async (hook) => {
  let bytes = Buffer.alloc(0);
  for await (const chunk of hook.req) {
    bytes = Buffer.concat([bytes, chunk]);
    const reader = READERS.find(({ matches }) => matches(bytes));
    const size = reader?.size(bytes);
    if (size !== undefined) return answer(hook.res, 200, { type: reader.type, ...size });
    if (bytes.length > 1 << 20) break;
  }
  answer(hook.res, 415, { error: 'neither a PNG nor a GIF nor a JPEG' });
};

function answer(res, status, data) {
  res.writeHead(status, { 'Content-Type': 'application/json' });
  res.end(JSON.stringify(data));
}
