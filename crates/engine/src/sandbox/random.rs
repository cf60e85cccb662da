//! `Math.random` of guests. The engine's own is seeded when a heap is made, so every run would see the same numbers.

use super::js::{Args, Js, JsResult, Shape, Thrown, Value};
use super::natives::Native;
use std::hash::{BuildHasher, RandomState};

/// xoshiro256**, by Blackman and Vigna; seeded on first use from keys that the system made.
#[derive(Default)]
pub(super) struct Random {
    state: Option<[u64; 4]>,
}

impl Random {
    /// A number from 0 to just below 1, of 53 random bits.
    fn next(&mut self) -> f64 {
        let state = self.state.get_or_insert_with(seed);
        let result = state[1].wrapping_mul(5).rotate_left(7).wrapping_mul(9);
        let shifted = state[1] << 17;
        state[2] ^= state[0];
        state[3] ^= state[1];
        state[1] ^= state[2];
        state[0] ^= state[3];
        state[2] ^= shifted;
        state[3] = state[3].rotate_left(45);
        (result >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// Each call hashes under new keys: no run can tell another's numbers from its own.
fn seed() -> [u64; 4] {
    let keys = RandomState::new();
    [1_u64, 2, 3, 4].map(|index| keys.hash_one(index))
}

pub(super) fn install(js: Js, global: Value) -> Result<(), Thrown> {
    let math = js.get(global, c"Math")?;
    let random = js.function(c"random", 0, Native::Random as i32, Value::UNDEFINED)?;
    js.define(math, c"random", random, Shape::Method)?;
    js.free(math);
    Ok(())
}

pub(super) fn random(js: Js, _this: Value, _args: Args, _data: Value) -> JsResult {
    Ok(Value::number(js.with_state(|state| state.random.next())))
}

#[cfg(test)]
mod tests {
    use super::Random;

    #[test]
    fn numbers_fill_the_unit_interval_and_differ_between_generators() {
        let (mut one, mut other) = (Random::default(), Random::default());
        let numbers: Vec<f64> = (0..10_000).map(|_| one.next()).collect();
        assert!(numbers.iter().all(|number| (0.0..1.0).contains(number)));
        let mean = numbers.iter().sum::<f64>() / numbers.len() as f64;
        assert!((0.48..0.52).contains(&mean), "mean {mean}");
        assert_ne!(numbers[0].to_bits(), other.next().to_bits());
    }
}
