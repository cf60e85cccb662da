//! Sandboxes between two runs: kept pristine for the next one, by the application they have loaded.

use super::schedule::Shared;
use crate::sandbox::Sandbox;
use std::time::Instant;

impl Shared {
    pub(super) fn recycle(&self, mut sandbox: Sandbox) {
        if sandbox.is_retired() {
            self.lock().engine_faults += 1;
            drop(sandbox);
            self.memory_released();
            return;
        }
        sandbox.reset();
        self.keep(sandbox);
    }

    /// Keeps a pristine sandbox for the next run, unless nobody will want it.
    pub(super) fn keep(&self, sandbox: Sandbox) {
        let unwanted = {
            let mut state = self.lock();
            let is_forgotten = sandbox.prepared().is_some_and(|id| state.forgotten.contains(&id));
            if state.is_closed || is_forgotten {
                Some(sandbox)
            } else {
                state.idle_sandboxes.push((Instant::now(), sandbox));
                self.wake_for_memory(state);
                None
            }
        };
        if unwanted.is_some() {
            drop(unwanted);
            self.memory_released();
        }
    }

    /// Drops the idle sandboxes of a prepared application; those in use follow when their runs are over.
    pub(super) fn forget(&self, prepared: u32) {
        let dropped: Vec<_> = {
            let mut state = self.lock();
            state.forgotten.insert(prepared);
            let idle = std::mem::take(&mut state.idle_sandboxes);
            let (dropped, kept) = idle.into_iter().partition(|(_, sandbox)| sandbox.prepared() == Some(prepared));
            state.idle_sandboxes = kept;
            dropped
        };
        drop(dropped);
        self.memory_released();
    }
}
