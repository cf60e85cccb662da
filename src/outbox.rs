//! Events on their way to JavaScript. Threads put them in; the host drains them on its event loop.

use crate::text::Text;
use isolated_runtime_engine::host::{HookRequest, Host, HostCall, Outcome, RunId};
use isolated_runtime_engine::receipt::Receipt;
use napi::Status;
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Announces that there are events; weak, so that it never keeps the event loop alive.
pub(crate) type Announce = ThreadsafeFunction<u32, (), u32, Status, false, true>;
/// Calls the hook thread's function with request id, kind, and payload.
pub(crate) type AskHook = ThreadsafeFunction<
    (u32, String, String),
    (),
    napi::bindgen_prelude::FnArgs<(u32, String, String)>,
    Status,
    false,
    true,
>;

/// One event: a kind, an id, a text, and what else belongs to it. The kinds are those of `lib/engine.js`.
pub(crate) struct Event {
    pub(crate) kind: u32,
    pub(crate) id: u32,
    pub(crate) text: Text,
    pub(crate) more: More,
}

pub(crate) enum More {
    Nothing,
    /// Which call of a host function it is.
    Call(String),
    /// Of a run that ended well, whose receipt is written only for those who ask for it.
    Receipt(Receipt),
    /// Of a run that failed: its error carries it.
    ReceiptOfFailure(Receipt),
}

const DONE: u32 = 1;
const FAILED: u32 = 2;
const CONSOLE: u32 = 3;
const HOOK: u32 = 4;
const REPLACE_HOOK_THREAD: u32 = 5;
const CALL: u32 = 6;
const WANT_HOOK_THREAD: u32 = 7;

#[derive(Default)]
struct Content {
    events: Vec<Event>,
    is_announced: bool,
    /// Before `open` and after `close` events are dropped.
    is_open: bool,
}

#[derive(Default)]
struct AttachedHook {
    generation: u32,
    ask: Option<AskHook>,
}

/// The host side of one engine.
#[derive(Default)]
pub(crate) struct Outbox {
    content: Mutex<Content>,
    /// `None` once the environment is going away. A lock of its own, so that JavaScript can drain while a thread announces.
    announce: Mutex<Option<Announce>>,
    hook: Mutex<AttachedHook>,
}

impl Outbox {
    pub(crate) fn open(&self, announce: Announce) {
        *self.lock_announce() = Some(announce);
        self.lock().is_open = true;
    }

    /// Cuts the engine off from JavaScript. Under the lock that callers hold while they call, so that no call is made
    /// afterwards, nor is one under way.
    pub(crate) fn close(&self) {
        {
            let mut content = self.lock();
            content.events.clear();
            content.is_open = false;
        }
        let announce = self.lock_announce().take();
        drop(announce);
        let hook = self.lock_hook().ask.take();
        drop(hook);
    }

    pub(crate) fn is_open(&self) -> bool {
        self.lock().is_open
    }

    pub(crate) fn drain(&self) -> Vec<Event> {
        let mut content = self.lock();
        content.is_announced = false;
        std::mem::take(&mut content.events)
    }

    pub(crate) fn attach_hook(&self, generation: u32, ask: AskHook) {
        let mut hook = self.lock_hook();
        if generation >= hook.generation {
            *hook = AttachedHook { generation, ask: Some(ask) };
        }
    }

    pub(crate) fn detach_hook(&self, generation: u32) {
        let ask = {
            let mut hook = self.lock_hook();
            if hook.generation == generation { hook.ask.take() } else { None }
        };
        drop(ask);
    }

    fn lock(&self) -> MutexGuard<'_, Content> {
        self.content.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock_announce(&self) -> MutexGuard<'_, Option<Announce>> {
        self.announce.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock_hook(&self) -> MutexGuard<'_, AttachedHook> {
        self.hook.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn put(&self, kind: u32, id: u32, text: String, more: More) {
        // Here, on the caller's thread, and before the lock.
        let text = Text::from(text);
        {
            let mut content = self.lock();
            if !content.is_open {
                return;
            }
            content.events.push(Event { kind, id, text, more });
            if content.is_announced {
                return;
            }
            content.is_announced = true;
        }
        if let Some(announce) = &*self.lock_announce() {
            // Refused only when the environment is closing, and then nobody listens any more.
            let _status = announce.call(0, ThreadsafeFunctionCallMode::NonBlocking);
        }
    }
}

impl Host for Outbox {
    fn settled(&self, run: RunId, outcome: Outcome, receipt: Receipt) {
        match outcome {
            Outcome::Done(text) => self.put(DONE, run, text, More::Receipt(receipt)),
            Outcome::Failed(failure) => {
                let text = serde_json::to_string(&failure).unwrap_or_else(|error| {
                    format!(r#"{{"kind":"internal","code":"ERR_INTERNAL","message":"a failure could not be written: {error}"}}"#)
                });
                self.put(FAILED, run, text, More::ReceiptOfFailure(receipt));
            }
        }
    }

    fn console(&self, run: RunId, method: &'static str, args: String) {
        self.put(CONSOLE, run, serde_json::json!({ "method": method, "args": args }).to_string(), More::Nothing);
    }

    fn call(&self, call: HostCall) {
        self.put(CALL, call.run, call.args, More::Call(format!("{} {}", call.id, call.function)));
    }

    fn ask_host(&self, request: HookRequest) {
        let text = serde_json::json!({ "runId": request.run, "kind": request.kind, "payload": request.payload });
        self.put(HOOK, request.id, text.to_string(), More::Nothing);
    }

    fn ask_hook_thread(&self, generation: u32, request: HookRequest) -> bool {
        let payload = serde_json::Value::from(request.payload);
        // The data is JSON text already; it is not parsed again only to be written again.
        let text = format!(r#"{{"data":{},"payload":{payload}}}"#, request.data);
        let hook = self.lock_hook();
        match &hook.ask {
            Some(ask) if hook.generation == generation => {
                let ask =
                    ask.call((request.id, request.kind.to_owned(), text), ThreadsafeFunctionCallMode::NonBlocking);
                ask == Status::Ok
            }
            _ => false,
        }
    }

    fn hook_thread_hangs(&self, generation: u32) {
        self.put(REPLACE_HOOK_THREAD, generation, String::new(), More::Nothing);
    }

    fn hook_thread_wanted(&self) {
        self.put(WANT_HOOK_THREAD, 0, String::new(), More::Nothing);
    }
}
