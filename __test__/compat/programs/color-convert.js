// kind: numbers; needs: none
'use strict';
const convert = require('color-convert');

module.exports.main = () => [convert.rgb.hsl(140, 200, 100), convert.keyword.rgb('blue'), convert.hex.cmyk('#7f00ff'), convert.rgb.ansi256(92, 191, 84), convert.hsl.hex(96, 48, 59), Object.keys(convert).length];
