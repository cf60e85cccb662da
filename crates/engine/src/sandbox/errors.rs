//! Error objects of ours that guest code sees.

use super::js::{Js, JsResult, Shape, Thrown};
use crate::errors::ErrorCode;
use std::ffi::CStr;

/// Places in `ERROR_CLASSES`.
pub(super) const ERROR: usize = 0;
pub(super) const TYPE_ERROR: usize = 1;
pub(super) const SYNTAX_ERROR: usize = 3;

/// Of how many errors the host remembers what the guest may not know: a guest can make any number, and drop them.
const KNOWN_ERRORS: usize = 200;

/// An error with a code, and the state's scratch text as its message.
fn with_code(js: Js, class: usize, code: &str) -> JsResult {
    let message = js.string_from_state(|state| &state.scratch)?;
    let constructor = js.with_state(|state| state.realm().error_constructors[class]);
    let error = js.construct(constructor, &[message])?;
    js.free(message);
    js.define(error, c"code", js.string(code)?, Shape::Data)?;
    Ok(error)
}

/// Throws an error of ours with the state's scratch text as its message. What only the host may know about it waits in
/// the state's `knowledge`.
pub(super) fn throw_known(js: Js, code: &str) -> Thrown {
    js.with_state(|state| {
        let knowledge = state.knowledge.take();
        state.waiting_knowledge.push(knowledge);
    });
    let made = with_code(js, ERROR, code);
    // Making the error may have run the guest's hook for stacks, and that may have thrown more of them.
    let Ok(error) = made else {
        js.with_state(|state| drop(state.waiting_knowledge.pop()));
        return Thrown;
    };
    let kept = js.dup(error);
    let forgotten = js.with_state(|state| {
        if let Some(knowledge) = state.waiting_knowledge.pop().flatten() {
            state.known_errors.push((kept, knowledge));
        }
        (state.known_errors.len() > KNOWN_ERRORS).then(|| state.known_errors.remove(0).0)
    });
    if let Some(forgotten) = forgotten {
        js.free(forgotten);
    }
    js.throw(error)
}

/// A limit that the guest may catch.
pub(super) fn throw_limit(js: Js, write: impl FnOnce(&mut String)) -> Thrown {
    js.with_state(|state| write(&mut state.scratch));
    match with_code(js, ERROR, ErrorCode::Limit.as_str()) {
        Ok(error) => js.throw(error),
        Err(thrown) => thrown,
    }
}

/// A value that cannot cross; the state's scratch text says which and what it is.
pub(super) fn throw_refused_value(js: Js) -> Thrown {
    match with_code(js, TYPE_ERROR, ErrorCode::Value.as_str()) {
        Ok(error) => js.throw(error),
        Err(thrown) => thrown,
    }
}

/// An error that Node throws, with its class and its code; the state's scratch text is its message.
pub(super) fn throw_node_error(js: Js, class: usize, code: &str) -> Thrown {
    match with_code(js, class, code) {
        Ok(error) => js.throw(error),
        Err(thrown) => thrown,
    }
}

/// An argument of the wrong type, with the class and the code that Node gives it.
pub(super) fn throw_invalid_argument(js: Js, message: &CStr) -> Thrown {
    js.throw_type_error(message);
    let error = js.take_exception();
    match js.string("ERR_INVALID_ARG_TYPE").and_then(|code| js.define(error, c"code", code, Shape::Data)) {
        Ok(()) => js.throw(error),
        Err(thrown) => thrown,
    }
}
