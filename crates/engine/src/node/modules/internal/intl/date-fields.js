'use strict';
// What a clock in a time zone shows at a moment, and how each letter of a pattern writes it.

const [timeZoneOffset] = ['timeZoneOffset'].map(native);

const DAY = 86_400_000;

/** Seconds east of UTC of a zone like `+05:30`; `undefined` for names. */
function fixedOffset(zone) {
  const parts = /^([+-])(\d\d):(\d\d)$/.exec(zone);
  return parts === null ? undefined : (parts[1] === '-' ? -60 : 60) * (Number(parts[2]) * 60 + Number(parts[3]));
}

/** The fields of a moment, by the Gregorian calendar without the Julian one before it. */
function fieldsAt(time, zone) {
  const known = zone === 'UTC' ? 0 : fixedOffset(zone);
  const told = known === undefined ? timeZoneOffset(zone, time) : known * 2;
  const isSummer = (told & 1) === 1;
  const offset = (told - (isSummer ? 1 : 0)) / 2;
  const local = time + offset * 1000;
  const days = Math.floor(local / DAY);
  const ms = local - days * DAY;
  // Days are counted from 1 March of the year 0, in eras of 400 years.
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor((dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365);
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const index = Math.floor((5 * dayOfYear + 2) / 153);
  const month = index < 10 ? index + 2 : index - 10;
  return {
    time, offset, isSummer, month,
    year: yearOfEra + era * 400 + (month < 2 ? 1 : 0),
    day: dayOfYear - Math.floor((153 * index + 2) / 5) + 1,
    weekday: (((days + 4) % 7) + 7) % 7,
    hour: Math.floor(ms / 3_600_000),
    minute: Math.floor(ms / 60_000) % 60,
    second: Math.floor(ms / 1000) % 60,
    ms: ms % 1000,
    timeOfDay: ms,
  };
}

const widthOf = (length) => (length < 4 ? 'short' : length === 4 ? 'long' : 'narrow');
const pad = (number, length) => String(number).padStart(length, '0');

function offsetText(seconds, isLong, { gmtFormat, hourFormat }) {
  const [plus, minus] = hourFormat.split(';');
  const minutes = Math.floor(Math.abs(seconds) / 60);
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
  const [, sign, separator] = /^([^H]*)H+([^m]*)m+/.exec(seconds < 0 ? minus : plus) ?? ['', seconds < 0 ? '-' : '+', ':'];
  const text = isLong ? `${pad(hours, 2)}${separator}${pad(rest, 2)}` : `${hours}${rest === 0 ? '' : `${separator}${pad(rest, 2)}`}`;
  return gmtFormat.replace('{0}', `${sign}${text}`);
}

const HALF_A_YEAR = 182 * DAY;

/** "EST", "Eastern Standard Time", "ET", "Eastern Time", "GMT-5", "GMT-05:00". */
function zoneName({ letter, length }, fields, { zone, data, zones }) {
  const isLong = length === 4;
  const { names, zones: groups } = letter === 'O' || (letter === 'v' && zone === 'UTC') ? { names: {}, zones: {} } : zones();
  const [standard, summer] = names[groups[zone]]?.[isLong ? 'long' : 'short'] ?? [];
  const name = letter === 'v' ? generic(standard, summer, isLong, fields, zone) : fields.isSummer && standard === summer ? undefined : fields.isSummer ? summer : standard;
  return name ?? offsetText(fields.offset, isLong, data);
}

/** A name for summer and winter: that of winter without the word for it, unless there is no summer time. */
function generic(standard, summer, isLong, { time }, zone) {
  if (standard === summer) return isLong ? standard : undefined;
  if (!isLong) return /^[A-Z]ST$/.test(standard) ? standard.replace('S', '') : undefined;
  const hasSummer = [-HALF_A_YEAR, 0, HALF_A_YEAR].some((distance) => fieldsAt(time + distance, zone).isSummer);
  return hasSummer ? standard.replace(' Standard', '') : standard;
}

function dayPeriod({ letter, length }, { timeOfDay, hour }, data) {
  const names = data.dayPeriods?.[widthOf(length)];
  if (letter === 'a') return length === 5 ? (names?.[hour < 12 ? 'am' : 'pm'] ?? data.am) : data[hour < 12 ? 'am' : 'pm'];
  const rule = data.dayPeriodRules?.find(({ at, from, before }) => (at === undefined
    ? (from < before ? timeOfDay >= from && timeOfDay < before : timeOfDay >= from || timeOfDay < before)
    : at === timeOfDay))
    ?? data.dayPeriodRules?.find(({ at, from, before }) => at === undefined && from > before);
  return names?.[rule?.name] ?? data[hour < 12 ? 'am' : 'pm'];
}

const HOURS = { h: (hour) => hour % 12 || 12, H: (hour) => hour, k: (hour) => hour || 24, K: (hour) => hour % 12 };

/** The text of one letter of a pattern. */
function written(token, fields, context) {
  const { letter, length } = token;
  const { data, digits, isAlone } = context;
  const number = (value, most = length) => digits(pad(value, most));
  switch (letter) {
    case 'G': return data.era[widthOf(length)][fields.year > 0 ? 'AD' : 'BC'];
    case 'y': {
      const year = fields.year > 0 ? fields.year : 1 - fields.year;
      return length === 2 ? digits(pad(year % 100, 2)) : number(year);
    }
    case 'M': case 'L': {
      if (length < 3) return number(fields.month + 1);
      const names = letter === 'L' || isAlone ? data.monthStandalone ?? data.month : data.month;
      return names[widthOf(length)][fields.month];
    }
    case 'E': case 'c': return data.weekday[widthOf(length)][fields.weekday];
    case 'd': return number(fields.day);
    case 'a': case 'b': case 'B': return dayPeriod(token, fields, data);
    case 'm': return number(fields.minute);
    case 's': return number(fields.second);
    case 'S': return digits(pad(fields.ms, 3).slice(0, length));
    case 'z': case 'v': case 'O': return zoneName(token, fields, context);
    default: return number(HOURS[letter](fields.hour));
  }
}

module.exports = { fieldsAt, fixedOffset, written };
