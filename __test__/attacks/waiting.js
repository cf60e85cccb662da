'use strict';
// Cases that need something guests do not have yet, and what it is. They run when named on the command line.

const WAITING = {};

module.exports = { WAITING };
