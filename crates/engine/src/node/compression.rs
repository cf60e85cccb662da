//! Compression for the guest's `zlib`: whole buffers, with an end to how far a small input may grow.

use super::work::{Halt, Work};
use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress, Status};
use std::io::{ErrorKind, Read};

/// Converted between two looks at the clock.
const SLICE: usize = 64 << 10;

/// What is wrong with the input; the guest side has Node's words for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Problem {
    /// It does not begin as the format does.
    Header,
    /// It is not what the format allows.
    Data,
    /// Its checksum is another.
    Check,
    /// It ends too early.
    End,
    /// The same for Brotli, which says no more.
    Brotli,
    /// It needs a dictionary.
    Dictionary,
    /// The answer is longer than the caller allows.
    Length,
}

impl Problem {
    /// The name that the guest side knows it by.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Header => "header",
            Self::Data => "data",
            Self::Check => "check",
            Self::End => "end",
            Self::Brotli => "brotli",
            Self::Dictionary => "dictionary",
            Self::Length => "length",
        }
    }
}

/// An answer, or what is wrong with the input.
pub type Converted = Result<Vec<u8>, Problem>;

/// Converts `bytes`; `level` is -1 to 9, or Brotli's 0 to 11. `None` for a format that there is not.
#[must_use]
pub fn convert(format: &str, bytes: &[u8], level: i32, most: usize, work: &Work) -> Option<Result<Converted, Halt>> {
    let output = Output { bytes: Vec::new(), most, work };
    Some(match format {
        "deflate" => deflate(bytes, level, true, output),
        "deflateRaw" => deflate(bytes, level, false, output),
        "gzip" => gzip(bytes, level, output),
        "inflate" => inflate(bytes, output),
        "inflateRaw" => inflate_raw(bytes, output).map(|inflated| inflated.map(|(text, _)| text)),
        "gunzip" => gunzip(bytes, output),
        "unzip" if bytes.starts_with(&[0x1f, 0x8b]) => gunzip(bytes, output),
        "unzip" => inflate(bytes, output),
        "brotliCompress" => brotli_compress(bytes, level, output),
        "brotliDecompress" => brotli_decompress(bytes, output),
        _ => return None,
    })
}

/// CRC-32, going on from `start`.
#[must_use]
pub fn crc32(bytes: &[u8], start: u32) -> u32 {
    let mut hasher = crc32fast::Hasher::new_with_initial(start);
    hasher.update(bytes);
    hasher.finalize()
}

/// Where converted bytes go.
struct Output<'a> {
    bytes: Vec<u8>,
    most: usize,
    work: &'a Work<'a>,
}

impl Output<'_> {
    /// To be called after each slice. `Ok(Err)` when there is more than the caller wants.
    fn check(&self) -> Result<Result<(), Problem>, Halt> {
        self.work.check()?;
        self.work.check_bytes(self.bytes.len())?;
        Ok(if self.bytes.len() > self.most { Err(Problem::Length) } else { Ok(()) })
    }
}

macro_rules! within {
    ($output:expr) => {
        if let Err(problem) = $output.check()? {
            return Ok(Err(problem));
        }
    };
}

fn level_of(level: i32) -> Compression {
    u32::try_from(level).map_or_else(|_| Compression::default(), Compression::new)
}

fn deflate(bytes: &[u8], level: i32, has_header: bool, mut output: Output) -> Result<Converted, Halt> {
    let mut codec = Compress::new(level_of(level), has_header);
    loop {
        let used = usize::try_from(codec.total_in()).unwrap_or(usize::MAX).min(bytes.len());
        let slice = &bytes[used..bytes.len().min(used + SLICE)];
        let flush = if used + slice.len() == bytes.len() { FlushCompress::Finish } else { FlushCompress::None };
        output.bytes.reserve(SLICE);
        let status = codec.compress_vec(slice, &mut output.bytes, flush);
        within!(output);
        match status {
            Ok(Status::StreamEnd) => return Ok(Ok(output.bytes)),
            Ok(_) => {}
            Err(_) => return Ok(Err(Problem::Data)),
        }
    }
}

fn inflate(bytes: &[u8], output: Output) -> Result<Converted, Halt> {
    if bytes.is_empty() {
        return Ok(Err(Problem::End));
    }
    if let [method, flags, ..] = *bytes {
        let is_header = method & 15 == 8 && (u16::from(method) << 8 | u16::from(flags)).is_multiple_of(31);
        if !is_header {
            return Ok(Err(Problem::Header));
        }
        if flags & 0x20 != 0 {
            return Ok(Err(Problem::Dictionary));
        }
    }
    let Some(body) = bytes.get(2..) else { return Ok(Err(Problem::End)) };
    let (text, used) = match inflate_raw(body, output)? {
        Ok(inflated) => inflated,
        Err(problem) => return Ok(Err(problem)),
    };
    let Some(sum) = body.get(used..used + 4) else { return Ok(Err(Problem::End)) };
    Ok(if adler32(&text).to_be_bytes() == sum { Ok(text) } else { Err(Problem::Check) })
}

/// The text, and how many bytes of the input it took.
fn inflate_raw(bytes: &[u8], mut output: Output) -> Result<Result<(Vec<u8>, usize), Problem>, Halt> {
    let mut codec = Decompress::new(false);
    loop {
        let used = usize::try_from(codec.total_in()).unwrap_or(usize::MAX).min(bytes.len());
        let (before, slice) = (output.bytes.len(), &bytes[used..]);
        output.bytes.reserve(SLICE);
        let status = codec.decompress_vec(slice, &mut output.bytes, FlushDecompress::None);
        within!(output);
        match status {
            Ok(Status::StreamEnd) => {
                let used = usize::try_from(codec.total_in()).unwrap_or(usize::MAX);
                return Ok(Ok((output.bytes, used)));
            }
            Err(_) => return Ok(Err(Problem::Data)),
            Ok(_) if codec.total_in() == used as u64 && output.bytes.len() == before => return Ok(Err(Problem::End)),
            Ok(_) => {}
        }
    }
}

fn gzip(bytes: &[u8], level: i32, output: Output) -> Result<Converted, Halt> {
    let deflated = match deflate(bytes, level, false, output)? {
        Ok(deflated) => deflated,
        Err(problem) => return Ok(Err(problem)),
    };
    // No name, no time; the last two say how hard it was compressed, and on what system: Node's own on Unix.
    let hardness = match level {
        9 => 2,
        1 => 4,
        _ => 0,
    };
    let mut out = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, hardness, 3];
    out.extend_from_slice(&deflated);
    out.extend_from_slice(&crc32(bytes, 0).to_le_bytes());
    out.extend_from_slice(&(bytes.len() as u32).to_le_bytes());
    Ok(Ok(out))
}

/// All members of a file, one after the other; what follows them and is no member is left alone, as Node does.
fn gunzip(bytes: &[u8], output: Output) -> Result<Converted, Halt> {
    let (most, work) = (output.most, output.work);
    let mut all = Vec::new();
    let mut rest = bytes;
    loop {
        let start = match gzip_header(rest) {
            Ok(start) => start,
            Err(problem) => return Ok(Err(problem)),
        };
        let room = Output { bytes: Vec::new(), most: most.saturating_sub(all.len()), work };
        let (text, used) = match inflate_raw(&rest[start..], room)? {
            Ok(inflated) => inflated,
            Err(problem) => return Ok(Err(problem)),
        };
        let Some(trailer) = rest.get(start + used..start + used + 8) else { return Ok(Err(Problem::End)) };
        if trailer[..4] != crc32(&text, 0).to_le_bytes() || trailer[4..] != (text.len() as u32).to_le_bytes() {
            return Ok(Err(Problem::Check));
        }
        all.extend_from_slice(&text);
        work.check_bytes(all.len())?;
        rest = &rest[start + used + 8..];
        if !rest.starts_with(&[0x1f, 0x8b]) {
            return Ok(Ok(all));
        }
    }
}

/// Where the text begins.
fn gzip_header(bytes: &[u8]) -> Result<usize, Problem> {
    if bytes.is_empty() {
        return Err(Problem::End);
    }
    if !bytes.starts_with(&[0x1f, 0x8b][..bytes.len().min(2)]) || bytes.get(2).is_some_and(|method| *method != 8) {
        return Err(Problem::Header);
    }
    let flags = *bytes.get(3).ok_or(Problem::End)?;
    let mut at = 10;
    if flags & 4 != 0 {
        let length = bytes.get(at..at + 2).ok_or(Problem::End)?;
        at += 2 + usize::from(u16::from_le_bytes([length[0], length[1]]));
    }
    for flag in [8, 16] {
        if flags & flag != 0 {
            let text = bytes.get(at..).ok_or(Problem::End)?;
            at += text.iter().position(|byte| *byte == 0).ok_or(Problem::End)? + 1;
        }
    }
    if flags & 2 != 0 {
        at += 2;
    }
    if at > bytes.len() { Err(Problem::End) } else { Ok(at) }
}

fn brotli_compress(bytes: &[u8], level: i32, output: Output) -> Result<Converted, Halt> {
    const WINDOW_BITS: u32 = 22;
    let quality = u32::try_from(level).unwrap_or(9).min(9);
    read_all(brotli::CompressorReader::new(bytes, SLICE, quality, WINDOW_BITS), output)
}

fn brotli_decompress(bytes: &[u8], output: Output) -> Result<Converted, Halt> {
    if bytes.is_empty() {
        return Ok(Err(Problem::End));
    }
    read_all(brotli::Decompressor::new(bytes, SLICE), output)
}

fn read_all(mut reader: impl Read, mut output: Output) -> Result<Converted, Halt> {
    let mut slice = vec![0; SLICE];
    loop {
        let count = match reader.read(&mut slice) {
            Ok(0) => return Ok(Ok(output.bytes)),
            Ok(count) => count,
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(Err(Problem::End)),
            Err(_) => return Ok(Err(Problem::Brotli)),
        };
        output.bytes.extend_from_slice(&slice[..count]);
        within!(output);
    }
}

fn adler32(bytes: &[u8]) -> u32 {
    const MODULUS: u32 = 65_521;
    // The longest run whose sums cannot overflow.
    const RUN: usize = 5552;
    let (mut low, mut high) = (1_u32, 0_u32);
    for run in bytes.chunks(RUN) {
        for byte in run {
            low += u32::from(*byte);
            high += low;
        }
        low %= MODULUS;
        high %= MODULUS;
    }
    high << 16 | low
}

#[cfg(test)]
mod tests {
    use super::*;

    const FREE: Work = Work { may_go_on: &|| true, most_bytes: usize::MAX };
    const PAIRS: [(&str, &str); 4] = [
        ("deflate", "inflate"),
        ("deflateRaw", "inflateRaw"),
        ("gzip", "gunzip"),
        ("brotliCompress", "brotliDecompress"),
    ];

    fn converted(format: &str, bytes: &[u8]) -> Converted {
        convert(format, bytes, -1, usize::MAX, &FREE).expect("a format").expect("not stopped")
    }

    #[test]
    fn every_format_survives_the_round_trip() {
        let text: Vec<u8> = (0..300_000_u32).map(|at| (at / 7 % 251) as u8).collect();
        for (pack, unpack) in PAIRS {
            for text in [&text[..], b"", b"a"] {
                let packed = converted(pack, text).expect("any text packs");
                assert_eq!(converted(unpack, &packed).expect("what was packed unpacks"), text, "{pack}");
            }
        }
    }

    #[test]
    fn a_small_input_cannot_grow_beyond_what_is_allowed() {
        let zeros = vec![0; 4 << 20];
        for (pack, unpack) in PAIRS {
            let packed = converted(pack, &zeros).expect("any text packs");
            let most = 1 << 20;
            let answer = convert(unpack, &packed, -1, most, &FREE).expect("a format").expect("not stopped");
            assert_eq!(answer, Err(Problem::Length), "{unpack}");
            let small = Work { may_go_on: &|| true, most_bytes: most };
            let Some(Err(Halt::Memory { limit, wanted })) = convert(unpack, &packed, -1, usize::MAX, &small) else {
                panic!("{unpack} found room");
            };
            assert!(limit == most && wanted > most && wanted <= 2 * most, "{unpack}: {wanted} of {limit}");
            let stopped = Work { may_go_on: &|| false, most_bytes: usize::MAX };
            assert_eq!(convert(unpack, &packed, -1, usize::MAX, &stopped), Some(Err(Halt::Stopped)), "{unpack}");
        }
    }

    #[test]
    fn broken_input_is_told_apart() {
        let packed = converted("gzip", b"hello hello hello").expect("any text packs");
        assert_eq!(converted("gunzip", &packed[..packed.len() - 9]), Err(Problem::End));
        assert_eq!(converted("gunzip", b"no gzip"), Err(Problem::Header));
        let mut wrong = packed.clone();
        let last = wrong.len() - 6;
        wrong[last] ^= 1;
        assert_eq!(converted("gunzip", &wrong), Err(Problem::Check));
        assert_eq!(converted("inflate", b""), Err(Problem::End));
        assert_eq!(converted("brotliDecompress", b"\xff\xff\xff"), Err(Problem::Brotli));
    }

    #[test]
    fn members_of_a_gzip_file_are_joined() {
        let packed = [converted("gzip", b"one, ").expect("packs"), converted("gzip", b"two").expect("packs")].concat();
        assert_eq!(converted("gunzip", &packed).expect("unpacks"), b"one, two");
    }
}
