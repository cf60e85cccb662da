//! One run from its first instruction to its outcome: context, module, function, arguments, event loop, result.
//!
//! Everything here runs beneath the guard. Control may jump out wherever the engine is called, so nothing with a
//! destructor is held across such calls; what has to be kept lies in the state.

use super::breaker::Breach;
use super::decode::{Form, decode};
use super::esm;
use super::js::{Args, Js, JsResult, PromiseState, Shape, Terminated, TextView, Thrown, Value};
use super::outcome::{fail_with, fail_with_exception, finish, first_unhandled, hook_failure};
use super::require::{self, Loaded, Verdict};
use super::state::{HostKnowledge, RunState};
use super::{skeleton, timers};
use crate::errors::{ErrorCode, Failure, FailureKind};
use crate::modules::ModuleError;

/// Whether the run is over.
pub(super) type Settled = bool;

/// Begins the run in the state; afterwards the state has an outcome, or a promise to wait for.
pub(super) fn begin(js: Js) {
    take_answer(js, call_function(js));
}

/// The function answered, if the file has been evaluated.
fn take_answer(js: Js, answer: Result<Option<Value>, Thrown>) {
    match answer {
        Ok(Some(answer)) if !answer.is_object() => finish(js, answer),
        Ok(Some(answer)) => wait_for(js, answer),
        Ok(None) => {}
        Err(Thrown) => fail_with_exception(js),
    }
}

/// Turns the event loop until the outcome is there or nothing can run before the next timer.
pub(super) fn turn(js: Js) {
    if js.with_state(|state| state.outcome.is_some()) {
        return;
    }
    match super::host_calls::deliver(js)
        .and_then(|()| drain(js))
        .and_then(|settled| if settled { Ok(true) } else { run_timers(js) })
    {
        Ok(true) => {}
        Ok(false) => give_up_if_stuck(js),
        Err(Thrown) => fail_with_exception(js),
    }
}

/// With nothing left to run, a rejection that nobody has handled will never be handled: it is why the run is stuck. Streams
/// that wait do not count: they may do so for as long as a client likes.
fn give_up_if_stuck(js: Js) {
    if js.with_state(|state| state.timers.next_due().is_none() && !state.host_calls.awaits_result())
        && let Some(promise) = first_unhandled(js)
    {
        fail_with(js, js.promise_result(promise));
    }
}

/// `None` while the file is being evaluated.
fn call_function(js: Js) -> Result<Option<Value>, Thrown> {
    map_arguments(js)?;
    let global = js.global();
    install_context(js, global)?;
    js.free(global);
    match entry(js)? {
        Loaded::Exports(exports) => call_export(js, exports).map(Some),
        Loaded::Module => {
            let promise = esm::begin_entry(js)?;
            js.with_state(|state| state.entry = Some(promise));
            go_on_with_entry(js)
        }
    }
}

/// Looks at the promise of the file, if that is an ES module under way; answers what its function answers, once it does.
fn go_on_with_entry(js: Js) -> Result<Option<Value>, Thrown> {
    let Some(entry) = js.with_state(|state| state.entry) else { return Ok(None) };
    match js.promise_state(entry) {
        PromiseState::Pending => return Ok(None),
        PromiseState::Rejected => return Err(js.throw(js.promise_result(entry))),
        PromiseState::Fulfilled => {}
    }
    js.with_state(|state| state.entry = None);
    call_export(js, esm::finish_entry(js)?).map(Some)
}

/// Calls the function that the run is about.
fn call_export(js: Js, exports: Value) -> JsResult {
    let name = js.string_from_state(|state| &state.spec().request.func_name)?;
    let atom = js.atom_of(name)?;
    js.free(name);
    let function = if exports.is_object() { js.get_atom(exports, atom)? } else { Value::UNDEFINED };
    js.free_atom(atom);
    if !js.is_function(function) {
        js.with_state(|state| {
            let name = &state.spec().request.func_name;
            let message = format!("{name} is not a function");
            state.failure =
                Some(Failure { code: None, ..Failure::new(FailureKind::NotFunction, ErrorCode::Internal, message) });
        });
        return Err(js.leave(Breach::Failure));
    }
    announce(js)?;
    let list = arguments(js)?;
    let apply = js.with_state(|state| state.realm().reflect_apply);
    let answer = js.call(apply, Value::UNDEFINED, &[function, exports, list]);
    js.free(list);
    js.free(function);
    js.free(exports);
    answer
}

/// The context's keys become globals; `__globals__` has everything under the predecessors' names.
fn install_context(js: Js, global: Value) -> Result<(), Thrown> {
    let skeleton = js.with_state(|state| state.realm().skeleton());
    let names = skeleton.names;
    let is_prepared = js.with_state(|state| !state.modules.is_empty());
    // What a prepared application had in its hands may not be what it was.
    let globals = if is_prepared { skeleton::make_globals(js, names, global)? } else { js.dup(skeleton.globals) };
    let has_context = js.with_state(|state| {
        let text = state.spec.as_mut().map(|spec| std::mem::take(&mut spec.context)).unwrap_or_default();
        let has_context = !text.is_empty();
        state.source = Terminated::new(text);
        has_context
    });
    if has_context {
        let (form, view) = js.with_state(|state| encoded(&state.source));
        let context = decode(js, form, view)?;
        if context.is_object() {
            let keys = js.own_keys(context)?;
            for index in 0..keys.len() {
                let key = keys.get(index);
                let value = js.get_atom(context, key)?;
                if js.define_atom(global, key, value, Shape::Data).is_err() {
                    // `undefined`, `NaN` and their like cannot be redefined; `__globals__` still has the value.
                    js.free(js.take_exception());
                }
            }
            js.free_keys(keys);
        }
        js.define_atom(globals, names.context, context, Shape::Data)?;
        // A key may have had its name.
        js.define_atom(global, names.globals, js.dup(globals), Shape::Method)?;
    }
    js.with_state(entry_name_to_scratch);
    js.define_atom(globals, names.file, js.string_from_state(|state| &state.scratch)?, Shape::Data)?;
    let function = js.string_from_state(|state| &state.spec().request.func_name)?;
    js.define_atom(globals, names.function_name, function, Shape::Data)?;
    js.with_state(|state| {
        let text = state.spec.as_mut().map(|spec| std::mem::take(&mut spec.args)).unwrap_or_default();
        state.arguments = Terminated::new(text);
    });
    js.free(globals);
    // A prepared application has had them since it was loaded.
    if is_prepared { Ok(()) } else { super::host_calls::install(js, global) }
}

/// The form of a text of the host, and what follows the letter that says so.
fn encoded(text: &Terminated) -> (Form, TextView) {
    (Form::of(text.bytes()), text.view(1))
}

/// `__globals__.args`; it takes the accessor's place.
pub(super) fn global_arguments(js: Js, this: Value, _args: Args, _data: Value) -> JsResult {
    let value = arguments(js)?;
    replace_global_arguments(js, this, js.dup(value))?;
    Ok(value)
}

/// Assigning replaces the accessor, as it would replace a value.
pub(super) fn set_global_arguments(js: Js, this: Value, args: Args, _data: Value) -> JsResult {
    replace_global_arguments(js, this, js.dup(args.get(0)))?;
    Ok(Value::UNDEFINED)
}

fn replace_global_arguments(js: Js, this: Value, value: Value) -> Result<(), Thrown> {
    let names = js.with_state(|state| state.realm().skeleton().names);
    if this.is_object() { js.define_atom(this, names.args, value, Shape::Data) } else { Ok(()) }
}

/// Loads the entry module, unless the run starts from an application that has it.
fn entry(js: Js) -> Result<Loaded, Thrown> {
    if js.with_state(|state| state.modules.is_empty()) {
        load_entry(js)?;
        return require::load_unless_module(js, None);
    }
    let exports = if js.with_state(|state| state.esm.has_entry()) {
        esm::finish_entry(js)?
    } else {
        let entry = js.with_state(|state| state.modules.first().map(|entry| entry.object));
        js.get(entry.unwrap_or(Value::UNDEFINED), c"exports")?
    };
    Ok(Loaded::Exports(exports))
}

pub(super) fn load_entry(js: Js) -> Result<(), Thrown> {
    let failed = js.with_state(|state| {
        let file = state.spec().request.file.clone();
        let entry = state.loader.as_ref().map(|loader| loader.entry(&file));
        match entry {
            Some(Ok(file)) => {
                state.found = Some(file);
                return false;
            }
            Some(Err(error)) => state.failure = Some(entry_failure(&file, error)),
            None => state.failure = Some(Failure::internal("the run has no module loader")),
        }
        true
    });
    if failed { Err(js.leave(Breach::Failure)) } else { Ok(()) }
}

/// Why the entry file could not be loaded.
pub(super) fn entry_failure(file: &str, error: ModuleError) -> Failure {
    match error {
        ModuleError::NotFound { reason, .. } | ModuleError::Unreadable { reason, .. } => Failure::module(file, reason),
        ModuleError::TooLarge { file, limit, measured } => {
            Failure::too_many_bytes(&format!("source file {file}"), limit, measured)
        }
    }
}

/// Tells the host that the function was found, if it wants to know.
fn announce(js: Js) -> Result<(), Thrown> {
    let verdict = js.with_state(|state| {
        let hooks = &state.spec().request.hooks;
        if !hooks.running {
            return Verdict::Found;
        }
        match require::ask(state, crate::request::HookPlace::Host, "running", Vec::new()) {
            Ok(_) => Verdict::Found,
            Err(verdict) => verdict,
        }
    });
    stop_at(js, verdict)
}

/// What `__globals__.file` says: the predecessors joined the entry file to the root, so that `require` takes it.
fn entry_name_to_scratch(state: &mut RunState) {
    let file = &state.spec().request.file;
    state.scratch = match &state.loader {
        Some(loader) => loader.entry_name(file),
        None => file.clone(),
    };
}

/// Before anything of the guest runs, as the predecessors did: it sees what the resolver made of the arguments.
fn map_arguments(js: Js) -> Result<(), Thrown> {
    let mapped = js.with_state(|state| {
        let Some(place) = state.spec().request.hooks.arguments else { return Verdict::Found };
        let original = state.spec().args.clone();
        match require::ask(state, place, "arguments", vec![original]) {
            Ok(text) => {
                let limit = state.spec().request.limits.args_bytes;
                let measured = text.len() as u64;
                if measured > limit {
                    state.failure = Some(Failure::too_many_bytes("arguments", limit, measured));
                    return Verdict::Failed;
                }
                if let Some(spec) = &mut state.spec {
                    spec.args = text;
                }
                Verdict::Found
            }
            Err(verdict) => verdict,
        }
    });
    stop_at(js, mapped)
}

/// Decodes the run's arguments anew.
fn arguments(js: Js) -> JsResult {
    let text = js.with_state(|state| (!state.arguments.bytes().is_empty()).then(|| encoded(&state.arguments)));
    match text {
        Some((form, view)) => decode(js, form, view),
        None => js.array(),
    }
}

/// A hook that stands outside the guest's code fails the run as a whole.
fn stop_at(js: Js, verdict: Verdict) -> Result<(), Thrown> {
    match verdict {
        Verdict::Stopped => Err(js.leave(Breach::Told)),
        Verdict::Failed => Err(js.leave(Breach::Failure)),
        Verdict::HookFailed => {
            js.with_state(|state| {
                if let Some(HostKnowledge::Hook(report)) = state.knowledge.take() {
                    state.failure = Some(hook_failure(report));
                }
            });
            Err(js.leave(Breach::Failure))
        }
        _ => Ok(()),
    }
}

/// Awaits an object as `await` does: thenables are followed, promises adopted.
fn wait_for(js: Js, answer: Value) {
    match is_ordinary_promise(js, answer) {
        // Watched as it is, as `await` does: no `then` that the guest may have replaced is called.
        Ok(true) => return js.with_state(|state| state.main = Some(answer)),
        Ok(false) => {}
        Err(Thrown) => return fail_with_exception(js),
    }
    let begun = js.promise().and_then(|(promise, resolve, reject)| {
        js.with_state(|state| state.main = Some(promise));
        let resolved = js.call(resolve, Value::UNDEFINED, &[answer]).map(|value| js.free(value));
        js.free(resolve);
        js.free(reject);
        js.free(answer);
        resolved
    });
    if begun.is_err() {
        fail_with_exception(js);
    }
}

fn is_ordinary_promise(js: Js, answer: Value) -> Result<bool, Thrown> {
    if !js.is_promise(answer) {
        return Ok(false);
    }
    let constructor = js.get(answer, c"constructor")?;
    let is_ordinary = js.with_state(|state| state.realm().promise.is_same_object(constructor));
    js.free(constructor);
    Ok(is_ordinary)
}

/// Runs ticks and promise jobs until none is left or the result is there.
pub(super) fn drain(js: Js) -> Result<Settled, Thrown> {
    loop {
        while let Some(tick) = js.with_state(|state| state.ticks.pop_front()) {
            let function = js.get_index(tick, 0)?;
            let answer = timers::call_with_list(js, function, Value::UNDEFINED, tick, 1);
            js.free(function);
            js.free(tick);
            answer?;
            if settle_main(js) {
                return Ok(true);
            }
        }
        loop {
            if settle_main(js) {
                return Ok(true);
            }
            let has_run = js.run_job();
            js.with_state(|state| state.esm.end_job());
            if !has_run? {
                break;
            }
        }
        if js.with_state(|state| state.ticks.is_empty()) {
            return Ok(false);
        }
    }
}

fn run_timers(js: Js) -> Result<Settled, Thrown> {
    let now = js.with_state(|state| state.elapsed_milliseconds());
    while let Some(due) = js.with_state(|state| state.timers.take_due_timer(now)) {
        timers::fire(js, due)?;
        if drain(js)? {
            return Ok(true);
        }
    }
    // Those that the timers have set are among them, those that immediates set are not.
    let last = js.with_state(|state| state.timers.last_order());
    while let Some(due) = js.with_state(|state| state.timers.take_immediate(last)) {
        timers::fire(js, due)?;
        if drain(js)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Looks at the promise of the result; `true` when the run is over.
fn settle_main(js: Js) -> bool {
    if js.with_state(|state| state.entry.is_some()) {
        take_answer(js, go_on_with_entry(js));
        if js.with_state(|state| state.outcome.is_some()) {
            return true;
        }
    }
    let Some(main) = js.with_state(|state| state.main) else { return false };
    match js.promise_state(main) {
        PromiseState::Pending => false,
        PromiseState::Fulfilled => {
            finish(js, js.promise_result(main));
            true
        }
        PromiseState::Rejected => {
            fail_with(js, js.promise_result(main));
            true
        }
    }
}
