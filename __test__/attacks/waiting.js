'use strict';
// Cases that need something guests do not have yet, and what it is. They run when named on the command line.

const WAITING = {
  'polluted-prototypes-are-clean-in-the-next-run': 'URL',
  'values-hung-on-registered-symbols-do-not-survive': 'util',
  'promise-chains-pending-at-the-end-do-not-continue': 'path',
  'builtins-edited-by-one-run-are-genuine-in-the-next': 'path',
  'abort-listener-that-loops-meets-the-deadline': 'AbortController',
  'high-resolution-time-is-coarse': 'performance',
};

module.exports = { WAITING };
