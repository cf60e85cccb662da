//! Prepared applications: the entry module is evaluated once per sandbox, and the image taken after that. Every run of the
//! application starts from there, in a heap of its own as ever.
//!
//! What is kept has to be whole: nothing may be under way that lives outside the arena.

use super::breaker::Breach;
use super::js::{Js, PromiseState, Thrown, Value};
use super::outcome::{fail_with, fail_with_exception, first_unhandled};
use super::require::{self, Loaded};
use super::{esm, execution, host_calls};
use crate::errors::{ErrorCode, Failure, FailureKind};

/// Evaluates the entry module and everything it has set going. Afterwards the state has an outcome if that failed.
pub(super) fn prepare(js: Js) {
    let Ok(entry) = load(js) else { return fail_with_exception(js) };
    if let Some(promise) = first_unhandled(js) {
        return fail_with(js, js.promise_result(promise));
    }
    let is_awaiting = entry.is_some_and(|promise| js.promise_state(promise) == PromiseState::Pending);
    let awaited = is_awaiting.then_some("its own await");
    if let Some(what) = js.with_state(|state| state.pending()).or(awaited) {
        js.with_state(|state| {
            let file = &state.spec().request.file;
            let message = format!("{file} cannot be prepared: its top level leaves {what} pending");
            state.failure = Some(Failure::new(FailureKind::NotPreparable, ErrorCode::NotPreparable, message));
        });
        js.leave(Breach::Failure);
    }
    js.collect_garbage();
}

/// Answers the promise of the entry module, if that is an ES module.
fn load(js: Js) -> Result<Option<Value>, Thrown> {
    let global = js.global();
    host_calls::install(js, global)?;
    js.free(global);
    execution::load_entry(js)?;
    let promise = match require::load_unless_module(js, None)? {
        Loaded::Exports(exports) => {
            js.free(exports);
            None
        }
        Loaded::Module => Some(esm::begin_entry(js)?),
    };
    execution::drain(js)?;
    match promise.map(|promise| (promise, js.promise_state(promise))) {
        Some((promise, PromiseState::Rejected)) => Err(js.throw(js.promise_result(promise))),
        Some((_, PromiseState::Fulfilled)) => {
            // The image gets the namespace, too.
            js.free(esm::finish_entry(js)?);
            Ok(promise)
        }
        _ => Ok(promise),
    }
}
