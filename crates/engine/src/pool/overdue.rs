//! What the watchdog does in one pool: stops what is overdue, settles what does not stop, drops what is idle.
//!
//! Decides under the pool's lock, and tells the host after it has let go of it.

use super::executing::{SIGNAL_AGAIN, sooner};
use super::schedule::{Settled, Shared, State, take_parked};
use super::stopped;
use super::work::Task;
use crate::control::StopCause;
use crate::errors::{ErrorCode, Failure, FailureKind};
use crate::host::{Outcome, RunId};
use crate::sandbox::Sandbox;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A run that does not stop this long after it was told to is settled without it, and its thread quarantined.
const GRACE: Duration = Duration::from_millis(40);
/// A thread in quarantine is told that much later again. It may have been starved rather than deaf.
const SIGNAL_LEAVING_AGAIN: Duration = Duration::from_millis(5);
/// A run may be ready without a thread for this many times its time-out.
const PATIENCE: u32 = 10;

impl Shared {
    /// What the watchdog does: stops what is overdue, settles what does not stop, drops what is idle. Answers when it
    /// wants to be called again.
    pub(super) fn look_after(self: &Arc<Self>, now: Instant) -> Option<Instant> {
        let mut settled: Vec<Settled> = Vec::new();
        let mut sandboxes = Vec::new();
        let mut replacements = 0;
        let next = {
            let mut state = self.lock();
            let mut next = None;
            if !state.leaving.is_empty() {
                state.interrupt_leaving();
                next = Some(now + SIGNAL_LEAVING_AGAIN);
            }
            if state.is_closed {
                return next;
            }
            replacements += settle_overdue(&mut state, now, &mut settled, &mut next);
            expire_parked(&mut state, now, &mut settled, &mut sandboxes, &mut next);
            self.expire_queued(&mut state, now, &mut settled, &mut next);
            self.drop_idle(&mut state, now, &mut sandboxes, &mut next);
            for _ in 0..replacements {
                state.threads += 1;
            }
            next
        };
        for _ in 0..replacements {
            self.start_thread();
        }
        for (id, control, failure) in settled {
            self.tell(id, &control, Outcome::Failed(Box::new(failure)));
        }
        if !sandboxes.is_empty() {
            drop(sandboxes);
            self.memory_released();
        }
        next
    }

    fn expire_queued(&self, state: &mut State, now: Instant, settled: &mut Vec<Settled>, next: &mut Option<Instant>) {
        let Some(limit) = self.options.acquire_timeout.map(Duration::from_millis) else { return };
        let over = state.queue.take_where(|queued| now >= queued.since + limit);
        for queued in over {
            let busy = self.busyness(state);
            let waited = now.duration_since(queued.since).as_millis();
            let message =
                format!("run waited {waited} ms for a place in the pool, limit is {} ms; {busy}", limit.as_millis());
            let failure = Failure::new(FailureKind::QueueTimeout, ErrorCode::QueueTimeout, message);
            settled.push((queued.spec.id, queued.spec.control.clone(), failure));
        }
        sooner(next, state.queue.iter().map(|queued| queued.since + limit).min());
    }

    fn drop_idle(&self, state: &mut State, now: Instant, dropped: &mut Vec<Sandbox>, next: &mut Option<Instant>) {
        let limit = Duration::from_millis(self.options.idle_timeout);
        while state.idle_sandboxes.len() > self.options.min_sandboxes {
            // The front has been idle longest: sandboxes are taken from and put to the back.
            let due = state.idle_sandboxes[0].0 + limit;
            if due > now {
                sooner(next, Some(due));
                return;
            }
            dropped.push(state.idle_sandboxes.remove(0).1);
        }
    }
}

/// Runs on threads: told to stop at the deadline, settled without their thread when they do not. Answers how many
/// threads have to be replaced.
pub(super) fn settle_overdue(
    state: &mut State,
    now: Instant,
    settled: &mut Vec<Settled>,
    next: &mut Option<Instant>,
) -> usize {
    let mut hanging = Vec::new();
    for (id, executing) in &mut state.executing {
        executing.watch_cpu(now, next);
        let due = executing.told_at.or_else(|| executing.control.deadline());
        let Some(due) = due else { continue };
        if now < due {
            sooner(next, Some(due));
            continue;
        }
        executing.control.stop(StopCause::Deadline);
        if now >= due + GRACE {
            hanging.push(*id);
        } else {
            // Under the lock that the thread takes when it leaves the run, so it has not ended.
            executing.thread.interrupt();
            sooner(next, Some(now + SIGNAL_AGAIN));
        }
    }
    for id in &hanging {
        if let Some(executing) = state.executing.remove(id) {
            state.in_flight -= 1;
            state.leaving.insert(*id, executing.thread);
            let cause = executing.control.stop_cause().unwrap_or(StopCause::Deadline);
            if cause != StopCause::Cancelled {
                settled.push((*id, executing.control.clone(), stopped(cause, &executing.control)));
            }
        }
    }
    hanging.len()
}

/// Parked runs whose deadline passes while every thread is busy.
fn expire_parked(
    state: &mut State,
    now: Instant,
    settled: &mut Vec<Settled>,
    sandboxes: &mut Vec<Sandbox>,
    next: &mut Option<Instant>,
) {
    let overdue = |task: &Task| match task.control.deadline() {
        Some(deadline) if task.ready_at >= deadline => deadline + GRACE / 2,
        // Ready but without a thread: not the guest's fault, so it may take much longer.
        _ => task.ready_at + task.control.timeout().saturating_mul(PATIENCE),
    };
    let tasks = state.parked.values().chain(&state.ready);
    let over: Vec<RunId> = tasks.filter(|task| now >= overdue(task)).map(|task| task.id).collect();
    for id in over {
        let Some(task) = take_parked(state, id) else { continue };
        state.in_flight -= 1;
        let failure = if task.control.check().is_some() {
            stopped(StopCause::Deadline, &task.control)
        } else {
            let waited = now.saturating_duration_since(task.ready_at).as_millis();
            let message = format!("run was ready for {waited} ms, but every thread was busy");
            Failure::new(FailureKind::QueueTimeout, ErrorCode::QueueTimeout, message)
        };
        settled.push((id, task.control.clone(), failure));
        // Not worth the watchdog's time to restore.
        sandboxes.push(task.sandbox);
    }
    sooner(next, state.parked.values().chain(&state.ready).map(overdue).min());
}
