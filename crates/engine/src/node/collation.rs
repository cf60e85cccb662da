//! Comparing texts as `Intl.Collator` does, in the order of CLDR's root, which is English's as well.

use icu_collator::options::{AlternateHandling, CaseLevel, CollatorOptions, MaxVariable, Strength};
use icu_collator::preferences::{CollationCaseFirst, CollationNumericOrdering};
use icu_collator::provider::{
    CollationDiacriticsV1, CollationJamoV1, CollationMetadataV1, CollationReorderingV1, CollationRootV1,
    CollationSpecialPrimariesV1, CollationTailoringV1,
};
use icu_collator::{Collator, CollatorBorrowed, CollatorPreferences};
use icu_normalizer::provider::{NormalizerNfdDataV1, NormalizerNfdTablesV1};
use icu_provider::prelude::{DataError, DataErrorKind, DataProvider, DataRequest, DataResponse};
use std::cmp::Ordering;
use std::sync::OnceLock;

/// The options of a collator as one number: sensitivity (base, accent, case, variant), then one bit for numeric, two for
/// which case comes first (neither, upper, lower), one for ignoring punctuation.
pub type Manner = u8;

/// What a collator does that nobody gave options.
pub const PLAIN: Manner = 3;

const MANNERS: usize = 64;

/// How much of what both texts begin with is looked at: more than any contraction is long. The crate walks back over it in
/// quadratic time.
const CONTEXT: usize = 256;
/// How much is looked at from where the texts begin to differ. The crate keeps what it has seen, and long rows of combining
/// marks take it quadratic time.
const MOST_BYTES: usize = 8 << 10;

/// Compares two texts in UTF-8; invalid bytes count as replacement characters. What is the same in the parts that are
/// looked at goes by its bytes.
#[must_use]
pub fn compare(left: &[u8], right: &[u8], manner: Manner) -> Ordering {
    static COLLATORS: [OnceLock<Option<CollatorBorrowed<'static>>>; MANNERS] = [const { OnceLock::new() }; MANNERS];
    let slot = &COLLATORS[usize::from(manner) % MANNERS];
    // The data is part of the binary, so there is a collator; without one the order would be that of the bytes.
    let Some(collator) = slot.get_or_init(|| collator(manner)) else { return left.cmp(right) };
    let same = left.iter().zip(right).take_while(|(one, other)| one == other).count();
    if same == left.len() && same == right.len() {
        return Ordering::Equal;
    }
    let from = boundary(left, same.saturating_sub(CONTEXT));
    let ends = [left, right].map(|text| boundary(text, text.len().min(same + MOST_BYTES)));
    let order = collator.compare_utf8(&left[from..ends[0]], &right[from..ends[1]]);
    order.then_with(|| left[ends[0]..].cmp(&right[ends[1]..]))
}

/// The start of the character that a place lies in.
fn boundary(text: &[u8], mut place: usize) -> usize {
    while place > 0 && place < text.len() && text[place] & 0xC0 == 0x80 {
        place -= 1;
    }
    place
}

/// Each manner's collator is made once per process and lives as long as it.
fn collator(manner: Manner) -> Option<CollatorBorrowed<'static>> {
    let mut options = CollatorOptions::default();
    options.strength = Some(match manner & 3 {
        0 | 2 => Strength::Primary,
        1 => Strength::Secondary,
        _ => Strength::Tertiary,
    });
    options.case_level = Some(if manner & 3 == 2 { CaseLevel::On } else { CaseLevel::Off });
    if manner & 32 != 0 {
        options.alternate_handling = Some(AlternateHandling::Shifted);
        options.max_variable = Some(MaxVariable::Punctuation);
    }
    let mut preferences = CollatorPreferences::default();
    if manner & 4 != 0 {
        preferences.numeric_ordering = Some(CollationNumericOrdering::True);
    }
    preferences.case_first = match (manner >> 3) & 3 {
        1 => Some(CollationCaseFirst::Upper),
        2 => Some(CollationCaseFirst::Lower),
        _ => None,
    };
    let collator: &'static Collator =
        Box::leak(Box::new(Collator::try_new_unstable(&Root, preferences, options).ok()?));
    Some(collator.as_borrowed())
}

/// The compiled data without any locale's tailoring, so that the linker leaves that out.
struct Root;

macro_rules! from_compiled_data {
    ($($marker:ty => $data:path),+ $(,)?) => {
        $(impl DataProvider<$marker> for Root {
            fn load(&self, request: DataRequest) -> Result<DataResponse<$marker>, DataError> {
                DataProvider::<$marker>::load(&$data, request)
            }
        })+
    };
}

from_compiled_data! {
    CollationRootV1 => icu_collator::provider::Baked,
    CollationDiacriticsV1 => icu_collator::provider::Baked,
    CollationJamoV1 => icu_collator::provider::Baked,
    CollationMetadataV1 => icu_collator::provider::Baked,
    CollationReorderingV1 => icu_collator::provider::Baked,
    CollationSpecialPrimariesV1 => icu_collator::provider::Baked,
    NormalizerNfdDataV1 => icu_normalizer::provider::Baked,
    NormalizerNfdTablesV1 => icu_normalizer::provider::Baked,
}

impl DataProvider<CollationTailoringV1> for Root {
    fn load(&self, request: DataRequest) -> Result<DataResponse<CollationTailoringV1>, DataError> {
        Err(DataErrorKind::IdentifierNotFound
            .with_req(<CollationTailoringV1 as icu_provider::DataMarker>::INFO, request))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted<'a>(texts: &[&'a str], manner: Manner) -> Vec<&'a str> {
        let mut texts = texts.to_vec();
        texts.sort_by(|left, right| compare(left.as_bytes(), right.as_bytes(), manner));
        texts
    }

    #[test]
    fn letters_come_before_their_accents_and_their_accents_before_case() {
        assert_eq!(sorted(&["b", "Ä", "a", "z", "A", "ä"], PLAIN), ["a", "A", "ä", "Ä", "b", "z"]);
        assert_eq!(sorted(&["a", "A"], PLAIN | 1 << 3), ["A", "a"]);
    }

    #[test]
    fn sensitivity_says_what_is_the_same() {
        let same = |manner| ["A", "ä"].map(|other| compare(b"a", other.as_bytes(), manner) == Ordering::Equal);
        assert_eq!([same(0), same(1), same(2), same(3)], [[true, true], [true, false], [false, true], [false, false]]);
    }

    #[test]
    fn numbers_go_by_value_and_punctuation_can_be_ignored() {
        assert_eq!(sorted(&["a10", "a2"], PLAIN), ["a10", "a2"]);
        assert_eq!(sorted(&["a10", "a2"], PLAIN | 4), ["a2", "a10"]);
        assert_eq!(compare(b"a-b", b"ab", PLAIN | 32), Ordering::Equal);
    }

    #[test]
    fn long_texts_of_any_kind_are_compared_at_once() {
        let marks = [
            "\u{301}",
            "\u{316}\u{301}",
            "a\u{301}",
            "\u{1100}",
            "9",
            "x",
            "\u{64d}\u{651}",
            "\u{f71}\u{f80}",
            "\u{e40}",
        ];
        for mark in marks {
            let text = mark.repeat(2_000_000 / mark.len());
            for (left, right) in [
                (text.clone(), format!("{text}b")),
                (format!("a{text}"), format!("\u{e1}{text}")),
                (format!("{text}a"), format!("\u{316}{text}b")),
            ] {
                for manner in [PLAIN, 2, PLAIN | 4, PLAIN | 32] {
                    let started = std::time::Instant::now();
                    let _ = compare(left.as_bytes(), right.as_bytes(), manner);
                    assert!(started.elapsed().as_millis() < 200, "{mark:?} {manner} took {:?}", started.elapsed());
                }
            }
        }
    }

    #[test]
    fn where_texts_differ_late_they_are_still_compared() {
        let start = "\u{e4}bc ".repeat(10_000);
        let sorted = |left: &str, right: &str| {
            compare(format!("{start}{left}").as_bytes(), format!("{start}{right}").as_bytes(), PLAIN)
        };
        assert_eq!(sorted("a", "B"), Ordering::Less);
        assert_eq!(sorted("\u{e9}", "\u{ea}z"), Ordering::Less);
        assert_eq!(sorted("", "a"), Ordering::Less);
        assert_eq!(sorted("same", "same"), Ordering::Equal);
    }

    #[test]
    fn every_manner_has_a_collator_and_takes_broken_text() {
        for manner in 0..64 {
            assert!(collator(manner).is_some());
            assert_eq!(compare(b"\xED\xA0\x80", b"\xED\xA0\x80", manner), Ordering::Equal);
        }
    }
}
