//! The guest's reduced `process`: what packages look at, and nothing that reaches the host.

use super::builtins;
use super::errors::throw_invalid_argument;
use super::js::{Args, Js, JsResult, Shape, Thrown, Value};
use super::natives::Native;
use std::ffi::CStr;

/// The Node release whose surface the guest sees.
const NODE_VERSION: &str = "v22.12.0";

pub(super) fn install(js: Js, global: Value) -> Result<(), Thrown> {
    let process = js.object()?;
    js.define(process, c"env", js.object()?, Shape::Data)?;
    js.define(process, c"argv", js.array()?, Shape::Data)?;
    js.define(process, c"execArgv", js.array()?, Shape::Data)?;
    js.define(process, c"title", js.string("node")?, Shape::Data)?;
    js.define(process, c"pid", Value::number(1.0), Shape::Data)?;
    js.define(process, c"version", js.string(NODE_VERSION)?, Shape::Data)?;
    let versions = js.object()?;
    js.define(versions, c"node", js.string(NODE_VERSION.trim_start_matches('v'))?, Shape::Data)?;
    js.define(process, c"versions", versions, Shape::Data)?;
    js.define(process, c"platform", js.string(platform())?, Shape::Data)?;
    js.define(process, c"arch", js.string(architecture())?, Shape::Data)?;
    let functions = [
        (c"nextTick", Native::NextTick),
        (c"cwd", Native::WorkingDirectory),
        (c"uptime", Native::Uptime),
        (c"exit", Native::Exit),
    ];
    for (name, native) in functions {
        js.define(process, name, js.function(name, 0, native as i32, Value::UNDEFINED)?, Shape::Data)?;
    }
    let hrtime = js.function(c"hrtime", 1, Native::HighResolutionTime as i32, Value::UNDEFINED)?;
    let bigint = js.function(c"bigint", 0, Native::HighResolutionTimeBigint as i32, Value::UNDEFINED)?;
    js.define(hrtime, c"bigint", bigint, Shape::Data)?;
    js.define(process, c"hrtime", hrtime, Shape::Data)?;
    install_later_parts(js, process)?;
    js.define(global, c"process", process, Shape::Method)
}

/// What packages use now and then: a native that builds the real one when it is called.
fn install_later_parts(js: Js, process: Value) -> Result<(), Thrown> {
    const METHODS: [&CStr; 16] = [
        c"on",
        c"once",
        c"off",
        c"emit",
        c"addListener",
        c"removeListener",
        c"removeAllListeners",
        c"prependListener",
        c"listeners",
        c"listenerCount",
        c"setMaxListeners",
        c"getMaxListeners",
        c"emitWarning",
        c"memoryUsage",
        c"cpuUsage",
        c"umask",
    ];
    for name in METHODS {
        let data = js.string(&name.to_string_lossy())?;
        js.define(process, name, js.function(name, 0, Native::ProcessPart as i32, data)?, Shape::Data)?;
        js.free(data);
    }
    for name in [c"stdin", c"stdout", c"stderr"] {
        let data = js.string(&name.to_string_lossy())?;
        let getter = js.function(name, 0, Native::ProcessStream as i32, data)?;
        js.define_accessor(process, name, getter, Value::UNDEFINED)?;
        js.free(data);
    }
    let tag = js.with_state(|state| state.realm().to_string_tag);
    let name = js.atom_of(tag)?;
    js.define_atom(process, name, js.string("process")?, Shape::Method)?;
    js.free_atom(name);
    for (name, words) in [(c"argv0", "node"), (c"execPath", "/node")] {
        js.define(process, name, js.string(words)?, Shape::Data)?;
    }
    for name in [c"release", c"features", c"config"] {
        js.define(process, name, js.object()?, Shape::Data)?;
    }
    js.define(process, c"exitCode", Value::UNDEFINED, Shape::Data)?;
    js.define(process, c"ppid", Value::number(0.0), Shape::Data)
}

fn platform() -> &'static str {
    match std::env::consts::OS {
        "macos" => "darwin",
        "windows" => "win32",
        other => other,
    }
}

fn architecture() -> &'static str {
    match std::env::consts::ARCH {
        "x86_64" => "x64",
        "aarch64" => "arm64",
        "x86" => "ia32",
        other => other,
    }
}

pub(super) fn cwd(js: Js, _this: Value, _args: Args, _data: Value) -> JsResult {
    js.string("/")
}

/// Not offered, and says so in the words of an engine that names what is missing.
pub(super) fn exit(js: Js, _this: Value, _args: Args, _data: Value) -> JsResult {
    Err(js.throw_type_error(c"process.exit is not a function"))
}

pub(super) fn next_tick(js: Js, _this: Value, args: Args, _data: Value) -> JsResult {
    if !js.is_function(args.get(0)) {
        return Err(throw_invalid_argument(js, c"The \"callback\" argument must be of type function"));
    }
    let tick = js.array()?;
    for index in 0..args.len() {
        js.define_index(tick, index as u32, js.dup(args.get(index)))?;
    }
    js.with_state(|state| state.ticks.push_back(tick));
    Ok(Value::UNDEFINED)
}

/// Milliseconds since the run began, whole ones: finer clocks help side channels, not customers.
fn milliseconds(js: Js) -> f64 {
    js.with_state(|state| state.spec().began.map_or(0, |began| began.elapsed().as_millis())) as f64
}

pub(super) fn uptime(js: Js, _this: Value, _args: Args, _data: Value) -> JsResult {
    Ok(Value::number(milliseconds(js) / 1e3))
}

pub(super) fn hrtime(js: Js, _this: Value, args: Args, _data: Value) -> JsResult {
    let now = milliseconds(js);
    let (mut seconds, mut nanoseconds) = ((now / 1e3).floor(), (now % 1e3) * 1e6);
    let earlier = args.get(0);
    if !earlier.is_undefined() {
        if !earlier.is_object() {
            return Err(throw_invalid_argument(js, c"The \"time\" argument must be an instance of Array"));
        }
        seconds -= js.to_number(js.get_index(earlier, 0)?)?;
        nanoseconds -= js.to_number(js.get_index(earlier, 1)?)?;
        if nanoseconds < 0.0 {
            seconds -= 1.0;
            nanoseconds += 1e9;
        }
    }
    let answer = js.array()?;
    js.define_index(answer, 0, Value::number(seconds))?;
    js.define_index(answer, 1, Value::number(nanoseconds))?;
    Ok(answer)
}

pub(super) fn hrtime_bigint(js: Js, _this: Value, _args: Args, _data: Value) -> JsResult {
    let nanoseconds = milliseconds(js) * 1e6;
    let bigint = js.with_state(|state| state.realm().bigint);
    js.call(bigint, Value::UNDEFINED, &[Value::number(nanoseconds)])
}

/// A method of `process` that is built when it is called first; `data` is its name.
pub(super) fn part(js: Js, _this: Value, args: Args, data: Value) -> JsResult {
    let method = later(js, c"methods", data)?;
    let answer = js.call_with(method, Value::UNDEFINED, args);
    js.free(method);
    answer
}

/// `stdin`, `stdout` and `stderr`, made on first touch; `data` is the name.
pub(super) fn stream(js: Js, this: Value, _args: Args, data: Value) -> JsResult {
    let make = later(js, c"streams", data)?;
    let stream = js.call(make, Value::UNDEFINED, &[])?;
    js.free(make);
    if this.is_object() {
        let name = js.atom_of(data)?;
        js.define_atom(this, name, js.dup(stream), Shape::Data)?;
        js.free_atom(name);
    }
    Ok(stream)
}

fn later(js: Js, group: &CStr, name: Value) -> JsResult {
    let module = builtins::builtin(js, "internal/process")?;
    let parts = js.get(module, group)?;
    let atom = js.atom_of(name)?;
    let part = js.get_atom(parts, atom)?;
    js.free_atom(atom);
    js.free(parts);
    js.free(module);
    Ok(part)
}
