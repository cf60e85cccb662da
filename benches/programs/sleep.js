'use strict';
// A guest that waits, for runs that hold no thread and for sandboxes that lie idle.
exports.sleep = (milliseconds) => new Promise((resolve) => { setTimeout(() => resolve(milliseconds), milliseconds); });
