'use strict';

// Runs on the host and, as source text, inside guests: whatever both describe alike has crossed unchanged.

/** Everything that structured cloning keeps of a value, as text: kinds, own keys, holes, order, and which objects are the same. */
function fingerprint(root) {
  const numbers = new Map();
  const kindOf = (object) => Object.prototype.toString.call(object).slice(8, -1);
  const primitive = (value) => (Object.is(value, -0) ? 'number:-0' : `${typeof value}:${typeof value === 'string' ? JSON.stringify(value) : String(value)}`);
  const own = (object) => Object.keys(object).map((key) => `${JSON.stringify(key)}=${walk(object[key])}`).join();
  const insides = {
    Array: (array) => `${array.length};${own(array)}`,
    Date: (date) => String(date.getTime()),
    RegExp: (pattern) => `${pattern.source};${pattern.flags}`,
    Map: (map) => Array.from(map, ([key, item]) => `${walk(key)}>${walk(item)}`).join(),
    Set: (set) => Array.from(set, walk).join(),
    Error: (error) => [error.name, error.message, 'cause' in error ? walk(error.cause) : ''].join(),
    ArrayBuffer: (buffer) => Array.from(new Uint8Array(buffer)).join(),
  };
  const boxes = ['Number', 'String', 'Boolean', 'BigInt'];
  function walk(value) {
    if (typeof value !== 'object' || value === null) return primitive(value);
    if (numbers.has(value)) return `#${numbers.get(value)}`;
    numbers.set(value, numbers.size);
    const kind = kindOf(value);
    if (boxes.includes(kind)) return `${kind}{${primitive(value.valueOf())}}`;
    if (ArrayBuffer.isView(value)) return `${kind}{${value.byteOffset};${value.byteLength};${walk(value.buffer)}}`;
    return `${kind}{${(insides[kind] ?? own)(value)}}`;
  }
  return walk(root);
}

module.exports = { fingerprint };
