//! How a run can fail, sorted by whose fault it is, and the one list of codes that users see.

use crate::limits::readable_bytes;
use serde::Serialize;

macro_rules! codes {
    ($($name:ident = $text:literal),+ $(,)?) => {
        /// Every code an error of this engine can carry. `lib/errors.js` has the same list, and a test compares them.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
        pub enum ErrorCode { $(#[doc = $text] #[serde(rename = $text)] $name),+ }

        impl ErrorCode {
            /// All of them, in the order of the list.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The text users compare with.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text),+ }
            }
        }
    };
}

codes! {
    ModuleNotFound = "MODULE_NOT_FOUND",
    Timeout = "ERR_TIMEOUT",
    CpuLimit = "ERR_CPU_LIMIT",
    MemoryLimit = "ERR_MEMORY_LIMIT",
    StackLimit = "ERR_STACK_LIMIT",
    Limit = "ERR_LIMIT",
    Hook = "ERR_HOOK",
    NotPreparable = "ERR_NOT_PREPARABLE",
    QueueFull = "ERR_QUEUE_FULL",
    QueueTimeout = "ERR_QUEUE_TIMEOUT",
    PoolExhausted = "ERR_POOL_EXHAUSTED",
    Closed = "ERR_CLOSED",
    Aborted = "ERR_ABORTED",
    EngineFault = "ERR_ENGINE_FAULT",
    Internal = "ERR_INTERNAL",
    Value = "ERR_VALUE",
}

/// What kind of failure it is; decides the class of the public error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum FailureKind {
    /// The guest threw, or left a rejection unhandled; `value` has what.
    Guest,
    /// The named export is not a function.
    NotFunction,
    /// The entry file cannot be loaded.
    Module,
    /// The run's time is up.
    Timeout,
    /// Its CPU time is used up.
    Cpu,
    /// The guest heap is full.
    Memory,
    /// The native stack is exhausted.
    Stack,
    /// Any other limit.
    Limit,
    /// A hook of the user threw or answered nonsense.
    Hook,
    /// An application's top level leaves something that no image can keep.
    NotPreparable,
    /// The queue is full.
    QueueFull,
    /// The run waited too long without its own doing.
    QueueTimeout,
    /// Too many threads hang in guest code that cannot be interrupted.
    Exhausted,
    /// The runtime is closed.
    Closed,
    /// The host cancelled the run.
    Aborted,
    /// The engine gave up on itself.
    Engine,
    /// A defect of ours.
    Internal,
}

/// A failed run, ready to cross as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Failure {
    /// What kind.
    pub kind: FailureKind,
    /// The public code; guests' errors carry their own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<ErrorCode>,
    /// For people: names the thing, the limit and the measured value.
    pub message: String,
    /// Graph text of what the guest threw.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// For the host only: why a module was refused and what would allow it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The limit that was exceeded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u64>,
    /// What was measured against it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub measured: Option<u64>,
    /// The hook's own report.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hook: Option<serde_json::Value>,
}

impl Failure {
    /// What receipts say: the code, or that the guest threw.
    #[must_use]
    pub fn stop_reason(&self) -> &'static str {
        match (self.kind, self.code) {
            (FailureKind::Guest | FailureKind::NotFunction, _) | (_, None) => "error",
            (_, Some(code)) => code.as_str(),
        }
    }

    /// A failure that is told by its message alone.
    #[must_use]
    pub fn new(kind: FailureKind, code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            kind,
            code: Some(code),
            message: message.into(),
            value: None,
            reason: None,
            limit: None,
            measured: None,
            hook: None,
        }
    }

    /// What the guest threw, as graph text.
    #[must_use]
    pub fn guest(value: String) -> Self {
        Self { code: None, value: Some(value), ..Self::new(FailureKind::Guest, ErrorCode::Internal, "") }
    }

    /// The entry file could not be loaded.
    #[must_use]
    pub fn module(specifier: &str, reason: String) -> Self {
        let message = format!("Cannot find module '{specifier}'");
        Self { reason: Some(reason), ..Self::new(FailureKind::Module, ErrorCode::ModuleNotFound, message) }
    }

    /// The run took longer than it may.
    #[must_use]
    pub fn timeout(limit: std::time::Duration) -> Self {
        let milliseconds = u64::try_from(limit.as_millis()).unwrap_or(u64::MAX);
        let message = format!("run exceeded its time-out of {milliseconds} ms");
        Self { limit: Some(milliseconds), ..Self::new(FailureKind::Timeout, ErrorCode::Timeout, message) }
    }

    /// The run used more CPU time than it may.
    #[must_use]
    pub fn cpu(limit: std::time::Duration, measured: std::time::Duration) -> Self {
        let milliseconds = |time: std::time::Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        let (limit, measured) = (milliseconds(limit), milliseconds(measured));
        let message = format!("run used {measured} ms of CPU time, limit is {limit} ms");
        let limits = (Some(limit), Some(measured));
        Self { limit: limits.0, measured: limits.1, ..Self::new(FailureKind::Cpu, ErrorCode::CpuLimit, message) }
    }

    /// The guest heap is full; with what the run wanted it would hold `measured` bytes, what keeping them takes included.
    #[must_use]
    pub fn memory(limit: u64, measured: u64) -> Self {
        let (sum, most) = (readable_bytes(measured), readable_bytes(limit));
        Self::no_memory(
            format!("guest heap is full: {sum} with what this run wanted, limit is {most}"),
            limit,
            measured,
        )
    }

    /// All runs of the pool together hold as much as they may, and this one wanted more.
    #[must_use]
    pub fn pool_memory(limit: u64, measured: u64) -> Self {
        let (sum, most) = (readable_bytes(measured), readable_bytes(limit));
        let message = format!("the pool's memory is used up: {sum} with what this run wanted, limit is {most}");
        Self::no_memory(message, limit, measured)
    }

    fn no_memory(message: String, limit: u64, measured: u64) -> Self {
        let limits = (Some(limit), Some(measured));
        Self { limit: limits.0, measured: limits.1, ..Self::new(FailureKind::Memory, ErrorCode::MemoryLimit, message) }
    }

    /// A byte limit other than memory.
    #[must_use]
    pub fn too_many_bytes(what: &str, limit: u64, measured: u64) -> Self {
        let message = format!("{what} is {}, limit is {}", readable_bytes(measured), readable_bytes(limit));
        Self::over_limit(message, limit, measured)
    }

    /// A count limit.
    #[must_use]
    pub fn too_many(what: &str, limit: u64, measured: u64) -> Self {
        Self::over_limit(format!("{what}: {measured}, limit is {limit}"), limit, measured)
    }

    fn over_limit(message: String, limit: u64, measured: u64) -> Self {
        Self {
            limit: Some(limit),
            measured: Some(measured),
            ..Self::new(FailureKind::Limit, ErrorCode::Limit, message)
        }
    }

    /// A defect of ours.
    #[must_use]
    pub fn internal(message: impl Into<String>) -> Self {
        Self::new(FailureKind::Internal, ErrorCode::Internal, message)
    }
}
