//! Which form of a word goes with a number, in any language.

use icu_locale::Locale;
use icu_plurals::{PluralCategory, PluralOperands, PluralRuleType, PluralRules, PluralRulesOptions};

/// Digits beyond these do not change a form in any language.
const MOST_BYTES: usize = 400;

/// The form for a number as it is written (`1.50`); `other` for what is no decimal number.
#[must_use]
pub fn category(tag: &str, is_ordinal: bool, number: &str) -> &'static str {
    let kind = if is_ordinal { PluralRuleType::Ordinal } else { PluralRuleType::Cardinal };
    let rules = || {
        let locale: Locale = tag.parse().ok()?;
        PluralRules::try_new(locale.into(), PluralRulesOptions::from(kind)).ok()
    };
    let operands = || {
        let number: fixed_decimal::Decimal = number.get(..number.len().min(MOST_BYTES))?.parse().ok()?;
        Some(PluralOperands::from(&number))
    };
    let (Some(rules), Some(operands)) = (rules(), operands()) else { return "other" };
    match rules.category_for(operands) {
        PluralCategory::Zero => "zero",
        PluralCategory::One => "one",
        PluralCategory::Two => "two",
        PluralCategory::Few => "few",
        PluralCategory::Many => "many",
        PluralCategory::Other => "other",
    }
}

#[cfg(test)]
mod tests {
    use super::category;

    #[test]
    fn digits_that_are_written_count() {
        assert_eq!(
            ["1", "1.0", "2", "-1"].map(|number| category("en", false, number)),
            ["one", "other", "other", "one"]
        );
        assert_eq!(
            ["1", "2", "3", "4", "11"].map(|number| category("en", true, number)),
            ["one", "two", "few", "other", "other"]
        );
    }

    #[test]
    fn languages_have_forms_of_their_own() {
        assert_eq!(["1", "2", "5", "1.5"].map(|number| category("ru", false, number)), ["one", "few", "many", "other"]);
        assert_eq!(["0", "2", "5"].map(|number| category("ar", false, number)), ["zero", "two", "few"]);
    }

    #[test]
    fn what_is_no_number_is_other() {
        for number in ["", "NaN", "Infinity", "1e5x", &"9".repeat(100_000)] {
            assert_eq!(category("en", false, number), "other");
        }
        assert_eq!(category("?", false, "1"), "other");
    }
}
