//! Sandboxes between two runs: kept pristine for the next one, by the application they have loaded.

use super::schedule::{Shared, State};
use crate::sandbox::Sandbox;
use std::time::Instant;

impl Shared {
    pub(super) fn recycle(&self, mut sandbox: Sandbox) {
        if sandbox.is_retired() {
            self.lock().engine_faults += 1;
            return;
        }
        sandbox.reset();
        self.keep(sandbox);
    }

    /// Keeps a pristine sandbox for the next run.
    pub(super) fn keep(&self, sandbox: Sandbox) {
        let mut state = self.lock();
        if !state.is_closed {
            state.idle_sandboxes.push((Instant::now(), sandbox));
        }
    }

    /// Drops the idle sandboxes of a prepared application; those in use follow when they are idle for long enough.
    pub(super) fn forget(&self, prepared: u32) {
        let dropped: Vec<_> = {
            let mut state = self.lock();
            let idle = std::mem::take(&mut state.idle_sandboxes);
            let (dropped, kept) = idle.into_iter().partition(|(_, sandbox)| sandbox.prepared() == Some(prepared));
            state.idle_sandboxes = kept;
            dropped
        };
        drop(dropped);
    }
}

/// The one used last, of those that have this application loaded; else one that has none, which can load it.
pub(super) fn take_sandbox(state: &mut State, prepared: Option<u32>) -> Option<Sandbox> {
    let last_with = |wanted| state.idle_sandboxes.iter().rposition(|(_, sandbox)| sandbox.prepared() == wanted);
    let index = last_with(prepared).or_else(|| last_with(None))?;
    Some(state.idle_sandboxes.remove(index).1)
}
