'use strict';

/** Version 1 knows one notation. */
module.exports = (cents, currency) => `${(cents / 100).toFixed(2)} ${currency}`;
