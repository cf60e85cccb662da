//! Locale tags: their canonical form, and the script and region that is most likely meant.

use icu_locale::{Locale, LocaleCanonicalizer, LocaleExpander};

/// Longer tags are refused, whatever is in them.
const MOST_BYTES: usize = 1024;

/// The canonical form of a tag; `None` for what is none.
#[must_use]
pub fn canonical(tag: &str) -> Option<String> {
    if tag.len() > MOST_BYTES || tag.contains('_') {
        return None;
    }
    let mut locale: Locale = tag.parse().ok()?;
    LocaleCanonicalizer::new_extended().canonicalize(&mut locale);
    Some(locale.to_string())
}

/// A tag with the subtags that it most likely means, or without those that go without saying.
#[must_use]
pub fn likely(tag: &str, is_adding: bool) -> Option<String> {
    if tag.len() > MOST_BYTES {
        return None;
    }
    let mut locale: Locale = tag.parse().ok()?;
    let expander = LocaleExpander::new_extended();
    if is_adding {
        expander.maximize(&mut locale.id)
    } else {
        expander.minimize(&mut locale.id)
    };
    Some(locale.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_get_their_canonical_form() {
        assert_eq!(canonical("EN-us").as_deref(), Some("en-US"));
        assert_eq!(canonical("iw").as_deref(), Some("he"));
        assert_eq!(canonical("de-1996-u-co-phonebk").as_deref(), Some("de-1996-u-co-phonebk"));
        for wrong in ["", "e", "en_US", "en-", "toolonglanguage", "en-u", "x", &"en-".repeat(500)] {
            assert_eq!(canonical(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn likely_subtags_are_added_and_removed() {
        assert_eq!(likely("en", true).as_deref(), Some("en-Latn-US"));
        assert_eq!(likely("zh-TW", true).as_deref(), Some("zh-Hant-TW"));
        assert_eq!(likely("en-Latn-US", false).as_deref(), Some("en"));
    }
}
