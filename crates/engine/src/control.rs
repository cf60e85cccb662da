//! How a run is reached from outside: told to stop, its clock, answers for it, and what it has cost. Shared by the pool,
//! the watchdog and the sandbox that executes the run.
//!
//! The clock runs from the run's first instruction until it settles, timers included. It is paused while the run waits
//! for something that is the host's business: a free thread, or the hook thread taking up its request.

use crate::host::CallId;
use crate::receipt::Receipt;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

/// Why a run was told to stop from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum StopCause {
    /// Its time is up.
    Deadline = 1,
    /// The host lost interest: abort or close.
    Cancelled = 2,
    /// It used up its CPU time.
    Cpu = 3,
}

const NOT_RUNNING: u64 = u64::MAX;

/// One per run.
#[derive(Debug)]
pub struct RunControl {
    stop: AtomicU8,
    /// Nanoseconds since `epoch()`, or `NOT_RUNNING`.
    deadline: AtomicU64,
    /// When the run first executed, in nanoseconds since `epoch()`; `NOT_RUNNING` before.
    began: AtomicU64,
    /// What is left of the time-out while the clock does not run, in nanoseconds.
    remaining: AtomicU64,
    timeout: Duration,
    /// CPU time it may use, if that is limited.
    cpu_limit: Option<Duration>,
    /// Nanoseconds of CPU time that are not charged to it.
    forgiven_cpu: AtomicU64,
    costs: Mutex<Receipt>,
    answers: Mutex<VecDeque<Answer>>,
}

/// What a host function came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The call it answers.
    pub call: CallId,
    /// The result as text, or JSON text that describes the error.
    pub result: Result<String, String>,
}

impl RunControl {
    /// A run that has not started yet and may take `timeout` once it does.
    #[must_use]
    pub fn new(timeout: Duration, cpu_limit: Option<Duration>) -> Self {
        Self {
            stop: AtomicU8::new(0),
            deadline: AtomicU64::new(NOT_RUNNING),
            began: AtomicU64::new(NOT_RUNNING),
            remaining: AtomicU64::new(nanoseconds(timeout)),
            timeout,
            cpu_limit,
            forgiven_cpu: AtomicU64::new(0),
            costs: Mutex::default(),
            answers: Mutex::default(),
        }
    }

    /// The CPU time it may use, if that is limited.
    #[must_use]
    pub fn cpu_limit(&self) -> Option<Duration> {
        self.cpu_limit
    }

    /// Leaves an answer for the run's next turn.
    pub fn put_answer(&self, answer: Answer) {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner).push_back(answer);
    }

    /// The answer that has waited longest.
    #[must_use]
    pub fn take_answer(&self) -> Option<Answer> {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner).pop_front()
    }

    /// Whether an answer waits.
    #[must_use]
    pub fn has_answers(&self) -> bool {
        !self.answers.lock().unwrap_or_else(PoisonError::into_inner).is_empty()
    }

    /// Starts the clock anew with the whole time-out: what came before was not the run's own doing.
    pub fn restart_clock(&self) {
        self.remaining.store(nanoseconds(self.timeout), Ordering::Relaxed);
        self.run_clock();
    }

    /// Does not charge so much CPU time to the run.
    pub fn forgive_cpu(&self, time: Duration) {
        self.forgiven_cpu.fetch_add(nanoseconds(time), Ordering::Relaxed);
    }

    /// CPU time that is not charged to the run.
    #[must_use]
    pub fn forgiven_cpu(&self) -> Duration {
        Duration::from_nanos(self.forgiven_cpu.load(Ordering::Relaxed))
    }

    /// What the run has cost so far, to be read or added to. Never held across guest code.
    pub fn costs<R>(&self, body: impl FnOnce(&mut Receipt) -> R) -> R {
        // Plain numbers, whole between any two statements.
        body(&mut self.costs.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The whole time-out.
    #[must_use]
    pub fn timeout(&self) -> Duration {
        self.timeout
    }

    /// Lets the clock run. Only the thread that executes the run calls this and `pause_clock`.
    pub fn run_clock(&self) {
        // Relaxed: `remaining` is touched by the executing thread only; a parked run changes threads under the pool's lock.
        let now = now();
        let _kept_first = self.began.compare_exchange(NOT_RUNNING, now, Ordering::Relaxed, Ordering::Relaxed);
        self.deadline.store(now.saturating_add(self.remaining.load(Ordering::Relaxed)), Ordering::Relaxed);
    }

    /// How long ago the run first executed; zero if it never did.
    #[must_use]
    pub fn wall(&self) -> Duration {
        match self.began.load(Ordering::Relaxed) {
            NOT_RUNNING => Duration::ZERO,
            began => Duration::from_nanos(now().saturating_sub(began)),
        }
    }

    /// Stops the clock and remembers what is left.
    pub fn pause_clock(&self) {
        let deadline = self.deadline.swap(NOT_RUNNING, Ordering::Relaxed);
        if deadline != NOT_RUNNING {
            self.remaining.store(deadline.saturating_sub(now()), Ordering::Relaxed);
        }
    }

    /// Gives back time that the run spent ready, but without a thread.
    pub fn extend(&self, waited: Duration) {
        let at = self.deadline.load(Ordering::Relaxed);
        if at != NOT_RUNNING {
            self.deadline.store(at.saturating_add(nanoseconds(waited)).min(NOT_RUNNING - 1), Ordering::Relaxed);
        }
    }

    /// When the run's time is up; `None` while the clock is paused.
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        match self.deadline.load(Ordering::Relaxed) {
            NOT_RUNNING => None,
            at => Some(epoch() + Duration::from_nanos(at)),
        }
    }

    /// Tells the run to stop; the first cause stays.
    pub fn stop(&self, cause: StopCause) {
        // Release pairs with the acquire in `stop_cause`.
        let _kept_first = self.stop.compare_exchange(0, cause as u8, Ordering::Release, Ordering::Relaxed);
    }

    /// Not zero once the run was told to stop: for signal handlers, which can look at a byte and no more.
    #[must_use]
    pub fn stop_flag(&self) -> &AtomicU8 {
        &self.stop
    }

    /// Whether and why the run was told to stop. One relaxed load while it was not: the allocator asks each time.
    #[must_use]
    pub fn stop_cause(&self) -> Option<StopCause> {
        if self.stop.load(Ordering::Relaxed) == 0 {
            return None;
        }
        match self.stop.load(Ordering::Acquire) {
            1 => Some(StopCause::Deadline),
            2 => Some(StopCause::Cancelled),
            _ => Some(StopCause::Cpu),
        }
    }

    /// As `stop_cause`, but also looks at the clock.
    #[must_use]
    pub fn check(&self) -> Option<StopCause> {
        let at = self.deadline.load(Ordering::Relaxed);
        if at != NOT_RUNNING && now() >= at {
            self.stop(StopCause::Deadline);
        }
        self.stop_cause()
    }
}

fn epoch() -> Instant {
    static EPOCH: OnceLock<Instant> = OnceLock::new();
    *EPOCH.get_or_init(Instant::now)
}

fn now() -> u64 {
    nanoseconds(epoch().elapsed())
}

fn nanoseconds(duration: Duration) -> u64 {
    // Half of the range keeps sums from reaching `NOT_RUNNING`.
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX / 2).min(u64::MAX / 2)
}
