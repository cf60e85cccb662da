//! What is known about how locales write: the data of English, which is part of the binary, and the languages that the host
//! has added from the data package.

use std::collections::HashMap;
use std::sync::{Arc, RwLock};

/// The English sections, made by `scripts/locale-data.mjs` from CLDR as FormatJS has it.
const ENGLISH: [(&str, &str); 9] = [
    ("currencies", include_str!("locales/en/currencies.json")),
    ("dates", include_str!("locales/en/dates.json")),
    ("lists", include_str!("locales/en/lists.json")),
    ("numbers", include_str!("locales/en/numbers.json")),
    ("plurals", include_str!("locales/en/plurals.json")),
    ("relative", include_str!("locales/en/relative.json")),
    ("tags", include_str!("locales/en/tags.json")),
    ("units", include_str!("locales/en/units.json")),
    ("zones", include_str!("locales/en/zones.json")),
];

/// The sections of a language as JSON, by name.
type Language = HashMap<String, String>;

/// Added once and kept for the life of the process, like the English ones: all runtimes share them.
static ADDED: RwLock<Vec<(String, Arc<Language>)>> = RwLock::new(Vec::new());

/// Adds a language: a JSON object of sections, each of them JSON as text. Adding it again changes nothing.
///
/// # Errors
/// What is wrong with the text.
pub fn add(language: &str, text: &str) -> Result<(), String> {
    if language_of(language).is_some() {
        return Ok(());
    }
    let sections: Language = serde_json::from_str(text).map_err(|error| error.to_string())?;
    if let Some((missing, _)) = ENGLISH.iter().find(|(name, _)| !sections.contains_key(*name)) {
        return Err(format!("it has no {missing}"));
    }
    let mut added = ADDED.write().unwrap_or_else(std::sync::PoisonError::into_inner);
    if !added.iter().any(|(name, _)| name == language) {
        added.push((language.to_owned(), Arc::new(sections)));
    }
    Ok(())
}

/// Hands a section of a language to `read`, which must not take long.
pub fn section<R>(language: &str, section: &str, read: impl FnOnce(&str) -> R) -> Option<R> {
    if language == "en" {
        return ENGLISH.iter().find(|(name, _)| *name == section).map(|(_, text)| read(text));
    }
    let sections = language_of(language)?;
    sections.get(section).map(|text| read(text))
}

fn language_of(name: &str) -> Option<Arc<Language>> {
    let added = ADDED.read().unwrap_or_else(std::sync::PoisonError::into_inner);
    added.iter().find(|(known, _)| known == name).map(|(_, language)| Arc::clone(language))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_english_section_is_json() {
        for (name, _) in ENGLISH {
            section("en", name, |text| serde_json::from_str::<serde_json::Value>(text).unwrap()).unwrap();
        }
        assert_eq!(section("en", "tides", str::len), None);
    }

    #[test]
    fn a_language_that_was_added_is_found_and_one_that_is_not_whole_is_refused() {
        assert!(add("tlh", "[").is_err());
        assert_eq!(add("tlh", "{\"dates\": \"{}\"}"), Err("it has no currencies".to_owned()));
        let whole: Language = ENGLISH.iter().map(|(name, _)| ((*name).to_owned(), format!("[\"{name}\"]"))).collect();
        add("tlh", &serde_json::to_string(&whole).unwrap()).unwrap();
        assert_eq!(section("tlh", "dates", str::to_owned).as_deref(), Some("[\"dates\"]"));
        assert_eq!(section("sjn", "dates", str::to_owned), None);
    }
}
