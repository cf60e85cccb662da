// kind: markup; needs: none
'use strict';
const TurndownService = require('turndown');

module.exports.main = () => new TurndownService({ headingStyle: 'atx', codeBlockStyle: 'fenced' }).turndown('<h1>Hi</h1><p>Some <em>text</em> and <a href="http://a.b">a link</a>.</p><ul><li>one</li><li>two</li></ul><pre><code>x = 1</code></pre>');
