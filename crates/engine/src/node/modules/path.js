'use strict';
// The guest's paths look like the host's: `__filename` is one of its files.
module.exports = process.platform === 'win32' ? require('path/win32') : require('path/posix');
