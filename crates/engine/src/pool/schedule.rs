//! Who runs next, and where each run is: queued, executing, or parked. All of it under one lock, which is never held
//! while a guest runs or the host is called.

use super::executing::{Executing, SIGNAL_AGAIN};
use super::lookout::Lookout;
use super::queue::{Queue, Queued};
use super::work::{Task, Work};
use super::{MemoryBudget, PoolOptions, Stats, closed, watchdog};
use crate::control::{Answer, RunControl, StopCause};
use crate::errors::{ErrorCode, Failure, FailureKind};
use crate::host::{Outcome, RunId};
use crate::receipt::Receipt;
use crate::sandbox::{RunSpec, Sandbox, Services, ThreadHandle};
use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

/// Threads in quarantine per configured thread before the pool takes no more runs.
const QUARANTINE_PER_THREAD: usize = 8;

/// A run that is over without a thread of its own to say so.
pub(super) type Settled = (RunId, Arc<RunControl>, Failure);

#[derive(Default)]
pub(super) struct State {
    pub(super) queue: Queue,
    pub(super) ready: VecDeque<Task>,
    pub(super) parked: BTreeMap<(Instant, RunId), Task>,
    pub(super) parked_at: HashMap<RunId, Instant>,
    pub(super) executing: HashMap<RunId, Executing>,
    /// Threads whose runs have been settled without them: in quarantine, and told to leave until they do.
    pub(super) leaving: HashMap<RunId, ThreadHandle>,
    pub(super) idle_sandboxes: Vec<(Instant, Sandbox)>,
    pub(super) in_flight: usize,
    pub(super) threads: usize,
    pub(super) idle_threads: usize,
    /// Whether a thread looks out for work; it needs no waking.
    is_looking_out: bool,
    /// Threads that wait for a hook.
    pub(super) blocked: usize,
    pub(super) is_closed: bool,
    /// Sandboxes given up because the engine faulted in them.
    pub(super) engine_faults: u64,
    /// Prepared applications that are run no more.
    pub(super) forgotten: HashSet<u32>,
}

impl State {
    /// Under the lock that these threads take when they leave their runs, so none of them has ended.
    pub(super) fn interrupt_leaving(&self) {
        for thread in self.leaving.values() {
            thread.interrupt();
        }
    }
}

pub(super) struct Shared {
    pub(super) options: PoolOptions,
    pub(super) services: Arc<Services>,
    pub(super) budget: Arc<MemoryBudget>,
    state: Mutex<State>,
    /// Something may have become runnable; see `wake_one`.
    work: Condvar,
    lookout: Lookout,
    /// A thread has ended.
    pub(super) ended: Condvar,
}

impl Shared {
    pub(super) fn new(options: PoolOptions, services: Arc<Services>, own: Weak<Self>) -> Self {
        Self {
            budget: Arc::new(MemoryBudget::new(options.memory, own)),
            options,
            services,
            state: Mutex::default(),
            work: Condvar::new(),
            lookout: Lookout::default(),
            ended: Condvar::new(),
        }
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        // Consistent between any two statements, so a panic elsewhere does not spoil it.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn submit(self: &Arc<Self>, spec: Box<RunSpec>) -> Result<(), Box<Failure>> {
        let mut state = self.lock();
        if state.is_closed {
            return Err(Box::new(closed()));
        }
        if state.leaving.len() >= self.options.threads * QUARANTINE_PER_THREAD {
            return Err(Box::new(self.exhausted(&state)));
        }
        if let Some(limit) = self.options.max_queue
            && state.queue.len() >= limit
            && !self.has_place(&state)
        {
            return Err(Box::new(self.queue_full(&state, limit)));
        }
        let is_timed = self.options.acquire_timeout.is_some();
        state.queue.push(spec, self.options.fifo, Instant::now());
        let needs_thread = state.idle_threads == 0 && !state.is_looking_out && self.may_add_thread(&state);
        if needs_thread {
            state.threads += 1;
            drop(state);
            self.start_thread();
        } else {
            self.wake_one(state);
        }
        if is_timed {
            watchdog::wake();
        }
        Ok(())
    }

    /// Something has become runnable: sees to it that a thread looks.
    pub(super) fn wake_one(&self, state: MutexGuard<'_, State>) {
        let must_wake = !state.is_looking_out && state.idle_threads > 0;
        drop(state);
        self.lookout.announce();
        if must_wake {
            self.work.notify_one();
        }
    }

    /// Lets go of the lock for a moment in which work may come; whoever brings some then wakes nobody else.
    fn look_out<'a>(&'a self, mut state: MutexGuard<'a, State>) -> MutexGuard<'a, State> {
        state.is_looking_out = true;
        let seen = self.lookout.arrivals();
        drop(state);
        self.lookout.look_out(seen);
        let mut state = self.lock();
        state.is_looking_out = false;
        state
    }

    /// The next thing to do after a turn of the run `last`; `None` when the thread has to end, and is not counted any more.
    pub(super) fn next(&self, thread: ThreadHandle, last: Option<RunId>) -> Option<Work> {
        let mut state = self.lock();
        let mut may_look_out = true;
        let mut was_idle = false;
        loop {
            if state.is_closed || state.threads > self.options.threads + state.blocked + state.leaving.len() {
                // Under this very lock, lest the next thread that looks take itself for the surplus one as well.
                state.threads -= 1;
                if state.idle_threads > 0 && self.has_work_or_timer(&state) {
                    // It was woken for work that another has to do now.
                    self.work.notify_one();
                }
                return None;
            }
            let now = Instant::now();
            if let Some(mut work) = self.take_work(&mut state, now, thread) {
                if let Work::GoOn(task) = &mut work {
                    // Waking a thread, or putting the run aside and taking it up again, is not waiting for others: a guest
                    // that often lets go of its thread gains no time by it.
                    let waited_for_others = !was_idle && last != Some(task.id);
                    task.queued =
                        if waited_for_others { now.saturating_duration_since(task.ready_at) } else { Duration::ZERO };
                }
                if state.idle_threads > 0 && self.has_work_or_timer(&state) {
                    // Another thread has to watch what this one leaves behind.
                    self.work.notify_one();
                }
                return Some(work);
            }
            was_idle = true;
            if std::mem::take(&mut may_look_out) && !state.is_looking_out && self.lookout.pays() {
                state = self.look_out(state);
                continue;
            }
            let until = state.parked.keys().next().map(|(at, _)| at.saturating_duration_since(now));
            state.idle_threads += 1;
            state = match until {
                Some(wait) => self.work.wait_timeout(state, wait).unwrap_or_else(PoisonError::into_inner).0,
                None => self.work.wait(state).unwrap_or_else(PoisonError::into_inner),
            };
            state.idle_threads -= 1;
            self.lookout.woke(now);
        }
    }

    pub(super) fn take_work(&self, state: &mut State, now: Instant, thread: ThreadHandle) -> Option<Work> {
        while let Some(entry) = state.parked.first_entry() {
            if entry.key().0 > now {
                break;
            }
            let task = entry.remove();
            state.parked_at.remove(&task.id);
            state.ready.push_back(task);
        }
        if let Some(task) = state.ready.pop_front() {
            let executing = Executing::new(&task.control, thread);
            state.executing.insert(task.id, executing);
            return Some(Work::GoOn(task));
        }
        let admission = self.admit(state)?;
        let Queued { spec, since } = state.queue.pop()?;
        spec.control.costs(|costs| costs.queue += now.saturating_duration_since(since));
        state.in_flight += 1;
        let executing = Executing::new(&spec.control, thread);
        state.executing.insert(spec.id, executing);
        Some(Work::Start { spec, admission })
    }

    fn has_work_or_timer(&self, state: &State) -> bool {
        !state.ready.is_empty() || !state.parked.is_empty() || (state.queue.len() > 0 && self.has_place(state))
    }

    /// The run waits and holds no thread. Gives the sandbox back if the run was cancelled meanwhile.
    pub(super) fn park(&self, task: Task, wake: Instant) -> Option<Sandbox> {
        let mut state = self.lock();
        if state.executing.remove(&task.id).is_none() {
            state.leaving.remove(&task.id);
            return Some(task.sandbox);
        }
        if state.is_closed || task.control.stop_cause() == Some(StopCause::Cancelled) {
            state.in_flight -= 1;
            return Some(task.sandbox);
        }
        if task.control.has_answers() {
            // One came between the run's last look and this lock; later ones find the run parked.
            state.ready.push_back(Task { ready_at: Instant::now(), ..task });
            self.wake_one(state);
            return None;
        }
        state.parked_at.insert(task.id, wake);
        state.parked.insert((wake, task.id), Task { ready_at: wake, ..task });
        None
    }

    /// The run is over. `false` when it had been settled without its thread, which then is in quarantine.
    pub(super) fn leave(&self, id: RunId) -> bool {
        let mut state = self.lock();
        let is_ours = state.executing.remove(&id).is_some();
        if is_ours {
            state.in_flight -= 1;
            if state.queue.len() > 0 {
                self.wake_one(state);
            }
        } else {
            state.leaving.remove(&id);
        }
        is_ours
    }

    /// Brings an answer to the run that waits for it; it goes on as soon as a thread is free.
    pub(super) fn answer_call(&self, id: RunId, answer: Answer) {
        let mut state = self.lock();
        if let Some(executing) = state.executing.get(&id) {
            executing.control.put_answer(answer);
            return;
        }
        if let Some(task) = state.ready.iter().find(|task| task.id == id) {
            task.control.put_answer(answer);
            return;
        }
        // A run that is over wants no answers.
        let Some(task) = take_parked(&mut state, id) else { return };
        task.control.put_answer(answer);
        state.ready.push_back(Task { ready_at: Instant::now(), ..task });
        self.wake_one(state);
    }

    pub(super) fn cancel(&self, id: RunId) {
        let mut state = self.lock();
        if state.queue.remove(id).is_some() {
            return;
        }
        if let Some(executing) = state.executing.get_mut(&id) {
            executing.told_at = Some(Instant::now());
            executing.control.stop(StopCause::Cancelled);
            executing.thread.interrupt();
            drop(state);
            watchdog::wake();
            return;
        }
        let task = take_parked(&mut state, id);
        if let Some(task) = task {
            state.in_flight -= 1;
            drop(state);
            self.recycle(task.sandbox);
            self.wake_one(self.lock());
        }
    }

    /// Marks the pool closed and answers the runs that have to be told.
    pub(super) fn close(&self) -> Vec<RunId> {
        let (ids, dropped) = {
            let mut state = self.lock();
            if state.is_closed {
                return Vec::new();
            }
            state.is_closed = true;
            let mut ids: Vec<RunId> = state.queue.take_where(|_| true).iter().map(|queued| queued.spec.id).collect();
            let mut dropped: Vec<Task> = state.ready.drain(..).collect();
            dropped.extend(std::mem::take(&mut state.parked).into_values());
            state.parked_at.clear();
            ids.extend(dropped.iter().map(|task| task.id));
            let executing = std::mem::take(&mut state.executing);
            for (id, executing) in executing {
                executing.control.stop(StopCause::Cancelled);
                executing.thread.interrupt();
                state.leaving.insert(id, executing.thread);
                ids.push(id);
            }
            state.in_flight = 0;
            let sandboxes = std::mem::take(&mut state.idle_sandboxes);
            (ids, (dropped, sandboxes))
        };
        drop(dropped);
        self.work.notify_all();
        ids
    }

    /// The host hears that the runtime is closed; what the run had cost is nobody's interest any more.
    pub(super) fn tell_closed(&self, id: RunId) {
        let receipt = Receipt { stopped_by: ErrorCode::Closed.as_str(), ..Receipt::default() };
        self.services.host.settled(id, Outcome::Failed(Box::new(closed())), receipt);
    }

    pub(super) fn join(&self, until: Instant) {
        let mut state = self.lock();
        while state.threads > 0 {
            let Some(wait) = until.checked_duration_since(Instant::now()) else { return };
            state.interrupt_leaving();
            let wait = if state.leaving.is_empty() { wait } else { wait.min(SIGNAL_AGAIN) };
            state = self.ended.wait_timeout(state, wait).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    pub(super) fn stats(&self) -> Stats {
        let state = self.lock();
        Stats {
            threads: state.threads,
            idle_threads: state.idle_threads,
            running: state.executing.len(),
            parked: state.parked.len() + state.ready.len(),
            queued: state.queue.len(),
            quarantined: state.leaving.len(),
            sandboxes: state.in_flight + state.idle_sandboxes.len(),
            idle_sandboxes: state.idle_sandboxes.len(),
            memory: self.budget.used(),
            engine_faults: state.engine_faults,
            hook_generation: self.services.hooks.generation(),
        }
    }

    pub(super) fn busyness(&self, state: &State) -> String {
        format!(
            "{} of {} places are taken, {} runs execute on {} threads, {} wait{}",
            state.in_flight,
            self.options.max,
            state.executing.len(),
            self.options.threads,
            state.queue.len(),
            self.memory_in_use(state)
        )
    }

    fn queue_full(&self, state: &State, limit: usize) -> Failure {
        let message =
            format!("the queue is full: {} runs wait, limit is {limit}; {}", state.queue.len(), self.busyness(state));
        let (limit, measured) = (Some(limit as u64), Some(state.queue.len() as u64));
        Failure { limit, measured, ..Failure::new(FailureKind::QueueFull, ErrorCode::QueueFull, message) }
    }

    fn exhausted(&self, state: &State) -> Failure {
        let message = format!(
            "{} threads hang in guest code that cannot be interrupted; no run is taken until some return",
            state.leaving.len()
        );
        Failure::new(FailureKind::Exhausted, ErrorCode::PoolExhausted, message)
    }
}

pub(super) fn take_parked(state: &mut State, id: RunId) -> Option<Task> {
    if let Some(at) = state.parked_at.remove(&id) {
        return state.parked.remove(&(at, id));
    }
    let index = state.ready.iter().position(|task| task.id == id)?;
    state.ready.remove(index)
}

#[cfg(test)]
#[path = "schedule_tests.rs"]
pub(super) mod tests;
