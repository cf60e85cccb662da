//! The rule after which a zone's clocks change every year, as the last line of its file says it: `EST5EDT,M3.2.0,M11.1.0`.

use super::time_zones::LocalTime;

/// What goes on for ever after the last change that is listed.
pub(super) struct Rules {
    standard: i64,
    summer: Option<Summer>,
}

struct Summer {
    offset: i64,
    from: Day,
    until: Day,
}

/// A day of the year and seconds after its midnight.
struct Day {
    date: Date,
    time: i64,
}

enum Date {
    /// Month, week (5 is the last), day of the week.
    Week(i64, i64, i64),
    /// From 1 to 365, without leap days.
    Julian(i64),
    /// From 0 to 365.
    Count(i64),
}

const DAY: i64 = 86_400;

impl Rules {
    pub(super) fn read(line: &[u8]) -> Option<Self> {
        let mut text = Text(line);
        text.name()?;
        let standard = -text.time()?;
        if text.0.is_empty() {
            return Some(Self { standard, summer: None });
        }
        text.name()?;
        let offset = if text.0.first() == Some(&b',') { standard + 3600 } else { -text.time()? };
        let (from, until) = (text.day()?, text.day()?);
        Some(Self { standard, summer: Some(Summer { offset, from, until }) })
    }

    pub(super) fn at(&self, seconds: i64) -> LocalTime {
        let is_summer = self.summer.as_ref().is_some_and(|summer| self.is_summer(summer, seconds));
        let offset = self.summer.as_ref().filter(|_| is_summer).map_or(self.standard, |summer| summer.offset);
        LocalTime { offset: i32::try_from(offset).unwrap_or_default(), is_summer }
    }

    fn is_summer(&self, summer: &Summer, seconds: i64) -> bool {
        // The calendar repeats after 400 years, which keeps the arithmetic far from any end.
        let seconds = seconds.rem_euclid(146_097 * DAY);
        let year = year_of((seconds + self.standard).div_euclid(DAY));
        let from = summer.from.in_year(year) - self.standard;
        let until = summer.until.in_year(year) - summer.offset;
        if from < until { (from..until).contains(&seconds) } else { !(until..from).contains(&seconds) }
    }
}

impl Day {
    /// Seconds from 1970 to it, by the clock of the place.
    fn in_year(&self, year: i64) -> i64 {
        let start = days_before(year, 1);
        let day = match self.date {
            Date::Count(day) => start + day,
            Date::Julian(day) => start + day - 1 + i64::from(is_leap(year) && day > 59),
            Date::Week(month, week, weekday) => {
                let first = days_before(year, month);
                let next = if month == 12 { days_before(year + 1, 1) } else { days_before(year, month + 1) };
                // 1970 began on a Thursday.
                let found = first + (weekday - first - 4).rem_euclid(7) + (week - 1) * 7;
                if found >= next { found - 7 } else { found }
            }
        };
        day * DAY + self.time
    }
}

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// Days from 1970 to the first of a month.
fn days_before(year: i64, month: i64) -> i64 {
    const DAYS: [i64; 12] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
    let before = year - 1;
    let in_year = DAYS[(month - 1).rem_euclid(12) as usize] + i64::from(month > 2 && is_leap(year));
    before * 365 + before.div_euclid(4) - before.div_euclid(100) + before.div_euclid(400) - 719_162 + in_year
}

fn year_of(day: i64) -> i64 {
    let mut year = 1970 + day.div_euclid(366);
    while days_before(year + 1, 1) <= day {
        year += 1;
    }
    year
}

/// What is left of the line.
struct Text<'a>(&'a [u8]);

impl Text<'_> {
    fn name(&mut self) -> Option<()> {
        let length = if self.0.first() == Some(&b'<') {
            self.0.iter().position(|byte| *byte == b'>')? + 1
        } else {
            self.0.iter().take_while(|byte| byte.is_ascii_alphabetic()).count()
        };
        self.0 = &self.0[length..];
        (length > 0).then_some(())
    }

    fn skip(&mut self, byte: u8) -> bool {
        let is_there = self.0.first() == Some(&byte);
        if is_there {
            self.0 = &self.0[1..];
        }
        is_there
    }

    fn number(&mut self) -> Option<i64> {
        let length = self.0.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (digits, rest) = self.0.split_at(length);
        self.0 = rest;
        std::str::from_utf8(digits).ok()?.parse().ok()
    }

    /// `[+-]hours[:minutes[:seconds]]`, in seconds.
    fn time(&mut self) -> Option<i64> {
        let is_negative = self.skip(b'-');
        self.skip(b'+');
        let mut seconds = self.number()? * 3600;
        for unit in [60, 1] {
            if self.skip(b':') {
                seconds += self.number()? * unit;
            }
        }
        Some(if is_negative { -seconds } else { seconds })
    }

    /// `,date[/time]`
    fn day(&mut self) -> Option<Day> {
        self.skip(b',').then_some(())?;
        let date = if self.skip(b'M') {
            let month = self.number()?;
            self.skip(b'.');
            let week = self.number()?;
            self.skip(b'.');
            Date::Week(month, week, self.number()?)
        } else if self.skip(b'J') {
            Date::Julian(self.number()?)
        } else {
            Date::Count(self.number()?)
        };
        let time = if self.skip(b'/') { self.time()? } else { 2 * 3600 };
        Some(Day { date, time })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_from_1970() {
        assert_eq!([days_before(1970, 1), days_before(1972, 3), days_before(2000, 12)], [0, 790, 11_292]);
        assert_eq!([year_of(0), year_of(364), year_of(365), year_of(11_292)], [1970, 1970, 1971, 2000]);
    }

    #[test]
    fn the_southern_summer_spans_the_new_year() {
        let rules = Rules::read(b"AEST-10AEDT,M10.1.0,M4.1.0/3").unwrap();
        let offsets = [1_704_067_200, 1_719_792_000].map(|seconds| rules.at(seconds).offset / 3600);
        assert_eq!(offsets, [11, 10]);
    }

    #[test]
    fn broken_lines_have_no_rules() {
        for line in [&b""[..], b"<", b"EST", b"EST5EDT", b"EST5EDT,M3", b"5", b"EST99999999999999999999"] {
            assert!(Rules::read(line).is_none());
        }
    }
}
