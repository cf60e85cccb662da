'use strict';

const assert = require('node:assert');
const { test } = require('node:test');
const vm = require('node:vm');
const { run } = require('./guest.js');

/** Node 18 has an older one, and Bun another engine. */
const isNewV8 = !process.versions.bun && Number.parseInt(process.versions.v8, 10) >= 11;

/** What guests do wrong, and what Node.js 18 to 26 say of it alike. */
const SAID = [
  ['undefined.x', "TypeError: Cannot read properties of undefined (reading 'x')"],
  ['null.x', "TypeError: Cannot read properties of null (reading 'x')"],
  ['var o; o.x', "TypeError: Cannot read properties of undefined (reading 'x')"],
  ['var o = {}; o.a.b', "TypeError: Cannot read properties of undefined (reading 'b')"],
  ['var o = {}; o.a.b()', "TypeError: Cannot read properties of undefined (reading 'b')"],
  ['var o = {}; o.a()', 'TypeError: o.a is not a function'],
  ['var o = {}; o.a(1)', 'TypeError: o.a is not a function'],
  ["var o = {}; o.a('x', 1)", 'TypeError: o.a is not a function'],
  ['var o = {}; var b = 1; o.a(b)', 'TypeError: o.a is not a function'],
  ['var o = {}; var b = {}; o.a(b.c)', 'TypeError: o.a is not a function'],
  ['var o = {}; var f = 1; f()', 'TypeError: f is not a function'],
  ["var f = 1; f('x')", 'TypeError: f is not a function'],
  ['var f = 1; new f()', 'TypeError: f is not a constructor'],
  ['var o = {}; new o.f()', 'TypeError: o.f is not a constructor'],
  ['var o = {}; new o.f(1)', 'TypeError: o.f is not a constructor'],
  ['var o = {}; new o.f', 'TypeError: o.f is not a constructor'],
  ['var f = () => 1; new f()', 'TypeError: f is not a constructor'],
  ['var o = {f(){return {}}}; o.f(1).g()', 'TypeError: o.f(...).g is not a function'],
  ["var o = {f(){return {}}}; o.f('x').g('y')", 'TypeError: o.f(...).g is not a function'],
  ["var o = {}; o['x']()", 'TypeError: o.x is not a function'],
  ["var o = {}; var k = 'q'; o[k]()", 'TypeError: o[k] is not a function'],
  ['var o = []; o[0]()', 'TypeError: o[0] is not a function'],
  ['var o = {}; o?.x()', 'TypeError: o?.x is not a function'],
  ['var o = {}; o.a`x`', 'TypeError: o.a is not a function'],
  ['var f = 1; f`x`', 'TypeError: f is not a function'],
  ['(function () { return this.x(); }).call({})', 'TypeError: this.x is not a function'],
  ['var o = {}; o.forEach((x) => { return x; })', 'TypeError: o.forEach is not a function'],
  ["var o = {}; o.on('x', function (a, b) { return a(b); })", 'TypeError: o.on is not a function'],
  ['undefined()', 'TypeError: undefined is not a function'],
  ['var x; for (const a of x) ;', 'TypeError: x is not iterable'],
  ['var x = 5; for (const a of x) ;', 'TypeError: x is not iterable'],
  ['var x = {}; for (const a of x) ;', 'TypeError: x is not iterable'],
  ['var x = {}; for (const a of x.y) ;', 'TypeError: x.y is not iterable'],
  ['var x; [...x]', 'TypeError: x is not iterable'],
  ['var x = 5; [...x]', 'TypeError: x is not iterable'],
  ['var x = {}; [...x]', 'TypeError: x is not iterable'],
  ['function f([a]) {} f()', 'TypeError: undefined is not iterable (cannot read property Symbol(Symbol.iterator))'],
  ['const c = 1; c = 2;', 'TypeError: Assignment to constant variable.'],
  ['const c = 1; c += 2;', 'TypeError: Assignment to constant variable.'],
  ['const c = 1; c++;', 'TypeError: Assignment to constant variable.'],
  ['const c = 1; var y = 3; c = y;', 'TypeError: Assignment to constant variable.'],
  ['const c = 1; for (c of [1]) ;', 'TypeError: Assignment to constant variable.'],
  ['x; let x = 1;', "ReferenceError: Cannot access 'x' before initialization"],
  ['x = 1; let x;', "ReferenceError: Cannot access 'x' before initialization"],
  ['f(); function f() { return y; } let y = 1;', "ReferenceError: Cannot access 'y' before initialization"],
  ['new X(); class X {}', "ReferenceError: Cannot access 'X' before initialization"],
  ['class X {}; X()', "TypeError: Class constructor X cannot be invoked without 'new'"],
  ['class X { constructor() { this.a = 1; } }; var Y = X; Y()', "TypeError: Class constructor X cannot be invoked without 'new'"],
  ['class A {}; class X extends A { constructor() { this.x = 1; } }; new X()', "ReferenceError: Must call super constructor in derived class before accessing 'this' or returning from derived constructor"],
  ['class A {}; class X extends A { constructor() { } }; new X()', "ReferenceError: Must call super constructor in derived class before accessing 'this' or returning from derived constructor"],
  ['undefined.x = 1', "TypeError: Cannot set properties of undefined (setting 'x')"],
  ['null.x = 1', "TypeError: Cannot set properties of null (setting 'x')"],
  ['var o = {}; o.a.b = 1', "TypeError: Cannot set properties of undefined (setting 'b')"],
  ["var o = {}; o.a['b'] = 1", "TypeError: Cannot set properties of undefined (setting 'b')"],
  ["var o = {}; var k='kk'; o.a[k]", "TypeError: Cannot read properties of undefined (reading 'kk')"],
  ['var o = {}; o.a[0]', "TypeError: Cannot read properties of undefined (reading '0')"],
  ['var o = {}; o.a[Symbol.iterator]', 'TypeError: undefined is not iterable (cannot read property Symbol(Symbol.iterator))'],
  ['Object.keys(null)', 'TypeError: Cannot convert undefined or null to object'],
  ['Object.keys(undefined)', 'TypeError: Cannot convert undefined or null to object'],
  ['Object.entries()', 'TypeError: Cannot convert undefined or null to object'],
  ['Object.assign(null)', 'TypeError: Cannot convert undefined or null to object'],
  ['[].reduce((a, b) => a)', 'TypeError: Reduce of empty array with no initial value'],
  ['[].reduceRight((a, b) => a)', 'TypeError: Reduce of empty array with no initial value'],
  ['new Array(-1)', 'RangeError: Invalid array length'],
  ['[].length = -1', 'RangeError: Invalid array length'],
  ['(1).toFixed(101)', 'RangeError: toFixed() digits argument must be between 0 and 100'],
  ['(1).toPrecision(101)', 'RangeError: toPrecision() argument must be between 1 and 100'],
  ['(1).toExponential(101)', 'RangeError: toExponential() argument must be between 0 and 100'],
  ['(1).toString(1)', 'RangeError: toString() radix argument must be between 2 and 36'],
  ['Promise()', "TypeError: Promise constructor cannot be invoked without 'new'"],
  ['Map()', "TypeError: Constructor Map requires 'new'"],
  ["Symbol() + ''", 'TypeError: Cannot convert a Symbol value to a string'],
  ['`${Symbol()}`', 'TypeError: Cannot convert a Symbol value to a string'],
  ['+Symbol()', 'TypeError: Cannot convert a Symbol value to a number'],
  ['+1n', 'TypeError: Cannot convert a BigInt value to a number'],
  ['Math.max(1n)', 'TypeError: Cannot convert a BigInt value to a number'],
  ['1n / 0n', 'RangeError: Division by zero'],
  ['JSON.stringify(1n)', 'TypeError: Do not know how to serialize a BigInt'],
  ['new Date(NaN).toISOString()', 'RangeError: Invalid time value'],
  ["decodeURIComponent('%')", 'URIError: URI malformed'],
  ["'use strict'; (function () { undefined.x; })()", "TypeError: Cannot read properties of undefined (reading 'x')"],
  ['Reflect.ownKeys(1)', 'TypeError: Reflect.ownKeys called on non-object'],
  ['new WeakMap().set(1, 1)', 'TypeError: Invalid value used as weak map key'],
  ['new WeakSet().add(1)', 'TypeError: Invalid value used in weak set'],
  ["'x'.normalize('y')", 'RangeError: The normalization form should be one of NFC, NFD, NFKC, NFKD.'],
  ["'x'.matchAll(/x/)", 'TypeError: String.prototype.matchAll called with a non-global RegExp argument'],
  ['new (class { constructor() { this.f(); } })()', 'TypeError: this.f is not a function'],
  ['async function f() {}; new f()', 'TypeError: f is not a constructor'],
  ['function* g() {}; new g()', 'TypeError: g is not a constructor'],
  ['Array.from(null)', 'TypeError: object null is not iterable (cannot read property Symbol(Symbol.iterator))'],
  ['var x = {[Symbol.iterator]: 5}; [...x]', 'TypeError: x is not iterable'],
  ['var a = {b: null}; a.b.c.d', "TypeError: Cannot read properties of null (reading 'c')"],
  ['var a = {}; a.b.c.d.e()', "TypeError: Cannot read properties of undefined (reading 'c')"],
  ["'x'.replaceAll(/x/, '')", 'TypeError: String.prototype.replaceAll called with a non-global RegExp argument'],
  ['const {a} = undefined;', "TypeError: Cannot destructure property 'a' of 'undefined' as it is undefined."],
  ['const {a} = null;', "TypeError: Cannot destructure property 'a' of 'null' as it is null."],
  ['var a; ({a} = undefined);', "TypeError: Cannot destructure property 'a' of 'undefined' as it is undefined."],
  ["let {'a-b': c} = null;", "TypeError: Cannot destructure property 'a-b' of 'null' as it is null."],
  ['const {} = null;', "TypeError: Cannot destructure 'null' as it is null."],
  ['const {...rest} = undefined;', "TypeError: Cannot destructure 'undefined' as it is undefined."],
  ["const {['a']: b} = undefined;", "TypeError: Cannot destructure 'undefined' as it is undefined."],
  ['const {a = 1} = undefined;', "TypeError: Cannot read properties of undefined (reading 'a')"],
  ['const {a: b = 1} = null;', "TypeError: Cannot read properties of null (reading 'a')"],
  ['function f({a} = {}) { return a; } f(null);', "TypeError: Cannot destructure property 'a' of '(intermediate value)(intermediate value)(intermediate value)' as it is null."],
  ['function f({a = 1} = {}) { return a; } f(null);', "TypeError: Cannot read properties of null (reading 'a')"],
  ['const {a: {b} = {}} = {a: null};', "TypeError: Cannot destructure property 'b' of '{}' as it is null."],
  ['const [{a} = null] = [];', "TypeError: Cannot destructure property 'a' of 'null' as it is null."],
  ['var x; const [a] = x;', 'TypeError: x is not iterable'],
  ['var x; const [a, b] = x;', 'TypeError: x is not iterable'],
  ['var x = {}; const [a] = x;', 'TypeError: x is not iterable'],
  ['var x = 5; let [a] = x;', 'TypeError: x is not iterable'],
  ['const [a] = null;', 'TypeError: null is not iterable'],
  ['var o = {}; [...o?.q];', 'TypeError: (intermediate value) is not iterable'],
  ['const [a] = undefined;', 'TypeError: undefined is not iterable'],
  ['var x = () => 5; const [a] = x();', 'TypeError: x is not a function or its return value is not iterable'],
  ['var x = {}; const [a] = x.y;', 'TypeError: undefined is not iterable (cannot read property Symbol(Symbol.iterator))'],
  ['const [[a]] = [];', 'TypeError: undefined is not iterable (cannot read property Symbol(Symbol.iterator))'],
  ["encodeURI('\\ud800')", 'URIError: URI malformed'],
  ["Object.create(null) + ''", 'TypeError: Cannot convert object to primitive value'],
  ['var g = function* () { it.next(); }; var it = g(); it.next();', 'TypeError: Generator is already running'],
  ['class A extends Object { constructor() { super(); super(); } } new A();', 'ReferenceError: Super constructor may only be called once'],
  ['class A extends Object { constructor() { return 1; } } new A();', 'TypeError: Derived constructors may only return object or undefined'],
  ['new Proxy({}, null)', 'TypeError: Cannot create proxy with a non-object as target or handler'],
  ['Uint8Array(1)', "TypeError: Constructor Uint8Array requires 'new'"],
  ['new DataView(new ArrayBuffer(1)).getInt32(0)', 'RangeError: Offset is outside the bounds of the DataView'],
];

/** Patterns that were given something which the engine does not say: undefined or null. All else is as the host has it. */
const TAKEN_APART = [
  'var x; const {a} = x;',
  'var x = null; const {a} = x;',
  'var x; let {a, b} = x;',
  'var x; var {a: b} = x;',
  'var x; const {1: c} = x;',
  'var x; const {} = x;',
  'var x; const {...rest} = x;',
  'var x; const {a = 1} = x;',
  'var x; const {a: b = 1} = x;',
  'var x; const {a, ...r} = x;',
  'var x; const {a} = x, b = 1;',
  'var x; const b = 1, {a} = x;',
  'var o = {}; const {a} = o.b;',
  "var o = {}; const {a} = o['z'];",
  'var o = {f() {}}; const {a} = o.f();',
  "var o = {f() {}}; const {a} = o.f(1, 'x');",
  "var o = {f() {}}; const {a} = o['f']; const {b} = o.z;",
  'const {a} = this.y;',
  "const {a} = JSON.parse('null');",
  'var x = {}, k = 1; const {a} = x[k];',
  'return (async () => { var x; const {a} = await x; })();',
  'return (async () => { var x = async () => {}; const {a} = await x(); })();',
  'var a, x; ({a} = x);',
  'var a, x = {}; ({a} = x.y);',
  'var o = {}; ({a: o.b} = o.c);',
  'function f({a}) { return a; } f();',
  'function f({a}) { return a; } f(null);',
  'function f(x, {a, b}) { return a; } f(1);',
  'function f({a: b}) { return b; } f();',
  'function f({}) {} f();',
  'function f({...r}) { return r; } f(null);',
  'function f({a = 1}) { return a; } f();',
  'var f = ({a}) => a; f();',
  'var f = async ({a}) => a; return f();',
  'var f = function ({a}) { return a; }; f();',
  'async function f({a}) { return a; } return f();',
  'function* f({a}) { yield a; } f();',
  '[1, undefined].map(({a}) => a);',
  '[null].forEach(({a, b}) => a);',
  '[null].forEach(function ({a}) { return a; });',
  'const [{a}] = [];',
  'const [{a}] = [null];',
  'const {a: {b}} = {};',
  'const {a, b: {c}} = {};',
  'var o = {}; const {a} = {}, {b} = o.c;',
  'var f = function ({a}) {}; const {b} = {}; f();',
  'for (const {a} of [undefined]) a;',
  'var list = [null]; for (const {a} of list) a;',
  'for (const {a = 1} of [null]) a;',
  "for (const [k, {v}] of [['x']]) v;",
  'try { throw undefined } catch ({message}) {}',
  'try { throw null } catch ({message: m, b}) {}',
  'var o = {\n  m({a}) { return a; }\n}; o.m();',
  'class C {\n  m({a}) { return a; }\n  n({b}) { return b; }\n} new C().n();',
  'class C {\n  static m({a}) { return a; }\n} C.m();',
  'class C {\n  constructor({a}) { this.a = a; }\n} new C();',
  'for (const x of [1]) {\n  x.y;\n}\nvar o = {}; const {a} = o.b;',
  'Object.entries({a: null}).map(([k, {v}]) => v);',
];

/** As the engine has it, which does not tell the two apart. */
const either = (said) => said
  .replace(/of '(undefined|object null)' as it is/, "of 'undefined or null' as it is")
  .replace(/destructure '(undefined|object null)' as it is/, "destructure 'undefined or null' as it is")
  .replace(/as it is (undefined|null)\./, 'as it is undefined or null.')
  .replace(/properties of (undefined|null) \(/, 'properties of undefined or null (');

/** Where several expressions share the place that the engine gives, or V8's words need a value, the engine's own words stay. */
const UNCERTAIN = [
  ['var o = {}; var f = () => 1; o.a(f())', 'TypeError: not a function'],
  ['var f = () => 1; f(2)(3)', 'TypeError: not a function'],
  ['(1)()', 'TypeError: not a function'],
  ['[].map(1)', 'TypeError: not a function'],
  ["'x' in 5", "TypeError: invalid 'in' operand"],
  ['var x = {}; const {a: {b}} = x;', 'TypeError: Cannot convert undefined or null to object'],
  ['var f = ({a}, {b}) => a; f({});', 'TypeError: Cannot convert undefined or null to object'],
  ['var o = {}; const {a} = this, {b} = o.c;', 'TypeError: Cannot convert undefined or null to object'],
  ['var f = function ({a}) {}; const {b} = this; f();', 'TypeError: Cannot convert undefined or null to object'],
  ['[1].map(({a}) => a); const {b} = this.c;', 'TypeError: Cannot convert undefined or null to object'],
  ['var x = 1; const {a} = x?.y;', 'TypeError: Cannot convert undefined or null to object'],
  ['const {a} = (() => {})();', 'TypeError: Cannot convert undefined or null to object'],
  ['for (const [k] of [5]) k;', 'TypeError: value is not iterable'],
  ['var l = [5]; for (const [k] of l) k;', 'TypeError: value is not iterable'],
  ['function f([a]) { return a; } f(5);', 'TypeError: value is not iterable'],
  ['var o = {f() { return 5; }}, n; [...o.f()]; const [a] = n;', 'TypeError: value is not iterable'],
];

/** Errors that the guest makes itself, with the engine's words. */
const OWN = [
  "throw new TypeError('not a function')",
  "throw TypeError('not a function')",
  "const Odd = TypeError; throw new Odd('not a constructor')",
  "const f = (error) => { throw error; }; f(new TypeError('not a function'))",
  "throw Reflect.construct(TypeError, ['not a function'])",
  "throw ['not a function'].map(TypeError)[0]",
  "throw ['not a function'].map((text) => new TypeError(text))[0]",
  "class Own extends TypeError {} throw new Own('not a function')",
  "const kept = new TypeError('not a function'); try { throw kept; } catch { throw kept; }",
  "throw new ReferenceError('x is not initialized')",
  "throw Object.assign(new TypeError('x'), { message: 'not a function' })",
  "const { promise, reject } = Promise.withResolvers(); reject(new TypeError('not a function')); await promise;",
  "function* g() { yield 1; } const it = g(); it.next(); it.throw(new TypeError('not a function'))",
];

const attempts = (sources) => `
const attempt = (source) => { try { (function () { source(); })(); return 'nothing'; } catch (error) { return error.name + ': ' + error.message; } };
exports.main = () => {
const answers = [];
${sources.map((source) => `answers.push(attempt(function () {\n${source}\n}));`).join('\n')}
return answers;
};`;

const inHost = (source) => vm.runInNewContext(`(async () => { try { await (function () {\n${source}\n})(); return 'nothing'; } catch (error) { return error.name + ': ' + error.message; } })()`);

test('what was taken apart is named as this host names it, if its engine is a V8 as new', async () => {
  const attempts = TAKEN_APART.map((source) => `list.push(async () => { try { await (function () {\n${source}\n})(); return 'nothing'; } catch (error) { return error.name + ': ' + error.message; } });`);
  const answers = await run(`const list = [];\n${attempts.join('\n')}\nexports.main = async () => { const answers = []; for (const attempt of list) answers.push(await attempt()); return answers; };`);
  const expected = await Promise.all(TAKEN_APART.map(inHost));
  for (const [index, said] of answers.entries()) {
    assert.match(said, /^TypeError: Cannot (destructure .* as it is|read properties of) undefined or null/, TAKEN_APART[index]);
    if (isNewV8) assert.strictEqual(said, either(expected[index]), TAKEN_APART[index]);
  }
});

test('what the engine says of a mistake is what Node says of it', async () => {
  const answers = await run(attempts(SAID.map(([source]) => source)));
  assert.deepStrictEqual(answers, SAID.map(([, said]) => said));
});

test('this host says the same, if its engine is a V8 as new', () => {
  const answers = SAID.map(([source]) => vm.runInNewContext(`(() => { try { (function () {\n${source}\n})(); return 'nothing'; } catch (error) { return error.name + ': ' + error.message; } })()`));
  // Others have words of their own; what they answer has to be words all the same.
  assert.deepStrictEqual(answers.map((said) => typeof said), SAID.map(() => 'string'));
  if (isNewV8) assert.deepStrictEqual(answers, SAID.map(([, said]) => said));
});

test('where it is not certain what failed, the words of the engine stay', async () => {
  assert.deepStrictEqual(await run(attempts(UNCERTAIN.map(([source]) => source))), UNCERTAIN.map(([, said]) => said));
});

test('errors that the guest makes itself keep their message, whatever it is', async () => {
  const bodies = OWN.map((source) => `async () => { ${source} }`).join(',\n');
  const answers = await run(`
    const attempt = async (body) => { try { await body(); return 'nothing'; } catch (error) { return error.message; } };
    exports.main = async () => { const answers = []; for (const body of [${bodies}]) answers.push(await attempt(body)); return answers; };`);
  assert.deepStrictEqual(answers, OWN.map((source) => /'(not a function|not a constructor|x is not initialized)'/.exec(source)[1]));
});

test('an error in the middle of a formatted module names what failed, and says so in its stack', async () => {
  const error = await run(`
    const rules = {
      // it's a comment with an apostrophe
      names: ['a', 'b'],
    };
    exports.main = (order) => {
      const found = rules.names.filter((name) => {
        return name.length > 0;
      });
      return rules.apply(
        found,
        { total: order.total, when: \`\${order.total} o'clock\` },
        (line) => line.sum(1),
      );
    };`, [{ total: 1 }]).catch((thrown) => thrown);
  assert.strictEqual(error.message, 'rules.apply is not a function');
  assert.ok(error instanceof TypeError);
  assert.match(error.stack, /^TypeError: rules\.apply is not a function\n    at exports\.main|^TypeError: rules\.apply is not a function\n    at .*\/index\.js:/);
});

test('ES modules and TypeScript get the same words', async () => {
  const module = { 'index.js': "import { table } from './table.mjs'; export const main = () => table.find(1);", 'package.json': { type: 'module' }, 'table.mjs': 'export const table = {};' };
  await assert.rejects(run(module), { name: 'TypeError', message: 'table.find is not a function' });
});

test('code without a source that is known gets the words that need none', async () => {
  const answer = await run(`exports.main = () => { const said = []; for (const text of ['null.x', 'const o = {}; o.f()']) try { new Function(text)(); } catch (error) { said.push(error.message); } return said; };`);
  assert.deepStrictEqual(answer, ["Cannot read properties of null (reading 'x')", 'not a function']);
});

test('the message stays an ordinary property of the error', async () => {
  const shape = await run(`exports.main = () => { try { null.x; } catch (error) { return { own: Object.getOwnPropertyDescriptor(error, 'message'), keys: Object.keys(error), text: String(error) }; } };`);
  assert.deepStrictEqual(shape, {
    own: { value: "Cannot read properties of null (reading 'x')", writable: true, enumerable: false, configurable: true },
    keys: [],
    text: "TypeError: Cannot read properties of null (reading 'x')",
  });
});

test('Error.prepareStackTrace of the guest sees the message, and its answer is the stack', async () => {
  const seen = await run(`exports.main = () => {
    Error.prepareStackTrace = (error, sites) => [error.message, sites[0].getFileName(), typeof sites[0].getLineNumber()];
    try { null.x; } catch (error) { const { stack } = error; Error.prepareStackTrace = undefined; return [stack, typeof Error.prepareStackTrace, new Error('e').stack.split('\\n')[0]]; }
  };`);
  assert.deepStrictEqual(seen, [["Cannot read properties of null (reading 'x')", '/index.js', 'number'], 'undefined', 'Error: e']);
});

test('an error for a full stack says so, and where', async () => {
  const stack = await run('function down() { return down() + 1; }\nexports.main = () => { try { down(); } catch (error) { return error.stack; } };');
  assert.match(stack, /^RangeError: Maximum call stack size exceeded\n    at down \(\/index\.js:1:\d+\)\n    at down /);
});
