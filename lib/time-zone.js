'use strict';

/** The zone that `Date` is local to: guests' `Date` asks the system, and their `Intl` is told. */

/** @type {{ setting: string | undefined, name: string } | undefined} */
let known;

/** Its IANA name. The system is asked again only after the process has set another zone. */
function timeZone() {
  const setting = process.env.TZ;
  if (known === undefined || known.setting !== setting) known = { setting, name: new Intl.DateTimeFormat('en').resolvedOptions().timeZone ?? 'UTC' };
  return known.name;
}

module.exports = { timeZone };
