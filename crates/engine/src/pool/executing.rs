//! A run on a thread, as the watchdog sees it.

use crate::control::{RunControl, StopCause};
use crate::sandbox::ThreadHandle;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A signal may come at a moment when nothing can be done about it; it is sent again this much later.
pub(super) const SIGNAL_AGAIN: Duration = Duration::from_micros(500);

/// A run on a thread.
pub(super) struct Executing {
    pub(super) control: Arc<RunControl>,
    pub(super) thread: ThreadHandle,
    /// What the thread's CPU clock said when it took the run up.
    cpu_at_start: Duration,
    /// When it was told to stop by anything but its deadline.
    pub(super) told_at: Option<Instant>,
}

impl Executing {
    pub(super) fn new(control: &Arc<RunControl>, thread: ThreadHandle) -> Self {
        // Asked for only where somebody wants to know: it is a call into the system.
        let cpu_at_start = control.cpu_limit().map_or(Duration::ZERO, |_| thread.cpu_time());
        Self { control: Arc::clone(control), thread, cpu_at_start, told_at: None }
    }

    /// Stops the run when its CPU time is used up; else looks again when it could be.
    pub(super) fn watch_cpu(&mut self, now: Instant, next: &mut Option<Instant>) {
        let Some(limit) = self.control.cpu_limit() else { return };
        if self.told_at.is_some() {
            return;
        }
        let here = self.thread.cpu_time().saturating_sub(self.cpu_at_start);
        let used = (self.control.costs(|costs| costs.cpu) + here).saturating_sub(self.control.forgiven_cpu());
        if used >= limit {
            self.control.stop(StopCause::Cpu);
            self.told_at = Some(now);
        } else {
            sooner(next, Some(now + (limit - used)));
        }
    }
}

/// The earlier of what is known and a candidate.
pub(super) fn sooner(next: &mut Option<Instant>, candidate: Option<Instant>) {
    if let Some(candidate) = candidate {
        *next = Some(next.map_or(candidate, |known| known.min(candidate)));
    }
}
