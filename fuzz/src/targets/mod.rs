//! The targets, by name.

mod answers;
mod guests;
mod modules;
mod values;

use crate::random::Random;
use isolated_runtime_engine::host::Outcome;
use std::collections::BTreeMap;

/// Hears an input, piece by piece, before it is used.
pub type Tell<'a> = &'a mut dyn FnMut(&str);

/// Makes inputs and judges what becomes of them.
pub trait Target: Send {
    /// One input from these choices. `tell` gets it as text before anything is done with it.
    ///
    /// # Errors
    /// What does not hold.
    fn attempt(&mut self, random: &mut Random, tell: Tell<'_>) -> Result<(), String>;

    /// Bytes that caches of a bounded size may come to hold.
    fn kept_bytes(&self) -> u64;

    /// How often runs ended how.
    fn tally(&self) -> String;
}

/// All of them.
pub const NAMES: [&str; 4] = ["values", "modules", "guests", "answers"];

/// A fresh one; `None` for a name that none has.
#[must_use]
pub fn by_name(name: &str) -> Option<Box<dyn Target>> {
    match name {
        "values" => Some(Box::new(values::Values::new())),
        "modules" => Some(Box::new(modules::Modules::new())),
        "guests" => Some(Box::new(guests::Guests::new())),
        "answers" => Some(Box::new(answers::Answers::new())),
        _ => None,
    }
}

/// Counts how runs end.
#[derive(Default)]
pub(crate) struct Tally(BTreeMap<String, u64>);

impl Tally {
    pub(crate) fn count(&mut self, outcome: &Outcome) {
        let name = match outcome {
            Outcome::Done(_) => "done",
            Outcome::Failed(failure) => failure.stop_reason(),
        };
        *self.0.entry(name.to_owned()).or_default() += 1;
    }

    pub(crate) fn text(&self) -> String {
        let parts: Vec<String> = self.0.iter().map(|(name, count)| format!("{name} {count}")).collect();
        parts.join(", ")
    }
}

/// Damages a text: characters and pieces are removed, doubled, exchanged, and put in. Cuts fall between characters.
pub(crate) fn mutated(random: &mut Random, text: &str) -> String {
    const PIECES: [&str; 32] = [
        "[",
        "]",
        "{",
        "}",
        ",",
        ":",
        "\"",
        "\\",
        "\\u",
        "\\ud800",
        "\\u0000",
        "null",
        "true",
        "-",
        "1e999",
        "-0",
        "0.1e-400",
        "[\"u\"]",
        "[\"h\"]",
        "[\"b\",\"1\"]",
        "[\"v\"]",
        "[0]",
        "[1]",
        "[4294967295]",
        "[-1]",
        "[1.5]",
        "\0",
        "\u{feff}",
        "é",
        "\u{10ffff}",
        "\"__proto__\"",
        "\"length\"",
    ];
    let mut letters: Vec<char> = text.chars().collect();
    for _ in 0..=random.below(8) {
        let at = random.below(letters.len() + 1);
        let end = (at + random.below(12)).min(letters.len());
        match random.below(5) {
            0 => drop(letters.drain(at..end)),
            1 => {
                let piece = letters[at..end].to_vec();
                letters.splice(at..at, piece);
            }
            2 => drop(letters.splice(at..end, random.pick(&PIECES).chars())),
            3 => drop(letters.splice(at..at, random.pick(&PIECES).chars())),
            _ => {
                let other = random.below(letters.len() + 1);
                if at < letters.len() && other < letters.len() {
                    letters.swap(at, other);
                }
            }
        }
    }
    letters.into_iter().collect()
}
