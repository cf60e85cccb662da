//! `setTimeout` and its family with Node's semantics: order, `unref`, `refresh`, clearing while running, arguments.
//!
//! What is pending stands in `timer_queue.rs`; here is what guests see of it.

use super::errors::{throw_invalid_argument, throw_limit};
use super::js::{Args, Js, JsResult, ObjectClass, Shape, Thrown, Value};
use super::natives::Native;
use super::timer_queue::{Due, Kind, Timer};
use std::ffi::CStr;

/// Longer delays fire after one millisecond, as in Node.
const LONGEST_DELAY: f64 = 2_147_483_647.0;

/// Prototypes of the handles, made once per realm.
#[derive(Clone, Copy)]
pub(super) struct TimerPrototypes {
    timeout: Value,
    immediate: Value,
}

pub(super) fn install(js: Js, global: Value) -> Result<TimerPrototypes, Thrown> {
    let functions: [(&CStr, i32, Native); 6] = [
        (c"setTimeout", 2, Native::SetTimeout),
        (c"setInterval", 2, Native::SetInterval),
        (c"setImmediate", 1, Native::SetImmediate),
        (c"clearTimeout", 1, Native::ClearTimer),
        (c"clearInterval", 1, Native::ClearTimer),
        (c"clearImmediate", 1, Native::ClearTimer),
    ];
    for (name, length, native) in functions {
        js.define(global, name, js.function(name, length, native as i32, Value::UNDEFINED)?, Shape::Method)?;
    }
    let timeout = prototype(js, c"Timeout")?;
    for (name, native) in [(c"refresh", Native::TimerRefresh), (c"close", Native::TimerClose)] {
        js.define(timeout, name, js.function(name, 0, native as i32, Value::UNDEFINED)?, Shape::Method)?;
    }
    let number = js.function(c"[Symbol.toPrimitive]", 0, Native::TimerNumber as i32, Value::UNDEFINED)?;
    let to_primitive = js.with_state(|state| state.realm().to_primitive);
    let name = js.atom_of(to_primitive)?;
    js.define_atom(timeout, name, number, Shape::Method)?;
    Ok(TimerPrototypes { timeout, immediate: prototype(js, c"Immediate")? })
}

fn prototype(js: Js, class: &CStr) -> JsResult {
    let prototype = js.object()?;
    // A class of the guest's own realm, so that `handle.constructor.name` reads as in Node and builds nothing.
    let constructor = js.function(class, 0, Native::ConsoleIgnore as i32, Value::UNDEFINED)?;
    js.define(prototype, c"constructor", constructor, Shape::Method)?;
    for (name, native) in [(c"ref", Native::TimerRef), (c"unref", Native::TimerUnref), (c"hasRef", Native::TimerHasRef)]
    {
        js.define(prototype, name, js.function(name, 0, native as i32, Value::UNDEFINED)?, Shape::Method)?;
    }
    Ok(prototype)
}

pub(super) fn set_timeout(js: Js, _this: Value, args: Args, _data: Value) -> JsResult {
    start(js, args, Kind::Timeout)
}

pub(super) fn set_interval(js: Js, _this: Value, args: Args, _data: Value) -> JsResult {
    start(js, args, Kind::Interval)
}

pub(super) fn set_immediate(js: Js, _this: Value, args: Args, _data: Value) -> JsResult {
    start(js, args, Kind::Immediate)
}

fn start(js: Js, args: Args, kind: Kind) -> JsResult {
    if !js.is_function(args.get(0)) {
        return Err(throw_invalid_argument(js, c"The \"callback\" argument must be of type function"));
    }
    let is_immediate = kind == Kind::Immediate;
    let delay = if is_immediate { 0 } else { delay_of(js, args.get(1))? };
    refuse_too_many(js)?;
    let prototypes = js.with_state(|state| state.realm().timer_prototypes);
    let prototype = prototypes.map_or(Value::NULL, |known| if is_immediate { known.immediate } else { known.timeout });
    let handle = js.object_with_prototype(prototype)?;
    let id = js.with_state(|state| state.timers.next_id());
    let first = if is_immediate { 1 } else { 2 };
    let list = js.array()?;
    for index in first..args.len() {
        js.define_index(list, (index - first) as u32, js.dup(args.get(index)))?;
    }
    js.define(handle, c"_id", Value::number(f64::from(id)), Shape::Fixed)?;
    js.define(handle, c"_onTimeout", js.dup(args.get(0)), Shape::Method)?;
    js.define(handle, c"_timerArgs", list, Shape::Fixed)?;
    js.define(handle, c"_idleTimeout", Value::number(delay as f64), Shape::Fixed)?;
    add(js, Timer::new(js.dup(handle), kind, delay), id);
    Ok(handle)
}

fn refuse_too_many(js: Js) -> Result<(), Thrown> {
    let (pending, limit) = js.with_state(|state| (state.timers.len(), state.spec().request.limits.timers));
    if pending < limit {
        return Ok(());
    }
    Err(throw_limit(js, |text| *text = format!("too many pending timers: {}, limit is {limit}", pending + 1)))
}

fn add(js: Js, timer: Timer, id: u32) {
    js.with_state(|state| {
        let now = state.elapsed_milliseconds();
        state.timers.add(timer, id, now);
    });
}

/// Calls back. The handle is `this`, as in Node.
pub(super) fn fire(js: Js, due: Due) -> Result<(), Thrown> {
    let began = js.with_state(|state| state.elapsed_milliseconds());
    let callback = own(js, due.handle, c"_onTimeout")?;
    let list = own(js, due.handle, c"_timerArgs")?;
    let answer = match (callback, list) {
        (Some(callback), Some(list)) if js.is_function(callback) => {
            let answer = call_with_list(js, callback, due.handle, list, 0);
            js.free(callback);
            js.free(list);
            answer
        }
        _ => Ok(()),
    };
    if !js.with_state(|state| state.timers.finish(due, began)) {
        js.free(due.handle);
    }
    answer
}

/// Calls a function with the elements of a list of ours, from `first` on.
pub(super) fn call_with_list(js: Js, function: Value, this: Value, list: Value, first: u32) -> Result<(), Thrown> {
    const FEW: usize = 16;
    let length = js.get(list, c"length")?.as_number().unwrap_or(0.0) as u32;
    let count = length.saturating_sub(first) as usize;
    if count <= FEW {
        let mut args = [Value::UNDEFINED; FEW];
        for (index, slot) in args.iter_mut().enumerate().take(count) {
            *slot = js.get_index(list, first + index as u32)?;
        }
        let answer = js.call(function, this, &args[..count]);
        for value in &args[..count] {
            js.free(*value);
        }
        return answer.map(|value| js.free(value));
    }
    // Not by `slice`, which asks the guest's Symbol.species what to make.
    let rest = js.array()?;
    for index in first..length {
        js.define_index(rest, index - first, js.get_index(list, index)?)?;
    }
    let apply = js.with_state(|state| state.realm().reflect_apply);
    js.call(apply, Value::UNDEFINED, &[function, this, rest]).map(|value| js.free(value))
}

fn own(js: Js, handle: Value, name: &CStr) -> Result<Option<Value>, Thrown> {
    let atom = js.atom(name.to_bytes())?;
    let found = js.get_own_data(handle, atom);
    js.free_atom(atom);
    found
}

fn delay_of(js: Js, value: Value) -> Result<u64, Thrown> {
    Ok(whole_delay(js.to_number(value)?))
}

fn whole_delay(delay: f64) -> u64 {
    // Written so that NaN takes the first branch.
    if !(1.0..=LONGEST_DELAY).contains(&delay) { 1 } else { delay as u64 }
}

/// The id behind a handle, or a number, or a numeric string; never runs guest code.
fn id_of(js: Js, handle: Value) -> Option<u32> {
    if handle.is_object() {
        if js.class(handle) != ObjectClass::Other {
            return None;
        }
        let name = js.atom(b"_id").ok()?;
        let found = js.get_own_data(handle, name);
        js.free_atom(name);
        let id = found.ok()??.as_number()?;
        let known = js.with_state(|state| state.timers.get(id as u32).map(|timer| timer.handle));
        // A forged handle names a timer, but is not it. A timer that has fired is known by its prototype.
        return match known {
            Some(known) if !known.is_same_object(handle) => None,
            _ => Some(id as u32),
        };
    }
    if let Some(id) = handle.as_number() {
        return (id >= 1.0 && id.fract() == 0.0 && id <= f64::from(u32::MAX)).then_some(id as u32);
    }
    if handle.is_string() {
        let text = js.text(handle).ok()?;
        let id = std::str::from_utf8(text.bytes()).ok().and_then(|digits| digits.parse().ok());
        js.free_text(text);
        return id;
    }
    None
}

pub(super) fn clear(js: Js, _this: Value, args: Args, _data: Value) -> JsResult {
    clear_handle(js, args.get(0));
    Ok(Value::UNDEFINED)
}

fn clear_handle(js: Js, handle: Value) {
    let Some(id) = id_of(js, handle) else { return };
    let removed = js.with_state(|state| state.timers.remove(id));
    let cleared = removed.map_or(handle, |timer| timer.handle);
    if cleared.is_object() {
        // Not even `refresh` calls back after that. The handle is an ordinary object: this cannot run guest code.
        if js.define(cleared, c"_onTimeout", Value::NULL, Shape::Method).is_err() {
            js.free(js.take_exception());
        }
    }
    if let Some(timer) = removed {
        js.free(timer.handle);
    }
}

pub(super) fn close(js: Js, this: Value, _args: Args, _data: Value) -> JsResult {
    clear_handle(js, this);
    Ok(js.dup(this))
}

fn set_reference(js: Js, this: Value, is_referenced: bool) -> JsResult {
    if let Some(id) = id_of(js, this) {
        js.with_state(|state| {
            if let Some(timer) = state.timers.get_mut(id) {
                timer.is_referenced = is_referenced;
            }
        });
    }
    Ok(js.dup(this))
}

pub(super) fn reference(js: Js, this: Value, _args: Args, _data: Value) -> JsResult {
    set_reference(js, this, true)
}

pub(super) fn unreference(js: Js, this: Value, _args: Args, _data: Value) -> JsResult {
    set_reference(js, this, false)
}

pub(super) fn has_reference(js: Js, this: Value, _args: Args, _data: Value) -> JsResult {
    let id = id_of(js, this);
    let is_referenced =
        js.with_state(|state| id.and_then(|id| state.timers.get(id)).is_some_and(|timer| timer.is_referenced));
    Ok(Value::boolean(is_referenced))
}

/// Starts the delay anew; a timer that has fired is revived, one that was cleared is not.
pub(super) fn refresh(js: Js, this: Value, _args: Args, _data: Value) -> JsResult {
    let Some(id) = id_of(js, this) else { return Ok(js.dup(this)) };
    // What looks like a handle but was never handed out may not become a timer.
    let may_revive = js.with_state(|state| {
        let now = state.elapsed_milliseconds();
        !state.timers.restart(id, now) && state.timers.was_handed_out(id)
    });
    if may_revive {
        let callback = own(js, this, c"_onTimeout")?.unwrap_or(Value::NULL);
        let delay = own(js, this, c"_idleTimeout")?.and_then(Value::as_number);
        if let (true, Some(delay)) = (js.is_function(callback), delay) {
            refuse_too_many(js)?;
            add(js, Timer::new(js.dup(this), Kind::Timeout, whole_delay(delay)), id);
        }
        js.free(callback);
    }
    Ok(js.dup(this))
}

pub(super) fn number(js: Js, this: Value, _args: Args, _data: Value) -> JsResult {
    Ok(id_of(js, this).map_or(Value::number(f64::NAN), |id| Value::number(f64::from(id))))
}
