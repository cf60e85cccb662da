//! Text as JavaScript engines keep it. Reading megabytes of UTF-8 takes the host's event loop tens of milliseconds; copying
//! what a pool thread has converted takes a few.

use napi::bindgen_prelude::{Latin1String, Utf16String};

/// Bytes; below this, converting ahead gains nothing.
const LONG: usize = 256 << 10;

/// A text on its way to JavaScript.
pub(crate) enum Text {
    /// Not worth converting.
    Short(String),
    /// Long, one byte a character.
    Narrow(Latin1String),
    /// Long, two bytes a code unit.
    Wide(Utf16String),
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        if text.len() < LONG {
            Self::Short(text)
        } else if text.is_ascii() {
            Self::Narrow(text.into())
        } else {
            Self::Wide(text.into())
        }
    }
}
