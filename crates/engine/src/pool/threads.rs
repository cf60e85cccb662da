//! The pool's threads: take work, enter the sandbox, tell the outcome.

use super::admission::Admission;
use super::cpu_meter::CpuMeter;
use super::schedule::Shared;
use super::work::{Task, Work};
use super::{stopped, watchdog};
use crate::control::{RunControl, StopCause};
use crate::errors::Failure;
use crate::host::{Outcome, RunId};
use crate::sandbox::{GuestThread, Progress, RunSpec, Sandbox, SandboxError, ThreadStack};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

/// Threads beyond the configured ones, for as long as others wait for hooks.
const MOST_EXTRA_THREADS: usize = 32;
/// Native frames beneath the guest's, and the signal of an overflow, need room beside the guest's own stack.
const STACK_BESIDE_GUEST: usize = 1 << 20;

/// Tells the pool while a thread waits for a hook, so that another can take its place.
pub struct Waits {
    pool: Weak<Shared>,
}

impl Waits {
    pub(super) fn new(pool: Weak<Shared>) -> Self {
        Self { pool }
    }

    /// For a sandbox whose thread belongs to nobody.
    #[must_use]
    pub fn without_pool() -> Self {
        Self { pool: Weak::new() }
    }

    /// Runs `wait` as a wait of this thread.
    pub(crate) fn during<R>(&self, wait: impl FnOnce() -> R) -> R {
        let Some(pool) = self.pool.upgrade() else { return wait() };
        pool.thread_waits();
        let answer = wait();
        pool.lock().blocked -= 1;
        answer
    }
}

impl Shared {
    fn thread_waits(self: &Arc<Self>) {
        let needs_thread = {
            let mut state = self.lock();
            state.blocked += 1;
            let needs_thread = state.idle_threads == 0 && !state.is_closed && self.may_add_thread(&state);
            if needs_thread {
                state.threads += 1;
            }
            needs_thread
        };
        if needs_thread {
            self.start_thread();
        }
    }

    pub(super) fn may_add_thread(&self, state: &super::schedule::State) -> bool {
        let extra = (state.blocked + state.leaving.len()).min(MOST_EXTRA_THREADS);
        state.threads < self.options.threads + extra
    }

    /// Starts a thread that `state.threads` already counts.
    pub(super) fn start_thread(self: &Arc<Self>) {
        let stack = self.thread_stack();
        let shared = Arc::clone(self);
        let started = std::thread::Builder::new()
            .name("isolated-runtime".to_owned())
            .stack_size(stack.0 + STACK_BESIDE_GUEST)
            .spawn(move || {
                let thread = GuestThread::begin();
                let mut meter = CpuMeter::new();
                let mut last = None;
                while let Some(work) = shared.next(thread.handle(), last) {
                    last = Some(work.id());
                    shared.execute(work, stack, &mut meter);
                }
                drop(thread);
                shared.ended.notify_all();
            });
        if let Err(error) = started {
            self.lock().threads -= 1;
            self.ended.notify_all();
            self.fail_queued(&format!("no thread could be started: {error}"));
        }
    }

    /// Twice the guest's own: native functions may go deeper than the engine checks.
    fn thread_stack(&self) -> ThreadStack {
        let guest = usize::try_from(self.options.limits.stack).unwrap_or(usize::MAX / 4);
        ThreadStack(guest.saturating_mul(2))
    }

    /// Without any thread nobody would ever take these runs.
    fn fail_queued(&self, message: &str) {
        let failed = {
            let mut state = self.lock();
            if state.threads > 0 {
                return;
            }
            state.queue.take_where(|_| true)
        };
        for queued in failed {
            let failure = Failure::internal(message);
            self.tell(queued.spec.id, &queued.spec.control, Outcome::Failed(Box::new(failure)));
        }
    }

    fn execute(self: &Arc<Self>, work: Work, stack: ThreadStack, meter: &mut CpuMeter) {
        let id = work.id();
        let control = match &work {
            Work::Start { spec, .. } => Arc::clone(&spec.control),
            Work::GoOn(task) => Arc::clone(&task.control),
        };
        let turn = meter.begin(control.cpu_limit().is_some());
        let turned = catch_unwind(AssertUnwindSafe(|| match work {
            Work::Start { spec, admission } => self.start(spec, admission, stack),
            Work::GoOn(task) => Ok(go_on(task, stack)),
        }));
        let spent = meter.end(&turn);
        control.costs(|costs| costs.cpu += spent);
        match turned {
            Ok(Ok((sandbox, progress))) => self.after_turn(id, &control, sandbox, progress),
            Ok(Err(failure)) => self.settle(id, &control, Outcome::Failed(failure), None),
            Err(_panic) => {
                let failure = Failure::internal("a defect of isolated-runtime-native ended this run; please report it");
                self.settle(id, &control, Outcome::Failed(Box::new(failure)), None);
            }
        }
    }

    fn start(
        &self,
        spec: Box<RunSpec>,
        admission: Admission,
        stack: ThreadStack,
    ) -> Result<(Sandbox, Progress), Box<Failure>> {
        let Admission { sandbox, evicted } = admission;
        if !evicted.is_empty() {
            drop(evicted);
            self.memory_released();
        }
        let mut sandbox = match sandbox {
            Some(sandbox) => sandbox,
            None => self.new_sandbox(stack).map_err(|error| Box::new(Failure::internal(error.to_string())))?,
        };
        spec.control.run_clock();
        watchdog::expect(spec.control.deadline());
        watchdog::expect(spec.control.cpu_limit().map(|limit| Instant::now() + limit));
        let progress = sandbox.begin(spec, Arc::clone(&self.services), stack);
        Ok((sandbox, progress))
    }

    fn new_sandbox(&self, stack: ThreadStack) -> Result<Sandbox, SandboxError> {
        Sandbox::in_pool(&self.budget, self.options.limits.memory, stack, self.options.on_engine_fault)
    }

    fn after_turn(&self, id: RunId, control: &Arc<RunControl>, sandbox: Sandbox, progress: Progress) {
        match progress {
            Progress::Done(outcome) => self.settle(id, control, outcome, Some(sandbox)),
            Progress::Stopped(cause) => self.settle_stopped(id, control, cause, sandbox),
            Progress::Waiting(wait) => {
                let now = Instant::now();
                let deadline = control.deadline().unwrap_or(now);
                let wake = wait.map_or(deadline, |wait| (now + wait).min(deadline));
                let calls_since = sandbox.waits_for_host().then_some(now);
                let task = Task {
                    id,
                    sandbox,
                    control: Arc::clone(control),
                    calls_since,
                    ready_at: wake,
                    queued: Duration::ZERO,
                };
                if let Some(sandbox) = self.park(task, wake) {
                    self.recycle(sandbox);
                }
            }
        }
    }

    fn settle(&self, id: RunId, control: &RunControl, outcome: Outcome, sandbox: Option<Sandbox>) {
        if self.leave(id) {
            self.tell(id, control, outcome);
        }
        if let Some(sandbox) = sandbox {
            self.recycle(sandbox);
        }
    }

    /// A cancelled run is not heard of again; who cancelled it knows.
    fn settle_stopped(&self, id: RunId, control: &RunControl, cause: StopCause, sandbox: Sandbox) {
        if cause == StopCause::Cancelled {
            self.leave(id);
            self.recycle(sandbox);
        } else {
            let failure = stopped(cause, control);
            self.settle(id, control, Outcome::Failed(Box::new(failure)), Some(sandbox));
        }
    }

    /// Tells the host how a run ended, and what it cost. Without the pool's lock.
    pub(super) fn tell(&self, id: RunId, control: &RunControl, outcome: Outcome) {
        let mut receipt = control.costs(std::mem::take);
        receipt.wall = control.wall();
        receipt.stopped_by = match &outcome {
            Outcome::Done(text) => {
                receipt.bytes_out += text.len() as u64;
                "done"
            }
            Outcome::Failed(failure) => failure.stop_reason(),
        };
        self.services.host.settled(id, outcome, receipt);
    }
}

fn go_on(mut task: Task, stack: ThreadStack) -> (Sandbox, Progress) {
    let is_deadline = task.control.deadline().is_none_or(|deadline| task.ready_at >= deadline);
    if is_deadline {
        task.control.stop(StopCause::Deadline);
        return (task.sandbox, Progress::Stopped(StopCause::Deadline));
    }
    if !task.queued.is_zero() {
        task.control.extend(task.queued);
    }
    task.control.costs(|costs| {
        costs.queue += task.queued;
        if let Some(since) = task.calls_since {
            costs.host_wait += task.ready_at.saturating_duration_since(since);
        }
    });
    let progress = task.sandbox.resume(stack);
    (task.sandbox, progress)
}
