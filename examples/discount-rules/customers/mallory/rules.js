'use strict';
// Mallory is not interested in discounts.

exports.loopForEver = () => {
  for (;;);
};

exports.loopInPromises = () => new Promise(() => {
  const again = () => {
    Promise.resolve().then(again);
  };
  again();
});

exports.fillMemory = () => {
  const hoard = [];
  for (;;) hoard.push(new Array(100000).fill(hoard.length));
};

exports.readFiles = () => require('fs').readFileSync('/etc/passwd', 'utf8');

exports.readNeighbour = () => require('../acme/rules.json');

exports.climbOut = () => exports.constructor.constructor('return process')().exit(1);
