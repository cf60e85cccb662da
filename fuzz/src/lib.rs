//! Feeds the engine what nobody would write, and holds that it survives. Each target makes an input from a stream of choices,
//! runs it in a pool of one sandbox, and then asks that sandbox for a known answer.
//!
//! Reading order: `random`, `rig`, `graph_text`, `targets`, `grammar`, `session`, `corpora`. Knows the engine by its public
//! interface alone, and no Node.

mod corpora;
pub mod grammar;
mod graph_text;
mod random;
mod resources;
mod rig;
mod session;
pub mod targets;

pub use corpora::run_corpora;
pub use random::Random;
pub use session::{Report, Session, Until};

use std::sync::{Mutex, PoisonError};
use targets::Target;

/// One input of libFuzzer's, whose bytes are the choices. Targets live as long as the process.
///
/// # Panics
/// When the oracle of the target does not hold; libFuzzer keeps the input then.
pub fn attempt_bytes(target: &'static Mutex<Option<Box<dyn Target>>>, name: &str, bytes: &[u8]) {
    let mut kept = target.lock().unwrap_or_else(PoisonError::into_inner);
    let target = kept.get_or_insert_with(|| targets::by_name(name).expect("the name of a target"));
    let mut input = String::new();
    let answer = target.attempt(&mut Random::from_bytes(bytes), &mut |text| input.push_str(text));
    assert!(answer.is_ok(), "{}\n{input}", answer.err().unwrap_or_default());
}
