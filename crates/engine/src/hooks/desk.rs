//! Requests to hooks and their answers.
//!
//! Requests to the hook thread are handed over one at a time, so that it is always known which run's request it is
//! busy with: only that run pays for the time, and only its deadline condemns the thread.

use crate::control::RunControl;
use crate::host::{HookRequest, Host, RequestId, RunId};
use crate::request::HookPlace;
use crossbeam_channel::{Receiver, RecvTimeoutError, Sender};
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How often a waiting thread looks whether its run was cancelled.
const LOOK_UP: Duration = Duration::from_millis(10);
/// A run may wait this many times its time-out for things that are not its own doing.
const PATIENCE: u32 = 10;

/// What is asked, and for whom.
pub struct Question<'a> {
    /// The run that waits.
    pub run: RunId,
    /// Its clock.
    pub control: &'a RunControl,
    /// Where the hook runs.
    pub place: HookPlace,
    /// `resolve`, `compile`, `strip`, `arguments` or `running`.
    pub kind: &'static str,
    /// The host's own data for the hook thread.
    pub data: Arc<str>,
    /// What the hook is called with.
    pub payload: Vec<String>,
}

/// Why there is no answer.
#[derive(Debug, PartialEq, Eq)]
pub enum AskError {
    /// The hook failed; JSON text of its report.
    Failed(String),
    /// The run was stopped meanwhile; its control knows why.
    Stopped,
    /// The hook thread did not get to it within ten times the run's time-out.
    QueueTimeout(Duration),
}

enum Reply {
    TakenUp,
    PutBack,
    Answer(Result<String, String>),
}

struct Pending {
    request: HookRequest,
    reply: Sender<Reply>,
    was_resent: bool,
}

#[derive(Default)]
struct Desk {
    next_id: RequestId,
    pending: HashMap<RequestId, Pending>,
    generation: u32,
    is_attached: bool,
    executing: Option<RequestId>,
    waiting: VecDeque<RequestId>,
}

/// One per engine.
pub struct HookDesk {
    host: Arc<dyn Host>,
    desk: Mutex<Desk>,
}

impl HookDesk {
    /// A desk whose requests go to `host`.
    #[must_use]
    pub fn new(host: Arc<dyn Host>) -> Self {
        Self { host, desk: Mutex::default() }
    }

    /// The generation of the attached hook thread; 0 before the first.
    #[must_use]
    pub fn generation(&self) -> u32 {
        self.lock().generation
    }

    /// Asks and waits. The run's clock stands still while the hook thread is busy with others or being replaced.
    ///
    /// # Errors
    /// See `AskError`.
    pub fn ask(&self, question: Question<'_>) -> Result<String, AskError> {
        let control = question.control;
        let (reply, answers) = crossbeam_channel::unbounded();
        let place = question.place;
        let id = self.register(question, reply);
        let mut line = InLine::default();
        match place {
            HookPlace::Host => self.send_to_host(id),
            HookPlace::Thread => {
                control.pause_clock();
                line.begin();
                self.enqueue(id);
            }
        }
        let asked = Instant::now();
        let answer = wait(&answers, control, &mut line);
        let queued = line.so_far();
        control.costs(|costs| {
            costs.queue += queued;
            costs.host_wait += asked.elapsed().saturating_sub(queued);
        });
        if place == HookPlace::Thread && control.deadline().is_none() {
            control.run_clock();
        }
        if !matches!(answer, Ok(_) | Err(AskError::Failed(_))) {
            self.withdraw(id);
        }
        answer
    }

    /// The answer of a hook on the host's event loop.
    pub fn answer(&self, id: RequestId, answer: Result<String, String>) {
        let pending = self.lock().pending.remove(&id);
        if let Some(pending) = pending {
            reply(&pending, Reply::Answer(answer));
        }
    }

    /// The answer of the hook thread; one that has been given up is not listened to.
    pub fn answer_from_thread(&self, generation: u32, id: RequestId, answer: Result<String, String>) {
        let pending = {
            let mut desk = self.lock();
            if desk.generation != generation || desk.executing != Some(id) {
                return;
            }
            desk.executing = None;
            desk.pending.remove(&id)
        };
        if let Some(pending) = pending {
            reply(&pending, Reply::Answer(answer));
        }
        self.hand_over_next();
    }

    /// A hook thread is ready for requests.
    pub fn attach(&self, generation: u32) {
        {
            let mut desk = self.lock();
            desk.generation = generation;
            desk.is_attached = true;
            put_back_executing(&mut desk);
        }
        self.hand_over_next();
    }

    /// The hook thread is gone and none will follow: everybody who waits for it gets `report`.
    pub fn hook_thread_failed(&self, generation: u32, report: &str) {
        let failed: Vec<Pending> = {
            let mut desk = self.lock();
            if generation < desk.generation {
                return;
            }
            desk.is_attached = false;
            let mut ids: Vec<RequestId> = desk.waiting.drain(..).collect();
            ids.extend(desk.executing.take());
            ids.iter().filter_map(|id| desk.pending.remove(id)).collect()
        };
        for pending in failed {
            reply(&pending, Reply::Answer(Err(report.to_owned())));
        }
    }

    fn lock(&self) -> MutexGuard<'_, Desk> {
        // The desk is consistent between any two statements, so a panic elsewhere does not spoil it.
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn register(&self, question: Question<'_>, reply: Sender<Reply>) -> RequestId {
        let mut desk = self.lock();
        desk.next_id = desk.next_id.wrapping_add(1);
        let id = desk.next_id;
        let request =
            HookRequest { id, run: question.run, kind: question.kind, data: question.data, payload: question.payload };
        desk.pending.insert(id, Pending { request, reply, was_resent: false });
        id
    }

    fn send_to_host(&self, id: RequestId) {
        let request = self.lock().pending.get(&id).map(|pending| pending.request.clone());
        if let Some(request) = request {
            self.host.ask_host(request);
        }
    }

    fn enqueue(&self, id: RequestId) {
        let is_attached = {
            let mut desk = self.lock();
            desk.waiting.push_back(id);
            desk.is_attached
        };
        if !is_attached {
            self.host.hook_thread_wanted();
        }
        self.hand_over_next();
    }

    fn hand_over_next(&self) {
        let (generation, request) = {
            let mut desk = self.lock();
            if !desk.is_attached || desk.executing.is_some() {
                return;
            }
            let Some(request) = next_waiting(&mut desk) else { return };
            desk.executing = Some(request.id);
            if let Some(pending) = desk.pending.get(&request.id) {
                reply(pending, Reply::TakenUp);
            }
            (desk.generation, request)
        };
        let id = request.id;
        if !self.host.ask_hook_thread(generation, request) {
            let mut desk = self.lock();
            if desk.generation == generation && desk.executing == Some(id) {
                desk.is_attached = false;
                put_back_executing(&mut desk);
            }
        }
    }

    /// The run is over. If the hook thread is busy with its request, nobody can tell when it will be done.
    fn withdraw(&self, id: RequestId) {
        let condemned = {
            let mut desk = self.lock();
            desk.pending.remove(&id);
            desk.waiting.retain(|waiting| *waiting != id);
            if desk.executing == Some(id) {
                desk.executing = None;
                desk.is_attached = false;
                Some(desk.generation)
            } else {
                None
            }
        };
        if let Some(generation) = condemned {
            self.host.hook_thread_hangs(generation);
        }
    }
}

fn next_waiting(desk: &mut Desk) -> Option<HookRequest> {
    while let Some(id) = desk.waiting.pop_front() {
        if let Some(pending) = desk.pending.get(&id) {
            return Some(pending.request.clone());
        }
    }
    None
}

/// A request whose thread went away is asked once more, before those that were waiting.
fn put_back_executing(desk: &mut Desk) {
    let Some(id) = desk.executing.take() else { return };
    let Some(pending) = desk.pending.get_mut(&id) else { return };
    if pending.was_resent {
        let report = r#"{"name":"Error","message":"the hook thread ended twice during this request","hook":"hook thread","file":null}"#;
        if let Some(pending) = desk.pending.remove(&id) {
            reply(&pending, Reply::Answer(Err(report.to_owned())));
        }
        return;
    }
    pending.was_resent = true;
    reply(pending, Reply::PutBack);
    desk.waiting.push_front(id);
}

fn reply(pending: &Pending, message: Reply) {
    // A run that is over no longer listens, and nothing is lost by that.
    let _nobody_listens = pending.reply.send(message);
}

/// A run's wait for the hook thread to take its request up, which is not its own doing.
#[derive(Default)]
struct InLine {
    since: Option<Instant>,
    before: Duration,
}

impl InLine {
    fn begin(&mut self) {
        self.since = Some(Instant::now());
    }

    fn end(&mut self) {
        self.before = self.so_far();
        self.since = None;
    }

    fn so_far(&self) -> Duration {
        self.before + self.since.map_or(Duration::ZERO, |since| since.elapsed())
    }
}

fn wait(answers: &Receiver<Reply>, control: &RunControl, line: &mut InLine) -> Result<String, AskError> {
    let patience = control.timeout().saturating_mul(PATIENCE);
    loop {
        match answers.recv_timeout(LOOK_UP) {
            Ok(Reply::Answer(Ok(text))) => return Ok(text),
            Ok(Reply::Answer(Err(report))) => return Err(AskError::Failed(report)),
            Ok(Reply::TakenUp) => {
                line.end();
                control.run_clock();
            }
            Ok(Reply::PutBack) => {
                control.pause_clock();
                line.begin();
            }
            Err(RecvTimeoutError::Disconnected) => return Err(AskError::Stopped),
            Err(RecvTimeoutError::Timeout) => {}
        }
        if control.check().is_some() {
            return Err(AskError::Stopped);
        }
        if line.since.is_some() && line.so_far() > patience {
            return Err(AskError::QueueTimeout(line.so_far()));
        }
    }
}

#[cfg(test)]
#[path = "desk_tests.rs"]
mod tests;
