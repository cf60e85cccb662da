//! The guest's `console`: arguments are copied without running guest code, and bounded in bytes.

use super::encode::{self, Manner};
use super::js::{Args, Js, JsResult, Shape, Thrown, Value};
use super::natives::Native;
use std::ffi::CStr;

/// What the host hears: the five methods of the predecessors.
const METHODS: [&str; 5] = ["debug", "log", "info", "warn", "error"];

const WRITING: [(&CStr, usize); 10] = [
    (c"debug", 0),
    (c"log", 1),
    (c"dir", 1),
    (c"dirxml", 1),
    (c"table", 1),
    (c"group", 1),
    (c"groupCollapsed", 1),
    (c"info", 2),
    (c"warn", 3),
    (c"error", 4),
];
const IGNORED: [&CStr; 9] =
    [c"groupEnd", c"time", c"timeEnd", c"timeLog", c"count", c"countReset", c"clear", c"profile", c"profileEnd"];

pub(super) fn install(js: Js, global: Value) -> Result<(), Thrown> {
    let console = js.object()?;
    for (name, method) in WRITING {
        let function = js.function(name, 0, Native::Console as i32, Value::number(method as f64))?;
        js.define(console, name, function, Shape::Data)?;
    }
    // Node prints a trace on stderr, as it does errors.
    let trace = js.function(c"trace", 0, Native::Console as i32, Value::number(4.0))?;
    js.define(console, c"trace", trace, Shape::Data)?;
    let assert = js.function(c"assert", 0, Native::ConsoleAssert as i32, Value::UNDEFINED)?;
    js.define(console, c"assert", assert, Shape::Data)?;
    for name in IGNORED {
        let function = js.function(name, 0, Native::ConsoleIgnore as i32, Value::UNDEFINED)?;
        js.define(console, name, function, Shape::Data)?;
    }
    js.define(global, c"console", console, Shape::Method)
}

pub(super) fn ignore(_js: Js, _this: Value, _args: Args, _data: Value) -> JsResult {
    Ok(Value::UNDEFINED)
}

pub(super) fn assert(js: Js, _this: Value, args: Args, _data: Value) -> JsResult {
    let claim = args.get(0);
    let holds = match claim.as_number() {
        Some(number) => number != 0.0 && !number.is_nan(),
        None if claim.is_undefined() || claim.is_null() => false,
        None if claim.is_boolean() => claim.is_true(),
        None => true,
    };
    if holds { Ok(Value::UNDEFINED) } else { report(js, 4, args, 1) }
}

pub(super) fn write(js: Js, _this: Value, args: Args, data: Value) -> JsResult {
    report(js, data.as_number().unwrap_or(1.0) as usize, args, 0)
}

/// What is dropped is counted by its texts, without converting anything.
fn count_dropped(js: Js, args: Args, skip: usize) {
    if !js.with_state(|state| state.spec().request.console) {
        return;
    }
    let bytes = (skip..args.len()).map(|index| js.string_bytes(args.get(index))).sum::<u64>();
    js.with_state(|state| state.console_bytes_dropped += bytes.max(1));
}

fn report(js: Js, method: usize, args: Args, skip: usize) -> JsResult {
    let room = js.with_state(|state| {
        let spec = state.spec();
        let limit = if spec.request.console { spec.request.limits.console_bytes } else { 0 };
        limit.saturating_sub(state.console_bytes)
    });
    // Silent unless asked for; and after the cut nothing more is copied.
    if room == 0 {
        count_dropped(js, args, skip);
        return Ok(Value::UNDEFINED);
    }
    let list = js.array()?;
    for index in skip..args.len() {
        js.define_index(list, (index - skip) as u32, js.dup(args.get(index)))?;
    }
    encode::encode(js, list, Manner::Lenient { bytes: room as usize, text: room as usize })?;
    js.free(list);
    js.with_state(|state| {
        let text = state.take_encoded();
        state.console_bytes += text.len() as u64;
        let spec = state.spec();
        let run = spec.id;
        let is_cut = state.console_bytes >= spec.request.limits.console_bytes;
        let host = &state.services().host;
        host.console(run, METHODS[method.min(4)], text);
        if is_cut {
            let limit = crate::limits::readable_bytes(spec.request.limits.console_bytes);
            let mark = format!(r#"[["x",[1]],["a","console output was cut: limit is {limit}"]]"#);
            host.console(run, "warn", mark);
        }
    });
    Ok(Value::UNDEFINED)
}
