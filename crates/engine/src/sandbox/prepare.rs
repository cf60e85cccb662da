//! Prepared applications: the entry module is evaluated once per sandbox, and the image taken after that. Every run of the
//! application starts from there, in a heap of its own as ever.
//!
//! What is kept has to be whole: nothing may be under way that lives outside the arena.

use super::breaker::Breach;
use super::js::{Js, Thrown};
use super::outcome::{fail_with, fail_with_exception, first_unhandled};
use super::{execution, host_calls, require};
use crate::errors::{ErrorCode, Failure, FailureKind};

/// Heap growth after which garbage is collected; ordinary runs never grow that much.
const COLLECT_AFTER: usize = 8 << 20;

/// Evaluates the entry module and everything it has set going. Afterwards the state has an outcome if that failed.
pub(super) fn prepare(js: Js) {
    if load(js).is_err() {
        return fail_with_exception(js);
    }
    if let Some(promise) = first_unhandled(js) {
        return fail_with(js, js.promise_result(promise));
    }
    if let Some(what) = js.with_state(|state| state.pending()) {
        js.with_state(|state| {
            let file = &state.spec().request.file;
            let message = format!("{file} cannot be prepared: its top level leaves {what} pending");
            state.failure = Some(Failure::new(FailureKind::NotPreparable, ErrorCode::NotPreparable, message));
        });
        js.leave(Breach::Failure);
    }
    js.collect_garbage(COLLECT_AFTER);
}

fn load(js: Js) -> Result<(), Thrown> {
    let global = js.global();
    host_calls::install(js, global)?;
    js.free(global);
    execution::load_entry(js)?;
    let exports = require::load_found(js, None)?;
    js.free(exports);
    execution::drain(js).map(|_is_settled| ())
}
