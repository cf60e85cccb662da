//! Pending timers and the order in which they fire. Pure bookkeeping: calls neither the engine nor the clock.

use super::js::Value;
use std::collections::BTreeMap;

/// One pending timer. Callback and arguments hang on the handle, as in Node, so that `refresh` can revive it.
#[derive(Clone, Copy)]
pub(super) struct Timer {
    pub(super) handle: Value,
    pub(super) delay: u64,
    pub(super) due: u64,
    pub(super) order: u64,
    pub(super) repeats: bool,
    pub(super) is_immediate: bool,
    pub(super) is_referenced: bool,
}

/// A timer whose callback is to be called now; `handle` is an owned reference.
#[derive(Clone, Copy)]
pub(super) struct Due {
    pub(super) handle: Value,
    pub(super) id: u32,
    pub(super) repeats: bool,
}

#[derive(Default)]
pub(super) struct Timers {
    pub(super) next_id: u32,
    next_order: u64,
    now: u64,
    pub(super) by_id: BTreeMap<u32, Timer>,
    /// (due, order) → id: the order in which timers fire.
    schedule: BTreeMap<(u64, u64), u32>,
    immediates: BTreeMap<u64, u32>,
    /// The interval whose callback is being called: its handle is released when that is done.
    running: Option<u32>,
}

impl Timers {
    pub(super) fn set_now(&mut self, now: u64) {
        self.now = now;
    }

    /// Milliseconds since the run began at which the next timer is due; 0 while an immediate waits.
    pub(super) fn next_due(&self) -> Option<u64> {
        if !self.immediates.is_empty() {
            return Some(0);
        }
        self.schedule.keys().next().map(|(due, _)| *due)
    }

    /// The order number behind which immediates belong to the next turn.
    pub(super) fn turn(&self) -> u64 {
        self.next_order
    }

    pub(super) fn take_due_timer(&mut self, turn: u64) -> Option<Due> {
        let (&key, &id) = self.schedule.iter().next()?;
        if key.0 > self.now || key.1 > turn {
            return None;
        }
        self.schedule.remove(&key);
        let timer = *self.by_id.get(&id)?;
        if timer.repeats {
            self.running = Some(id);
        } else {
            self.by_id.remove(&id);
        }
        Some(Due { handle: timer.handle, id, repeats: timer.repeats })
    }

    pub(super) fn take_immediate(&mut self, turn: u64) -> Option<Due> {
        let (&order, &id) = self.immediates.iter().next()?;
        if order > turn {
            return None;
        }
        self.immediates.remove(&order);
        let timer = self.by_id.remove(&id)?;
        Some(Due { handle: timer.handle, id, repeats: false })
    }

    /// After a callback: an interval is due again, unless it was cleared or refreshed meanwhile. Answers whether the
    /// reference to the handle is still needed.
    pub(super) fn finish(&mut self, due: Due) -> bool {
        self.running = None;
        if !due.repeats {
            return false;
        }
        let Some(timer) = self.by_id.get(&due.id) else { return false };
        if !self.schedule.contains_key(&(timer.due, timer.order)) {
            self.schedule(due.id);
        }
        true
    }

    fn order(&mut self) -> u64 {
        self.next_order += 1;
        self.next_order
    }

    pub(super) fn schedule(&mut self, id: u32) {
        let (now, order) = (self.now, self.order());
        if let Some(timer) = self.by_id.get_mut(&id) {
            timer.due = now + timer.delay;
            timer.order = order;
            self.schedule.insert((timer.due, order), id);
        }
    }

    pub(super) fn add(&mut self, mut timer: Timer, id: u32) {
        if timer.is_immediate {
            timer.order = self.order();
            self.immediates.insert(timer.order, id);
            self.by_id.insert(id, timer);
        } else {
            self.by_id.insert(id, timer);
            self.schedule(id);
        }
    }

    pub(super) fn unschedule(&mut self, id: u32) -> Option<Timer> {
        let timer = *self.by_id.get(&id)?;
        if timer.is_immediate {
            self.immediates.remove(&timer.order);
        } else {
            self.schedule.remove(&(timer.due, timer.order));
        }
        Some(timer)
    }

    pub(super) fn remove(&mut self, id: u32) -> Option<Timer> {
        let timer = self.unschedule(id)?;
        self.by_id.remove(&id);
        if self.running == Some(id) { None } else { Some(timer) }
    }
}
