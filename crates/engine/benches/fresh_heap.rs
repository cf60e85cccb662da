//! What a fresh heap costs without a pool, threads and Node: a run in a sandbox that is restored afterwards, beside a new
//! QuickJS runtime and context that do the same work. Both get the module as bytecode where they keep it.

#![expect(unsafe_code, reason = "bytecode is loaded, which is only as safe as the bytecode")]
#![expect(clippy::disallowed_methods, reason = "writes the guest that it measures")]

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use isolated_runtime_engine::control::RunControl;
use isolated_runtime_engine::hooks::{HookDesk, compiled::CompiledCache};
use isolated_runtime_engine::host::{HookRequest, Host, HostCall, Outcome, RunId};
use isolated_runtime_engine::limits::Limits;
use isolated_runtime_engine::modules::Recordings;
use isolated_runtime_engine::pool::Waits;
use isolated_runtime_engine::receipt::Receipt;
use isolated_runtime_engine::request::Request;
use isolated_runtime_engine::sandbox::{FaultPolicy, GuestThread, Progress, RunSpec, Sandbox, Services, ThreadStack};
use rquickjs::{Context, Function, Module, Runtime, WriteOptions};
use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

const STACK: ThreadStack = ThreadStack(4 << 20);
const JSON: &str = r#"{"id":7,"name":"bench","tags":["a","b"],"nested":{"ratio":0.5}}"#;

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

fn services() -> Arc<Services> {
    let host: Arc<dyn Host> = Arc::new(Nobody);
    Arc::new(Services {
        host: Arc::clone(&host),
        hooks: HookDesk::new(host),
        compiled: CompiledCache::default(),
        recordings: Recordings::default(),
        waits: Waits::without_pool(),
    })
}

fn echo(root: &Path) -> Box<RunSpec> {
    let request = Request::new(root, "echo.js", "echo", 5_000);
    let control = Arc::new(RunControl::new(Duration::from_secs(5), None));
    Box::new(RunSpec { id: 1, request, args: format!("J[{JSON}]"), context: String::new(), control, began: None })
}

fn restored_sandbox(criterion: &mut Criterion) {
    let thread = GuestThread::begin();
    let folder = tempfile::tempdir().expect("a folder for the guest");
    std::fs::write(folder.path().join("echo.js"), "exports.echo = (value) => value;\n").expect("the guest is written");
    let root = folder.path().canonicalize().expect("the folder is there");
    let services = services();
    let mut sandbox =
        Sandbox::new(Limits::default().memory, STACK, FaultPolicy::default()).expect("a sandbox can be made");
    assert_eq!(
        sandbox.begin(echo(&root), Arc::clone(&services), STACK),
        Progress::Done(Outcome::Done(format!("J{JSON}")))
    );
    sandbox.reset();
    let mut group = criterion.benchmark_group("fresh heap");
    group.bench_function("run and restore", |bencher| {
        bencher.iter_batched(
            || (echo(&root), Arc::clone(&services)),
            |(spec, services)| {
                let progress = sandbox.begin(spec, services, STACK);
                sandbox.reset();
                progress
            },
            BatchSize::SmallInput,
        );
    });
    group.bench_function("restore", |bencher| bencher.iter(|| sandbox.reset()));
    group.finish();
    drop(thread);
}

fn new_runtime_and_context(criterion: &mut Criterion) {
    let bytecode = compile();
    criterion.benchmark_group("fresh heap").bench_function("new runtime and context", |bencher| {
        bencher.iter(|| black_box(run_in_new_context(&bytecode)));
    });
}

fn compile() -> Vec<u8> {
    let runtime = Runtime::new().expect("a runtime can be made");
    let context = Context::full(&runtime).expect("a context can be made");
    context.with(|ctx| {
        let module = Module::declare(ctx, "echo", "export const echo = (value) => value;").expect("it parses");
        module.write(WriteOptions::default()).expect("bytecode can be written")
    })
}

fn run_in_new_context(bytecode: &[u8]) -> String {
    let runtime = Runtime::new().expect("a runtime can be made");
    let context = Context::full(&runtime).expect("a context can be made");
    context.with(|ctx| {
        // SAFETY: the bytes come from `compile`, made by this very engine.
        let module = unsafe { Module::load(ctx.clone(), bytecode) }.expect("it loads");
        let (module, _done) = module.eval().expect("it evaluates");
        let echo: Function<'_> = module.get("echo").expect("it is exported");
        let argument = ctx.json_parse(JSON).expect("it is JSON");
        let answer: rquickjs::Value<'_> = echo.call((argument,)).expect("it returns");
        let text = ctx.json_stringify(answer).expect("it can be written").expect("it is no undefined");
        text.to_string().expect("it is UTF-8")
    })
}

criterion_group!(benches, restored_sandbox, new_runtime_and_context);
criterion_main!(benches);
