//! The Encoding standard: labels, decoding in pieces, and UTF-8 made well-formed.

use encoding_rs::{CoderResult, Encoding, UTF_8, UTF_16BE, UTF_16LE};

/// The standard's name for a label, in lower case; `None` for labels it does not know or cannot decode.
#[must_use]
pub fn label(label: &str) -> Option<String> {
    let encoding = Encoding::for_label_no_replacement(label.as_bytes())?;
    Some(encoding.name().to_ascii_lowercase())
}

/// How to decode.
#[derive(Debug, Clone, Copy)]
pub struct Manner {
    /// Invalid bytes are a failure, instead of replacement characters.
    pub is_fatal: bool,
    /// A byte order mark is text.
    pub keeps_mark: bool,
    /// No bytes follow: what is incomplete is invalid.
    pub is_last: bool,
}

/// Appends the decoded text and answers how many bytes were used; `None` when invalid bytes are fatal.
pub fn decode(encoding: &str, bytes: &[u8], manner: Manner, out: &mut String) -> Option<usize> {
    let encoding = Encoding::for_label(encoding.as_bytes()).unwrap_or(UTF_8);
    let used = if manner.is_last { bytes.len() } else { complete_part(encoding, bytes) };
    let bytes = &bytes[..used];
    let mut decoder = if manner.keeps_mark {
        encoding.new_decoder_without_bom_handling()
    } else {
        encoding.new_decoder_with_bom_removal()
    };
    out.reserve(decoder.max_utf8_buffer_length(bytes.len()).unwrap_or(bytes.len()));
    if manner.is_fatal {
        let (result, _) = decoder.decode_to_string_without_replacement(bytes, out, true);
        return (result == encoding_rs::DecoderResult::InputEmpty).then_some(used);
    }
    let (result, _, _) = decoder.decode_to_string(bytes, out, true);
    debug_assert_eq!(result, CoderResult::InputEmpty);
    Some(used)
}

/// The bytes in front of a character that is not complete yet. Of old multi-byte encodings, nothing is known to be
/// complete before the end.
fn complete_part(encoding: &'static Encoding, bytes: &[u8]) -> usize {
    if encoding == UTF_8 {
        return complete_utf8(bytes);
    }
    if encoding == UTF_16LE || encoding == UTF_16BE {
        let even = bytes.len() & !1;
        let high = if encoding == UTF_16LE { 1 } else { 0 };
        let is_open = even >= 2 && (0xd8..0xdc).contains(&bytes[even - 2 + high]);
        return if is_open { even - 2 } else { even };
    }
    if encoding.is_single_byte() { bytes.len() } else { 0 }
}

fn complete_utf8(bytes: &[u8]) -> usize {
    // A character has at most four bytes: the last lead byte is among the last three, or nothing is open.
    for back in 1..=bytes.len().min(3) {
        let at = bytes.len() - back;
        let needed = match bytes[at] {
            0xc2..=0xdf => 2,
            0xe0..=0xef => 3,
            0xf0..=0xf4 => 4,
            0x80..=0xbf => continue,
            _ => 1,
        };
        let is_open =
            needed > back && std::str::from_utf8(&bytes[at..]).is_err_and(|error| error.error_len().is_none());
        return if is_open { at } else { bytes.len() };
    }
    bytes.len()
}

/// Appends UTF-8 in which lone surrogates (three bytes each, as the engine writes them) are replacement characters.
pub fn well_formed(text: &[u8], out: &mut Vec<u8>) {
    let mut rest = text;
    while let Some(at) = rest.windows(2).position(|pair| pair[0] == 0xed && pair[1] >= 0xa0) {
        out.extend_from_slice(&rest[..at]);
        out.extend_from_slice("\u{fffd}".as_bytes());
        rest = &rest[(at + 3).min(rest.len())..];
    }
    out.extend_from_slice(rest);
}

/// Whether `well_formed` would change anything.
#[must_use]
pub fn has_lone_surrogates(text: &[u8]) -> bool {
    text.windows(2).any(|pair| pair[0] == 0xed && pair[1] >= 0xa0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LENIENT: Manner = Manner { is_fatal: false, keeps_mark: false, is_last: true };

    fn decoded(encoding: &str, bytes: &[u8], manner: Manner) -> Option<(String, usize)> {
        let mut out = String::new();
        decode(encoding, bytes, manner, &mut out).map(|used| (out, used))
    }

    #[test]
    fn labels_have_one_name() {
        assert_eq!(label(" UTF8 ").as_deref(), Some("utf-8"));
        assert_eq!(label("latin1").as_deref(), Some("windows-1252"));
        assert_eq!(label("no such"), None);
    }

    #[test]
    fn incomplete_characters_wait_for_the_next_piece() {
        let piece = Manner { is_last: false, ..LENIENT };
        assert_eq!(decoded("utf-8", b"a\xe2\x82", piece), Some(("a".into(), 1)));
        assert_eq!(decoded("utf-8", b"a\xe2\x82", LENIENT), Some(("a\u{fffd}".into(), 3)));
        assert_eq!(decoded("utf-8", b"\xff\x80\x80", piece), Some(("\u{fffd}\u{fffd}\u{fffd}".into(), 3)));
        assert_eq!(decoded("utf-16le", b"a\0\x3d\xd8\x4d", piece), Some(("a".into(), 2)));
        assert_eq!(decoded("shift_jis", b"ab", piece), Some((String::new(), 0)));
    }

    #[test]
    fn marks_and_errors_follow_the_manner() {
        assert_eq!(decoded("utf-8", b"\xef\xbb\xbfa", LENIENT), Some(("a".into(), 4)));
        let kept = Manner { keeps_mark: true, ..LENIENT };
        assert_eq!(decoded("utf-8", b"\xef\xbb\xbfa", kept), Some(("\u{feff}a".into(), 4)));
        assert_eq!(decoded("utf-8", b"a\xff", Manner { is_fatal: true, ..LENIENT }), None);
    }

    #[test]
    fn lone_surrogates_become_replacement_characters() {
        let mut out = Vec::new();
        well_formed(b"a\xed\xa0\x80b\xed\x9f\xbf", &mut out);
        assert_eq!(out, "a\u{fffd}b\u{d7ff}".as_bytes());
    }
}
