'use strict';
// The compiler hook: what customers write is not what the engine runs. TypeScript and `import` go through Babel,
// a template becomes a module that exports its text. Packages are ready-made and pass unchanged.

const path = require('node:path');
const babel = require('@babel/core');

const presets = [
  [require.resolve('@babel/preset-env'), { targets: { node: '18' }, modules: 'commonjs' }],
  require.resolve('@babel/preset-typescript'),
];

module.exports = (code, fileName) => {
  if (fileName.split(path.sep).includes('node_modules')) return code;
  if (fileName.endsWith('.hbs')) return `module.exports = ${JSON.stringify(code)};`;
  return babel.transformSync(code, { filename: fileName, presets, babelrc: false, configFile: false }).code;
};
