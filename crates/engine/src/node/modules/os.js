'use strict';
// A neutral machine: one small one, the same for every guest.

const { constants } = require('internal/constants');
const { accessDenied } = require('internal/errors');

const GiB = 2 ** 30;
const TYPES = { linux: 'Linux', darwin: 'Darwin', win32: 'Windows_NT' };
const isWindows = process.platform === 'win32';

module.exports = {
  arch: () => process.arch,
  availableParallelism: () => 1,
  cpus: () => [{ model: 'cpu', speed: 0, times: { user: 0, nice: 0, sys: 0, idle: 0, irq: 0 } }],
  endianness: () => 'LE',
  freemem: () => GiB,
  getPriority: () => 0,
  homedir: () => (isWindows ? 'C:\\' : '/'),
  hostname: () => 'localhost',
  loadavg: () => [0, 0, 0],
  networkInterfaces: () => ({}),
  platform: () => process.platform,
  release: () => '0.0.0',
  setPriority() { throw accessDenied('os', 'setPriority'); },
  tmpdir: () => (isWindows ? 'C:\\temp' : '/tmp'),
  totalmem: () => GiB,
  type: () => TYPES[process.platform] ?? process.platform,
  userInfo: () => ({ uid: 1000, gid: 1000, username: 'guest', homedir: isWindows ? 'C:\\' : '/', shell: null }),
  uptime: () => process.uptime(),
  version: () => '',
  machine: () => ({ x64: 'x86_64', arm64: 'aarch64' })[process.arch] ?? process.arch,
  constants: constants.os,
  EOL: isWindows ? '\r\n' : '\n',
  devNull: isWindows ? '\\\\.\\nul' : '/dev/null',
};
