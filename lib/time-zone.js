'use strict';

/** The zone that `Date` is local to: guests' `Date` asks the system, and their `Intl` is told. */

/** @type {{ setting: string | undefined, name: string } | undefined} */
let known;
/** Bun keeps what a process sets for itself: the system goes on with the zone that it began with. */
const setsSystem = process.versions.bun === undefined;

/** Its IANA name. The system is asked again only after the process has set another zone. */
function timeZone() {
  const setting = process.env.TZ;
  if (known === undefined || (setsSystem && known.setting !== setting)) known = { setting, name: new Intl.DateTimeFormat('en').resolvedOptions().timeZone ?? 'UTC' };
  return known.name;
}

module.exports = { timeZone };
