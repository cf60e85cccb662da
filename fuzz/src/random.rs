//! A stream of choices, from a seed or from the bytes of an input. The same stream makes the same input on every machine.

/// The stream.
#[derive(Debug, Clone)]
pub struct Random {
    state: u64,
    /// Used up first.
    bytes: Vec<u8>,
    at: usize,
}

impl Random {
    /// Endless.
    #[must_use]
    pub fn from_seed(seed: u64) -> Self {
        Self { state: seed, bytes: Vec::new(), at: 0 }
    }

    /// The bytes, then what follows from them.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Self {
        let state = bytes
            .iter()
            .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3));
        Self { state, bytes: bytes.to_vec(), at: 0 }
    }

    /// Splitmix64.
    pub fn next_word(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// 0 for an empty range.
    pub fn below(&mut self, end: usize) -> usize {
        if end < 2 {
            return 0;
        }
        if end <= 256
            && let Some(byte) = self.bytes.get(self.at)
        {
            self.at += 1;
            return usize::from(*byte) % end;
        }
        (self.next_word() % end as u64) as usize
    }

    /// Once in `times`.
    pub fn one_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    /// One of several.
    ///
    /// # Panics
    /// When there is none.
    pub fn pick<'a, T: ?Sized>(&mut self, from: &[&'a T]) -> &'a T {
        from[self.below(from.len())]
    }

    /// A number that sits at an edge more often than not.
    pub fn number(&mut self) -> String {
        const EDGES: [&str; 24] = [
            "0",
            "-0",
            "1",
            "-1",
            "2",
            "0.5",
            "NaN",
            "Infinity",
            "-Infinity",
            "255",
            "256",
            "65535",
            "65536",
            "2147483647",
            "2147483648",
            "-2147483648",
            "4294967295",
            "4294967296",
            "9007199254740991",
            "9007199254740992",
            "1e21",
            "5e-324",
            "1.7976931348623157e308",
            "1e-7",
        ];
        if self.one_in(3) { self.below(100).to_string() } else { self.pick(&EDGES).to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::Random;

    #[test]
    fn a_seed_gives_the_same_choices_every_time() {
        let choices = |mut random: Random| (0..50).map(|end| random.below(end * 7)).collect::<Vec<_>>();
        assert_eq!(choices(Random::from_seed(9)), choices(Random::from_seed(9)));
        assert_ne!(choices(Random::from_seed(9)), choices(Random::from_seed(10)));
    }

    #[test]
    fn bytes_are_choices_one_by_one() {
        let mut random = Random::from_bytes(&[7, 0, 255]);
        assert_eq!([random.below(10), random.below(2), random.below(256)], [7, 0, 255]);
    }
}
