//! What the engine calls: native functions, and the tracker of rejected promises.

use super::{Args, Js, Thrown, Value};
use crate::sandbox::{breaker::Breach, natives};
use rquickjs::qjs;
use std::ffi::{c_int, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Every native function is entered here. A panic of ours ends the run, never the process.
pub(super) unsafe extern "C" fn trampoline(
    context: *mut qjs::JSContext,
    this: qjs::JSValue,
    count: c_int,
    values: *mut qjs::JSValue,
    index: c_int,
    data: *mut qjs::JSValue,
) -> qjs::JSValue {
    Js(context).ours(|| enter_native(context, this, count, values, index, data))
}

fn enter_native(
    context: *mut qjs::JSContext,
    this: qjs::JSValue,
    count: c_int,
    values: *mut qjs::JSValue,
    index: c_int,
    data: *mut qjs::JSValue,
) -> qjs::JSValue {
    let js = Js(context);
    let args = Args { values, count: usize::try_from(count).unwrap_or(0) };
    // SAFETY: every native function is made with one datum.
    let data = Value(unsafe { *data });
    match catch_unwind(AssertUnwindSafe(|| natives::call(index, js, Value(this), args, data))) {
        Ok(Ok(value)) => value.0,
        Ok(Err(Thrown)) => qjs::JS_EXCEPTION,
        Err(panic) => {
            drop(panic);
            js.leave(Breach::Panic);
            qjs::JS_EXCEPTION
        }
    }
}

/// The engine reports rejections without a handler, and handlers that come late.
pub(in crate::sandbox) unsafe extern "C" fn on_rejection(
    context: *mut qjs::JSContext,
    promise: qjs::JSValue,
    _reason: qjs::JSValue,
    is_handled: bool,
    _opaque: *mut c_void,
) {
    Js(context).ours(|| note_rejection(Js(context), promise, is_handled));
}

fn note_rejection(js: Js, promise: qjs::JSValue, is_handled: bool) {
    if is_handled {
        let known = js.with_state(|state| state.unhandled.remove(&Value(promise).identity()));
        if let Some((_, known)) = known {
            js.free(known);
        }
    } else {
        let promise = js.dup(Value(promise));
        js.with_state(|state| {
            let order = state.next_order();
            state.unhandled.insert(promise.identity(), (order, promise));
        });
    }
}
