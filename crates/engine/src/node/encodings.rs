//! The Encoding standard: labels, decoding in pieces, and UTF-8 made well-formed.

use super::work::{Halt, Work};
use encoding_rs::mem::is_utf8_latin1;
use encoding_rs::{CoderResult, DecoderResult, Encoding, UTF_8, UTF_16BE, UTF_16LE};

/// Bytes that are decoded before the clock is looked at again.
const SLICE: usize = 64 << 10;

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
///
/// # Errors
/// When the run is told to stop, or the text cannot fit into its heap.
pub fn decode(
    encoding: &str,
    bytes: &[u8],
    manner: Manner,
    out: &mut String,
    work: &Work,
) -> Result<Option<usize>, Halt> {
    let encoding = Encoding::for_label(encoding.as_bytes()).unwrap_or(UTF_8);
    let used = if manner.is_last { bytes.len() } else { complete_part(encoding, bytes) };
    let mut decoder = if manner.keeps_mark {
        encoding.new_decoder_without_bom_handling()
    } else {
        encoding.new_decoder_with_bom_removal()
    };
    let mut rest = &bytes[..used];
    while !rest.is_empty() {
        let (slice, after) = rest.split_at(rest.len().min(SLICE));
        rest = after;
        out.reserve(decoder.max_utf8_buffer_length(slice.len()).unwrap_or(slice.len()));
        if manner.is_fatal {
            let (result, _) = decoder.decode_to_string_without_replacement(slice, out, rest.is_empty());
            if result != DecoderResult::InputEmpty {
                return Ok(None);
            }
        } else {
            let (result, _, _) = decoder.decode_to_string(slice, out, rest.is_empty());
            debug_assert_eq!(result, CoderResult::InputEmpty);
        }
        work.check()?;
        work.check_bytes(least_size(out, work.most_bytes))?;
    }
    Ok(Some(used))
}

/// How many bytes the engine needs at least for a text: one for each character if all are Latin-1, and else two for each
/// UTF-16 unit. Looks at the characters only where that decides whether it is more than `most`.
fn least_size(text: &str, most: usize) -> usize {
    let (narrow, wide) = (text.len() / 2, text.len() / 3 * 2);
    if wide > most && !is_utf8_latin1(text.as_bytes()) { wide } else { narrow }
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

/// Writes as many whole characters of a text into `target` as fit, lone surrogates as replacement characters; answers UTF-16
/// units read and bytes written.
pub fn encode_into(text: &[u8], target: &mut [u8]) -> (usize, usize) {
    let (mut rest, mut units, mut written) = (text, 0, 0);
    while let Some(&lead) = rest.first() {
        let length = character_length(lead);
        let (character, after) = rest.split_at(length.min(rest.len()));
        let written_as = if has_lone_surrogates(character) { "\u{fffd}".as_bytes() } else { character };
        let Some(place) = target.get_mut(written..written + written_as.len()) else { break };
        place.copy_from_slice(written_as);
        written += written_as.len();
        units += if length == 4 { 2 } else { 1 };
        rest = after;
    }
    (units, written)
}

/// Bytes of the character that begins with this one.
pub(super) fn character_length(lead: u8) -> usize {
    match lead {
        0xf0.. => 4,
        0xe0.. => 3,
        0xc0.. => 2,
        _ => 1,
    }
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

    const FREE: Work = Work { may_go_on: &|| true, most_bytes: usize::MAX };
    const LENIENT: Manner = Manner { is_fatal: false, keeps_mark: false, is_last: true };

    fn decoded(encoding: &str, bytes: &[u8], manner: Manner) -> Option<(String, usize)> {
        let mut out = String::new();
        decode(encoding, bytes, manner, &mut out, &FREE).expect("nobody stops it").map(|used| (out, used))
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
    fn characters_across_slices_stay_whole() {
        for shift in 0..3 {
            let text = format!("{}{}", "a".repeat(shift), "\u{20ac}".repeat(SLICE));
            assert_eq!(decoded("utf-8", text.as_bytes(), LENIENT), Some((text.clone(), text.len())), "after {shift}");
            let fatal = Manner { is_fatal: true, ..LENIENT };
            assert_eq!(decoded("utf-8", text.as_bytes(), fatal), Some((text.clone(), text.len())), "after {shift}");
        }
        let wide: Vec<u8> = "\u{1f600}".repeat(SLICE).encode_utf16().flat_map(u16::to_le_bytes).skip(2).collect();
        let (text, _) = decoded("utf-16le", &wide, LENIENT).expect("a text");
        assert_eq!(text.matches('\u{fffd}').count(), 1, "only the half at the start");
        assert_eq!(text.matches('\u{1f600}').count(), SLICE - 1);
    }

    #[test]
    fn whole_characters_are_written_as_far_as_they_fit() {
        let text = b"a\xc3\xa9\xed\xa0\x80\xf0\x9f\x98\x80b";
        let whole = "a\u{e9}\u{fffd}\u{1f600}b".as_bytes();
        for (room, expected) in
            [(0, (0, 0)), (2, (1, 1)), (5, (2, 3)), (6, (3, 6)), (9, (3, 6)), (10, (5, 10)), (99, (6, 11))]
        {
            let mut target = vec![b'.'; room];
            assert_eq!(encode_into(text, &mut target), expected, "{room} bytes");
            assert_eq!(target[..expected.1], whole[..expected.1], "{room} bytes");
            assert!(target[expected.1..].iter().all(|&byte| byte == b'.'), "{room} bytes");
        }
    }

    #[test]
    fn decoding_stops_when_told_and_when_its_text_cannot_fit() {
        let bytes = vec![0xff; 4 * SLICE];
        let mut out = String::new();
        let told = Work { may_go_on: &|| false, most_bytes: usize::MAX };
        assert_eq!(decode("utf-8", &bytes, LENIENT, &mut out, &told), Err(Halt::Stopped));
        assert!(out.len() <= 3 * SLICE, "one slice, not {} bytes", out.len());
        out.clear();
        let small = Work { may_go_on: &|| true, most_bytes: SLICE };
        let too_large = decode("utf-8", &bytes, LENIENT, &mut out, &small);
        // A replacement character has three bytes in UTF-8 and two in the engine.
        assert_eq!(too_large, Err(Halt::Memory { limit: SLICE, wanted: 2 * SLICE }));
        out.clear();
        // Latin-1 takes a byte in the engine where it takes two as UTF-8.
        let fits = Work { may_go_on: &|| true, most_bytes: bytes.len() };
        assert_eq!(decode("latin1", &bytes, LENIENT, &mut out, &fits), Ok(Some(bytes.len())));
    }

    #[test]
    fn lone_surrogates_become_replacement_characters() {
        let mut out = Vec::new();
        well_formed(b"a\xed\xa0\x80b\xed\x9f\xbf", &mut out);
        assert_eq!(out, "a\u{fffd}b\u{d7ff}".as_bytes());
    }
}
