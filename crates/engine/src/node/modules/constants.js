'use strict';
// The deprecated module `constants`: the numbers that packages read when they load.
const { constants } = require('internal/constants');
module.exports = Object.freeze({ ...constants.os.dlopen, ...constants.os.errno, ...constants.os.priority, ...constants.os.signals, ...constants.fs, ...constants.crypto });
