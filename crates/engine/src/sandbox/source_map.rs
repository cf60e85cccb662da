//! One source map: which place of a source a place of compiled code comes from.
//!
//! Maps are written by compilers, and by guests: a map is read once, in time and room bounded by its length, and what is
//! wrong with it makes it no map. Must not know the engine: text in, places out.

use serde::de::{IgnoredAny, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use std::borrow::Cow;
use std::fmt;

/// More sources than any compiler has in one file.
const MOST_SOURCES: usize = 10_000;
/// Bytes of mappings between two places from which a search can begin.
const STRIDE: usize = 4 << 10;

pub(super) struct SourceMap {
    mappings: Vec<u8>,
    sources: Vec<String>,
    root: String,
    /// Where searches begin, in order.
    starts: Vec<Cursor>,
}

/// A place of compiled code and what it comes from; numbers count from 0.
#[derive(Debug, Clone, Copy, Default)]
struct Cursor {
    offset: usize,
    line: u32,
    column: i64,
    source: i64,
    source_line: i64,
    source_column: i64,
    has_source: bool,
}

/// A place in a source; line and column count from 1.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Original<'a> {
    pub(super) root: &'a str,
    pub(super) source: &'a str,
    pub(super) line: u32,
    pub(super) column: u32,
}

#[derive(Deserialize)]
struct Raw<'a> {
    #[serde(borrow)]
    mappings: Cow<'a, str>,
    #[serde(deserialize_with = "bounded_sources")]
    sources: Vec<String>,
    #[serde(borrow, rename = "sourceRoot")]
    root: Option<Cow<'a, str>>,
    /// A map of maps: nothing that compilers of today write.
    sections: Option<IgnoredAny>,
}

impl SourceMap {
    pub(super) fn parse(text: &str) -> Option<Self> {
        // A line that keeps browsers from running it as a script.
        let json = if text.starts_with(")]}") { text.split_once('\n')?.1 } else { text };
        let raw: Raw<'_> = serde_json::from_str(json).ok().filter(|raw: &Raw<'_>| raw.sections.is_none())?;
        let mut map = Self {
            mappings: raw.mappings.into_owned().into_bytes(),
            sources: raw.sources,
            root: raw.root.unwrap_or_default().into_owned(),
            starts: Vec::new(),
        };
        let mut cursor = Cursor::default();
        loop {
            if map.starts.last().is_none_or(|last| cursor.offset >= last.offset + STRIDE) {
                map.starts.push(cursor);
            }
            if !cursor.advance(&map.mappings)? {
                return Some(map);
            }
        }
    }

    /// Where the place comes from; line and column count from 1.
    pub(super) fn find(&self, line: u32, column: u32) -> Option<Original<'_>> {
        let wanted = (line.checked_sub(1)?, i64::from(column.checked_sub(1)?));
        let later = self.starts.partition_point(|start| (start.line, start.column) <= wanted);
        let mut cursor = *self.starts.get(later.saturating_sub(1))?;
        let end = cursor.offset.saturating_add(2 * STRIDE);
        let mut found = cursor;
        while cursor.offset < end && cursor.advance(&self.mappings)? && (cursor.line, cursor.column) <= wanted {
            found = cursor;
        }
        let source = usize::try_from(found.source).ok()?;
        (found.line == wanted.0 && found.has_source).then_some(Original {
            root: &self.root,
            source: self.sources.get(source)?,
            line: u32::try_from(found.source_line).ok()?.checked_add(1)?,
            column: u32::try_from(found.source_column).ok()?.checked_add(1)?,
        })
    }
}

impl Cursor {
    /// Goes on to the next segment; `Some(false)` at the end, `None` where the mappings are none.
    fn advance(&mut self, mappings: &[u8]) -> Option<bool> {
        loop {
            match mappings.get(self.offset) {
                None => return Some(false),
                Some(b';') => {
                    self.line = self.line.checked_add(1)?;
                    self.column = 0;
                    self.has_source = false;
                    self.offset += 1;
                }
                Some(b',') => self.offset += 1,
                Some(_) => break,
            }
        }
        self.column = moved(self.column, self.number(mappings)?)?;
        self.has_source = self.is_in_segment(mappings);
        if self.has_source {
            self.source = moved(self.source, self.number(mappings)?)?;
            self.source_line = moved(self.source_line, self.number(mappings)?)?;
            self.source_column = moved(self.source_column, self.number(mappings)?)?;
        }
        if self.is_in_segment(mappings) {
            // A name.
            self.number(mappings)?;
        }
        (!self.is_in_segment(mappings)).then_some(true)
    }

    fn is_in_segment(&self, mappings: &[u8]) -> bool {
        !matches!(mappings.get(self.offset), None | Some(b',' | b';'))
    }

    /// A number in base 64, five bits a letter, the lowest first; the lowest bit of all is the sign.
    fn number(&mut self, mappings: &[u8]) -> Option<i64> {
        let (mut value, mut shift) = (0_i64, 0);
        loop {
            let letter = match *mappings.get(self.offset)? {
                letter @ b'A'..=b'Z' => letter - b'A',
                letter @ b'a'..=b'z' => letter - b'a' + 26,
                letter @ b'0'..=b'9' => letter - b'0' + 52,
                b'+' => 62,
                b'/' => 63,
                _ => return None,
            };
            self.offset += 1;
            value |= i64::from(letter & 31) << shift;
            if letter & 32 == 0 {
                break;
            }
            shift += 5;
            if shift > 30 {
                return None;
            }
        }
        Some(if value & 1 == 1 { -(value >> 1) } else { value >> 1 })
    }
}

fn moved(from: i64, by: i64) -> Option<i64> {
    let to = from.checked_add(by)?;
    (0..=i64::from(u32::MAX)).contains(&to).then_some(to)
}

fn bounded_sources<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    struct Sources;
    impl<'de> Visitor<'de> for Sources {
        type Value = Vec<String>;

        fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(out, "at most {MOST_SOURCES} names of sources")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
            let mut sources = Vec::new();
            while let Some(source) = list.next_element::<Option<Cow<'de, str>>>()? {
                if sources.len() == MOST_SOURCES {
                    return Err(serde::de::Error::invalid_length(MOST_SOURCES + 1, &self));
                }
                sources.push(source.unwrap_or_default().into_owned());
            }
            Ok(sources)
        }
    }
    deserializer.deserialize_seq(Sources)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(mappings: &str) -> Option<SourceMap> {
        SourceMap::parse(&format!(r#"{{"version":3,"sources":["a.ts","b.ts"],"names":["x"],"mappings":"{mappings}"}}"#))
    }

    fn found(map: &SourceMap, line: u32, column: u32) -> Option<(&str, u32, u32)> {
        map.find(line, column).map(|original| (original.source, original.line, original.column))
    }

    #[test]
    fn places_come_from_the_last_segment_before_them() {
        // 1:1 → a.ts 1:1, 1:5 → a.ts 3:5; 2:3 → b.ts 4:1 with a name; 3:1 from nowhere.
        let map = map("AAAA,IAEI;ECCJA;A").unwrap();
        assert_eq!(found(&map, 1, 1), Some(("a.ts", 1, 1)));
        assert_eq!(found(&map, 1, 4), Some(("a.ts", 1, 1)));
        assert_eq!(found(&map, 1, 50), Some(("a.ts", 3, 5)));
        assert_eq!(found(&map, 2, 2), None);
        assert_eq!(found(&map, 2, 3), Some(("b.ts", 4, 1)));
        assert_eq!(found(&map, 3, 1), None);
        assert_eq!(found(&map, 9, 1), None);
    }

    #[test]
    fn large_maps_are_searched_from_near_the_place() {
        let lines = 20_000;
        let map = map(&"AACA;".repeat(lines)).unwrap();
        assert!(map.starts.len() > 10);
        for line in [1, 2, 819, 820, 4_000, 19_999, 20_000] {
            assert_eq!(found(&map, line, 7), Some(("a.ts", line + 1, 1)));
        }
    }

    #[test]
    fn what_is_wrong_makes_it_no_map() {
        let huge = "g".repeat(9) + "A";
        for mappings in ["!", "A!", "AA", "AAA", "AAAAAA", "D", "AADA", "g", "é", huge.as_str()] {
            assert!(map(mappings).is_none(), "{mappings}");
        }
        for text in [
            "",
            "{}",
            "[]",
            "null",
            ")]}'",
            r#"{"mappings":"","sources":[],"sections":[]}"#,
            r#"{"mappings":1,"sources":[]}"#,
        ] {
            assert!(SourceMap::parse(text).is_none(), "{text}");
        }
        let sources = vec!["\"\""; MOST_SOURCES + 1].join(",");
        assert!(SourceMap::parse(&format!(r#"{{"mappings":"","sources":[{sources}]}}"#)).is_none());
    }

    #[test]
    fn sources_that_are_not_there_are_not_found() {
        assert_eq!(found(&map("AEAA").unwrap(), 1, 1), None);
        assert_eq!(
            found(
                &SourceMap::parse(
                    r#")]}'
{"mappings":"AAAA","sources":[null]}"#
                )
                .unwrap(),
                1,
                1
            ),
            Some(("", 1, 1))
        );
    }
}
