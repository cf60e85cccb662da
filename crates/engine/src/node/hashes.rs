//! Digests and what is built on them, by the names that the guest's `crypto` uses.

use super::work::{Halt, Work};
use hmac::{Mac, SimpleHmac};
use sha2::Digest;
use sha2::digest::{KeyInit, block_api::BlockSizeUser};

/// Hashed between two looks at the clock.
const SLICE: usize = 256 << 10;
/// Rounds of PBKDF2 between two looks at the clock.
const ROUNDS: u32 = 1000;
/// Blocks of 128 bytes that scrypt may mix: eight times Node's default, and a few hundred milliseconds.
const MOST_SCRYPT_BLOCKS: u64 = 1 << 20;

macro_rules! with_hash {
    ($name:expr, $function:ident($($argument:expr),*)) => {
        match $name {
            "md5" => Some($function::<md5::Md5>($($argument),*)),
            "sha1" => Some($function::<sha1::Sha1>($($argument),*)),
            "sha224" => Some($function::<sha2::Sha224>($($argument),*)),
            "sha256" => Some($function::<sha2::Sha256>($($argument),*)),
            "sha384" => Some($function::<sha2::Sha384>($($argument),*)),
            "sha512" => Some($function::<sha2::Sha512>($($argument),*)),
            "sha512-224" => Some($function::<sha2::Sha512_224>($($argument),*)),
            "sha512-256" => Some($function::<sha2::Sha512_256>($($argument),*)),
            "sha3-224" => Some($function::<sha3::Sha3_224>($($argument),*)),
            "sha3-256" => Some($function::<sha3::Sha3_256>($($argument),*)),
            "sha3-384" => Some($function::<sha3::Sha3_384>($($argument),*)),
            "sha3-512" => Some($function::<sha3::Sha3_512>($($argument),*)),
            "ripemd160" => Some($function::<ripemd::Ripemd160>($($argument),*)),
            "blake2b512" => Some($function::<blake2::Blake2b512>($($argument),*)),
            "blake2s256" => Some($function::<blake2::Blake2s256>($($argument),*)),
            _ => None,
        }
    };
}

/// The digest of `bytes`; `None` for a name that is no hash.
#[must_use]
pub fn digest(name: &str, bytes: &[u8], work: &Work) -> Option<Result<Vec<u8>, Halt>> {
    with_hash!(name, digest_with(bytes, work))
}

/// The keyed digest of `bytes`.
#[must_use]
pub fn hmac(name: &str, key: &[u8], bytes: &[u8], work: &Work) -> Option<Result<Vec<u8>, Halt>> {
    with_hash!(name, hmac_with(key, bytes, work))
}

/// What a key is derived from, and how much of it.
#[derive(Debug, Clone, Copy)]
pub struct Derivation<'a> {
    /// The secret.
    pub password: &'a [u8],
    /// Makes the same password give different keys.
    pub salt: &'a [u8],
    /// Bytes of key.
    pub length: usize,
}

/// PBKDF2 (RFC 8018) over HMAC.
#[must_use]
pub fn pbkdf2(name: &str, from: Derivation, iterations: u32, work: &Work) -> Option<Result<Vec<u8>, Halt>> {
    with_hash!(name, pbkdf2_with(from, iterations, work))
}

/// scrypt (RFC 7914). One call of the library cannot be interrupted, so its work is bounded before it starts.
///
/// # Errors
/// `Halt`.
pub fn scrypt(from: Derivation, log_n: u8, r: u32, p: u32, work: &Work) -> Result<Vec<u8>, Halt> {
    let blocks = (1_u64 << log_n.min(40)).saturating_mul(u64::from(r)).saturating_mul(u64::from(p));
    if blocks > MOST_SCRYPT_BLOCKS {
        return Err(Halt::TooMuch { what: "scrypt blocks (N * r * p)", limit: MOST_SCRYPT_BLOCKS, measured: blocks });
    }
    work.check_bytes(usize::try_from(blocks * 128).unwrap_or(usize::MAX).saturating_add(from.length))?;
    let params = scrypt::Params::new(log_n, r, p);
    let mut key = vec![0; from.length];
    // Node takes lengths that the library does not: an empty key, and parameters it finds weak.
    let derived = params.is_ok_and(|params| scrypt::scrypt(from.password, from.salt, &params, &mut key).is_ok());
    if derived || from.length == 0 {
        return Ok(key);
    }
    Err(Halt::TooMuch { what: "scrypt parameter r", limit: u64::from(u32::MAX >> 2), measured: u64::from(r) })
}

fn digest_with<D: Digest>(bytes: &[u8], work: &Work) -> Result<Vec<u8>, Halt> {
    let mut hash = D::new();
    for slice in bytes.chunks(SLICE) {
        work.check()?;
        hash.update(slice);
    }
    Ok(hash.finalize().to_vec())
}

fn keyed<D: Digest + BlockSizeUser + Clone>(key: &[u8]) -> SimpleHmac<D> {
    SimpleHmac::<D>::new_from_slice(key).expect("HMAC takes keys of every length")
}

fn hmac_with<D: Digest + BlockSizeUser + Clone>(key: &[u8], bytes: &[u8], work: &Work) -> Result<Vec<u8>, Halt> {
    let mut mac = keyed::<D>(key);
    for slice in bytes.chunks(SLICE) {
        work.check()?;
        mac.update(slice);
    }
    Ok(mac.finalize().into_bytes().to_vec())
}

fn pbkdf2_with<D: Digest + BlockSizeUser + Clone>(
    from: Derivation,
    iterations: u32,
    work: &Work,
) -> Result<Vec<u8>, Halt> {
    work.check_bytes(from.length)?;
    let base = keyed::<D>(from.password);
    let mut key = Vec::with_capacity(from.length);
    for block in 1_u32.. {
        if key.len() >= from.length {
            break;
        }
        let mut mac = base.clone();
        mac.update(from.salt);
        mac.update(&block.to_be_bytes());
        let mut last = mac.finalize().into_bytes();
        let mut sum = last.clone();
        for round in 1..iterations {
            if round % ROUNDS == 0 {
                work.check()?;
            }
            let mut mac = base.clone();
            mac.update(&last);
            last = mac.finalize().into_bytes();
            for (byte, other) in sum.iter_mut().zip(&last) {
                *byte ^= other;
            }
        }
        work.check()?;
        key.extend_from_slice(&sum[..sum.len().min(from.length - key.len())]);
    }
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FREE: Work = Work { may_go_on: &|| true, most_bytes: usize::MAX };

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    #[test]
    fn known_digests_are_made() {
        let sha1 = digest("sha1", b"abc", &FREE).expect("a hash").expect("not stopped");
        assert_eq!(hex(&sha1), "a9993e364706816aba3e25717850c26c9cd0d89d");
        assert!(digest("no hash", b"abc", &FREE).is_none());
    }

    #[test]
    fn known_keys_are_derived() {
        let from = Derivation { password: b"password", salt: b"salt", length: 20 };
        let key = pbkdf2("sha1", from, 2, &FREE).expect("a hash").expect("not stopped");
        assert_eq!(hex(&key), "ea6c014dc72d6f8ccd1ed92ace1d41f0d8de8957");
        let from = Derivation { password: b"", salt: b"", length: 16 };
        let key = scrypt(from, 4, 1, 1, &FREE).expect("small");
        assert_eq!(hex(&key), "77d6576238657b203b19ca42c18a0497");
    }

    #[test]
    fn a_stopped_run_stops_deriving() {
        let stopped = Work { may_go_on: &|| false, most_bytes: usize::MAX };
        let from = Derivation { password: b"p", salt: b"s", length: 32 };
        assert_eq!(pbkdf2("sha512", from, u32::MAX, &stopped), Some(Err(Halt::Stopped)));
        assert_eq!(digest("md5", b"x", &stopped), Some(Err(Halt::Stopped)));
    }

    #[test]
    fn more_work_than_a_run_may_ask_for_is_refused_before_it_starts() {
        let from = Derivation { password: b"p", salt: b"s", length: 32 };
        let refused = scrypt(from, 20, 8, 1, &FREE);
        assert_eq!(
            refused,
            Err(Halt::TooMuch { what: "scrypt blocks (N * r * p)", limit: 1 << 20, measured: 8 << 20 })
        );
    }
}
