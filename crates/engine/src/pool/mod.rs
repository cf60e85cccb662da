//! Threads, sandboxes, and the runs that wait for them. See README.md for states, transitions and races.
//!
//! Must not know the engine: a sandbox answers done, waiting or stopped.

mod admission;
mod budget;
mod cpu_meter;
mod executing;
mod lookout;
mod overdue;
mod queue;
mod sandboxes;
mod schedule;
mod threads;
mod watchdog;
mod work;

pub(crate) use budget::MemoryShare;
pub use budget::{MemoryBudget, Refused};
pub use threads::Waits;

use crate::control::{Answer, RunControl, StopCause};
use crate::errors::{ErrorCode, Failure, FailureKind};
use crate::hooks::{HookDesk, compiled::CompiledCache};
use crate::host::{CallId, Host, Outcome, RunId};
use crate::limits::Limits;
use crate::modules::Recordings;
use crate::receipt::Receipt;
use crate::request::Request;
use crate::sandbox::{FaultPolicy, RunSpec, Services};
use schedule::Shared;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How long `close` waits for threads; one that hangs in guest code is left behind, cut off from the host.
const JOIN_BOUND: Duration = Duration::from_millis(500);

/// How a pool is sized. Times are milliseconds.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PoolOptions {
    /// Runs that execute at once.
    pub threads: usize,
    /// Runs in flight at once: executing or waiting for a timer.
    pub max: usize,
    /// Sandboxes kept although idle.
    #[serde(default)]
    pub min_sandboxes: usize,
    /// Runs that may wait for a place; unbounded without.
    #[serde(default)]
    pub max_queue: Option<usize>,
    /// How long a run may wait for a place; unbounded without.
    #[serde(default)]
    pub acquire_timeout: Option<u64>,
    /// Bytes that all sandboxes may hold together; unbounded without.
    #[serde(default)]
    pub memory: Option<u64>,
    /// How long an idle sandbox is kept.
    pub idle_timeout: u64,
    /// Whether the run that has waited longest comes first.
    pub fifo: bool,
    /// What becomes of a run, or the process, when the engine touches memory far outside its own.
    #[serde(default)]
    pub on_engine_fault: FaultPolicy,
    /// Ceilings; runs bring their own limits within them.
    pub limits: Limits,
}

/// A pool's figures at one moment.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Stats {
    /// Threads alive, those in quarantine included.
    pub threads: usize,
    /// Threads without work.
    pub idle_threads: usize,
    /// Runs that execute.
    pub running: usize,
    /// Runs that wait for a timer.
    pub parked: usize,
    /// Runs that wait for a place.
    pub queued: usize,
    /// Threads that hang in guest code although their run is over.
    pub quarantined: usize,
    /// Sandboxes alive.
    pub sandboxes: usize,
    /// Sandboxes without a run.
    pub idle_sandboxes: usize,
    /// Bytes that sandboxes hold, as counted against the pool's memory.
    pub memory: usize,
    /// Sandboxes given up because the engine faulted in them, ever.
    pub engine_faults: u64,
    /// The hook thread in use; 0 for none.
    pub hook_generation: u32,
}

/// Runs guest code on threads of its own.
pub struct Pool {
    shared: Arc<Shared>,
}

impl Pool {
    /// A pool without threads yet; they start with the first runs.
    #[must_use]
    pub fn new(options: PoolOptions, host: Arc<dyn Host>) -> Self {
        let shared = Arc::new_cyclic(|pool| {
            let services = Services {
                host: Arc::clone(&host),
                hooks: HookDesk::new(host),
                compiled: CompiledCache::default(),
                recordings: Recordings::default(),
                waits: Waits::new(pool.clone()),
            };
            Shared::new(options, Arc::new(services), pool.clone())
        });
        watchdog::look_after(&shared);
        Self { shared }
    }

    /// Hands a run in. Its outcome goes to the host, exactly once, unless it is cancelled.
    pub fn submit(&self, id: RunId, request: Request, args: String, context: String) {
        let cpu_limit = request.limits.cpu.map(Duration::from_millis);
        let control = Arc::new(RunControl::new(Duration::from_millis(request.timeout), cpu_limit));
        control.costs(|costs| costs.bytes_in = (args.len() + context.len()) as u64);
        let spec = RunSpec { id, request, args, context, control, began: None };
        if let Err(failure) = self.shared.submit(Box::new(spec)) {
            let receipt = Receipt { stopped_by: failure.stop_reason(), ..Receipt::default() };
            self.shared.services.host.settled(id, Outcome::Failed(failure), receipt);
        }
    }

    /// What a host function came to, for the run that called it.
    pub fn answer_call(&self, id: RunId, call: CallId, result: Result<String, String>) {
        self.shared.answer_call(id, Answer { call, result });
    }

    /// Drops the sandboxes kept for a prepared application.
    pub fn forget(&self, prepared: u32) {
        self.shared.services.recordings.forget(prepared);
        self.shared.forget(prepared);
    }

    /// Stops a run, wherever it is. Nothing more is heard of it.
    pub fn cancel(&self, id: RunId) {
        self.shared.cancel(id);
    }

    /// The hooks' desk, for answers.
    #[must_use]
    pub fn hooks(&self) -> &HookDesk {
        &self.shared.services.hooks
    }

    /// Figures of this moment.
    #[must_use]
    pub fn stats(&self) -> Stats {
        self.shared.stats()
    }

    /// Takes no more runs, stops those in flight, and waits for the threads, with a bound.
    pub fn close(&self) {
        for id in self.shared.close() {
            self.shared.tell_closed(id);
        }
        self.shared.join(Instant::now() + JOIN_BOUND);
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        for id in self.shared.close() {
            self.shared.tell_closed(id);
        }
    }
}

fn closed() -> Failure {
    Failure::new(FailureKind::Closed, ErrorCode::Closed, "the runtime is closed")
}

/// The failure of a run that was stopped.
fn stopped(cause: StopCause, control: &RunControl) -> Failure {
    match cause {
        StopCause::Deadline => Failure::timeout(control.timeout()),
        StopCause::Cpu => Failure::cpu(control.cpu_limit().unwrap_or_default(), control.costs(|costs| costs.cpu)),
        StopCause::Cancelled => Failure::new(FailureKind::Aborted, ErrorCode::Aborted, "run was aborted"),
    }
}
