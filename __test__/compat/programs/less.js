// kind: parsers; needs: process, path, fs, url, util, http, https, module
'use strict';
const less = require('less');

module.exports.main = async () => {
  const { css } = await less.render('@c: #336699; .mixin(@w) { width: (@w * 2); } .a { color: darken(@c, 10%); .mixin(5px); &:hover { color: fade(@c, 50%); } .b & { top: 0; } }', {});
  const problem = await less.render('.a { color: @nope; }').catch((error) => [error.type, error.message, error.line]);
  return [css, problem];
};
