'use strict';

const assert = require('node:assert');
const { test } = require('node:test');
const { run } = require('./guest.js');

/** Texts that are not JSON, and what Node.js 22 and later say of them. */
const SAID = [
  ["", "Unexpected end of JSON input"],
  ["\"abc\\", "Unexpected end of JSON input"],
  ["{", "Expected property name or '}' in JSON at position 1 (line 1 column 2)"],
  ["{\"a\":}", "Unexpected token '}', \"{\"a\":}\" is not valid JSON"],
  ["hello", "Unexpected token 'h', \"hello\" is not valid JSON"],
  ["[1,]", "Unexpected token ']', \"[1,]\" is not valid JSON"],
  ["{\"a\":1,}", "Expected double-quoted property name in JSON at position 7 (line 1 column 8)"],
  ["{a:1}", "Expected property name or '}' in JSON at position 1 (line 1 column 2)"],
  ["\"abc", "Unterminated string in JSON at position 4 (line 1 column 5)"],
  ["1 2", "Unexpected non-whitespace character after JSON at position 2 (line 1 column 3)"],
  ["[1 2]", "Expected ',' or ']' after array element in JSON at position 3 (line 1 column 4)"],
  ["{\"a\" 1}", "Expected ':' after property name in JSON at position 5 (line 1 column 6)"],
  ["{'a':1}", "Expected property name or '}' in JSON at position 1 (line 1 column 2)"],
  ["\"\\x\"", "Bad escaped character in JSON at position 2 (line 1 column 3)"],
  ["\"\n\"", "Bad control character in string literal in JSON at position 1 (line 1 column 2)"],
  ["\"\\u12\"", "Bad Unicode escape in JSON at position 5 (line 1 column 6)"],
  ["tru", "Unexpected end of JSON input"],
  ["trux", "Unexpected token 'x', \"trux\" is not valid JSON"],
  ["01", "Unexpected number in JSON at position 1 (line 1 column 2)"],
  ["-", "No number after minus sign in JSON at position 1 (line 1 column 2)"],
  ["-x", "No number after minus sign in JSON at position 1 (line 1 column 2)"],
  ["1.", "Unterminated fractional number in JSON at position 2 (line 1 column 3)"],
  ["1.x", "Unterminated fractional number in JSON at position 2 (line 1 column 3)"],
  ["1e", "Exponent part is missing a number in JSON at position 2 (line 1 column 3)"],
  ["1e+", "Exponent part is missing a number in JSON at position 3 (line 1 column 4)"],
  ["1e+x", "Exponent part is missing a number in JSON at position 3 (line 1 column 4)"],
  ["<html><body>some long html document here", "Unexpected token '<', \"<html><bod\"... is not valid JSON"],
  ["NaN", "\"NaN\" is not valid JSON"],
  ["undefined", "\"undefined\" is not valid JSON"],
  ["Infinity", "\"Infinity\" is not valid JSON"],
  ["[object Object]", "\"[object Object]\" is not valid JSON"],
  ["[object Foo]", "Unexpected token 'o', \"[object Foo]\" is not valid JSON"],
  ["[", "Unexpected end of JSON input"],
  ["[1", "Expected ',' or ']' after array element in JSON at position 2 (line 1 column 3)"],
  ["[1,", "Unexpected end of JSON input"],
  ["{\"a\"", "Expected ':' after property name in JSON at position 4 (line 1 column 5)"],
  ["{\"a\":", "Unexpected end of JSON input"],
  ["{\"a\":1", "Expected ',' or '}' after property value in JSON at position 6 (line 1 column 7)"],
  ["{\"a\":1,", "Expected double-quoted property name in JSON at position 7 (line 1 column 8)"],
  ["]", "Unexpected token ']', \"]\" is not valid JSON"],
  ["}", "Unexpected token '}', \"}\" is not valid JSON"],
  [",", "Unexpected token ',', \",\" is not valid JSON"],
  ["nul", "Unexpected end of JSON input"],
  ["[1,2,3,4,5,6,7,8,9,10,x,12,13,14,15]", "Unexpected token 'x', ...\",7,8,9,10,x,12,13,14\"... is not valid JSON"],
  ["{\"some\":\"long text before\", x: 1 }", "Expected double-quoted property name in JSON at position 28 (line 1 column 29)"],
  ["{\n  \"a\": 1,\n  b: 2\n}", "Expected double-quoted property name in JSON at position 14 (line 3 column 3)"],
  ["{\r\n  \"a\": 1,\r\n  b: 2\r\n}", "Expected double-quoted property name in JSON at position 16 (line 3 column 3)"],
  ["\"é\" x", "Unexpected non-whitespace character after JSON at position 4 (line 1 column 5)"],
  ["é", "Unexpected token 'é', \"é\" is not valid JSON"],
  ["{\"😀\": x}", "Unexpected token 'x', \"{\"😀\": x}\" is not valid JSON"],
  ["{\"a\":'b'}", "Unexpected token ''', \"{\"a\":'b'}\" is not valid JSON"],
  ["[1,2,3,4,5,6,7,8,9,\"aaaaaaaaaaaaaaa\",]", "Unexpected token ']', ...\"aaaaaaaa\",]\" is not valid JSON"],
  ["{\"a\":1}}", "Unexpected non-whitespace character after JSON at position 7 (line 1 column 8)"],
  ["[1]]", "Unexpected non-whitespace character after JSON at position 3 (line 1 column 4)"],
  ["[1}", "Expected ',' or ']' after array element in JSON at position 2 (line 1 column 3)"],
  ["{\"a\":1]", "Expected ',' or '}' after property value in JSON at position 6 (line 1 column 7)"],
  ["\u00a01", "Unexpected token '\u00a0', \"\u00a01\" is not valid JSON"],
  ["true false", "Unexpected non-whitespace character after JSON at position 5 (line 1 column 6)"],
  ["\"a\" \"b\"", "Unexpected non-whitespace character after JSON at position 4 (line 1 column 5)"],
  ["1 \"b\"", "Unexpected non-whitespace character after JSON at position 2 (line 1 column 3)"],
  ["[1 \"b\"]", "Expected ',' or ']' after array element in JSON at position 3 (line 1 column 4)"],
  ["[,1]", "Unexpected token ',', \"[,1]\" is not valid JSON"],
  ["{,}", "Expected property name or '}' in JSON at position 1 (line 1 column 2)"],
  ["[1,,2]", "Unexpected token ',', \"[1,,2]\" is not valid JSON"],
  ["{\"a\":1,,}", "Expected double-quoted property name in JSON at position 7 (line 1 column 8)"],
  ["+1", "Unexpected token '+', \"+1\" is not valid JSON"],
  [".5", "Unexpected token '.', \".5\" is not valid JSON"],
  ["0x10", "Unexpected non-whitespace character after JSON at position 1 (line 1 column 2)"],
  ["12345678901234567890x", "Unexpected non-whitespace character after JSON at position 20 (line 1 column 21)"],
  ["[12345678901234567890 x", "Expected ',' or ']' after array element in JSON at position 22 (line 1 column 23)"],
  ["\"unterminated string that is long enough to be cut", "Unterminated string in JSON at position 50 (line 1 column 51)"],
  ["\ufeff{}", "Unexpected token '\ufeff', \"\ufeff{}\" is not valid JSON"],
  ["xxxxxxxxxxxxxxxxxxxx", "Unexpected token 'x', \"xxxxxxxxxxxxxxxxxxxx\" is not valid JSON"],
  ["xxxxxxxxxxxxxxxxxxxxx", "Unexpected token 'x', \"xxxxxxxxxx\"... is not valid JSON"],
  ["[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", "Unexpected end of JSON input"],
  ["{\"a\":tru}", "Unexpected token '}', \"{\"a\":tru}\" is not valid JSON"],
  ["{\"a\":truX, \"b\": 1, \"c\": 2}", "Unexpected token 'X', \"{\"a\":truX, \"b\": 1,\"... is not valid JSON"],
];
const MAJOR = Number(process.versions.node.split('.')[0]);
const messageOf = (body) => { try { body(); } catch (error) { return `${error.name}: ${error.message}`; } return 'nothing'; };

test('JSON.parse says what is wrong with a text as Node does', async () => {
  const answers = await run(`const messageOf = ${messageOf}; exports.main = (texts) => texts.map((text) => messageOf(() => JSON.parse(text)));`, [SAID.map(([text]) => text)]);
  assert.deepStrictEqual(answers, SAID.map(([, said]) => `SyntaxError: ${said}`));
});

test('this host says the same of these texts, if it is Node 22 or later, or has its engine', () => {
  const answers = SAID.map(([text]) => messageOf(() => JSON.parse(text)));
  assert.deepStrictEqual(answers.map((said) => said.startsWith('SyntaxError: ')), SAID.map(() => true));
  if (!process.versions.bun && MAJOR >= 22) assert.deepStrictEqual(answers, SAID.map(([, said]) => `SyntaxError: ${said}`));
});

test('JSON.parse is what it was for all else', async () => {
  const [shape, values] = await run(`exports.main = () => [
    [JSON.parse.name, JSON.parse.length, String(JSON.parse), Object.keys(JSON), 'prototype' in JSON.parse, Object.getOwnPropertyDescriptor(JSON, 'parse').enumerable],
    [JSON.parse('{"a":[1,{"b":null}],"__proto__":2}'), JSON.parse('5', () => 6), JSON.parse({ toString: () => '[7]' }), JSON.parse('"\\\\ud83d\\\\ude00"'), JSON.parse(null), JSON.parse.call(null, 'true')],
  ];`);
  assert.deepStrictEqual(shape, ['parse', 2, 'function parse() {\n    [native code]\n}', [], false, false]);
  assert.deepStrictEqual(values, [JSON.parse('{"a":[1,{"b":null}],"__proto__":2}'), 6, [7], '\u{1F600}', null, true]);
});

test('errors that are not about the text stay as they are', async () => {
  const answers = await run(`const messageOf = ${messageOf}; exports.main = () => [
    messageOf(() => JSON.parse('1', () => { throw new SyntaxError('of the reviver'); })),
    messageOf(() => JSON.parse({ toString() { throw new SyntaxError('of the text'); } })),
    messageOf(() => JSON.parse(Symbol('x'))),
    messageOf(() => JSON.parse('1', () => JSON.parse('x'))),
    messageOf(() => JSON.parse()),
    messageOf(() => JSON.parse({ a: 1 })),
    messageOf(() => JSON.parse({ get [Symbol.toStringTag]() { return 'Odd'; } })).includes('[object Object]'),
  ];`);
  assert.deepStrictEqual(answers, [
    'SyntaxError: of the reviver', 'SyntaxError: of the text', 'TypeError: Cannot convert a Symbol value to a string',
    'SyntaxError: Unexpected token \'x\', "x" is not valid JSON', 'SyntaxError: "undefined" is not valid JSON',
    'SyntaxError: "[object Object]" is not valid JSON', false,
  ]);
});
