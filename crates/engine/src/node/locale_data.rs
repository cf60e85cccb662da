//! What is known about how locales write: the data of English, which is part of the binary.

/// The English sections, made by `scripts/intl-data.mjs` from CLDR as FormatJS has it.
const ENGLISH: [(&str, &str); 8] = [
    ("currencies", include_str!("locales/en/currencies.json")),
    ("dates", include_str!("locales/en/dates.json")),
    ("lists", include_str!("locales/en/lists.json")),
    ("numbers", include_str!("locales/en/numbers.json")),
    ("relative", include_str!("locales/en/relative.json")),
    ("tags", include_str!("locales/en/tags.json")),
    ("units", include_str!("locales/en/units.json")),
    ("zones", include_str!("locales/en/zones.json")),
];

/// A section as JSON, with the regions that differ.
#[must_use]
pub fn english(section: &str) -> Option<&'static str> {
    ENGLISH.iter().find(|(name, _)| *name == section).map(|(_, text)| *text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_section_is_json() {
        for (section, _) in ENGLISH {
            let text = english(section).unwrap();
            assert!(serde_json::from_str::<serde_json::Value>(text).is_ok(), "{section}");
        }
        assert_eq!(english("tides"), None);
    }
}
