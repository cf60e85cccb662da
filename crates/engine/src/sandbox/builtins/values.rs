//! What the engine knows about values, and the clock.

use super::super::js::{Args, Js, JsResult, PromiseState, Value};

/// The engine's number for the class of an object; 0 for what is none.
pub(in crate::sandbox) fn class_number(js: Js, _this: Value, args: Args, _data: Value) -> JsResult {
    let value = args.get(0);
    let number = if value.is_object() { js.class_number(value) } else { 0 };
    Ok(Value::number(f64::from(number)))
}

/// 0, 1 or 2 for pending, fulfilled or rejected, and the value.
pub(in crate::sandbox) fn promise_details(js: Js, _this: Value, args: Args, _data: Value) -> JsResult {
    let promise = args.get(0);
    let (state, value) = match js.promise_state(promise) {
        PromiseState::Pending => (0.0, Value::UNDEFINED),
        PromiseState::Fulfilled => (1.0, js.promise_result(promise)),
        PromiseState::Rejected => (2.0, js.promise_result(promise)),
    };
    let pair = js.array()?;
    js.define_index(pair, 0, Value::number(state))?;
    js.define_index(pair, 1, value)?;
    Ok(pair)
}

/// Has a function told of promises; see `Js::listen_to_promises`.
pub(in crate::sandbox) fn watch_promises(js: Js, _this: Value, args: Args, _data: Value) -> JsResult {
    if js.is_function(args.get(0)) {
        js.listen_to_promises(args.get(0));
    }
    Ok(Value::UNDEFINED)
}

/// Target and handler of a proxy; `undefined` for everything else.
pub(in crate::sandbox) fn proxy_details(js: Js, _this: Value, args: Args, _data: Value) -> JsResult {
    let Some((target, handler)) = js.proxy_parts(args.get(0)) else { return Ok(Value::UNDEFINED) };
    let pair = js.array()?;
    js.define_index(pair, 0, target)?;
    js.define_index(pair, 1, handler)?;
    Ok(pair)
}

/// Whole milliseconds since the run began.
pub(in crate::sandbox) fn now(js: Js, _this: Value, _args: Args, _data: Value) -> JsResult {
    Ok(Value::number(js.with_state(|state| state.elapsed_milliseconds()) as f64))
}
