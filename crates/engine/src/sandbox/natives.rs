//! Every function of ours that guest code can call, by number. None of them keeps a value with a destructor alive while
//! it calls the engine.

use super::js::{Args, Js, JsResult, Value};
use super::{console, host_calls, process, random, realm, require, stack, timers};

macro_rules! natives {
    ($($name:ident => $function:path),+ $(,)?) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[repr(i32)]
        pub(super) enum Native { $($name),+ }

        /// Called by the trampoline; an unknown number cannot occur, since `Native` is what functions are made from.
        pub(super) fn call(index: i32, js: Js, this: Value, args: Args, data: Value) -> JsResult {
            $(if index == Native::$name as i32 {
                return $function(js, this, args, data);
            })+
            Ok(Value::UNDEFINED)
        }
    };
}

natives! {
    Require => require::require,
    RequireResolve => require::resolve,
    RequireResolvePaths => require::resolve_paths,
    HostCall => host_calls::call,
    Console => console::write,
    ConsoleAssert => console::assert,
    ConsoleIgnore => console::ignore,
    SetTimeout => timers::set_timeout,
    SetInterval => timers::set_interval,
    SetImmediate => timers::set_immediate,
    ClearTimer => timers::clear,
    TimerRef => timers::reference,
    TimerUnref => timers::unreference,
    TimerHasRef => timers::has_reference,
    TimerRefresh => timers::refresh,
    TimerClose => timers::close,
    TimerNumber => timers::number,
    NextTick => process::next_tick,
    HighResolutionTime => process::hrtime,
    HighResolutionTimeBigint => process::hrtime_bigint,
    WorkingDirectory => process::cwd,
    Uptime => process::uptime,
    Exit => process::exit,
    ErrorStack => stack::get,
    SetErrorStack => stack::set,
    CaptureStackTrace => stack::capture,
    Buffer => realm::buffer,
    SetBuffer => realm::set_buffer,
    Random => random::random,
}
