//! The desk under a host that only remembers what it was asked.

use super::*;
use crate::host::{HostCall, Outcome};
use crate::receipt::Receipt;

/// Remembers what it was asked; a test answers by hand.
#[derive(Default)]
struct Recorder {
    thread_requests: Mutex<Vec<(u32, HookRequest)>>,
    host_requests: Mutex<Vec<HookRequest>>,
    hangs: Mutex<Vec<u32>>,
    times_wanted: Mutex<u32>,
}

impl Host for Recorder {
    fn settled(&self, _run: RunId, _outcome: Outcome, _receipt: Receipt) {}
    fn call(&self, _call: HostCall) {}
    fn console(&self, _run: RunId, _method: &'static str, _args: String) {}
    fn ask_host(&self, request: HookRequest) {
        self.host_requests.lock().unwrap().push(request);
    }
    fn ask_hook_thread(&self, generation: u32, request: HookRequest) -> bool {
        self.thread_requests.lock().unwrap().push((generation, request));
        true
    }
    fn hook_thread_hangs(&self, generation: u32) {
        self.hangs.lock().unwrap().push(generation);
    }
    fn hook_thread_wanted(&self) {
        *self.times_wanted.lock().unwrap() += 1;
    }
}

fn question(control: &RunControl, run: RunId, place: HookPlace) -> Question<'_> {
    Question { run, control, place, kind: "compile", data: "{}".into(), payload: vec!["code".into()] }
}

fn started(timeout: u64) -> RunControl {
    let control = RunControl::new(Duration::from_millis(timeout), None);
    control.run_clock();
    control
}

fn until<T>(mut look: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(start.elapsed() < Duration::from_secs(10), "what was waited for did not happen");
        std::thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn a_hook_thread_is_wanted_only_where_none_is_attached() {
    let host = Arc::new(Recorder::default());
    let desk = HookDesk::new(host.clone());
    let control = started(5_000);
    std::thread::scope(|scope| {
        let asked = scope.spawn(|| desk.ask(question(&control, 1, HookPlace::Thread)));
        until(|| (*host.times_wanted.lock().unwrap() == 1).then_some(()));
        desk.attach(1);
        let id = until(|| host.thread_requests.lock().unwrap().first().map(|(_, request)| request.id));
        desk.answer_from_thread(1, id, Ok("first".into()));
        assert_eq!(asked.join().unwrap(), Ok("first".into()));
        let asked = scope.spawn(|| desk.ask(question(&control, 2, HookPlace::Thread)));
        let id = until(|| host.thread_requests.lock().unwrap().get(1).map(|(_, request)| request.id));
        desk.answer_from_thread(1, id, Ok("second".into()));
        assert_eq!(asked.join().unwrap(), Ok("second".into()));
    });
    assert_eq!(*host.times_wanted.lock().unwrap(), 1);
}

#[test]
fn a_request_to_the_hook_thread_is_answered() {
    let host = Arc::new(Recorder::default());
    let desk = HookDesk::new(host.clone());
    desk.attach(1);
    let control = started(5_000);
    std::thread::scope(|scope| {
        let asked = scope.spawn({
            let (desk, control) = (&desk, &control);
            move || desk.ask(question(control, 1, HookPlace::Thread))
        });
        let (generation, request) = until(|| host.thread_requests.lock().unwrap().pop());
        desk.answer_from_thread(generation, request.id, Ok("done".into()));
        assert_eq!(asked.join().unwrap(), Ok("done".into()));
    });
}

#[test]
fn waiting_for_another_runs_request_is_not_charged() {
    let host = Arc::new(Recorder::default());
    let desk = HookDesk::new(host.clone());
    desk.attach(1);
    let (slow, quick) = (started(5_000), started(100));
    std::thread::scope(|scope| {
        let first = scope.spawn({
            let (desk, slow) = (&desk, &slow);
            move || desk.ask(question(slow, 1, HookPlace::Thread))
        });
        let (_, busy) = until(|| host.thread_requests.lock().unwrap().pop());
        let second = scope.spawn({
            let (desk, quick) = (&desk, &quick);
            move || desk.ask(question(quick, 2, HookPlace::Thread))
        });
        std::thread::sleep(Duration::from_millis(250));
        assert!(host.thread_requests.lock().unwrap().is_empty(), "handed over one at a time");
        desk.answer_from_thread(1, busy.id, Ok("first".into()));
        let (_, next) = until(|| host.thread_requests.lock().unwrap().pop());
        desk.answer_from_thread(1, next.id, Ok("second".into()));
        assert_eq!(first.join().unwrap(), Ok("first".into()));
        assert_eq!(second.join().unwrap(), Ok("second".into()));
        assert_eq!(quick.check(), None);
    });
}

#[test]
fn a_hook_that_hangs_costs_its_own_run_and_others_are_asked_again() {
    let host = Arc::new(Recorder::default());
    let desk = HookDesk::new(host.clone());
    desk.attach(1);
    let (hanging, patient) = (started(60), started(3_000));
    std::thread::scope(|scope| {
        let first = scope.spawn({
            let (desk, hanging) = (&desk, &hanging);
            move || desk.ask(question(hanging, 1, HookPlace::Thread))
        });
        until(|| host.thread_requests.lock().unwrap().pop());
        let second = scope.spawn({
            let (desk, patient) = (&desk, &patient);
            move || desk.ask(question(patient, 2, HookPlace::Thread))
        });
        assert_eq!(first.join().unwrap(), Err(AskError::Stopped));
        assert_eq!(*host.hangs.lock().unwrap(), [1]);
        desk.attach(2);
        let (generation, request) = until(|| host.thread_requests.lock().unwrap().pop());
        assert_eq!((generation, request.run), (2, 2));
        desk.answer_from_thread(2, request.id, Ok("after all".into()));
        assert_eq!(second.join().unwrap(), Ok("after all".into()));
    });
}

#[test]
fn a_hook_thread_that_never_comes_ends_in_a_queue_timeout() {
    let desk = HookDesk::new(Arc::new(Recorder::default()));
    let control = started(20);
    let answer = desk.ask(question(&control, 1, HookPlace::Thread));
    assert!(matches!(answer, Err(AskError::QueueTimeout(_))), "{answer:?}");
}

#[test]
fn a_hook_on_the_host_is_charged_to_its_run() {
    let host = Arc::new(Recorder::default());
    let desk = HookDesk::new(host.clone());
    let control = started(40);
    assert_eq!(desk.ask(question(&control, 1, HookPlace::Host)), Err(AskError::Stopped));
    assert_eq!(host.host_requests.lock().unwrap().len(), 1);
    assert!(host.hangs.lock().unwrap().is_empty());
}
