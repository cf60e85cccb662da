//! The user's hooks, as a pool thread sees them: ask, wait with the run's clock, get an answer.
//!
//! Must not know where hooks really run; `Host` delivers. See README.md for the protocol.

pub mod compiled;
mod desk;

pub use desk::{AskError, HookDesk, Question};
