//! Graph text as it grows: numbers and strings as the grammar wants them (`lib/README.md` has it).
//!
//! Must not know the engine's calls; `encode.rs` decides what is written.

use super::js::Value;
use std::collections::HashMap;
use std::fmt::Write;

/// A single text inside a lenient encoding is cut here.
const LENIENT_TEXT: usize = 16 << 10;

/// The text as it grows, and the objects that still have to be written.
#[derive(Default)]
pub(super) struct Encoder {
    pub(super) text: Vec<u8>,
    /// Objects in the order of their nodes; each is a counted reference.
    pub(super) nodes: Vec<Value>,
    pub(super) index_of: HashMap<usize, u32>,
    pub(super) values: u64,
    pub(super) is_lenient: bool,
    pub(super) room: usize,
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
        let (bytes, is_cut) =
            if self.is_lenient && bytes.len() > LENIENT_TEXT { (&bytes[..LENIENT_TEXT], true) } else { (bytes, false) };
        self.text.push(b'"');
        let mut at = 0;
        while at < bytes.len() {
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
        if is_cut {
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

    fn put_escape(&mut self, unit: u32) {
        let mut text = String::new();
        let written = write!(text, "\\u{unit:04x}");
        debug_assert!(written.is_ok(), "writing to a string cannot fail");
        self.put(&text);
    }
}
