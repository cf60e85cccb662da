//! The encodings of `Buffer` but for UTF-8, and what else it does over all bytes: comparing and searching. Texts come as the
//! engine writes them, in UTF-8 with lone surrogates of three bytes each.

use super::encodings::character_length;
use super::work::{Halt, Work};

/// Bytes of input after which the clock is looked at; whole groups of hexadecimal and Base64.
const SLICE: usize = 48 << 10;

/// How bytes stand for a text, or a text for bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Two digits a byte.
    Hex,
    /// Padded; read with either alphabet.
    Base64,
    /// Not padded; read with either alphabet.
    Base64Url,
    /// The low byte of each unit.
    Latin1,
    /// As Latin-1, but the high bit is lost when bytes become text.
    Ascii,
    /// Each unit's low byte, then its high one.
    Utf16,
}

impl Form {
    /// By the name that the module `buffer` has for it.
    #[must_use]
    pub fn named(name: &[u8]) -> Option<Self> {
        Some(match name {
            b"hex" => Self::Hex,
            b"base64" => Self::Base64,
            b"base64url" => Self::Base64Url,
            b"latin1" => Self::Latin1,
            b"ascii" => Self::Ascii,
            b"utf16le" => Self::Utf16,
            _ => return None,
        })
    }
}

/// Appends the text that the bytes stand for. UTF-16 is not among them: its units become the engine's own.
///
/// # Errors
/// When the run is told to stop, or the text cannot fit into its heap.
pub fn to_text(form: Form, bytes: &[u8], out: &mut String, work: &Work) -> Result<(), Halt> {
    let mut letters = Vec::new();
    for slice in bytes.chunks(SLICE) {
        letters.clear();
        match form {
            Form::Hex => hex(slice, &mut letters),
            Form::Base64 => base64(slice, b"+/", true, &mut letters),
            Form::Base64Url => base64(slice, b"-_", false, &mut letters),
            Form::Ascii => letters.extend(slice.iter().map(|byte| byte & 0x7f)),
            Form::Latin1 | Form::Utf16 => out.push_str(&encoding_rs::mem::decode_latin1(slice)),
        }
        out.push_str(&String::from_utf8_lossy(&letters));
        work.check()?;
        // Latin-1 takes one byte in the engine for up to two here.
        work.check_bytes(out.len() / 2)?;
    }
    Ok(())
}

fn hex(bytes: &[u8], letters: &mut Vec<u8>) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    for byte in bytes {
        letters.extend_from_slice(&[DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]);
    }
}

fn base64(bytes: &[u8], last_letters: &[u8; 2], is_padded: bool, letters: &mut Vec<u8>) {
    let mut alphabet = *b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789..";
    alphabet[62..].copy_from_slice(last_letters);
    let group = |word: u32| [18, 12, 6, 0].map(|shift| alphabet[(word >> shift & 63) as usize]);
    let (whole, rest) = bytes.as_chunks::<3>();
    for [first, second, third] in whole {
        letters.extend_from_slice(&group(u32::from_be_bytes([0, *first, *second, *third])));
    }
    let (word, count) = match rest {
        [first] => (u32::from_be_bytes([0, *first, 0, 0]), 2),
        [first, second] => (u32::from_be_bytes([0, *first, *second, 0]), 3),
        _ => return,
    };
    letters.extend_from_slice(&group(word)[..count]);
    if is_padded {
        letters.resize(letters.len() + 4 - count, b'=');
    }
}

/// Appends the bytes that a text stands for, no more than `most`, and of UTF-16 whole units only. Hexadecimal ends before the
/// first pair that is none, Base64 at the first `=`; other characters that are not its own are passed over.
///
/// # Errors
/// When the run is told to stop, or the bytes cannot fit into its heap.
pub fn to_bytes(form: Form, text: &[u8], most: usize, out: &mut Vec<u8>, work: &Work) -> Result<(), Halt> {
    if text.is_ascii() {
        read(form, text.iter().map(|&byte| u16::from(byte)), most, out, work)
    } else {
        read(form, Units { rest: text, low: None }, most, out, work)
    }
}

fn read(
    form: Form,
    mut units: impl Iterator<Item = u16>,
    most: usize,
    out: &mut Vec<u8>,
    work: &Work,
) -> Result<(), Halt> {
    let start = out.len();
    let mut decoder = Decoder::default();
    loop {
        for _ in 0..SLICE {
            let Some(unit) = units.next() else { return Ok(()) };
            let room = most - (out.len() - start);
            let goes_on = match form {
                Form::Latin1 | Form::Ascii => push(out, &unit.to_le_bytes()[..1], room),
                Form::Utf16 => push(out, &unit.to_le_bytes(), room),
                Form::Hex => decoder.hex(unit).is_some_and(|byte| push_some(out, byte, room)),
                Form::Base64 | Form::Base64Url => decoder.base64(unit).is_some_and(|byte| push_some(out, byte, room)),
            };
            if !goes_on {
                return Ok(());
            }
        }
        work.check()?;
        work.check_bytes(out.len())?;
    }
}

fn push(out: &mut Vec<u8>, bytes: &[u8], room: usize) -> bool {
    if bytes.len() > room {
        return false;
    }
    out.extend_from_slice(bytes);
    true
}

fn push_some(out: &mut Vec<u8>, byte: Option<u8>, room: usize) -> bool {
    byte.is_none_or(|byte| push(out, &[byte], room))
}

/// Letters that do not make a byte yet.
#[derive(Default)]
struct Decoder {
    word: u32,
    bits: u32,
}

impl Decoder {
    /// `None` where the text ends to be hexadecimal; inside, the byte that this letter completes.
    fn hex(&mut self, unit: u16) -> Option<Option<u8>> {
        let digit = char::from_u32(u32::from(unit))?.to_digit(16)?;
        Some(self.take(digit, 4))
    }

    /// As `hex`.
    fn base64(&mut self, unit: u16) -> Option<Option<u8>> {
        let letter = u8::try_from(unit).unwrap_or_default();
        let sextet = match letter {
            b'A'..=b'Z' => letter - b'A',
            b'a'..=b'z' => letter - b'a' + 26,
            b'0'..=b'9' => letter - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            b'=' => return None,
            _ => return Some(None),
        };
        Some(self.take(u32::from(sextet), 6))
    }

    fn take(&mut self, value: u32, bits: u32) -> Option<u8> {
        self.word = self.word << bits | value;
        self.bits += bits;
        if self.bits < 8 {
            return None;
        }
        self.bits -= 8;
        Some((self.word >> self.bits & 0xff) as u8)
    }
}

/// The UTF-16 units of a text.
struct Units<'a> {
    rest: &'a [u8],
    low: Option<u16>,
}

impl Iterator for Units<'_> {
    type Item = u16;

    fn next(&mut self) -> Option<u16> {
        if let Some(low) = self.low.take() {
            return Some(low);
        }
        let lead = *self.rest.first()?;
        let length = character_length(lead);
        let (character, rest) = self.rest.split_at(length.min(self.rest.len()));
        self.rest = rest;
        let first = u32::from(lead) & if length == 1 { 0x7f } else { 0x7f >> length };
        let code = character[1..].iter().fold(first, |code, byte| code << 6 | u32::from(byte & 0x3f));
        let Some(above) = code.checked_sub(0x1_0000) else { return Some(code as u16) };
        self.low = Some(0xdc00 | (above & 0x3ff) as u16);
        Some(0xd800 | (above >> 10) as u16)
    }
}

/// -1, 0 or 1.
#[must_use]
pub fn compare(left: &[u8], right: &[u8]) -> i32 {
    left.cmp(right) as i32
}

/// Where `wanted` begins in `bytes` for the first time, or for the last.
#[must_use]
pub fn find(bytes: &[u8], wanted: &[u8], is_last: bool) -> Option<usize> {
    if is_last { memchr::memmem::rfind(bytes, wanted) } else { memchr::memmem::find(bytes, wanted) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FREE: Work = Work { may_go_on: &|| true, most_bytes: usize::MAX };

    fn text(form: Form, bytes: &[u8]) -> String {
        let mut out = String::new();
        to_text(form, bytes, &mut out, &FREE).expect("nobody stops it");
        out
    }

    fn bytes(form: Form, text: &str, most: usize) -> Vec<u8> {
        let mut out = Vec::new();
        to_bytes(form, text.as_bytes(), most, &mut out, &FREE).expect("nobody stops it");
        out
    }

    #[test]
    fn what_is_written_is_read_again() {
        let all: Vec<u8> = (0..=255).cycle().take(2 * SLICE + 1).collect();
        for form in [Form::Hex, Form::Base64, Form::Base64Url, Form::Latin1] {
            assert_eq!(bytes(form, &text(form, &all), usize::MAX), all, "{form:?}");
        }
        assert_eq!(text(Form::Base64, b"a"), "YQ==");
        assert_eq!(text(Form::Base64Url, &[0xfb, 0xff]), "-_8");
        assert_eq!(text(Form::Ascii, &[0xc1, 0x42]), "AB");
    }

    #[test]
    fn reading_is_lenient_as_in_node() {
        assert_eq!(bytes(Form::Hex, "12g4", 9), [0x12]);
        assert_eq!(bytes(Form::Hex, "123", 9), [0x12]);
        assert_eq!(bytes(Form::Base64, " YW\nJ-_w==YQ", 9), [0x61, 0x62, 0x7e, 0xff]);
        assert_eq!(bytes(Form::Base64, "A=A=", 9), [0_u8; 0]);
        assert_eq!(bytes(Form::Latin1, "a\u{20ac}\u{1f600}", 9), [0x61, 0xac, 0x3d, 0x00]);
        assert_eq!(bytes(Form::Utf16, "a\u{1f600}", 9), [0x61, 0, 0x3d, 0xd8, 0x00, 0xde]);
    }

    #[test]
    fn no_more_is_written_than_there_is_room_and_units_stay_whole() {
        assert_eq!(bytes(Form::Utf16, "abc", 5), [0x61, 0, 0x62, 0]);
        assert_eq!(bytes(Form::Hex, "112233", 2), [0x11, 0x22]);
        assert_eq!(bytes(Form::Base64, "AQIDBA==", 3), [1, 2, 3]);
        assert_eq!(bytes(Form::Latin1, "abc", 0), [0_u8; 0]);
    }

    #[test]
    fn both_directions_stop_when_told_and_when_there_is_no_room() {
        let long = vec![0xff; 4 * SLICE];
        let told = Work { may_go_on: &|| false, most_bytes: usize::MAX };
        let small = Work { may_go_on: &|| true, most_bytes: SLICE };
        let mut out = String::new();
        assert_eq!(to_text(Form::Hex, &long, &mut out, &told), Err(Halt::Stopped));
        assert!(matches!(to_text(Form::Hex, &long, &mut out, &small), Err(Halt::Memory { .. })));
        assert!(out.len() <= 6 * SLICE, "{} bytes", out.len());
        let text = "a".repeat(4 * SLICE);
        let mut out = Vec::new();
        assert_eq!(to_bytes(Form::Latin1, text.as_bytes(), usize::MAX, &mut out, &told), Err(Halt::Stopped));
        assert!(matches!(
            to_bytes(Form::Utf16, text.as_bytes(), usize::MAX, &mut out, &small),
            Err(Halt::Memory { .. })
        ));
        assert!(out.len() <= 6 * SLICE, "{} bytes", out.len());
    }

    #[test]
    fn searching_knows_both_ends() {
        assert_eq!(find(b"abcabc", b"bc", false), Some(1));
        assert_eq!(find(b"abcabc", b"bc", true), Some(4));
        assert_eq!(find(b"abc", b"x", false), None);
        assert_eq!((compare(b"a", b"b"), compare(b"ab", b"a"), compare(b"", b"")), (-1, 1, 0));
    }
}
