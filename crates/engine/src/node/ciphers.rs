//! AES over whole blocks, its counter mode, and the tag of GCM. Padding and leftovers are the guest side's business.

use super::work::{Halt, Work};
use aes::cipher::{Array, BlockCipherDecrypt, BlockCipherEncrypt, KeyInit, consts::U16};
use aes::{Aes128, Aes192, Aes256};
use ghash::{GHash, universal_hash::UniversalHash};

const BLOCK: usize = 16;
/// Converted between two looks at the clock.
const SLICE: usize = 256 << 10;

type Block = Array<u8, U16>;

/// A key schedule.
pub enum Aes {
    /// 16 bytes of key.
    Small(Aes128),
    /// 24 bytes.
    Middle(Aes192),
    /// 32 bytes.
    Large(Aes256),
}

impl Aes {
    /// `None` for a key of another length.
    #[must_use]
    pub fn new(key: &[u8]) -> Option<Self> {
        match key.len() {
            16 => Aes128::new_from_slice(key).ok().map(Self::Small),
            24 => Aes192::new_from_slice(key).ok().map(Self::Middle),
            32 => Aes256::new_from_slice(key).ok().map(Self::Large),
            _ => None,
        }
    }

    fn encrypt(&self, block: &mut Block) {
        match self {
            Self::Small(aes) => aes.encrypt_block(block),
            Self::Middle(aes) => aes.encrypt_block(block),
            Self::Large(aes) => aes.encrypt_block(block),
        }
    }

    fn decrypt(&self, block: &mut Block) {
        match self {
            Self::Small(aes) => aes.decrypt_block(block),
            Self::Middle(aes) => aes.decrypt_block(block),
            Self::Large(aes) => aes.decrypt_block(block),
        }
    }

    /// Encrypts whole blocks; with an `iv`, each is chained to the one before (CBC).
    ///
    /// # Errors
    /// `Halt::Stopped`.
    pub fn encrypt_blocks(&self, iv: Option<&[u8]>, bytes: &[u8], work: &Work) -> Result<Vec<u8>, Halt> {
        let mut out = Vec::with_capacity(bytes.len());
        let mut before = block_of(iv.unwrap_or_default());
        for (at, chunk) in bytes.chunks_exact(BLOCK).enumerate() {
            check_at(at, work)?;
            let mut block = block_of(chunk);
            if iv.is_some() {
                xor(&mut block, &before);
            }
            self.encrypt(&mut block);
            out.extend_from_slice(&block);
            before = block;
        }
        Ok(out)
    }

    /// The reverse of `encrypt_blocks`.
    ///
    /// # Errors
    /// `Halt::Stopped`.
    pub fn decrypt_blocks(&self, iv: Option<&[u8]>, bytes: &[u8], work: &Work) -> Result<Vec<u8>, Halt> {
        let mut out = Vec::with_capacity(bytes.len());
        let mut before = block_of(iv.unwrap_or_default());
        for (at, chunk) in bytes.chunks_exact(BLOCK).enumerate() {
            check_at(at, work)?;
            let mut block = block_of(chunk);
            self.decrypt(&mut block);
            if iv.is_some() {
                xor(&mut block, &before);
            }
            out.extend_from_slice(&block);
            before = block_of(chunk);
        }
        Ok(out)
    }

    /// Adds the key stream from `offset` on. `counts_32_bits` is GCM's counter; CTR counts over the whole block.
    ///
    /// # Errors
    /// `Halt::Stopped`.
    pub fn key_stream(
        &self,
        counter: &[u8],
        offset: u64,
        bytes: &[u8],
        counts_32_bits: bool,
        work: &Work,
    ) -> Result<Vec<u8>, Halt> {
        let start = u128::from_be_bytes(block_of(counter).into());
        let mut out = Vec::with_capacity(bytes.len());
        let mut at = offset;
        let mut rest = bytes;
        while !rest.is_empty() {
            let number = at / BLOCK as u64;
            check_at(usize::try_from(number).unwrap_or(0), work)?;
            let value = if counts_32_bits {
                let low = (start as u32).wrapping_add(number as u32);
                start >> 32 << 32 | u128::from(low)
            } else {
                start.wrapping_add(u128::from(number))
            };
            let mut stream = Block::from(value.to_be_bytes());
            self.encrypt(&mut stream);
            let skip = (at % BLOCK as u64) as usize;
            let count = rest.len().min(BLOCK - skip);
            out.extend(rest[..count].iter().zip(&stream[skip..]).map(|(byte, key)| byte ^ key));
            rest = &rest[count..];
            at += count as u64;
        }
        Ok(out)
    }

    /// GCM's first counter block for an initialization vector of any length.
    #[must_use]
    pub fn gcm_counter(&self, iv: &[u8]) -> Vec<u8> {
        if iv.len() == 12 {
            return [iv, &[0, 0, 0, 1]].concat();
        }
        let mut hash = self.hasher();
        hash.update_padded(iv);
        let mut lengths = Block::default();
        lengths[8..].copy_from_slice(&(iv.len() as u64 * 8).to_be_bytes());
        hash.update(&[lengths]);
        hash.finalize().to_vec()
    }

    /// GCM's tag over additional data and the encrypted text.
    #[must_use]
    pub fn gcm_tag(&self, counter: &[u8], additional: &[u8], text: &[u8]) -> Vec<u8> {
        let mut hash = self.hasher();
        hash.update_padded(additional);
        hash.update_padded(text);
        let mut lengths = Block::default();
        lengths[..8].copy_from_slice(&(additional.len() as u64 * 8).to_be_bytes());
        lengths[8..].copy_from_slice(&(text.len() as u64 * 8).to_be_bytes());
        hash.update(&[lengths]);
        let mut tag = block_of(counter);
        self.encrypt(&mut tag);
        xor(&mut tag, &hash.finalize());
        tag.to_vec()
    }

    fn hasher(&self) -> GHash {
        let mut key = Block::default();
        self.encrypt(&mut key);
        GHash::new(&key)
    }
}

fn check_at(block: usize, work: &Work) -> Result<(), Halt> {
    if block.is_multiple_of(SLICE / BLOCK) { work.check() } else { Ok(()) }
}

/// The first bytes as a block, filled up with zeros.
fn block_of(bytes: &[u8]) -> Block {
    let mut block = Block::default();
    let count = bytes.len().min(BLOCK);
    block[..count].copy_from_slice(&bytes[..count]);
    block
}

fn xor(block: &mut Block, other: &Block) {
    for (byte, other) in block.iter_mut().zip(other) {
        *byte ^= other;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FREE: Work = Work { may_go_on: &|| true, most_bytes: usize::MAX };

    #[test]
    fn blocks_survive_the_round_trip_in_every_mode() {
        let text: Vec<u8> = (0..160).collect();
        for length in [16, 24, 32] {
            let aes = Aes::new(&vec![7; length]).expect("a key length");
            for iv in [None, Some(&[9_u8; 16][..])] {
                let secret = aes.encrypt_blocks(iv, &text, &FREE).expect("not stopped");
                assert_ne!(secret, text);
                assert_eq!(aes.decrypt_blocks(iv, &secret, &FREE).expect("not stopped"), text);
            }
        }
        assert!(Aes::new(b"short").is_none());
    }

    #[test]
    fn the_key_stream_is_the_same_in_pieces() {
        let aes = Aes::new(&[1; 16]).expect("a key length");
        let text = [0_u8; 100];
        let whole = aes.key_stream(&[255; 16], 0, &text, false, &FREE).expect("not stopped");
        let first = aes.key_stream(&[255; 16], 0, &text[..33], false, &FREE).expect("not stopped");
        let rest = aes.key_stream(&[255; 16], 33, &text[33..], false, &FREE).expect("not stopped");
        assert_eq!([first, rest].concat(), whole);
    }

    #[test]
    fn the_known_tag_of_nothing_is_made() {
        let aes = Aes::new(&[0; 16]).expect("a key length");
        let counter = aes.gcm_counter(&[0; 12]);
        let tag: String = aes.gcm_tag(&counter, b"", b"").iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(tag, "58e2fccefa7e3061367f1d57a4e7455a");
    }
}
