//! The empty round trip: JavaScript, a sleeping thread, and back through the outbox. What remains of a run's time beyond
//! it is the engine's; the benchmarks compare the two within one process.

use crate::outbox::Outbox;
use isolated_runtime_engine::host::Host;
use std::sync::mpsc::{self, Sender};
use std::sync::{Arc, Mutex, PoisonError};

/// A thread that does nothing but answer. Starts with the first ping and ends with this value.
#[derive(Default)]
pub(crate) struct Pinger {
    sender: Mutex<Option<Sender<u32>>>,
}

impl Pinger {
    /// Wakes the thread, which puts a console event with this id into the outbox.
    pub(crate) fn ping(&self, id: u32, outbox: &Arc<Outbox>) -> std::io::Result<()> {
        let mut sender = self.sender.lock().unwrap_or_else(PoisonError::into_inner);
        if sender.as_ref().is_none_or(|sender| sender.send(id).is_err()) {
            let started = start(Arc::clone(outbox))?;
            // Its thread receives until the sender is gone, so this cannot fail.
            let _sent = started.send(id);
            *sender = Some(started);
        }
        Ok(())
    }
}

fn start(outbox: Arc<Outbox>) -> std::io::Result<Sender<u32>> {
    let (sender, receiver) = mpsc::channel::<u32>();
    std::thread::Builder::new().name("isolated-ping".to_owned()).spawn(move || {
        for id in receiver {
            outbox.console(id, "ping", String::new());
        }
    })?;
    Ok(sender)
}
