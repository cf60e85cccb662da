//! Which runs may start: those with a place, and with memory left for them in the pool's budget. Idle sandboxes make room
//! first; with nothing in flight one run always starts, so the budget cannot keep the pool from going on.

use super::schedule::{Shared, State};
use crate::limits::readable_bytes;
use crate::sandbox::Sandbox;
use std::sync::MutexGuard;

/// What a run may be expected to need beside an idle sandbox, and beside a new one: the realm, twice.
const NEEDS_WITH_SANDBOX: usize = 256 << 10;
const NEEDS_WITHOUT_SANDBOX: usize = 1 << 20;

/// What the run that starts next gets.
pub(super) struct Admission {
    /// One that is idle, if there is a fitting one.
    pub(super) sandbox: Option<Sandbox>,
    /// Those that make room for the run: to be dropped first, and not under the pool's lock.
    pub(super) evicted: Vec<Sandbox>,
}

impl Shared {
    /// Room for the first of those that wait; `None` when there is none, or none waits.
    pub(super) fn admit(&self, state: &mut State) -> Option<Admission> {
        if state.in_flight >= self.options.max || state.queue.len() == 0 {
            return None;
        }
        let need = self.need_of_next(state);
        if !need.can_be_met(state) {
            return None;
        }
        let sandbox = need.chosen.map(|index| state.idle_sandboxes.remove(index).1);
        Some(Admission { sandbox, evicted: take_idle(state, need.missing) })
    }

    /// Whether a run that comes now could start as far as places and memory go.
    pub(super) fn has_place(&self, state: &State) -> bool {
        state.in_flight < self.options.max && self.need_of_next(state).can_be_met(state)
    }

    fn need_of_next(&self, state: &State) -> Need {
        let chosen = fitting_sandbox(state, state.queue.first().and_then(|queued| queued.spec.request.prepared));
        let needs = if chosen.is_some() { NEEDS_WITH_SANDBOX } else { NEEDS_WITHOUT_SANDBOX };
        let missing = self.budget.used().saturating_add(needs).saturating_sub(self.budget.limit());
        Need { chosen, missing }
    }

    /// Drops those that have been idle longest, until they held so many bytes. For a run that grows.
    pub(super) fn drop_idle_sandboxes(&self, bytes: usize) {
        let evicted = take_idle(&mut self.lock(), bytes);
        drop(evicted);
    }

    /// Sandboxes have given memory back.
    pub(super) fn memory_released(&self) {
        self.wake_for_memory(self.lock());
    }

    /// A run that waited for memory may start.
    pub(super) fn wake_for_memory(&self, state: MutexGuard<'_, State>) {
        if state.queue.len() > 0 {
            self.wake_one(state);
        }
    }

    /// How full the pool's memory is, where that is what runs wait for.
    pub(super) fn memory_in_use(&self, state: &State) -> String {
        if self.need_of_next(state).can_be_met(state) {
            return String::new();
        }
        let (used, limit) = (readable_bytes(self.budget.used() as u64), readable_bytes(self.budget.limit() as u64));
        format!(", {used} of the pool's {limit} of memory are in use")
    }
}

/// What the next run would take.
struct Need {
    /// The idle sandbox it would get.
    chosen: Option<usize>,
    /// Bytes that the budget lacks for it.
    missing: usize,
}

impl Need {
    fn can_be_met(&self, state: &State) -> bool {
        state.in_flight == 0 || self.missing == 0 || self.missing <= idle_bytes(state, self.chosen, self.missing)
    }
}

/// Where the one used last is, of those that have this application loaded; else one that has none, which can load it.
fn fitting_sandbox(state: &State, prepared: Option<u32>) -> Option<usize> {
    let last_with = |wanted| state.idle_sandboxes.iter().rposition(|(_, sandbox)| sandbox.prepared() == wanted);
    last_with(prepared).or_else(|| last_with(None))
}

/// What idle sandboxes hold, except the chosen one; counted as far as it matters.
fn idle_bytes(state: &State, chosen: Option<usize>, enough: usize) -> usize {
    let mut bytes = 0;
    for (index, (_, sandbox)) in state.idle_sandboxes.iter().enumerate() {
        if bytes >= enough {
            break;
        }
        if Some(index) != chosen {
            bytes += sandbox.held_bytes();
        }
    }
    bytes
}

/// The front has been idle longest: sandboxes are taken from and put to the back.
fn take_idle(state: &mut State, bytes: usize) -> Vec<Sandbox> {
    let mut held = 0;
    let enough = state.idle_sandboxes.iter().take_while(|(_, sandbox)| {
        let is_wanted = held < bytes;
        held += sandbox.held_bytes();
        is_wanted
    });
    let count = enough.count();
    state.idle_sandboxes.drain(..count).map(|(_, sandbox)| sandbox).collect()
}

#[cfg(test)]
#[path = "admission_tests.rs"]
mod tests;
