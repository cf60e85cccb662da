//! Graph text as it grows: numbers and strings as the grammar wants them (`lib/README.md` has it).
//!
//! Must not know the engine's calls; `encode.rs` decides what is written.

use super::js::Value;
use std::collections::HashMap;
use std::fmt::Write;

/// How a value is reached from the object it was found in.
#[derive(Debug, Clone, Copy, Default)]
pub(super) enum Step {
    /// It is the whole.
    #[default]
    Root,
    Index(u32),
    /// The key stands there in the text.
    Key {
        start: usize,
        end: usize,
    },
    MapKey(u32),
    /// A value of a map or a set.
    Item(u32),
    Cause,
    Errors,
    Buffer,
}

/// The text as it grows, and the objects that still have to be written.
#[derive(Default)]
pub(super) struct Encoder {
    pub(super) text: Vec<u8>,
    /// Objects in the order of their nodes; each is a counted reference.
    pub(super) nodes: Vec<Value>,
    pub(super) index_of: HashMap<usize, u32>,
    /// Of each node, the node it was found in and the step from there; node 0 is the whole.
    pub(super) places: Vec<(u32, Step)>,
    /// Where the next slot's value is found.
    pub(super) parent: u32,
    pub(super) step: Step,
    pub(super) values: u64,
    pub(super) is_lenient: bool,
    pub(super) room: usize,
    /// A single text inside a lenient encoding is cut here.
    pub(super) text_room: usize,
    /// What is being written, for messages.
    pub(super) subject: &'static str,
}

impl Encoder {
    /// The finished text.
    pub(super) fn take(&mut self) -> String {
        let text = std::mem::take(&mut self.text);
        *self = Self::default();
        match String::from_utf8(text) {
            Ok(text) => text,
            Err(broken) => String::from_utf8_lossy(broken.as_bytes()).into_owned(),
        }
    }

    pub(super) fn is_full(&self) -> bool {
        self.is_lenient && self.text.len() >= self.room
    }

    pub(super) fn put(&mut self, text: &str) {
        self.text.extend_from_slice(text.as_bytes());
    }

    pub(super) fn put_number(&mut self, number: f64) {
        if number.is_nan() {
            self.put(r#"["n"]"#);
        } else if number == f64::INFINITY {
            self.put(r#"["+"]"#);
        } else if number == f64::NEG_INFINITY {
            self.put(r#"["-"]"#);
        } else if number == 0.0 && number.is_sign_negative() {
            self.put(r#"["0"]"#);
        } else {
            self.put_finite(number);
        }
    }

    pub(super) fn put_finite(&mut self, number: f64) {
        let mut text = String::new();
        // Rust writes the shortest digits that read back as the same number, never an exponent JSON could not read.
        let written = if number.abs() >= 1e21 || (number != 0.0 && number.abs() < 1e-7) {
            write!(text, "{number:e}")
        } else {
            write!(text, "{number}")
        };
        debug_assert!(written.is_ok(), "writing to a string cannot fail");
        self.put(&text);
    }

    /// A JSON string of text as the engine hands it out: UTF-8, with lone surrogates as three bytes each.
    pub(super) fn put_string(&mut self, bytes: &[u8]) {
        let end = match self.is_lenient {
            true => self.text.len().saturating_add(self.text_room).min(self.room.max(self.text.len())),
            false => usize::MAX,
        };
        self.text.push(b'"');
        let mut at = 0;
        while at < bytes.len() && self.text.len() < end {
            let byte = bytes[at];
            match byte {
                b'"' | b'\\' => self.text.extend_from_slice(&[b'\\', byte]),
                b'\n' => self.put("\\n"),
                0..0x20 | 0x7f => self.put_escape(u32::from(byte)),
                // 0xED followed by 0xA0 or more is a surrogate, which JSON can only name.
                0xED if at + 2 < bytes.len() && bytes[at + 1] >= 0xA0 => {
                    let unit = 0xD000 | u32::from(bytes[at + 1] & 0x3F) << 6 | u32::from(bytes[at + 2] & 0x3F);
                    self.put_escape(unit);
                    at += 2;
                }
                _ => self.text.push(byte),
            }
            at += 1;
        }
        if at < bytes.len() {
            // The cut may have split a character.
            while self.text.last().is_some_and(|byte| *byte & 0xC0 == 0x80) {
                self.text.pop();
            }
            if self.text.last().is_some_and(|byte| *byte >= 0xC0) {
                self.text.pop();
            }
            self.put("… (cut)");
        }
        self.text.push(b'"');
    }

    /// How users reach the value at hand: `result.list[1]["odd key"]`.
    pub(super) fn path(&self, root: &str) -> String {
        let mut steps = vec![self.step];
        let mut at = self.parent;
        while let Some(&(parent, step)) = (at as usize).checked_sub(1).and_then(|index| self.places.get(index)) {
            steps.push(step);
            at = parent;
        }
        let mut path = root.to_owned();
        for step in steps.iter().rev() {
            path.push_str(&self.step_text(*step));
        }
        path
    }

    fn step_text(&self, step: Step) -> String {
        match step {
            Step::Root => String::new(),
            Step::Index(index) => format!("[{index}]"),
            Step::Key { start, end } => key_text(&String::from_utf8_lossy(&self.text[start..end])),
            Step::MapKey(at) => format!(".keys()[{at}]"),
            Step::Item(at) => format!(".values()[{at}]"),
            Step::Cause => ".cause".to_owned(),
            Step::Errors => ".errors".to_owned(),
            Step::Buffer => ".buffer".to_owned(),
        }
    }

    fn put_escape(&mut self, unit: u32) {
        let mut text = String::new();
        let written = write!(text, "\\u{unit:04x}");
        debug_assert!(written.is_ok(), "writing to a string cannot fail");
        self.put(&text);
    }
}

/// A key, given as JSON, as it is written behind an object.
fn key_text(json: &str) -> String {
    let key = json.trim_matches('"');
    let is_word = key.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '$'));
    match key.chars().next() {
        Some(first) if is_word && !first.is_ascii_digit() => format!(".{key}"),
        Some(_) if key.chars().all(|letter| letter.is_ascii_digit()) => format!("[{key}]"),
        _ => format!("[{json}]"),
    }
}

#[cfg(test)]
mod tests {
    use super::{Encoder, Step};

    #[test]
    fn paths_read_as_users_write_them() {
        let mut encoder = Encoder::default();
        encoder.put(r#""list","odd key","7","#);
        encoder.places =
            vec![(0, Step::Root), (1, Step::Key { start: 0, end: 6 }), (2, Step::Index(1)), (3, Step::Item(4))];
        (encoder.parent, encoder.step) = (4, Step::Key { start: 7, end: 16 });
        assert_eq!(encoder.path("result"), r#"result.list[1].values()[4]["odd key"]"#);
        (encoder.parent, encoder.step) = (2, Step::Key { start: 17, end: 20 });
        assert_eq!(encoder.path("result"), "result.list[7]");
        (encoder.parent, encoder.step) = (0, Step::Root);
        assert_eq!(encoder.path("result"), "result");
    }

    #[test]
    fn texts_are_cut_between_characters() {
        let mut encoder = Encoder { is_lenient: true, room: 100, text_room: 5, ..Encoder::default() };
        encoder.put_string("abcdefg".as_bytes());
        encoder.put_string("aa€€".as_bytes());
        encoder.put_string("abc".as_bytes());
        assert_eq!(encoder.take(), "\"abcd… (cut)\"\"aa… (cut)\"\"abc\"");
    }
}
