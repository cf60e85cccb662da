//! What the host side keeps about the run in a sandbox. Lives outside the arena and is emptied after each run.
//!
//! Guest values in here are counted references; they are forgotten, not released, when the heap is restored.

use super::code_cache::Code;
use super::decode::Form;
use super::esm::Graph;
use super::graph_text::Encoder;
use super::host_calls::HostCalls;
use super::js::{Terminated, Value};
use super::random::Random;
use super::realm::Realm;
use super::source_maps::{self, SourceMaps};
use super::timer_queue::Timers;
use super::{RunSpec, Services};
use crate::errors::Failure;
use crate::host::Outcome;
use crate::modules::{ApprovedPath, ModuleLoader, PolicyOptions};
use crate::text::SharedText;
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

/// A module this run has begun to load.
#[derive(Clone)]
pub(super) struct LoadedModule {
    pub(super) file: ApprovedPath,
    /// Its `module`; `undefined` for an ES module, which has none.
    pub(super) object: Value,
}

/// What the host knows about an error object it threw into the guest, beyond what the guest may know.
pub(super) enum HostKnowledge {
    /// Why a module was refused or not found, and what would allow it.
    Reason(String),
    /// The report of a hook that failed.
    Hook(serde_json::Value),
}

#[derive(Default)]
pub(super) struct RunState {
    /// Fixed once the sandbox is made; never cleared.
    pub(super) realm: Option<Realm>,
    pub(super) spec: Option<Box<RunSpec>>,
    /// The run's arguments as the host wrote them; kept, because `__globals__.args` may be asked for.
    pub(super) arguments: Terminated,
    pub(super) services: Option<Arc<Services>>,
    pub(super) hook_data: Arc<str>,
    pub(super) loader: Option<ModuleLoader>,
    /// Shared with the image of a prepared application, until the run loads more.
    pub(super) modules: Arc<Vec<LoadedModule>>,
    pub(super) esm: Graph,
    /// Exports of builtins by their index, once this run has loaded them.
    pub(super) builtins: Vec<Option<Value>>,
    /// Whether call sites have the methods that V8's have.
    pub(super) has_call_sites: bool,
    /// What the guest has set as `Error.prepareStackTrace`.
    pub(super) prepare_stack: Option<Value>,
    /// Whether the next error is not made, but something that gets a stack.
    pub(super) is_capturing: bool,
    /// The frames of the error that is being looked at, as text.
    pub(super) frames: String,
    /// The last message of the engine's that was looked at, with its V8 words: loops meet the same one again and again.
    pub(super) reworded: Reworded,
    /// The bundle that the engine's parser is reading, and its name.
    pub(super) bundle: Terminated,
    pub(super) bundle_name: Terminated,
    pub(super) timers: Timers,
    pub(super) random: Random,
    /// Calls of host functions that wait for their answer.
    pub(super) host_calls: HostCalls,
    /// How the answer that `source` holds is to be read; `None` when it is an error's description in `scratch`.
    pub(super) answer_form: Option<Form>,
    /// Arrays of function and arguments, for `process.nextTick`.
    pub(super) ticks: VecDeque<Value>,
    /// Rejected promises without a handler, by identity, with the order of their rejection.
    pub(super) unhandled: HashMap<usize, (u64, Value)>,
    /// Error objects of ours that the guest has seen.
    pub(super) known_errors: Vec<(Value, HostKnowledge)>,
    /// What the host alone may know about the error that is about to be thrown.
    pub(super) knowledge: Option<HostKnowledge>,
    /// Likewise, of errors that are being made, innermost last.
    pub(super) waiting_knowledge: Vec<Option<HostKnowledge>>,
    /// The promise of the run's file, if that is an ES module that has not been evaluated yet.
    pub(super) entry: Option<Value>,
    /// The promise of the run's result, once the function was called.
    pub(super) main: Option<Value>,
    pub(super) outcome: Option<Outcome>,
    pub(super) failure: Option<Failure>,
    pub(super) console_bytes: u64,
    pub(super) console_bytes_dropped: u64,
    pub(super) encoder: Encoder,
    /// Encodings that another one interrupts, innermost last: getters may print, and call host functions.
    pub(super) interrupted_encoders: Vec<Encoder>,
    /// Bytes on their way into the guest.
    pub(super) bytes: Vec<u8>,
    /// The text of the module that is being loaded, and its code if it has been compiled before.
    pub(super) module_text: Option<SharedText>,
    pub(super) code: Option<Arc<Code>>,
    /// The text the engine's parser is reading, or is about to.
    pub(super) source: Terminated,
    pub(super) file_name: Terminated,
    /// What a nested load interrupts, innermost last: the engine may still be reading it.
    pub(super) interrupted_readings: Vec<Reading>,
    /// An ES module, from when it is known to be one until it is compiled.
    pub(super) read_module: Reading,
    /// Modules of the run that were compiled, and not loaded from code that was kept.
    pub(super) compiled: u64,
    /// Whether what `source` holds is an ES module if it does not parse as a script.
    pub(super) may_be_module: bool,
    /// What modules were made of, by the name in stack traces, for columns in those; bounded in bytes.
    pub(super) sources: Arc<HashMap<String, Arc<Terminated>>>,
    pub(super) source_bytes: usize,
    /// The source maps of modules that were in stacks.
    pub(super) source_maps: SourceMaps,
    /// The texts of those of a prepared application.
    pub(super) known_maps: Arc<KnownMaps>,
    /// Text on its way into the guest.
    pub(super) scratch: String,
    /// What `require` was called with; then what it complains about.
    pub(super) specifier: String,
    /// Folder names on their way into the guest.
    pub(super) paths: Vec<String>,
    /// What the resolver found last.
    pub(super) found: Option<ApprovedPath>,
    /// Why the module was refused that the run fails with.
    pub(super) reason: Option<String>,
    /// What the probe program came to.
    #[cfg(debug_assertions)]
    pub(super) probe_answer: Option<String>,
    /// Whether the realm was set up completely.
    pub(super) is_installed: bool,
    order: u64,
}

/// The engine's errors of late, by where they were made and what they said, and V8's words for them if there are any.
#[derive(Default)]
pub(super) struct Reworded {
    /// Of the error at hand.
    pub(super) words: Option<String>,
    recent: Vec<(Making, Option<String>)>,
    next: usize,
}

/// What decides about the words for an error: its place; file, function and message.
type Making = ((u32, u32), [Vec<u8>; 3]);

impl Reworded {
    /// Guests that fail over and over do so at few places; longer texts than this are not kept.
    const MOST: usize = 64;
    const LONGEST: usize = 4 << 10;

    pub(super) fn look_up(&mut self, place: (u32, u32), texts: [&[u8]; 3], words: impl FnOnce() -> Option<String>) {
        let is_known = |(made, made_of): &Making| *made == place && made_of.iter().zip(texts).all(|(a, b)| a == b);
        if let Some((_, known)) = self.recent.iter().find(|(making, _)| is_known(making)) {
            self.words.clone_from(known);
            return;
        }
        self.words = words();
        if texts.iter().map(|text| text.len()).sum::<usize>() > Self::LONGEST {
            return;
        }
        let entry = ((place, texts.map(<[u8]>::to_vec)), self.words.clone());
        if self.recent.len() < Self::MOST {
            self.recent.push(entry);
        } else {
            self.recent[self.next] = entry;
            self.next = (self.next + 1) % Self::MOST;
        }
    }
}

/// The texts of one module while it is read.
#[derive(Default)]
pub(super) struct Reading {
    pub(super) source: Terminated,
    pub(super) file_name: Terminated,
    pub(super) module_text: Option<SharedText>,
    pub(super) code: Option<Arc<Code>>,
}

/// What belongs to the image of a prepared application although it lies outside the arena.
pub(super) struct Kept {
    loader: Option<ModuleLoader>,
    /// What the application was allowed to load.
    policy: Option<PolicyOptions>,
    modules: Arc<Vec<LoadedModule>>,
    esm: Graph,
    builtins: Vec<Option<Value>>,
    has_call_sites: bool,
    prepare_stack: Option<Value>,
    sources: Arc<HashMap<String, Arc<Terminated>>>,
    source_bytes: usize,
    maps: Arc<KnownMaps>,
}

/// The maps of a prepared application by the names of its modules; of those without one as well.
pub(super) type KnownMaps = HashMap<String, Option<SharedText>>;

impl Kept {
    /// For another run that may load what the application could.
    pub(super) fn loader(&self) -> Option<ModuleLoader> {
        self.loader.as_ref().map(ModuleLoader::anew)
    }

    /// Whether the application was allowed to load just that.
    pub(super) fn is_under(&self, policy: &PolicyOptions) -> bool {
        self.policy.as_ref() == Some(policy)
    }
}

impl RunState {
    /// The text that `encode` has written.
    pub(super) fn take_encoded(&mut self) -> String {
        let text = self.encoder.take();
        self.encoder = self.interrupted_encoders.pop().unwrap_or_default();
        text
    }

    /// A module is about to be read: whatever is being read already stays where it is.
    pub(super) fn begin_reading(&mut self) {
        let interrupted = self.take_reading();
        self.interrupted_readings.push(interrupted);
    }

    /// What is being read, which is over.
    pub(super) fn take_reading(&mut self) -> Reading {
        Reading {
            source: std::mem::take(&mut self.source),
            file_name: std::mem::take(&mut self.file_name),
            module_text: self.module_text.take(),
            code: self.code.take(),
        }
    }

    pub(super) fn end_reading(&mut self) {
        let Reading { source, file_name, module_text, code } = self.interrupted_readings.pop().unwrap_or_default();
        (self.source, self.file_name, self.module_text, self.code) = (source, file_name, module_text, code);
    }

    /// What is under way, if anything is: nothing that an image could keep.
    pub(super) fn pending(&self) -> Option<&'static str> {
        let pending = [
            (!self.host_calls.is_empty(), "a call of a host function"),
            (self.timers.next_due().is_some(), "a timer"),
            (!self.ticks.is_empty(), "a tick"),
        ];
        pending.into_iter().find_map(|(is_pending, what)| is_pending.then_some(what))
    }

    pub(super) fn keep(&self) -> Kept {
        Kept {
            loader: self.loader.as_ref().map(ModuleLoader::anew),
            policy: self.spec.as_deref().map(RunSpec::policy),
            modules: Arc::clone(&self.modules),
            esm: self.esm.keep(),
            builtins: self.builtins.clone(),
            has_call_sites: self.has_call_sites,
            prepare_stack: self.prepare_stack,
            sources: Arc::clone(&self.sources),
            source_bytes: self.source_bytes,
            maps: Arc::clone(&self.known_maps),
        }
    }

    /// Reads the maps of all modules, as the files are now. All of them together count like those of a run.
    pub(super) fn know_maps(&mut self) {
        let mut room = self.limit_of_sources();
        let mut maps = KnownMaps::new();
        let Some(loader) = &self.loader else { return };
        for module in self.modules.iter() {
            let name = module.file.display();
            let Some(file) = self.sources.get(name).and_then(|source| source_maps::file_of(source.bytes())) else {
                continue;
            };
            let text = loader.source_map(file, &module.file, room);
            room = room.saturating_sub(text.as_ref().map_or(0, |text| text.as_str().len() as u64));
            maps.insert(name.to_owned(), text);
        }
        self.known_maps = Arc::new(maps);
    }

    /// Makes the state that of a sandbox whose image was taken when `kept` was.
    pub(super) fn put_back(&mut self, kept: &Kept) {
        self.modules = Arc::clone(&kept.modules);
        self.esm = kept.esm.keep();
        self.builtins.clone_from(&kept.builtins);
        self.has_call_sites = kept.has_call_sites;
        self.prepare_stack = kept.prepare_stack;
        self.sources = Arc::clone(&kept.sources);
        self.source_bytes = kept.source_bytes;
        self.known_maps = Arc::clone(&kept.maps);
    }

    pub(super) fn next_order(&mut self) -> u64 {
        self.order += 1;
        self.order
    }

    /// Whole milliseconds since the run began; what timers count in.
    pub(super) fn elapsed_milliseconds(&self) -> u64 {
        let began = self.spec.as_ref().and_then(|spec| spec.began);
        began.map_or(0, |began| u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX))
    }

    /// Forgets the run; the realm stays.
    pub(super) fn clear(&mut self) {
        *self = Self { realm: self.realm.take(), is_installed: true, ..Self::default() };
    }

    pub(super) fn realm(&self) -> &Realm {
        self.realm.as_ref().expect("set when the sandbox was made, before any guest code")
    }

    pub(super) fn spec(&self) -> &RunSpec {
        self.spec.as_ref().expect("natives are called during runs only")
    }

    /// Bytes of one source; none outside of runs.
    pub(super) fn limit_of_sources(&self) -> u64 {
        self.spec.as_ref().map_or(0, |spec| spec.request.limits.source_bytes)
    }

    pub(super) fn services(&self) -> &Arc<Services> {
        self.services.as_ref().expect("natives are called during runs only")
    }
}
