//! The schedule without threads of its own: a test is the thread that asks for work.

use super::*;
use crate::hooks::{HookDesk, compiled::CompiledCache};
use crate::host::{HookRequest, Host, HostCall, Outcome};
use crate::limits::Limits;
use crate::pool::Waits;
use crate::receipt::Receipt;
use crate::sandbox::{FaultPolicy, ThreadHandle};
use std::sync::Weak;
use std::time::Duration;

/// A host that nothing is expected to reach.
struct Silent;

impl Host for Silent {
    fn settled(&self, run: RunId, outcome: Outcome, _receipt: Receipt) {
        panic!("run {run} was settled: {outcome:?}");
    }
    fn console(&self, _run: RunId, _method: &'static str, _args: String) {}
    fn call(&self, _call: HostCall) {}
    fn ask_host(&self, _request: HookRequest) {}
    fn ask_hook_thread(&self, _generation: u32, _request: HookRequest) -> bool {
        false
    }
    fn hook_thread_hangs(&self, _generation: u32) {}
    fn hook_thread_wanted(&self) {}
}

fn shared(threads: usize, max: usize) -> Arc<Shared> {
    shared_with(threads, max, None)
}

pub(in crate::pool) fn shared_with(threads: usize, max: usize, memory: Option<u64>) -> Arc<Shared> {
    let options = PoolOptions {
        threads,
        max,
        min_sandboxes: 0,
        max_queue: None,
        acquire_timeout: None,
        memory,
        idle_timeout: 1_000,
        fifo: true,
        on_engine_fault: FaultPolicy::default(),
        limits: Limits::default(),
    };
    let host: Arc<dyn Host> = Arc::new(Silent);
    let services = Services {
        host: Arc::clone(&host),
        hooks: HookDesk::new(host),
        compiled: CompiledCache::default(),
        recordings: crate::modules::Recordings::default(),
        waits: Waits::new(Weak::new()),
    };
    Arc::new_cyclic(|own| Shared::new(options, Arc::new(services), own.clone()))
}

pub(in crate::pool) fn queue(shared: &Shared, id: RunId) {
    let limits = r#"{"memory":1,"stack":1,"timers":1,"argsBytes":1,"argsValues":1,"resultBytes":1,"resultValues":1,
        "consoleBytes":1,"sourceBytes":1,"modules":1,
        "hostCalls":1,"hostCallsInFlight":1}"#;
    let request = format!(
        r#"{{"root":"/","file":"a.js","funcName":"f","sourceExtensions":["js"],"timeout":1000,"limits":{limits}}}"#
    );
    let spec = RunSpec {
        id,
        request: serde_json::from_str(&request).unwrap(),
        args: String::new(),
        context: String::new(),
        control: Arc::new(RunControl::new(Duration::from_secs(1), None)),
        began: None,
    };
    shared.lock().queue.push(Box::new(spec), true, Instant::now());
}

pub(in crate::pool) fn started(work: Option<Work>) -> Option<RunId> {
    match work {
        Some(Work::Start { spec, .. }) => Some(spec.id),
        _ => None,
    }
}

/// A run that could have gone on at that time.
fn ready(id: RunId, ready_at: Instant) -> Task {
    let sandbox =
        Sandbox::new(4 << 20, crate::sandbox::ThreadStack(4 << 20), FaultPolicy::default()).expect("a sandbox");
    let control = Arc::new(RunControl::new(Duration::from_secs(1), None));
    Task { id, sandbox, control, calls_since: None, ready_at, queued: Duration::ZERO }
}

/// How long the run was kept waiting that a thread takes up after a turn of `last`.
fn queued(shared: &Shared, last: Option<RunId>) -> Option<Duration> {
    match shared.next(ThreadHandle::default(), last) {
        Some(Work::GoOn(task)) => Some(task.queued),
        _ => None,
    }
}

#[test]
fn only_what_other_runs_take_is_time_in_the_queue() {
    let shared = shared(4, 8);
    shared.lock().threads = 4;
    let since = Instant::now().checked_sub(Duration::from_secs(1)).expect("a clock that has run for a second");
    for (last, waited_for_others) in [(Some(7), true), (Some(1), false)] {
        shared.lock().ready.push_back(ready(1, since));
        let queued = queued(&shared, last).expect("a run");
        assert_eq!(queued >= Duration::from_secs(1), waited_for_others, "after {last:?}: {queued:?}");
        assert!(waited_for_others || queued.is_zero(), "after {last:?}: {queued:?}");
        shared.lock().executing.clear();
    }
    // A thread that has nothing to do until the run's time comes.
    let task = ready(1, since);
    let soon = Instant::now() + Duration::from_millis(300);
    shared.lock().parked.insert((soon, 1), Task { ready_at: soon, ..task });
    assert_eq!(queued(&shared, Some(7)), Some(Duration::ZERO));
}

#[test]
fn of_several_threads_only_the_surplus_ones_end() {
    let shared = shared(2, 8);
    shared.lock().threads = 3;
    queue(&shared, 1);
    assert!(shared.next(ThreadHandle::default(), None).is_none(), "one thread too many");
    assert_eq!(shared.lock().threads, 2);
    assert_eq!(started(shared.next(ThreadHandle::default(), None)), Some(1), "two are configured");
}

#[test]
fn a_surplus_thread_hands_the_notification_on() {
    let shared = shared(1, 8);
    shared.lock().threads = 1;
    let sleeper = {
        let shared = Arc::clone(&shared);
        std::thread::spawn(move || started(shared.next(ThreadHandle::default(), None)))
    };
    let until = Instant::now() + Duration::from_secs(20);
    while shared.lock().idle_threads == 0 {
        assert!(Instant::now() < until, "the thread never went to sleep");
        std::thread::yield_now();
    }
    // What a thread finds that was woken for a run, while one that waited for a hook came back.
    shared.lock().threads = 2;
    queue(&shared, 7);
    assert!(shared.next(ThreadHandle::default(), None).is_none());
    while !sleeper.is_finished() {
        assert!(Instant::now() < until, "the thread that may stay was never woken");
        std::thread::yield_now();
    }
    assert_eq!(sleeper.join().unwrap(), Some(7));
}

#[test]
fn no_more_runs_start_than_there_are_places() {
    let shared = shared(4, 1);
    shared.lock().threads = 4;
    queue(&shared, 1);
    queue(&shared, 2);
    assert_eq!(started(shared.next(ThreadHandle::default(), None)), Some(1));
    let mut state = shared.lock();
    assert!(shared.take_work(&mut state, Instant::now(), ThreadHandle::default()).is_none());
    drop(state);
    assert!(shared.leave(1));
    assert_eq!(started(shared.next(ThreadHandle::default(), None)), Some(2));
}

#[test]
fn a_thread_whose_run_was_settled_without_it_is_in_quarantine_until_it_leaves_the_run_in_whatever_way() {
    let shared = shared_with(4, 8, None);
    shared.lock().threads = 4;
    for id in 1..=2 {
        queue(&shared, id);
        assert_eq!(started(shared.next(ThreadHandle::default(), None)), Some(id));
        // Its time is long up.
        shared.lock().executing[&id].control.run_clock();
    }
    let mut state = shared.lock();
    let (mut settled, mut next) = (Vec::new(), None);
    let late = Instant::now() + Duration::from_secs(60);
    super::super::overdue::settle_overdue(&mut state, late, &mut settled, &mut next);
    drop(state);
    assert_eq!((settled.len(), shared.stats().quarantined, shared.stats().sandboxes), (2, 2, 0));
    assert!(!shared.leave(1), "somebody else has told its outcome");
    assert_eq!(shared.stats().quarantined, 1);
    assert!(shared.park(ready(2, Instant::now()), late).is_some(), "what it waited for is nobody's interest any more");
    assert_eq!(shared.stats().quarantined, 0);
}
