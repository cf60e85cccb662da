//! A sandbox: one engine in its own arena. It serves one run at a time and is pristine before each.
//!
//! The seam is narrow: text and bytes go in, and the answer is *done*, *waiting* or *stopped*. No engine type and no
//! closure crosses it. See README.md for what happens behind it and why it is sound.

mod arena;
mod base64;
mod breaker;
mod builtins;
mod call_sites;
mod code_cache;
mod console;
mod decode;
mod encode;
mod encode_node;
mod errors;
mod esm;
mod execution;
mod failure;
mod graph_text;
mod growth;
mod guard;
mod heap;
mod host_calls;
mod js;
mod made_errors;
#[cfg(target_os = "linux")]
mod mapped_image;
mod module_object;
mod module_source;
mod natives;
mod objects;
mod outcome;
mod poison;
mod prepare;
#[cfg(debug_assertions)]
mod probe;
mod process;
mod random;
mod realm;
mod require;
mod skeleton;
mod source_map;
mod source_maps;
mod stack;
mod state;
mod tagged_templates;
mod timer_queue;
mod timers;
mod words;

mod lifecycle;

pub use breaker::FaultPolicy;
pub use guard::{GuestThread, ThreadHandle, own_cpu_time};
pub use lifecycle::{Progress, Sandbox, SandboxError, ThreadStack};

use crate::control::RunControl;
use crate::hooks::{HookDesk, compiled::CompiledCache};
use crate::host::{Host, RunId};
use crate::modules::{PolicyOptions, Recordings};
use crate::pool::Waits;
use crate::request::Request;
use std::sync::Arc;
use std::time::Instant;

/// What a run needs beside its own text.
pub struct Services {
    /// The way out.
    pub host: Arc<dyn Host>,
    /// Asks the user's hooks.
    pub hooks: HookDesk,
    /// Results of compilers.
    pub compiled: CompiledCache,
    /// What prepared applications were loaded from.
    pub recordings: Recordings,
    /// Tells the pool that a thread waits.
    pub waits: Waits,
}

/// One run, as the sandbox takes it.
pub struct RunSpec {
    /// Its name.
    pub id: RunId,
    /// What is asked for.
    pub request: Request,
    /// `J` and JSON, or `S` and graph text: an array.
    pub args: String,
    /// Likewise, or empty.
    pub context: String,
    /// Its clock.
    pub control: Arc<RunControl>,
    /// When it first executed; the sandbox sets it.
    pub began: Option<Instant>,
}

impl RunSpec {
    /// What it may load.
    fn policy(&self) -> PolicyOptions {
        let request = &self.request;
        PolicyOptions {
            root: request.root.clone(),
            whitelisted_paths: request.whitelisted_paths.clone(),
            external: request.external.clone(),
            source_extensions: request.source_extensions.clone(),
            source_bytes: request.limits.source_bytes,
        }
    }
}
