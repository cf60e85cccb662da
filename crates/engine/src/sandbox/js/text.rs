//! Text on both sides of the border: what the engine hands out, and what its parsers are given.

use super::{Js, Thrown, Value};
use rquickjs::qjs;
use std::ffi::{CStr, c_char};

/// Text the engine converted to UTF-8 (lone surrogates as three bytes each), alive until `free_text`.
#[derive(Clone, Copy)]
pub(in crate::sandbox) struct Text {
    pub(super) start: *const c_char,
    pub(super) bytes: usize,
}

impl Text {
    /// The bytes; the reference must not be kept beyond `free_text`.
    pub(in crate::sandbox) fn bytes<'a>(self) -> &'a [u8] {
        // SAFETY: the engine returned this many bytes at this address, and keeps them until they are freed.
        unsafe { std::slice::from_raw_parts(self.start.cast(), self.bytes) }
    }
}

/// Text of ours as the engine's parsers want it: with a NUL behind its last byte.
#[derive(Debug, Default)]
pub(in crate::sandbox) struct Terminated(Vec<u8>);

impl Terminated {
    pub(in crate::sandbox) fn new(text: String) -> Self {
        let mut bytes = text.into_bytes();
        bytes.push(0);
        Self(bytes)
    }

    pub(in crate::sandbox) fn bytes(&self) -> &[u8] {
        &self.0[..self.0.len().saturating_sub(1)]
    }

    /// The text after its first `skip` bytes. A copyable view: whoever holds it keeps `self` unchanged meanwhile.
    pub(in crate::sandbox) fn view(&self, skip: usize) -> TextView {
        let text = &self.0[skip.min(self.0.len().saturating_sub(1))..];
        TextView { start: text.as_ptr().cast(), bytes: text.len().saturating_sub(1) }
    }
}

/// See `Terminated::view`.
#[derive(Clone, Copy)]
pub(in crate::sandbox) struct TextView {
    pub(super) start: *const c_char,
    pub(super) bytes: usize,
}

impl TextView {
    pub(in crate::sandbox) fn of(text: &'static CStr) -> Self {
        Self { start: text.as_ptr(), bytes: text.count_bytes() }
    }

    /// Bytes that are no C string; whoever holds the view keeps them meanwhile.
    pub(in crate::sandbox) fn on(bytes: &[u8]) -> Self {
        Self { start: bytes.as_ptr().cast(), bytes: bytes.len() }
    }

    /// The bytes; the reference must not be kept longer than the text it views.
    pub(in crate::sandbox) fn bytes<'a>(self) -> &'a [u8] {
        // SAFETY: pointer and length of text that whoever made the view keeps.
        unsafe { std::slice::from_raw_parts(self.start.cast(), self.bytes) }
    }
}

impl Js {
    /// Converts to text. Runs guest code for objects; symbols throw.
    pub(in crate::sandbox) fn text(self, value: Value) -> Result<Text, Thrown> {
        let mut bytes = 0;
        // SAFETY: borrowed value; the length is stored before the call returns.
        let start = unsafe { self.engine(|| qjs::JS_ToCStringLen(self.0, &raw mut bytes, value.0)) };
        if start.is_null() { Err(Thrown) } else { Ok(Text { start, bytes }) }
    }

    pub(in crate::sandbox) fn free_text(self, text: Text) {
        // SAFETY: returned by the engine, freed once.
        unsafe { self.engine(|| qjs::JS_FreeCString(self.0, text.start)) };
    }
}
