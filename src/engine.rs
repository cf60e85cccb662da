//! The class `Engine`: one pool, one outbox, and the order in which they go away.

use crate::outbox::{Announce, More, Outbox};
use crate::ping::Pinger;
use crate::registry;
use crate::text::Text;
use isolated_runtime_engine::host::Host;
use isolated_runtime_engine::pool::{Pool, PoolOptions};
use isolated_runtime_engine::request::Request;
use napi::bindgen_prelude::{Either4, Env, Error, Function, Latin1String, Result, Status, Utf16String};
use napi_derive::napi;
use std::sync::{Arc, Weak};

/// What outlives the JavaScript object for as long as threads need it.
pub(crate) struct Core {
    pub(crate) id: u32,
    pub(crate) outbox: Arc<Outbox>,
    pub(crate) pool: Pool,
}

impl Core {
    /// No call into JavaScript is made after this returns; runs are told to stop.
    pub(crate) fn shut_down(&self) {
        self.outbox.close();
        self.pool.close();
    }
}

/// Runs guest code on threads of its own.
#[napi]
pub struct Engine {
    core: Arc<Core>,
    pinger: Pinger,
}

/// The host has no use for it any more, whether it said so before or not.
impl Drop for Engine {
    fn drop(&mut self) {
        self.core.outbox.close();
    }
}

#[napi]
impl Engine {
    /// `options` is JSON; `on_ready` is called when events wait to be drained: with 1, or with 0 once this engine is closed
    /// to its JavaScript. Then it may be gone: some hosts make calls that were queued before after they have finalized objects.
    #[napi(constructor, catch_unwind)]
    pub fn new(env: Env, options: String, on_ready: Function<'_, u32, ()>) -> Result<Self> {
        let options: PoolOptions = parse(&options)?;
        let outbox = Arc::new(Outbox::default());
        let listening = Arc::downgrade(&outbox);
        let announce: Announce =
            on_ready.build_threadsafe_function::<u32>().weak::<true>().callee_handled::<false>().build_callback(
                move |_call| Ok(u32::from(listening.upgrade().is_some_and(|outbox| outbox.is_open()))),
            )?;
        let core = registry::add(|id| {
            let host: Arc<dyn Host> = Arc::clone(&outbox) as Arc<dyn Host>;
            Arc::new(Core { id, outbox, pool: Pool::new(options, host) })
        });
        core.outbox.open(announce);
        // Added after the threadsafe function was made, so it runs before that is torn down.
        env.add_env_cleanup_hook(Arc::downgrade(&core), |core: Weak<Core>| {
            if let Some(core) = core.upgrade() {
                core.shut_down();
            }
        })?;
        Ok(Self { core, pinger: Pinger::default() })
    }

    /// Names this engine to its hook thread.
    #[napi(getter, catch_unwind)]
    pub fn id(&self) -> u32 {
        self.core.id
    }

    /// Queues a run; its outcome comes as an event.
    #[napi(catch_unwind)]
    pub fn run(&self, run_id: u32, request: String, args: String, context: String) -> Result<()> {
        let request: Request = parse(&request)?;
        self.core.pool.submit(run_id, request, args, context);
        Ok(())
    }

    /// Answers with a console event of this id, from a thread that does nothing else. For measurements.
    #[napi(catch_unwind)]
    pub fn ping(&self, id: u32) -> Result<()> {
        self.pinger.ping(id, &self.core.outbox).map_err(|error| Error::from_reason(error.to_string()))
    }

    /// Stops a run; no event follows.
    #[napi(catch_unwind)]
    pub fn abort(&self, run_id: u32) {
        self.core.pool.cancel(run_id);
    }

    /// The events that wait: kind, id, text, more text (0 where there is none), and so on for each. Receipts of runs that
    /// ended well are among them only if they are wanted: each is a string to make.
    #[napi(catch_unwind)]
    pub fn drain(&self, wants_receipts: bool) -> Vec<Either4<u32, String, Latin1String, Utf16String>> {
        let events = self.core.outbox.drain();
        let mut flat = Vec::with_capacity(events.len() * 4);
        for event in events {
            flat.push(Either4::A(event.kind));
            flat.push(Either4::A(event.id));
            flat.push(match event.text {
                Text::Short(text) => Either4::B(text),
                Text::Narrow(text) => Either4::C(text),
                Text::Wide(text) => Either4::D(text),
            });
            flat.push(match event.more {
                More::Call(which) => Either4::B(which),
                More::ReceiptOfFailure(receipt) => Either4::B(receipt.to_text()),
                More::Receipt(receipt) if wants_receipts => Either4::B(receipt.to_text()),
                More::Receipt(_) | More::Nothing => Either4::A(0),
            });
        }
        flat
    }

    /// The answer of a hook that runs on the host's event loop.
    #[napi(catch_unwind)]
    pub fn answer(&self, request_id: u32, ok: bool, text: String) {
        self.core.pool.hooks().answer(request_id, if ok { Ok(text) } else { Err(text) });
    }

    /// The answer of a host function: its result as text, or JSON text that describes the error.
    #[napi(catch_unwind)]
    pub fn answer_call(&self, run_id: u32, call_id: u32, ok: bool, text: String) {
        self.core.pool.answer_call(run_id, call_id, if ok { Ok(text) } else { Err(text) });
    }

    /// Drops what was kept for a prepared application.
    #[napi(catch_unwind)]
    pub fn forget(&self, prepared: u32) {
        self.core.pool.forget(prepared);
    }

    /// The hook thread of this generation ended and will not be replaced.
    #[napi(catch_unwind)]
    pub fn hook_thread_failed(&self, generation: u32, report: String) {
        self.core.pool.hooks().hook_thread_failed(generation, &report);
    }

    /// Takes no more runs, stops those in flight, and waits for the threads, with a bound.
    #[napi(catch_unwind)]
    pub fn close(&self) {
        self.core.pool.close();
    }

    /// Figures of this moment, as JSON.
    #[napi(catch_unwind)]
    pub fn stats(&self) -> Result<String> {
        serde_json::to_string(&self.core.pool.stats()).map_err(|error| Error::from_reason(error.to_string()))
    }
}

fn parse<T: serde::de::DeserializeOwned>(json: &str) -> Result<T> {
    serde_json::from_str(json).map_err(|error| Error::new(Status::InvalidArg, format!("broken request: {error}")))
}
