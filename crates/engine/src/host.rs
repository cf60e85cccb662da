//! The one way out of the engine: everything a guest can cause outside its own heap goes through `Host`.
//!
//! (Files are read by `modules`, which gates every path; nothing else leaves.) Implementations must not block: the
//! callers are pool threads and the watchdog.

use crate::errors::Failure;
use crate::receipt::Receipt;

/// Names a run within its engine; chosen by the host.
pub type RunId = u32;
/// Names a hook request within its engine.
pub type RequestId = u32;

/// Names a call of a host function within its run.
pub type CallId = u32;

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The function's result: `u` for `undefined`, else `J` and JSON, or `S` and graph text.
    Done(String),
    /// Why there is none.
    Failed(Box<Failure>),
}

/// What is asked of a hook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HookRequest {
    /// Names the request; the answer repeats it.
    pub id: RequestId,
    /// The run that waits for the answer.
    pub run: RunId,
    /// `resolve`, `compile`, `strip`, `arguments` or `running`.
    pub kind: &'static str,
    /// JSON text that the host gave with the run, handed back (hook threads only).
    pub data: std::sync::Arc<str>,
    /// What the hook is called with.
    pub payload: Vec<String>,
}

/// A host function is called; `Pool::answer_call` brings its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostCall {
    /// The run that calls.
    pub run: RunId,
    /// Names the call within its run; the answer repeats it.
    pub id: CallId,
    /// Which of the run's host functions.
    pub function: u32,
    /// Its arguments: `J` and JSON, or `S` and graph text.
    pub args: String,
}

/// The host side of an engine.
pub trait Host: Send + Sync {
    /// A run ended; called exactly once per run that was not aborted.
    fn settled(&self, run: RunId, outcome: Outcome, receipt: Receipt);

    /// The guest called a host function: the function's place in the run's list, and graph text of an array.
    fn call(&self, call: HostCall);

    /// A console call of the guest; `args` is graph text of an array.
    fn console(&self, run: RunId, method: &'static str, args: String);

    /// A hook that runs on the host's own event loop is asked.
    fn ask_host(&self, request: HookRequest);

    /// A hook in the hook thread of this generation is asked. `false`: that thread is not attached (any more).
    fn ask_hook_thread(&self, generation: u32, request: HookRequest) -> bool;

    /// The hook thread of this generation hangs in a request whose run is over; it has to be replaced.
    fn hook_thread_hangs(&self, generation: u32);

    /// There is a request for a hook thread, and none is attached. One may be on its way.
    fn hook_thread_wanted(&self);
}
