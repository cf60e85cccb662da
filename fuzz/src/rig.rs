//! A pool of one thread and one sandbox, the host it talks to, and the question whether all is well.

use crate::graph_text;
use isolated_runtime_engine::errors::ErrorCode;
use isolated_runtime_engine::host::{HookRequest, Host, HostCall, Outcome, RunId};
use isolated_runtime_engine::limits::Limits;
use isolated_runtime_engine::pool::{Pool, PoolOptions};
use isolated_runtime_engine::receipt::Receipt;
use isolated_runtime_engine::request::Request;
use isolated_runtime_engine::sandbox::FaultPolicy;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// A busy machine delays everything; whoever is later than this hangs.
const PATIENCE: Duration = Duration::from_secs(20);
/// An ordinary program, and all that a guest sees of its world before it has touched anything.
const PROBE: &str = "
exports.main = (list) => {
  const names = (object) => Object.getOwnPropertyNames(object).join();
  const world = [globalThis, Object, Function, Array, Map, Promise, Error, JSON, Math, Reflect, Symbol]
    .flatMap((object) => [names(object), typeof object === 'function' && object.prototype ? names(object.prototype) : '']).join(';');
  const sorted = [...list].sort((a, b) => a - b).map((x) => x * 2);
  const parsed = JSON.parse(JSON.stringify({ a: [1, { b: 'c' }] })).a[1].b;
  return { right: [sorted, String(2n ** 64n), /(\\d+)-\\1/.exec('x12-12')[1], parsed, new Map([[1, new Set('ab')]]).get(1).size], world };
};
";
const RIGHT: &str = r#""right":[[2,4,6],"18446744073709551616","12","c",2]"#;

/// What reaches the host.
#[derive(Debug)]
pub(crate) enum Event {
    Settled(RunId, Outcome, Box<Receipt>),
    Call(HostCall),
    Console(String),
    AskHost(HookRequest),
    AskHookThread(u32, HookRequest),
    HookThreadHangs,
    HookThreadWanted,
}

struct Listener {
    events: Mutex<Sender<Event>>,
}

impl Listener {
    fn tell(&self, event: Event) {
        // Nobody listens once the rig is gone, and nothing is lost by that.
        let _nobody_listens = self.events.lock().unwrap_or_else(PoisonError::into_inner).send(event);
    }
}

impl Host for Listener {
    fn settled(&self, run: RunId, outcome: Outcome, receipt: Receipt) {
        self.tell(Event::Settled(run, outcome, Box::new(receipt)));
    }
    fn call(&self, call: HostCall) {
        self.tell(Event::Call(call));
    }
    fn console(&self, _run: RunId, _method: &'static str, args: String) {
        self.tell(Event::Console(args));
    }
    fn ask_host(&self, request: HookRequest) {
        self.tell(Event::AskHost(request));
    }
    fn ask_hook_thread(&self, generation: u32, request: HookRequest) -> bool {
        self.tell(Event::AskHookThread(generation, request));
        true
    }
    fn hook_thread_hangs(&self, _generation: u32) {
        self.tell(Event::HookThreadHangs);
    }
    fn hook_thread_wanted(&self) {
        self.tell(Event::HookThreadWanted);
    }
}

/// How a run ended, and the console lines it wrote.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) outcome: Outcome,
    pub(crate) console: Vec<String>,
}

pub(crate) struct Rig {
    pool: Pool,
    events: Receiver<Event>,
    /// Removed with the rig.
    _folder: tempfile::TempDir,
    root: PathBuf,
    last_id: RunId,
    world: Option<String>,
    /// What reached the host while it was asking for the probe's answer.
    missed: Vec<Event>,
}

impl Rig {
    /// Its sandbox offers up to `memory` bytes and `stack` bytes.
    pub(crate) fn new(memory: u64, stack: u64) -> Self {
        let folder = tempfile::tempdir().expect("a folder for guests");
        let root = folder.path().canonicalize().expect("the folder is there");
        let (sender, events) = channel();
        let options = PoolOptions {
            threads: 1,
            max: 1,
            min_sandboxes: 1,
            max_queue: None,
            acquire_timeout: None,
            memory: None,
            idle_timeout: 3_600_000,
            fifo: true,
            // A wild fault is a finding: the process ends, and the seed is known.
            on_engine_fault: FaultPolicy::Terminate,
            limits: Limits { memory, stack, ..Limits::default() },
        };
        let pool = Pool::new(options, Arc::new(Listener { events: Mutex::new(sender) }));
        let mut rig = Self { pool, events, _folder: folder, root, last_id: 0, world: None, missed: Vec::new() };
        rig.write("probe.js", PROBE);
        rig
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    #[expect(clippy::disallowed_methods, reason = "guests are files")]
    pub(crate) fn write(&mut self, name: &str, text: &str) {
        let path = self.root.join(name);
        std::fs::create_dir_all(path.parent().unwrap_or(&self.root)).expect("a folder for a guest's file");
        std::fs::write(path, text).expect("a guest's file");
    }

    pub(crate) fn request(&self, file: &str, func_name: &str, timeout: u64) -> Request {
        Request { console: true, ..Request::new(&self.root, file, func_name, timeout) }
    }

    /// Runs it to its end. `on_event` hears what the run asks the host for.
    pub(crate) fn run(
        &mut self,
        request: Request,
        args: String,
        context: String,
        mut on_event: impl FnMut(&Pool, RunId, Event),
    ) -> Result<Ended, String> {
        self.last_id += 1;
        let id = self.last_id;
        let allowed = Duration::from_millis(request.timeout) + PATIENCE;
        let began = Instant::now();
        self.pool.submit(id, request, args, context);
        for event in std::mem::take(&mut self.missed) {
            on_event(&self.pool, id, event);
        }
        let mut console = Vec::new();
        loop {
            let left = allowed.saturating_sub(began.elapsed());
            let event = self.events.recv_timeout(left).map_err(|_| {
                format!(
                    "hang: the run has not settled after {} ms: {:?}",
                    began.elapsed().as_millis(),
                    self.pool.stats()
                )
            })?;
            match event {
                Event::Settled(run, outcome, _receipt) if run == id => {
                    check(&outcome, &console)?;
                    return Ok(Ended { outcome, console });
                }
                Event::Settled(run, outcome, _receipt) => return Err(format!("run {run} settled again: {outcome:?}")),
                Event::Console(args) => console.push(args),
                other => on_event(&self.pool, id, other),
            }
        }
    }

    /// The next ordinary run in the same sandbox is right, and sees an untouched world.
    pub(crate) fn probe(&mut self) -> Result<(), String> {
        let request = self.request("probe.js", "main", 10_000);
        let mut missed = Vec::new();
        let ended = self.run(request, "J[[3,1,2]]".to_owned(), String::new(), |_, _, event| missed.push(event))?;
        self.missed = missed;
        let Outcome::Done(answer) = ended.outcome else { return Err(format!("the probe failed: {:?}", ended.outcome)) };
        if !answer.contains(RIGHT) {
            return Err(format!("the probe's answer is wrong: {answer}"));
        }
        let known = self.world.get_or_insert_with(|| answer.clone());
        if *known == answer { Ok(()) } else { Err(format!("the probe saw another world: {answer} instead of {known}")) }
    }
}

/// Texts that leave a run are what they claim to be, and no failure is a defect of ours or of the engine.
fn check(outcome: &Outcome, console: &[String]) -> Result<(), String> {
    for line in console {
        graph_text::check(line).map_err(|problem| format!("console arguments are no graph: {problem}: {line}"))?;
    }
    match outcome {
        Outcome::Done(text) => {
            graph_text::check_result(text).map_err(|problem| format!("broken result: {problem}: {text}"))
        }
        Outcome::Failed(failure) => {
            if matches!(failure.code, Some(ErrorCode::EngineFault)) {
                return Err(format!("engine fault: {}", failure.message));
            }
            if failure.code == Some(ErrorCode::Internal) && failure.value.is_none() {
                return Err(format!("internal failure: {}", failure.message));
            }
            match &failure.value {
                Some(value) => graph_text::check(value).map_err(|problem| format!("broken error: {problem}: {value}")),
                None => Ok(()),
            }
        }
    }
}
