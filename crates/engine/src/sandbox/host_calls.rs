//! Host functions as the guest sees them: functions that answer promises. Arguments and results are copied; the run may
//! wait for any number of answers without holding a thread.

use super::decode::{Form, decode};
use super::encode::{self, Manner};
use super::js::{Args, Js, JsResult, Shape, Terminated, Thrown, Value};
use super::natives::Native;
use super::objects;
use super::realm::ERROR_CLASSES;
use super::state::RunState;
use crate::control::Answer;
use crate::host::{CallId, HostCall};
use crate::limits::readable_bytes;
use serde::Deserialize;
use std::collections::HashMap;

/// A call without an answer: the functions that settle its promise, as owned references.
#[derive(Clone, Copy)]
struct PendingCall {
    resolve: Value,
    reject: Value,
    is_free: bool,
    /// What its arguments take up at the host until it is answered.
    bytes: u64,
    values: u64,
}

/// Calls of the run, as long as they wait.
#[derive(Default)]
pub(super) struct HostCalls {
    last_id: CallId,
    pending: HashMap<CallId, PendingCall>,
    /// Those that count, ever made and waiting.
    made: u64,
    in_flight: u64,
    /// Of those that wait.
    bytes: u64,
    values: u64,
}

impl HostCalls {
    pub(super) fn is_empty(&self) -> bool {
        self.pending.is_empty()
    }

    /// Whether calls wait that count; pieces of streams do not.
    pub(super) fn awaits_result(&self) -> bool {
        self.in_flight > 0
    }

    fn take(&mut self, id: CallId) -> Option<PendingCall> {
        let call = self.pending.remove(&id)?;
        if !call.is_free {
            self.in_flight -= 1;
            self.bytes -= call.bytes;
            self.values -= call.values;
        }
        Some(call)
    }
}

/// What a host function threw, as the host describes it.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Described {
    name: String,
    message: String,
    code: Option<String>,
}

/// Defines the run's host functions on the global object, in objects of their own where their names have several parts.
pub(super) fn install(js: Js, global: Value) -> Result<(), Thrown> {
    let count = js.with_state(|state| state.spec().request.host_functions.len());
    for index in 0..count {
        let parts = js.with_state(|state| state.spec().request.host_functions[index].path.len());
        let mut at = js.dup(global);
        for part in 0..parts.saturating_sub(1) {
            at = step_into(js, at, index, part)?;
        }
        let name = name_of(js, index, parts.saturating_sub(1))?;
        let atom = js.atom_of(name)?;
        let function = js.function(c"", 0, Native::HostCall as i32, Value::number(index as f64))?;
        js.define(function, c"name", name, Shape::Method)?;
        js.define_atom(at, atom, function, Shape::Data)?;
        js.free_atom(atom);
        js.free(at);
    }
    Ok(())
}

/// The object under a part of a function's path, made where there is none. Takes `at` over.
fn step_into(js: Js, at: Value, index: usize, part: usize) -> JsResult {
    let name = name_of(js, index, part)?;
    let atom = js.atom_of(name)?;
    js.free(name);
    let known = js.get_own_data(at, atom)?;
    let next = match known {
        Some(object) if object.is_object() => object,
        _ => {
            let object = js.object()?;
            js.define_atom(at, atom, js.dup(object), Shape::Data)?;
            object
        }
    };
    js.free_atom(atom);
    js.free(at);
    Ok(next)
}

fn name_of(js: Js, index: usize, part: usize) -> JsResult {
    js.string_from_state(|state| {
        let functions = &state.spec().request.host_functions;
        functions.get(index).and_then(|function| function.path.get(part)).map_or("", String::as_str)
    })
}

/// What guests call: copies the arguments, tells the host, and answers a promise.
pub(super) fn call(js: Js, _this: Value, args: Args, data: Value) -> JsResult {
    let function = data.as_number().unwrap_or(0.0) as u32;
    if !js.with_state(|state| may_call(state, function)) {
        return Err(super::errors::throw_limit(js, |_| {}));
    }
    let list = js.array()?;
    for index in 0..args.len() {
        js.define_index(list, index as u32, js.dup(args.get(index)))?;
    }
    encode::encode(js, list, Manner::Strict { subject: "arguments of a host function" })?;
    js.free(list);
    if !js.with_state(|state| may_send(state, function)) {
        return Err(super::errors::throw_limit(js, |_| {}));
    }
    let (promise, resolve, reject) = js.promise()?;
    js.with_state(|state| register(state, function, resolve, reject));
    Ok(promise)
}

/// Whether another call is within the limits; if not, the scratch text says so.
fn may_call(state: &mut RunState, function: u32) -> bool {
    if is_free(state, function) {
        return true;
    }
    let limits = &state.spec().request.limits;
    let (most, most_in_flight) = (limits.host_calls, limits.host_calls_in_flight);
    let calls = &state.host_calls;
    let message = if calls.made >= most {
        format!("too many calls of host functions: {}, limit is {most}", calls.made + 1)
    } else if calls.in_flight >= most_in_flight {
        format!("too many calls of host functions at once: {}, limit is {most_in_flight}", calls.in_flight + 1)
    } else {
        return true;
    };
    state.scratch = message;
    false
}

/// Whether the arguments in the encoder and those of all calls that wait are within the limits of one result; if not, the
/// scratch text says so, and the arguments are dropped.
fn may_send(state: &mut RunState, function: u32) -> bool {
    if is_free(state, function) {
        return true;
    }
    let limits = &state.spec().request.limits;
    let (most_bytes, most_values) = (limits.result_bytes, limits.result_values);
    let bytes = state.host_calls.bytes + state.encoder.text.len() as u64;
    let values = state.host_calls.values + state.encoder.values;
    let message = if bytes > most_bytes {
        let (measured, limit) = (readable_bytes(bytes), readable_bytes(most_bytes));
        format!("arguments of host functions that wait are {measured}, limit is {limit}")
    } else if values > most_values {
        format!("values in the arguments of host functions that wait: {values}, limit is {most_values}")
    } else {
        return true;
    };
    drop(state.take_encoded());
    state.scratch = message;
    false
}

fn is_free(state: &RunState, function: u32) -> bool {
    state.spec().request.host_functions.get(function as usize).is_some_and(|function| function.is_free)
}

fn register(state: &mut RunState, function: u32, resolve: Value, reject: Value) {
    let is_free = is_free(state, function);
    let values = state.encoder.values;
    let text = state.take_encoded();
    let bytes = text.len() as u64;
    let args = format!("S{text}");
    let calls = &mut state.host_calls;
    calls.last_id = calls.last_id.wrapping_add(1);
    let id = calls.last_id;
    calls.pending.insert(id, PendingCall { resolve, reject, is_free, bytes, values });
    if !is_free {
        calls.made += 1;
        calls.in_flight += 1;
        calls.bytes += bytes;
        calls.values += values;
    }
    let spec = state.spec();
    spec.control.costs(|costs| {
        costs.host_calls += 1;
        costs.bytes_out += args.len() as u64;
    });
    state.services().host.call(HostCall { run: spec.id, id, function, args });
}

/// Settles the promises of all calls that have been answered.
pub(super) fn deliver(js: Js) -> Result<(), Thrown> {
    while let Some(call) = js.with_state(take_answered) {
        let settled = match js.with_state(|state| state.answer_form) {
            Some(form) => {
                let view = js.with_state(|state| state.source.view(1));
                decode(js, form, view).map(|value| (call.resolve, value))
            }
            None => describe_error(js).map(|error| (call.reject, error)),
        };
        let (settle, value) = settled?;
        js.free(js.call(settle, Value::UNDEFINED, &[value])?);
        js.free(value);
        js.free(call.resolve);
        js.free(call.reject);
    }
    Ok(())
}

/// The next answered call. Its result waits where the parser reads it, with its form in the state, or else the
/// description of its error.
fn take_answered(state: &mut RunState) -> Option<PendingCall> {
    loop {
        let Answer { call, result } = state.spec().control.take_answer()?;
        // An answer that comes twice is none.
        let Some(call) = state.host_calls.take(call) else { continue };
        match result {
            Ok(text) => {
                state.spec().control.costs(|costs| costs.bytes_in += text.len() as u64);
                // `undefined` is no JSON; as a graph it is.
                let text = if text == "u" { r#"S[["x",["u"]]]"#.to_owned() } else { text };
                state.answer_form = Some(Form::of(text.as_bytes()));
                state.source = Terminated::new(text);
            }
            Err(report) => {
                state.answer_form = None;
                state.scratch = report;
            }
        }
        return Some(call);
    }
}

/// The error a host function threw: class by its name, message and code; nothing else of it crosses.
fn describe_error(js: Js) -> JsResult {
    let (class, has_code) = js.with_state(|state| {
        let described: Described = serde_json::from_str(&state.scratch).unwrap_or_default();
        let known = ERROR_CLASSES.iter().position(|name| name.to_bytes() == described.name.as_bytes());
        state.scratch = described.message;
        state.specifier = described.code.clone().unwrap_or_default();
        state.paths = vec![described.name];
        (known, described.code.is_some())
    });
    let constructors = js.with_state(|state| state.realm().error_constructors);
    // All of it now: making the error may run the guest's hook for stacks, which may load modules.
    let message = js.string_from_state(|state| &state.scratch)?;
    let name = js.string_from_state(|state| &state.paths[0])?;
    let code = js.string_from_state(|state| &state.specifier)?;
    let has_name = js.with_state(|state| !state.paths[0].is_empty());
    // An AggregateError wants a list that does not cross.
    let known = class.filter(|class| *class != super::realm::AGGREGATE);
    let error = js.construct(constructors[known.unwrap_or(0)], &[message])?;
    js.free(message);
    if known.is_none() && has_name {
        js.define(error, c"name", js.dup(name), Shape::Method)?;
    }
    if has_code {
        js.define(error, c"code", js.dup(code), Shape::Data)?;
    }
    js.free(name);
    js.free(code);
    debug_assert!(
        objects::own(js, error, c"message").is_ok_and(|found| found.is_some()),
        "errors of ours have a message"
    );
    Ok(error)
}
