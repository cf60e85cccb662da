import runService = require('isolated-runtime-native/run-service');

export = runService;
