//! What a run fails with that was left sideways.

use super::breaker::Breach;
use super::state::RunState;
use crate::errors::{ErrorCode, Failure, FailureKind};
use crate::pool::Refused;

impl Breach {
    /// Whether the engine is to be trusted no more in that sandbox.
    pub(super) fn retires_sandbox(self) -> bool {
        matches!(self, Self::Stack | Self::Fault | Self::Assertion)
    }
}

/// `refused` is the step that the pool's memory had no room for, if that was the reason.
pub(super) fn of_breach(breach: Breach, state: &mut RunState, refused: Option<Refused>) -> Failure {
    let engine = |what: &str| {
        let message = format!("the engine ended this run after {what} of its own");
        Failure::new(FailureKind::Engine, ErrorCode::EngineFault, message)
    };
    match breach {
        Breach::Memory => Failure::memory(state.spec.as_ref().map_or(0, |spec| spec.request.limits.memory)),
        Breach::PoolMemory => refused
            .map_or_else(without_reason, |Refused { wanted, limit }| Failure::pool_memory(limit as u64, wanted as u64)),
        Breach::Failure => state.failure.take().unwrap_or_else(without_reason),
        // Told is answered before: it is not the run that says why.
        Breach::Told | Breach::Panic => {
            Failure::internal("a defect of isolated-runtime-native ended this run; please report it")
        }
        Breach::Stack => {
            Failure::new(FailureKind::Stack, ErrorCode::StackLimit, "the native stack of the run is exhausted")
        }
        Breach::Fault => engine("a memory fault"),
        Breach::Assertion => engine("a failed assertion"),
    }
}

fn without_reason() -> Failure {
    Failure::internal("a run ended without a reason")
}
