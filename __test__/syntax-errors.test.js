'use strict';

const assert = require('node:assert');
const { test } = require('node:test');
const vm = require('node:vm');
const { run } = require('./guest.js');

/** Node 18 has an older one, and Bun another engine. */
const isNewV8 = !process.versions.bun && Number.parseInt(process.versions.v8, 10) >= 11;

/** Sources that do not parse, what Node.js says of them, and where it is. */
const SAID = [
  ['const a = ;', "Unexpected token ';'", '1:11'],
  ['const a = {', 'Unexpected end of input', '1:12'],
  ['if (x) {\n  y();\n', 'Unexpected end of input', '2:7'],
  ['x = [1, 2', 'Unexpected end of input', '1:10'],
  ['let x = ', 'Unexpected end of input', '1:8'],
  ['a.b.', 'Unexpected end of input', '1:5'],
  ['}', "Unexpected token '}'", '1:1'],
  ['f();\n}\ng();', "Unexpected token '}'", '2:1'],
  [')', "Unexpected token ')'", '1:1'],
  ['f(1 2)', 'missing ) after argument list', '1:3'],
  ['f(1, 2', 'missing ) after argument list', '1:6'],
  ['console.log("a" "b");', 'missing ) after argument list', '1:13'],
  ['new F(a b)', 'missing ) after argument list', '1:7'],
  ['a b', "Unexpected identifier 'b'", '1:3'],
  ['x = {a: 1 b: 2}', "Unexpected identifier 'b'", '1:11'],
  ['class A { x y }', "Unexpected identifier 'y'", '1:13'],
  ['switch (x) { foo }', "Unexpected identifier 'foo'", '1:14'],
  ['let a = "x" "y"', 'Unexpected string', '1:13'],
  ['x.1', 'Unexpected number', '1:2'],
  ['[1 2]', 'Unexpected number', '1:4'],
  ['x++ ++', "Unexpected token '++'", '1:5'],
  ['() => {} ()', "Unexpected token '('", '1:10'],
  ['foo(a,,b)', "Unexpected token ','", '1:7'],
  ['var if = 1', "Unexpected token 'if'", '1:5'],
  ['else {}', "Unexpected token 'else'", '1:1'],
  ['let x: number = 1', "Unexpected token ':'", '1:6'],
  ['const x = <div/>;', "Unexpected token '<'", '1:11'],
  ['enum x', 'Unexpected reserved word', '1:1'],
  ['"use strict"; let static = 1;', 'Unexpected strict mode reserved word', '1:19'],
  ['"use strict"; let eval = 1;', 'Unexpected eval or arguments in strict mode', '1:24'],
  ['"use strict"; with (a) {}', 'Strict mode code may not include a with statement', '1:15'],
  ['"use strict"; delete x;', 'Delete of an unqualified identifier in strict mode.', '1:22'],
  ['"use strict"; 010', 'Octal literals are not allowed in strict mode.', '1:15'],
  ['"abc', 'Invalid or unexpected token', '1:1'],
  ["it's", 'Invalid or unexpected token', '1:3'],
  ['@', 'Invalid or unexpected token', '1:1'],
  ['1x', 'Invalid or unexpected token', '1:1'],
  ['\u201chello\u201d', 'Invalid or unexpected token', '1:1'],
  ["const é = 'é' 5;", 'Unexpected number', '1:15'],
  ['let x = 1;\nconst y = 2;\nlet x = 3;', "Identifier 'x' has already been declared", '3:5'],
  ['const x = 1; var x = 2;', "Identifier 'x' has already been declared", '1:18'],
  ['class A {} class A {}', "Identifier 'A' has already been declared", '1:18'],
  ['class A { #x; #x }', "Identifier '#x' has already been declared", '1:15'],
  ['const x;', 'Missing initializer in const declaration', '1:7'],
  ['const {a};', 'Missing initializer in destructuring declaration', '1:7'],
  ['function () {}', 'Function statements require a function name', '1:10'],
  ['break;', 'Illegal break statement', '1:1'],
  ['continue;', 'Illegal continue statement: no surrounding iteration statement', '1:1'],
  ['try { } x', 'Missing catch or finally after try', '1:7'],
  ['try { }', 'Missing catch or finally after try', '1:7'],
  ['throw\n1', 'Illegal newline after throw', '1:1'],
  ['/abc', 'Invalid regular expression: missing /', '1:1'],
  ['1 = 2', 'Invalid left-hand side in assignment', '1:5'],
  ['super()', "'super' keyword unexpected here", '1:1'],
  ['label: label: ;', "Label 'label' has already been declared", '1:8'],
];

/** The engine's own words stay where V8 says something that cannot be told from the place. */
const UNCERTAIN = [
  ['`abc', 'unexpected end of string (/index.js:1:1)'],
  ['1_', 'invalid number literal (/index.js:1:1)'],
  ['const o = { get x(a) {} };', 'invalid number of arguments for getter or setter (/index.js:1:20)'],
];

const failure = (files, file = 'index.js') => run(files, [], { file }).catch((error) => error);

test('a source that does not parse is told of in the words of Node, with its place', async () => {
  for (const [source, words, place] of SAID) {
    const error = await failure({ 'index.js': `${source}\n` });
    assert.strictEqual(error.name, 'SyntaxError', source);
    assert.strictEqual(error.message, `${words} (/index.js:${place})`, source);
  }
});

test('this host uses the same words, if its engine is a V8 as new', () => {
  for (const [source, words] of SAID) {
    assert.throws(() => vm.compileFunction(source), (error) => {
      assert.strictEqual(error.name, 'SyntaxError');
      if (isNewV8) assert.strictEqual(error.message, words, source);
      return true;
    });
  }
});

test('where it is not certain what V8 says, the words of the engine stay', async () => {
  for (const [source, message] of UNCERTAIN) {
    assert.strictEqual((await failure({ 'index.js': `${source}\n` })).message, message);
  }
});

test('file, line, column and the line with a caret are shown for every kind of source', async () => {
  const shown = (file, line, caret, words) => new RegExp(`^${file.replace('.', '\\.')}:${line}\\n.*\\n {${caret - 1}}\\^\\n\\nSyntaxError: ${words}\\n    at ${file.replace('.', '\\.')}:${line}:${caret}`);
  const cases = [
    [{ 'index.js': 'exports.a = 1;\nexports.main = () => { return 1 +; };' }, 'index.js', shown('/index.js', 2, 34, "Unexpected token ';'")],
    [{ 'index.mjs': 'export const a = 1;\nconst b = a a;' }, 'index.mjs', shown('/index.mjs', 2, 13, "Unexpected identifier 'a'")],
    [{ 'index.js': "require('./b.js');", 'b.js': 'a;\n\nconst c = [1;' }, 'index.js', shown('/b.js', 3, 13, "Unexpected token ';'")],
  ];
  for (const [files, file, pattern] of cases) assert.match((await failure(files, file)).stack, pattern);
  const json = await failure({ 'index.js': "require('./a.json');", 'a.json': '{\n  "a": 1,\n}' });
  assert.strictEqual(json.message, 'Expected double-quoted property name in JSON at position 12 (line 3 column 1) (/a.json:3:1)');
  assert.match(json.stack, /^\/a\.json:3\n\}\n\^\n\nSyntaxError: Expected double-quoted/);
  const typescript = await failure({ 'index.ts': 'const a: number = 1;\nconst b: = 2;\nexport const main = () => a;' }, 'index.ts');
  assert.match(typescript.message, /\(\/index\.ts:2:10\)$/);
  assert.match(typescript.stack, /^\/index\.ts:2\nconst b: = 2;\n {9}\^\n/);
});

test('a giant line is neither searched nor shown', async () => {
  const error = await failure({ 'index.js': `/*${' '.repeat(5_000_000)}*/ b c` });
  assert.strictEqual(error.message, "Unexpected identifier 'c' (/index.js:1:5000008)");
  assert.ok(error.stack.length < 1_000);
});
