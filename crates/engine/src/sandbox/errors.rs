//! Error objects of ours that guest code sees.

use super::js::{Js, JsResult, Shape, Thrown};
use crate::errors::ErrorCode;

/// An `Error` with a message and a code. `write` puts the message into the state's scratch text.
fn with_code(js: Js, code: ErrorCode, write: impl FnOnce(&mut String)) -> JsResult {
    js.with_state(|state| {
        state.scratch.clear();
        write(&mut state.scratch);
    });
    let message = js.string_from_state(|state| &state.scratch)?;
    let constructor = js.with_state(|state| state.realm().error_constructors[0]);
    let error = js.construct(constructor, &[message])?;
    js.free(message);
    js.define(error, c"code", js.string(code.as_str())?, Shape::Data)?;
    Ok(error)
}

/// Throws an error of ours. What only the host may know about it waits in the state's `knowledge`.
pub(super) fn throw_known(js: Js, code: ErrorCode, write: impl FnOnce(&mut String)) -> Thrown {
    let error = match with_code(js, code, write) {
        Ok(error) => error,
        Err(thrown) => return thrown,
    };
    let kept = js.dup(error);
    js.with_state(|state| {
        if let Some(knowledge) = state.knowledge.take() {
            state.known_errors.push((kept, knowledge));
        }
    });
    js.throw(error)
}

/// A limit that the guest may catch.
pub(super) fn throw_limit(js: Js, write: impl FnOnce(&mut String)) -> Thrown {
    match with_code(js, ErrorCode::Limit, write) {
        Ok(error) => js.throw(error),
        Err(thrown) => thrown,
    }
}
