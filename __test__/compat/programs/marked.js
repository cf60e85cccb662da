// kind: markup; needs: none
'use strict';
const { marked } = require('marked');

module.exports.main = () => marked.parse('# Title\n\nText with *em*, **strong**, `code` and [link](http://a.b "t").\n\n- one\n- two\n  1. deep\n\n```js\nlet a = 1 < 2;\n```\n\n| a | b |\n|---|--:|\n| 1 | 2 |\n', { gfm: true });
