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

/// `refused` is what there was no memory for, if that was the reason.
pub(super) fn of_breach(breach: Breach, state: &mut RunState, refused: Option<Refused>) -> Failure {
    let engine = |what: &str| {
        let message = format!("the engine ended this run after {what} of its own");
        Failure::new(FailureKind::Engine, ErrorCode::EngineFault, message)
    };
    let wanted = refused.map_or(0, |refused| refused.wanted as u64);
    match breach {
        Breach::Memory => Failure::memory(state.spec.as_ref().map_or(0, |spec| spec.request.limits.memory), wanted),
        Breach::PoolMemory => Failure::pool_memory(refused.map_or(0, |refused| refused.limit as u64), wanted),
        Breach::Failure => state.failure.take().unwrap_or_else(|| Failure::internal("a run ended without a reason")),
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
