//! What a second run finds, told by how many modules it had to compile.

#![expect(clippy::disallowed_methods, reason = "guests are files")]

use super::super::{FaultPolicy, GuestThread, Progress, RunSpec, Sandbox, Services, ThreadStack};
use crate::control::RunControl;
use crate::hooks::{HookDesk, compiled::CompiledCache};
use crate::host::{HookRequest, Host, HostCall, Outcome, RunId};
use crate::limits::Limits;
use crate::modules::Recordings;
use crate::pool::Waits;
use crate::receipt::Receipt;
use crate::request::Request;
use std::sync::Arc;
use std::time::Duration;

const STACK: ThreadStack = ThreadStack(4 << 20);

/// Nobody listens: the outcome is what `begin` answers.
struct Nobody;

impl Host for Nobody {
    fn hook_thread_wanted(&self) {}
    fn settled(&self, _run: RunId, _outcome: Outcome, _receipt: Receipt) {}
    fn call(&self, _call: HostCall) {}
    fn console(&self, _run: RunId, _method: &'static str, _args: String) {}
    fn ask_host(&self, _request: HookRequest) {}
    fn ask_hook_thread(&self, _generation: u32, _request: HookRequest) -> bool {
        false
    }
    fn hook_thread_hangs(&self, _generation: u32) {}
}

/// A sandbox, and a folder of its own: names below it are what code is kept by.
struct Bench {
    sandbox: Sandbox,
    services: Arc<Services>,
    folder: tempfile::TempDir,
    _thread: GuestThread,
}

impl Bench {
    fn new(files: &[(&str, &str)]) -> Self {
        let thread = GuestThread::begin();
        let host: Arc<dyn Host> = Arc::new(Nobody);
        let services = Arc::new(Services {
            host: Arc::clone(&host),
            hooks: HookDesk::new(host),
            compiled: CompiledCache::default(),
            recordings: Recordings::default(),
            waits: Waits::without_pool(),
        });
        let sandbox = Sandbox::new(Limits::default().memory, STACK, FaultPolicy::default()).expect("a sandbox");
        let bench = Self { sandbox, services, folder: tempfile::tempdir().expect("a folder"), _thread: thread };
        for (name, text) in files {
            bench.write(name, text);
        }
        bench
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.folder.path().join(name), text).expect("a guest's file");
    }

    /// What `main` of a file answers, or fails with, and how many modules were compiled for it.
    fn run(&mut self, file: &str) -> (String, u64) {
        let root = self.folder.path().canonicalize().expect("the folder is there");
        let request = Request::new(&root, file, "main", 5_000);
        let control = Arc::new(RunControl::new(Duration::from_secs(5), None));
        let spec = RunSpec { id: 1, request, args: String::new(), context: String::new(), control, began: None };
        let progress = self.sandbox.begin(Box::new(spec), Arc::clone(&self.services), STACK);
        let compiled = self.sandbox.compiled();
        self.sandbox.reset();
        match progress {
            Progress::Done(Outcome::Done(text)) => (text, compiled),
            other => (format!("{other:?}"), compiled),
        }
    }
}

#[test]
fn a_second_run_compiles_no_es_module() {
    let mut bench = Bench::new(&[
        (
            "code-a.mjs",
            "import { b } from './code-b.mjs'; import c from './code-c.cjs'; export const main = () => b + c.n;",
        ),
        ("code-b.mjs", "export const b = await Promise.resolve(40);"),
        ("code-c.cjs", "exports.n = 2;"),
    ]);
    assert_eq!(bench.run("code-a.mjs"), ("J42".to_owned(), 3));
    assert_eq!(bench.run("code-a.mjs"), ("J42".to_owned(), 0));
    bench.write("code-b.mjs", "export const b = await Promise.resolve(50);");
    assert_eq!(bench.run("code-a.mjs"), ("J52".to_owned(), 1));
}

#[test]
fn cycles_are_loaded_from_code_like_anything_else() {
    let mut bench = Bench::new(&[
        ("ring-a.mjs", "import { b } from './ring-b.mjs'; export const a = 1; export const main = () => b() + 1;"),
        (
            "ring-b.mjs",
            "import { c } from './ring-c.mjs'; import { a } from './ring-a.mjs'; export const b = () => a + c();",
        ),
        (
            "ring-c.mjs",
            "import * as all from './ring-a.mjs'; import './ring-b.mjs'; export * from './ring-c.mjs'; export const c = () => all.a;",
        ),
    ]);
    assert_eq!(bench.run("ring-a.mjs"), ("J3".to_owned(), 3));
    assert_eq!(bench.run("ring-a.mjs"), ("J3".to_owned(), 0));
    assert_eq!(bench.run("ring-c.mjs").1, 0);
}

#[test]
fn what_bytecode_would_lose_is_compiled_each_time() {
    let mut bench = Bench::new(&[
        ("loss-a.mjs", "import data from './loss.json' with { type: 'json' }; export const main = () => data.n;"),
        ("loss.json", "{ \"n\": 7 }"),
        ("loss-b.mjs", "export const main = () => ((parts) => Object.isFrozen(parts.raw))`x`;"),
    ]);
    for _ in 0..2 {
        assert_eq!(bench.run("loss-a.mjs"), ("J7".to_owned(), 1));
        assert_eq!(bench.run("loss-b.mjs"), ("Jtrue".to_owned(), 1));
    }
}

#[test]
fn the_format_is_part_of_what_code_is_kept_by() {
    let mut bench = Bench::new(&[
        ("format.js", "export const main = () => typeof require;"),
        ("package.json", "{ \"type\": \"module\" }"),
    ]);
    assert_eq!(bench.run("format.js"), ("J\"undefined\"".to_owned(), 1));
    assert_eq!(bench.run("format.js"), ("J\"undefined\"".to_owned(), 0));
    bench.write("package.json", "{ \"type\": \"commonjs\" }");
    let (outcome, _) = bench.run("format.js");
    assert!(outcome.contains("SyntaxError"), "{outcome}");
    bench.write("package.json", "{}");
    assert_eq!(bench.run("format.js"), ("J\"undefined\"".to_owned(), 0));
}

#[test]
fn errors_are_the_same_from_code() {
    let mut bench = Bench::new(&[
        ("fault-a.mjs", "import { deep } from './fault-b.mjs';\nexport const main = () => deep({});"),
        ("fault-b.mjs", "\n\nexport const deep = (o) => {\n  return o.a.b;\n};"),
        ("fault-c.mjs", "import { gone } from './fault-b.mjs';\nexport const main = () => gone;"),
        ("fault-d.mjs", "import './fault-b.mjs';\nimport './fault-missing.mjs';\nexport const main = 1;"),
    ]);
    for file in ["fault-a.mjs", "fault-c.mjs", "fault-d.mjs"] {
        let (first, _) = bench.run(file);
        let (second, compiled) = bench.run(file);
        assert!(first.contains("fault-b.mjs") || first.contains("fault-missing.mjs"), "{first}");
        assert_eq!((first, 0), (second, compiled), "{file}");
    }
}
