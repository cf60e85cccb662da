//! Making a sandbox, running in it, and making it pristine again.

#![expect(unsafe_code, reason = "enters the guard")]

use super::arena::Arena;
use super::breaker::{Breach, FaultPolicy, Outside};
use super::growth::Growth;
use super::js::Js;
use super::state::Kept;
use super::{RunSpec, Services, execution, failure, prepare, realm};
use crate::control::StopCause;
use crate::host::Outcome;
use crate::modules::{ModuleError, ModuleLoader};
use crate::pool::{MemoryBudget, MemoryShare};
use rquickjs::qjs;
use std::ffi::c_void;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A new engine and its globals, generously; less is no sandbox.
const SMALLEST_ARENA: u64 = 2 << 20;
/// Native code beneath the guest's last frame needs room of its own.
const STACK_RESERVE: usize = 512 << 10;

/// Why a sandbox could not be made.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// The system gave no memory.
    #[error("cannot reserve {bytes} bytes for a sandbox: {source}")]
    Reserve {
        /// What was asked for.
        bytes: u64,
        /// What the system said.
        source: std::io::Error,
    },
    /// The engine did not start.
    #[error("the engine did not start within {bytes} bytes")]
    Start {
        /// The arena's size.
        bytes: u64,
    },
}

/// Where a run stands.
#[derive(Debug, PartialEq, Eq)]
pub enum Progress {
    /// It is over.
    Done(Outcome),
    /// It waits, at most for this long from now; `None` when only its deadline will end it.
    Waiting(Option<Duration>),
    /// It was stopped from outside; the cause is in its control.
    Stopped(StopCause),
}

/// How much native stack the executing thread offers to guests, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ThreadStack(pub usize);

/// One engine in its own arena.
pub struct Sandbox {
    arena: Arena,
    outside: Box<Outside>,
    context: *mut qjs::JSContext,
    is_retired: bool,
    /// The application its runs start from, and what of it lies outside the arena.
    prepared: Option<(u32, Kept)>,
    #[cfg(debug_assertions)]
    probe_answer: String,
}

// SAFETY: the context and everything it refers to is owned by this value; one thread at a time executes it, and its
// stack limit is adapted to that thread at each entry.
unsafe impl Send for Sandbox {}

impl Sandbox {
    /// A pristine sandbox whose runs may use up to `memory` bytes.
    ///
    /// # Errors
    /// See `SandboxError`.
    pub fn new(memory: u64, stack: ThreadStack, faults: FaultPolicy) -> Result<Self, SandboxError> {
        Self::in_pool(&Arc::new(MemoryBudget::without_pool()), memory, stack, faults)
    }

    /// As `new`; what it holds is counted against the pool's budget, which a run may exceed no more than its own limit.
    ///
    /// # Errors
    /// See `SandboxError`.
    pub fn in_pool(
        budget: &Arc<MemoryBudget>,
        memory: u64,
        stack: ThreadStack,
        faults: FaultPolicy,
    ) -> Result<Self, SandboxError> {
        let bytes = memory.max(SMALLEST_ARENA);
        let arena = Arena::reserve(usize::try_from(bytes).unwrap_or(usize::MAX))
            .map_err(|source| SandboxError::Reserve { bytes, source })?;
        let growth = Growth::new(MemoryShare::new(Arc::clone(budget)));
        let mut outside = Outside::new(&arena, growth, faults);
        // SAFETY: the box keeps its address for the sandbox's life.
        let context = unsafe { realm::create_context(&raw mut *outside) }.ok_or(SandboxError::Start { bytes })?;
        let mut sandbox = Self {
            arena,
            outside,
            context,
            is_retired: false,
            prepared: None,
            #[cfg(debug_assertions)]
            probe_answer: String::new(),
        };
        if !matches!(sandbox.enter(stack, install), Entered::Returned) || !sandbox.outside.state.is_installed {
            return Err(SandboxError::Start { bytes });
        }
        sandbox.take_image();
        #[cfg(debug_assertions)]
        {
            sandbox.probe_answer = sandbox.probe();
        }
        Ok(sandbox)
    }

    /// Bytes of heap that a pristine sandbox holds.
    #[must_use]
    pub fn image_bytes(&self) -> usize {
        self.arena.image_bytes()
    }

    /// Bytes it holds of the pool's memory.
    #[must_use]
    pub fn held_bytes(&self) -> usize {
        self.outside.growth.held_bytes()
    }

    /// Whether the engine faulted in it: it is to be dropped instead of being used again.
    #[must_use]
    pub fn is_retired(&self) -> bool {
        self.is_retired
    }

    /// Begins a run and goes on until it is over, waits, or is stopped.
    pub fn begin(&mut self, mut spec: Box<RunSpec>, services: Arc<Services>, stack: ThreadStack) -> Progress {
        let loader = match self.loader(&spec) {
            Ok(loader) => loader,
            Err(error) => {
                let failure = execution::entry_failure(&spec.request.file, error);
                return Progress::Done(Outcome::Failed(Box::new(failure)));
            }
        };
        self.limit_heap(spec.request.limits.memory);
        self.outside.set_control(Some(&spec.control));
        let wanted = spec.request.prepared;
        let is_preparing = spec.request.is_preparing;
        spec.began = Some(Instant::now());
        let state = &mut self.outside.state;
        state.hook_data = spec.request.hook_data.to_string().into();
        state.loader = Some(loader);
        state.services = Some(services);
        state.spec = Some(spec);
        if let Some(id) = wanted.filter(|id| self.prepared() != Some(*id))
            && let Some(failed) = self.prepare(id, stack)
        {
            return failed;
        }
        if is_preparing {
            return Progress::Done(Outcome::Done("u".to_owned()));
        }
        self.go_on(stack, begin)
    }

    /// Modules that were compiled for the run, and not loaded from code that was kept.
    #[cfg(test)]
    pub(super) fn compiled(&self) -> u64 {
        self.outside.state.compiled
    }

    fn loader(&self, spec: &RunSpec) -> Result<ModuleLoader, ModuleError> {
        let options = spec.policy();
        let Some((_, kept)) = self.prepared.as_ref().filter(|(id, _)| spec.request.prepared == Some(*id)) else {
            return ModuleLoader::beginning_with(options, &spec.request.file);
        };
        let known = if kept.is_under(&options) { kept.loader() } else { None };
        known.map_or_else(|| ModuleLoader::new(options), Ok)
    }

    /// Loads an application and takes the image anew. Answers how that failed, if it did. What it takes is not charged to
    /// the run that happens to need it.
    fn prepare(&mut self, id: u32, stack: ThreadStack) -> Option<Progress> {
        let began = Instant::now();
        let state = &mut self.outside.state;
        if let (Some(loader), Some(services)) = (&mut state.loader, &state.services) {
            loader.record(services.recordings.of(id));
        }
        match self.enter(stack, prepare::prepare) {
            Entered::Left(breach) => return Some(self.after(breach)),
            Entered::Returned => {}
        }
        if let Some(outcome) = self.outside.state.outcome.take() {
            return Some(Progress::Done(outcome));
        }
        self.take_image();
        self.outside.state.know_maps();
        self.prepared = Some((id, self.outside.state.keep()));
        // What the run loads beyond the application is read as it is now.
        self.outside.state.loader = self.prepared.as_ref().and_then(|(_, kept)| kept.loader());
        let taken = began.elapsed();
        if let Some(spec) = &mut self.outside.state.spec {
            spec.began = Some(Instant::now());
            spec.control.restart_clock();
            spec.control.forgive_cpu(taken);
            spec.control.costs(|costs| costs.queue += taken);
        }
        #[cfg(debug_assertions)]
        self.know_prepared();
        None
    }

    /// What the probe answers from now on; the run that is about to begin is put aside meanwhile.
    #[cfg(debug_assertions)]
    fn know_prepared(&mut self) {
        let state = &mut self.outside.state;
        let (spec, services, loader) = (state.spec.take(), state.services.take(), state.loader.take());
        let hook_data = Arc::clone(&state.hook_data);
        self.probe_answer = self.probe();
        let state = &mut self.outside.state;
        (state.spec, state.services, state.loader, state.hook_data) = (spec, services, loader, hook_data);
        let run = self.outside.state.spec.as_ref().map(|spec| (Arc::clone(&spec.control), spec.request.limits.memory));
        if let Some((control, memory)) = run {
            self.outside.set_control(Some(&control));
            self.limit_heap(memory);
        }
    }

    /// Goes on with a run that was waiting.
    pub fn resume(&mut self, stack: ThreadStack) -> Progress {
        self.go_on(stack, turn)
    }

    /// Makes the sandbox pristine: bit by bit what it was before its first run.
    pub fn reset(&mut self) {
        self.restore();
        #[cfg(debug_assertions)]
        self.verify();
    }

    fn restore(&mut self) {
        self.outside.set_control(None);
        self.outside.state.clear();
        if let Some((_, kept)) = &self.prepared {
            self.outside.state.put_back(kept);
        }
        self.arena.restore();
        self.outside.growth.settle(&self.arena);
        self.limit_heap(self.arena.bytes() as u64);
    }

    /// From now on restoring returns to this state.
    fn take_image(&mut self) {
        self.arena.take_image();
        self.outside.growth.settle(&self.arena);
        self.outside.growth.apply(&mut self.arena);
    }

    /// Lets the heap grow to so much, in steps that the pool has to grant.
    fn limit_heap(&mut self, bytes: u64) {
        self.arena.set_limit(usize::try_from(bytes).unwrap_or(usize::MAX));
        self.outside.growth.apply(&mut self.arena);
    }

    /// Debug builds let a program run after each restore, whose answer has to be the one it gave at first.
    #[cfg(debug_assertions)]
    fn verify(&mut self) {
        let answer = self.probe();
        assert_eq!(answer, self.probe_answer, "a restored sandbox computes as a new one does");
    }

    #[cfg(debug_assertions)]
    fn probe(&mut self) -> String {
        let entered = self.enter(ThreadStack(2 * STACK_RESERVE), super::probe::run);
        let answer = self.outside.state.probe_answer.take().unwrap_or_default();
        assert!(matches!(entered, Entered::Returned), "the probe runs to its end in a pristine sandbox");
        assert!(answer.ends_with(super::probe::ANSWER), "the probe's answer is known: {answer}");
        self.restore();
        answer
    }

    /// Whether answers of host functions are due.
    #[must_use]
    pub fn waits_for_host(&self) -> bool {
        !self.outside.state.host_calls.is_empty()
    }

    /// The prepared application that its runs start from.
    #[must_use]
    pub fn prepared(&self) -> Option<u32> {
        self.prepared.as_ref().map(|(id, _)| *id)
    }

    fn go_on(&mut self, stack: ThreadStack, body: fn(Js)) -> Progress {
        let entered = self.enter(stack, body);
        self.account();
        let state = &mut self.outside.state;
        match entered {
            Entered::Returned => match state.outcome.take() {
                Some(outcome) => Progress::Done(outcome),
                None => {
                    // Thousands may wait: none holds a file open.
                    if let Some(loader) = &state.loader {
                        loader.close_opened();
                    }
                    let now = state.elapsed_milliseconds();
                    let wait = state.timers.next_due().map(|due| Duration::from_millis(due.saturating_sub(now)));
                    Progress::Waiting(wait)
                }
            },
            Entered::Left(breach) => self.after(breach),
        }
    }

    /// Adds what the turn used up to the run's receipt.
    fn account(&mut self) {
        let peak = self.arena.peak() as u64;
        let state = &self.outside.state;
        let Some(spec) = &state.spec else { return };
        spec.control.costs(|costs| {
            costs.peak_bytes = peak;
            costs.modules = state.modules.len() as u64;
            costs.console_bytes_dropped = state.console_bytes_dropped;
        });
    }

    fn after(&mut self, breach: Breach) -> Progress {
        let state = &mut self.outside.state;
        if breach == Breach::Told {
            let cause = state.spec.as_ref().and_then(|spec| spec.control.check());
            return Progress::Stopped(cause.unwrap_or(StopCause::Cancelled));
        }
        self.is_retired |= breach.retires_sandbox();
        let failure = failure::of_breach(breach, state, self.outside.growth.refused);
        Progress::Done(Outcome::Failed(Box::new(failure)))
    }

    fn enter(&mut self, stack: ThreadStack, body: fn(Js)) -> Entered {
        let limit = self.outside.state.spec.as_ref().map_or(stack.0 as u64, |spec| spec.request.limits.stack);
        let offered = stack.0.saturating_sub(STACK_RESERVE);
        let mut entry = Entry { context: self.context, stack: offered.min(limit as usize), body };
        let guard = self.outside.guard.as_ptr();
        let outside = &raw mut *self.outside;
        // SAFETY: the guard lives in the box; a sandbox is entered by one thread at a time and never from within.
        // `body` and everything beneath it keeps no destructor across calls into the engine (execution.rs, README.md).
        let left = self.arena.turn(|| unsafe { guard.enter(enter_body, (&raw mut entry).cast()) });
        // SAFETY: ours; a jump left the flag as it was.
        unsafe { Outside::set_in_engine(outside, false) };
        match left {
            None => Entered::Returned,
            Some(reason) => Entered::Left(Breach::from_reason(reason)),
        }
    }
}

enum Entered {
    Returned,
    Left(Breach),
}

struct Entry {
    context: *mut qjs::JSContext,
    stack: usize,
    body: fn(Js),
}

extern "C" fn enter_body(data: *mut c_void) {
    // SAFETY: `enter` passes an `Entry` that outlives the call; its context is alive and entered by this thread alone.
    let (js, entry) = unsafe {
        let entry = &*data.cast::<Entry>();
        (Js::from_raw(entry.context), entry)
    };
    js.enter_thread(entry.stack);
    let body = entry.body;
    if std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| body(js))).is_err() {
        js.leave(Breach::Panic);
    }
}

fn install(js: Js) {
    let installed = realm::install(js).is_ok();
    js.with_state(|state| state.is_installed = installed);
    js.collect_garbage();
}

fn begin(js: Js) {
    execution::begin(js);
    execution::turn(js);
}

fn turn(js: Js) {
    execution::turn(js);
}
