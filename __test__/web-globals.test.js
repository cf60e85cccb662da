'use strict';

// The web's globals in guests, compared with Node's own: the same source runs in both.
const assert = require('node:assert/strict');
const { test } = require('node:test');
const { inNode, run, wrapped } = require('./same-as-node');

const GLOBALS = [
  'URL', 'URLSearchParams', 'TextEncoder', 'TextDecoder', 'atob', 'btoa', 'structuredClone', 'AbortController', 'AbortSignal', 'Event', 'EventTarget', 'DOMException',
  'queueMicrotask', 'MessageChannel', 'MessagePort', 'MessageEvent', 'Blob', 'ReadableStream', 'WritableStream', 'TransformStream', 'CompressionStream', 'DecompressionStream',
  'TextEncoderStream', 'TextDecoderStream', 'ByteLengthQueuingStrategy', 'CountQueuingStrategy',
];

/** A promise that guest and Node agree on `body`. */
function agrees(name, body) {
  test(name, async () => {
    assert.deepEqual(await run(wrapped(body)), await inNode(body));
  });
}

test('every web global is a function under its own name, and an ordinary property once it was touched', async () => {
  const source = `exports.main = () => ${JSON.stringify([...GLOBALS, 'CustomEvent', 'File', 'CryptoKey', 'Crypto', 'SubtleCrypto'])}.filter((name) => {
    const value = globalThis[name]; const own = Object.getOwnPropertyDescriptor(globalThis, name);
    return typeof value !== 'function' || value.name !== name || own.value !== value || own.enumerable || !own.writable || !own.configurable;
  })`;
  assert.deepEqual(await run(source), []);
});

test('web globals are not enumerable, can be replaced, and are new in every run', async () => {
  const source = `exports.main = () => { const before = [URL.extra, Object.keys(globalThis).includes('URL'), 'URL' in globalThis]; URL.extra = 1; TextDecoder = 5; return [...before, TextDecoder]; }`;
  for (let round = 0; round < 2; round += 1) assert.deepEqual(await run(source), [null, false, true, 5]);
});

test('there is neither shared memory nor a way to block, nor a network', async () => {
  assert.deepEqual(await run("exports.main = () => ['SharedArrayBuffer', 'Atomics', 'fetch', 'WebSocket', 'WebAssembly', 'BroadcastChannel'].filter((name) => name in globalThis)"), []);
});

test('performance.now and performance.timeOrigin have whole milliseconds', async () => {
  const source = `exports.main = async () => { const before = performance.now(); await new Promise((resolve) => setTimeout(resolve, 5));
    return [Number.isInteger(before), Number.isInteger(performance.timeOrigin), performance.now() - before >= 4, Math.abs(performance.timeOrigin + performance.now() - Date.now()) < 1000]; }`;
  assert.deepEqual(await run(source), [true, true, true, true]);
});

agrees('URL parses and changes as in Node', `const inputs = ['https://user:pa%20ss@Example.com:443/a/../b?x=1#h', 'http://[::1]:80/', 'file:///C:/a/b', 'data:text/plain,hi', 'http://münchen.de/ä?ö#ü', 'http://a.b:65536', '//no', 'http://192.168.0.257', 'http://1.2.3', 'mailto:a@b', 'blob:https://a.b/c', 'HTTP://A/%7Eb'];
  const shown = (url) => [url.href, url.origin, url.protocol, url.username, url.password, url.host, url.hostname, url.port, url.pathname, url.search, url.hash];
  const url = new URL('/x/y?q=1#z', 'https://h.io/base/'); url.port = '8080'; url.protocol = 'http'; url.pathname = 'a b/ü'; url.searchParams.append('k', 'v &'); url.searchParams.delete('q'); url.hash = ''; url.host = 'other:99'; url.username = 'me';
  const search = url.search; url.search = '?fresh=1';
  return [inputs.map((input) => { try { return shown(new URL(input)); } catch (error) { return [error.name, error.code, error.message, error.input]; } }), shown(url), search, url.searchParams.get('fresh'), String(url), JSON.stringify({ url }), URL.canParse('x:'), URL.canParse('nope'), Object.keys(url).length]`);

agrees('URLSearchParams lists as in Node', `const params = new URLSearchParams('?b=2&a=1&b=3&c=%20+%41&d'); params.sort(); params.set('a', 'é~*'); params.append('z', "'(!)");
  return [String(params), [...params], params.getAll('b'), params.has('b', '3'), params.size, String(new URLSearchParams({ x: '1', y: 'two words' })), String(new URLSearchParams([['p', 'q'], ['p', 'r']])), new URLSearchParams('a=b').get('nope'), [...new URLSearchParams('a=1&b=2').keys()]]`);

agrees('TextEncoder and TextDecoder convert as in Node', `const encode = (text) => [...new TextEncoder().encode(text)]; const decode = (bytes, label, options) => { try { return new TextDecoder(label, options).decode(Uint8Array.from(bytes)); } catch (error) { return [error.name, error.code]; } };
  const decoder = new TextDecoder(); const parts = [0xe2, 0x82, 0xac, 0xf0, 0x9f, 0x98, 0x80].map((byte) => decoder.decode(Uint8Array.of(byte), { stream: true })); const target = new Uint8Array(5);
  return [encode('aé€𝄞\\ud800x'), new TextEncoder().encodeInto('a€€', target), [...target], decode([0xef, 0xbb, 0xbf, 97]), decode([0xef, 0xbb, 0xbf, 97], 'utf-8', { ignoreBOM: true }), decode([255, 97]), decode([255], 'utf-8', { fatal: true }), decode([97, 0, 0xac, 0x20], 'utf-16le'), decode([0x41, 0xe9], 'latin1'), decode([0x82, 0xa0], 'shift_jis'), decode([97], 'nope'), new TextDecoder('UTF8').encoding, parts, decoder.decode(), new TextDecoder().decode(new Uint16Array([0x6161]).buffer)]`);

agrees('structuredClone copies as in Node', `const circle = { list: [1, , 3] }; circle.self = circle; const copy = structuredClone(circle);
  const failure = (value, options) => { try { structuredClone(value, options); } catch (error) { return [error.name, error.constructor.name]; } };
  const error = Object.assign(new TypeError('bad'), { extra: 1 }); const cloned = structuredClone(error); const buffer = new ArrayBuffer(4); const moved = structuredClone(buffer, { transfer: [buffer] });
  class Point { constructor() { this.x = 1; } get y() { return 2; } }
  return [copy.self === copy, copy !== circle, 1 in copy.list, copy.list.length, structuredClone(new Map([[{ a: 1 }, new Set([1n.toString(), undefined])]])).size, structuredClone(new Date(5)).getTime(), String(structuredClone(/x/gi)), structuredClone(new Uint16Array([1, 2])).constructor.name,
    cloned instanceof TypeError, cloned.message, cloned.extra === undefined, failure(() => {}), failure(Symbol('s')), failure({ a: new WeakMap() }), structuredClone(new Point()) instanceof Point, structuredClone(new Point()), moved.byteLength, buffer.byteLength, structuredClone(Object(1)).valueOf(), structuredClone([undefined, null, -0, NaN]).map(String)]`);

agrees('AbortController, Event and EventTarget work as in Node', `const controller = new AbortController(); const { signal } = controller; const heard = [];
  signal.addEventListener('abort', (event) => heard.push([event.type, event.target === signal])); signal.onabort = () => heard.push('handler'); controller.abort('why'); controller.abort('again');
  const target = new EventTarget(); const listener = { handleEvent(event) { heard.push(['object', event.defaultPrevented]); } }; target.addEventListener('x', (event) => { event.preventDefault(); }, { once: true }); target.addEventListener('x', listener); target.addEventListener('x', listener);
  const answers = [target.dispatchEvent(new Event('x', { cancelable: true })), target.dispatchEvent(new Event('x'))]; target.removeEventListener('x', listener); target.dispatchEvent(new Event('x'));
  const thrown = []; try { AbortSignal.abort().throwIfAborted(); } catch (error) { thrown.push(error.name, error.code, error.message); }
  const any = AbortSignal.any([new AbortController().signal, signal]); const follow = new AbortController(); const dependent = AbortSignal.any([follow.signal]); follow.abort(7);
  const timeout = await new Promise((resolve) => { const timed = AbortSignal.timeout(1); timed.onabort = () => resolve([timed.reason.name, timed.aborted]); setTimeout(() => {}, 50); });
  return [heard, signal.aborted, signal.reason, answers, thrown, any.reason, dependent.reason, timeout, Object.prototype.toString.call(signal), Object.prototype.toString.call(new Event('e'))]`);

agrees('DOMException, atob, btoa and queueMicrotask work as in Node', `const order = []; queueMicrotask(() => order.push('micro')); Promise.resolve().then(() => order.push('then')); order.push('sync'); await null; await null;
  const failure = (action) => { try { action(); } catch (error) { return [error.name, error instanceof DOMException]; } };
  const error = new DOMException('m', 'AbortError'); return [order, error.name, error.message, error.code, error instanceof Error, btoa('hé'), atob('aGk='), atob(' aG k '), failure(() => atob('a')), failure(() => btoa('€'))]`);

agrees('Blob and streams work as in Node', `const blob = new Blob(['ab', new Uint8Array([99]), new Blob(['d'])], { type: 'Text/Plain' }); const { readable, writable } = new TransformStream({ transform(chunk, controller) { controller.enqueue(chunk * 2); } });
  const writer = writable.getWriter(); writer.write(1); writer.write(2); writer.close(); const doubled = []; for await (const chunk of readable) doubled.push(chunk);
  const [left, right] = new ReadableStream({ start(controller) { controller.enqueue('x'); controller.close(); } }).tee(); const both = [(await left.getReader().read()).value, (await right.getReader().read()).value];
  const text = []; for await (const chunk of blob.stream()) text.push(...chunk); const packed = new Blob(['hello hello']).stream().pipeThrough(new CompressionStream('gzip')).pipeThrough(new DecompressionStream('gzip')); let unpacked = ''; for await (const chunk of packed.pipeThrough(new TextDecoderStream())) unpacked += chunk;
  return [blob.size, blob.type, await blob.text(), await blob.slice(1, 3).text(), (await blob.arrayBuffer()).byteLength, doubled, both, text, unpacked]`);

agrees('MessageChannel carries copies as in Node', `const { port1, port2 } = new MessageChannel(); const message = { deep: [1] }; const heard = new Promise((resolve) => { port2.onmessage = ({ data }) => resolve(data); }); port1.postMessage(message); message.deep = 2; const data = await heard; port1.close(); return data`);

agrees('globalThis.crypto digests, signs and verifies as in Node', `const data = new TextEncoder().encode('hello'); const hex = (buffer) => Buffer.from(buffer).toString('hex'); const { subtle } = crypto;
  const digests = []; for (const name of ['SHA-1', 'SHA-256', 'SHA-384', 'SHA-512']) digests.push(hex(await subtle.digest(name, data)));
  const key = await subtle.importKey('raw', data, { name: 'HMAC', hash: 'SHA-256' }, true, ['sign', 'verify']); const signature = await subtle.sign('HMAC', key, data);
  const wrong = await subtle.digest('MD5', data).catch((error) => error.name); const view = new Uint8Array(8); const same = crypto.getRandomValues(view) === view; let tooMuch; try { crypto.getRandomValues(new Uint8Array(65537)); } catch (error) { tooMuch = error.name; }
  return [digests, hex(signature), await subtle.verify('HMAC', key, signature, data), await subtle.verify('HMAC', key, signature, new Uint8Array(1)), hex(await subtle.exportKey('raw', key)), { ...await subtle.exportKey('jwk', key) }, key.algorithm, key.type, wrong, same, tooMuch, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(crypto.randomUUID())]`);
