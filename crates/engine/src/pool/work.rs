//! What a thread of the pool gets to do: a run that begins, or one that goes on.

use super::admission::Admission;
use crate::control::RunControl;
use crate::host::RunId;
use crate::sandbox::{RunSpec, Sandbox};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A started run between two turns on a thread.
pub(super) struct Task {
    pub(super) id: RunId,
    pub(super) sandbox: Sandbox,
    pub(super) control: Arc<RunControl>,
    /// Since when it waits for host functions, if it does.
    pub(super) calls_since: Option<Instant>,
    /// When it can go on.
    pub(super) ready_at: Instant,
    /// How long it could have gone on already, while threads were at other runs.
    pub(super) queued: Duration,
}

/// What a thread gets to do.
pub(super) enum Work {
    Start { spec: Box<RunSpec>, admission: Admission },
    GoOn(Task),
}

impl Work {
    pub(super) fn id(&self) -> RunId {
        match self {
            Self::Start { spec, .. } => spec.id,
            Self::GoOn(task) => task.id,
        }
    }
}
