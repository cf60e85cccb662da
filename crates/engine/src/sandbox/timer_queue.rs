//! Which timers are pending, and in what order they fire. Must not call the engine.
//!
//! Time is whole milliseconds since the run began. As in Node, a delay counts from the moment a timer is set, and what
//! fires in a turn of the event loop is what was due when the turn began.

use super::js::Value;
use std::collections::BTreeMap;

/// What was called to set it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Timeout,
    Interval,
    Immediate,
}

/// One pending timer. Callback and arguments hang on the handle, as in Node, so that `refresh` can revive it.
#[derive(Clone, Copy)]
pub(super) struct Timer {
    pub(super) handle: Value,
    kind: Kind,
    delay: u64,
    pub(super) is_referenced: bool,
    due: u64,
    order: u64,
}

impl Timer {
    pub(super) fn new(handle: Value, kind: Kind, delay: u64) -> Self {
        Self { handle, kind, delay, is_referenced: true, due: 0, order: 0 }
    }
}

/// A timer whose callback is to be called now; `handle` is an owned reference.
#[derive(Clone, Copy)]
pub(super) struct Due {
    pub(super) handle: Value,
    id: u32,
    repeats: bool,
}

#[derive(Default)]
pub(super) struct Timers {
    next_id: u32,
    next_order: u64,
    by_id: BTreeMap<u32, Timer>,
    /// (due, order) → id: the order in which timers fire.
    schedule: BTreeMap<(u64, u64), u32>,
    immediates: BTreeMap<u64, u32>,
    /// The interval whose callback is being called: its handle is released when that is done.
    running: Option<u32>,
}

impl Timers {
    /// How many are pending.
    pub(super) fn len(&self) -> u64 {
        self.by_id.len() as u64
    }

    pub(super) fn next_id(&mut self) -> u32 {
        self.next_id += 1;
        self.next_id
    }

    pub(super) fn get(&self, id: u32) -> Option<&Timer> {
        self.by_id.get(&id)
    }

    pub(super) fn get_mut(&mut self, id: u32) -> Option<&mut Timer> {
        self.by_id.get_mut(&id)
    }

    /// Milliseconds since the run began at which the next timer is due; 0 while an immediate waits.
    pub(super) fn next_due(&self) -> Option<u64> {
        if !self.immediates.is_empty() {
            return Some(0);
        }
        self.schedule.keys().next().map(|(due, _)| *due)
    }

    /// The order number behind which immediates belong to the next turn.
    pub(super) fn last_order(&self) -> u64 {
        self.next_order
    }

    /// `now` is when the turn began; whatever is set later is due after that.
    pub(super) fn take_due_timer(&mut self, now: u64) -> Option<Due> {
        let (&key, &id) = self.schedule.iter().next()?;
        if key.0 > now {
            return None;
        }
        self.schedule.remove(&key);
        let timer = *self.by_id.get(&id)?;
        if timer.kind == Kind::Interval {
            self.running = Some(id);
        } else {
            self.by_id.remove(&id);
        }
        Some(Due { handle: timer.handle, id, repeats: timer.kind == Kind::Interval })
    }

    pub(super) fn take_immediate(&mut self, last: u64) -> Option<Due> {
        let (&order, &id) = self.immediates.iter().next()?;
        if order > last {
            return None;
        }
        self.immediates.remove(&order);
        let timer = self.by_id.remove(&id)?;
        Some(Due { handle: timer.handle, id, repeats: false })
    }

    /// After a callback that began at `began`: an interval is due again, counted from there, unless it was cleared or
    /// refreshed meanwhile. Answers whether the reference to the handle is still needed.
    pub(super) fn finish(&mut self, due: Due, began: u64) -> bool {
        self.running = None;
        if !due.repeats {
            return false;
        }
        let Some(timer) = self.by_id.get(&due.id) else { return false };
        if !self.schedule.contains_key(&(timer.due, timer.order)) {
            self.schedule(due.id, began);
        }
        true
    }

    fn order(&mut self) -> u64 {
        self.next_order += 1;
        self.next_order
    }

    fn schedule(&mut self, id: u32, now: u64) {
        let order = self.order();
        if let Some(timer) = self.by_id.get_mut(&id) {
            timer.due = now + timer.delay;
            timer.order = order;
            self.schedule.insert((timer.due, order), id);
        }
    }

    pub(super) fn add(&mut self, mut timer: Timer, id: u32, now: u64) {
        if timer.kind == Kind::Immediate {
            timer.order = self.order();
            self.immediates.insert(timer.order, id);
            self.by_id.insert(id, timer);
        } else {
            self.by_id.insert(id, timer);
            self.schedule(id, now);
        }
    }

    /// Whether this number was ever given to a handle.
    pub(super) fn was_handed_out(&self, id: u32) -> bool {
        (1..=self.next_id).contains(&id)
    }

    /// Begins a pending timer's delay anew; `false` when none is pending under this number. Immediates have no delay.
    pub(super) fn restart(&mut self, id: u32, now: u64) -> bool {
        let Some(timer) = self.by_id.get(&id) else { return false };
        if timer.kind != Kind::Immediate {
            self.unschedule(id);
            self.schedule(id, now);
        }
        true
    }

    fn unschedule(&mut self, id: u32) -> Option<Timer> {
        let timer = *self.by_id.get(&id)?;
        if timer.kind == Kind::Immediate {
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
