//! One run from its first instruction to its outcome: context, module, function, arguments, event loop, result.
//!
//! Everything here runs beneath the guard. Control may jump out wherever the engine is called, so nothing with a
//! destructor is held across such calls; what has to be kept lies in the state.

use super::breaker::Breach;
use super::decode::{Form, decode};
use super::encode::{self, Manner};
use super::js::{Js, PromiseState, Shape, Terminated, TextView, Thrown, Value};
use super::require::{self, Verdict};
use super::state::{HostKnowledge, RunState};
use super::timers;
use crate::errors::{ErrorCode, Failure, FailureKind};
use crate::host::Outcome;
use crate::modules::ModuleError;
use crate::request::ResultForm;

/// What a thrown value may take up on its way out.
const ERROR_BYTES: usize = 256 << 10;
/// Whether the run is over.
type Settled = bool;

/// Begins the run in the state; afterwards the state has an outcome, or a promise to wait for.
pub(super) fn begin(js: Js) {
    match call_function(js) {
        Ok(answer) if !answer.is_object() => finish(js, answer),
        Ok(answer) => wait_for(js, answer),
        Err(Thrown) => fail_with_exception(js),
    }
}

/// Turns the event loop until the outcome is there or nothing can run before the next timer.
pub(super) fn turn(js: Js) {
    if js.with_state(|state| state.outcome.is_some()) {
        return;
    }
    match drain(js).and_then(|settled| if settled { Ok(true) } else { run_timers(js) }) {
        Ok(true) => {}
        Ok(false) => give_up_if_stuck(js),
        Err(Thrown) => fail_with_exception(js),
    }
}

/// With nothing left to run, a rejection that nobody has handled will never be handled: it is why the run is stuck.
fn give_up_if_stuck(js: Js) {
    if js.with_state(|state| state.timers.next_due().is_none())
        && let Some(promise) = first_unhandled(js)
    {
        fail_with(js, js.promise_result(promise));
    }
}

fn call_function(js: Js) -> Result<Value, Thrown> {
    let global = js.global();
    install_context(js, global)?;
    js.free(global);
    load_entry(js)?;
    let exports = require::load_found(js, None)?;
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
    let globals = js.object()?;
    let text = js.with_state(|state| take_text(state, |spec| std::mem::take(&mut spec.context)));
    if let Some((form, view)) = text {
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
        js.define(globals, c"__context__", context, Shape::Data)?;
    } else {
        js.define(globals, c"__context__", js.object()?, Shape::Data)?;
    }
    js.define(globals, c"file", js.string_from_state(|state| &state.spec().request.file)?, Shape::Data)?;
    js.define(globals, c"funcName", js.string_from_state(|state| &state.spec().request.func_name)?, Shape::Data)?;
    let args = js.with_state(|state| take_text(state, |spec| spec.args.clone()));
    if let Some((form, view)) = args {
        js.define(globals, c"args", decode(js, form, view)?, Shape::Data)?;
    }
    js.define(global, c"__globals__", globals, Shape::Method)
}

/// Puts a text where the parser reads it; `None` for an empty one.
fn take_text(state: &mut RunState, pick: impl FnOnce(&mut super::RunSpec) -> String) -> Option<(Form, TextView)> {
    let text = pick(state.spec.as_mut()?);
    if text.is_empty() {
        return None;
    }
    let form = Form::of(&text);
    state.source = Terminated::new(text);
    Some((form, state.source.view(1)))
}

fn load_entry(js: Js) -> Result<(), Thrown> {
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

fn arguments(js: Js) -> Result<Value, Thrown> {
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
    stop_at(js, mapped)?;
    let text = js.with_state(|state| take_text(state, |spec| std::mem::take(&mut spec.args)));
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

fn hook_failure(report: serde_json::Value) -> Failure {
    let text = |key: &str| report.get(key).and_then(serde_json::Value::as_str).unwrap_or("unknown").to_owned();
    let message = format!("{} failed: {}", text("hook"), text("message"));
    Failure { hook: Some(report), ..Failure::new(FailureKind::Hook, ErrorCode::Hook, message) }
}

/// Awaits an object as `await` does: thenables are followed, promises adopted.
fn wait_for(js: Js, answer: Value) {
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

/// Runs ticks and promise jobs until none is left or the result is there.
fn drain(js: Js) -> Result<Settled, Thrown> {
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
            if !js.run_job()? {
                break;
            }
        }
        if js.with_state(|state| state.ticks.is_empty()) {
            return Ok(false);
        }
    }
}

fn run_timers(js: Js) -> Result<Settled, Thrown> {
    let turn = js.with_state(|state| {
        let now = state.elapsed_milliseconds();
        state.timers.set_now(now);
        state.timers.turn()
    });
    while let Some(due) = js.with_state(|state| state.timers.take_due_timer(turn)) {
        timers::fire(js, due)?;
        if drain(js)? {
            return Ok(true);
        }
    }
    while let Some(due) = js.with_state(|state| state.timers.take_immediate(turn)) {
        timers::fire(js, due)?;
        if drain(js)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Looks at the promise of the result; `true` when the run is over.
fn settle_main(js: Js) -> bool {
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

/// The result is there. A failure that nobody has handled by now comes first.
fn finish(js: Js, result: Value) {
    if js.with_state(|state| !state.unhandled.is_empty()) && settle_unhandled(js).is_err() {
        return;
    }
    let form = js.with_state(|state| state.spec().request.result);
    let written = match form {
        ResultForm::Json => write_json(js, result),
        ResultForm::Structured => write_structured(js, result),
    };
    js.free(result);
    if written.is_err() {
        fail_with_exception(js);
    }
}

/// Rejections may be handled by jobs that are already waiting; what is left then is the run's failure.
fn settle_unhandled(js: Js) -> Result<(), Thrown> {
    loop {
        match js.run_job() {
            Ok(true) => {}
            Ok(false) => break,
            Err(Thrown) => {
                fail_with_exception(js);
                return Err(Thrown);
            }
        }
        if js.with_state(|state| state.unhandled.is_empty()) {
            return Ok(());
        }
    }
    match first_unhandled(js) {
        Some(promise) => {
            fail_with(js, js.promise_result(promise));
            Err(Thrown)
        }
        None => Ok(()),
    }
}

/// The earliest rejection without a handler, apart from the result's own.
fn first_unhandled(js: Js) -> Option<Value> {
    js.with_state(|state| {
        let main = state.main.map(Value::identity);
        let others = state.unhandled.iter().filter(|(identity, _)| Some(**identity) != main);
        others.min_by_key(|(_, (order, _))| *order).map(|(_, (_, promise))| *promise)
    })
}

fn write_json(js: Js, result: Value) -> Result<(), Thrown> {
    let json = js.stringify(result)?;
    if !json.is_string() {
        js.with_state(|state| state.outcome = Some(Outcome::Done("u".to_owned())));
        return Ok(());
    }
    let text = js.text(json)?;
    let is_within = js.with_state(|state| {
        let limits = state.spec().request.limits;
        let bytes = text.bytes();
        if bytes.len() as u64 > limits.result_bytes {
            state.failure = Some(Failure::too_many_bytes("result", limits.result_bytes, bytes.len() as u64));
            return false;
        }
        let values = count_values(bytes);
        if values > limits.result_values {
            state.failure = Some(Failure::too_many("values in the result", limits.result_values, values));
            return false;
        }
        let mut done = String::with_capacity(bytes.len() + 1);
        done.push('J');
        done.push_str(&String::from_utf8_lossy(bytes));
        state.outcome = Some(Outcome::Done(done));
        true
    });
    if is_within { Ok(()) } else { Err(js.leave(Breach::Failure)) }
}

/// Values in JSON text: each is followed by a comma or a closing bracket, or is the whole.
fn count_values(json: &[u8]) -> u64 {
    let (mut count, mut is_text, mut is_escaped) = (1_u64, false, false);
    let mut previous = 0;
    for &byte in json {
        if is_text {
            is_text = is_escaped || byte != b'"';
            is_escaped = !is_escaped && byte == b'\\';
        } else {
            match byte {
                b'"' => is_text = true,
                b',' => count += 1,
                b']' | b'}' if !matches!(previous, b'[' | b'{') => count += 1,
                _ => {}
            }
        }
        previous = byte;
    }
    count
}

fn write_structured(js: Js, result: Value) -> Result<(), Thrown> {
    encode::encode(js, result, Manner::Strict)?;
    js.with_state(|state| state.outcome = Some(Outcome::Done(format!("S{}", state.encoder.take()))));
    Ok(())
}

fn fail_with_exception(js: Js) {
    fail_with(js, js.take_exception());
}

/// The run failed with what the guest threw.
fn fail_with(js: Js, thrown: Value) {
    let is_hooks = js.with_state(|state| {
        let known = state.known_errors.iter().position(|(error, _)| error.is_same_object(thrown));
        match known.map(|index| state.known_errors.swap_remove(index).1) {
            Some(HostKnowledge::Hook(report)) => {
                state.outcome = Some(Outcome::Failed(Box::new(hook_failure(report))));
                true
            }
            Some(HostKnowledge::Reason(reason)) => {
                state.reason = Some(reason);
                false
            }
            None => false,
        }
    });
    if is_hooks {
        return;
    }
    if encode::encode(js, thrown, Manner::Lenient { bytes: ERROR_BYTES }).is_err() {
        js.free(js.take_exception());
        js.with_state(|state| state.encoder = super::encode::Encoder::default());
    }
    js.with_state(|state| {
        let text = state.encoder.take();
        // An error that cannot even be described is still an error.
        let text = if text.is_empty() { r#"[["x",["u"]]]"#.to_owned() } else { text };
        let failure = Failure { reason: state.reason.take(), ..Failure::guest(text) };
        state.outcome = Some(Outcome::Failed(Box::new(failure)));
    });
}

#[cfg(test)]
mod tests {
    use super::count_values;

    #[test]
    fn values_of_json_are_counted_without_parsing_it() {
        for (json, count) in [
            ("1", 1),
            ("[]", 1),
            ("[1]", 2),
            ("[[],[],[]]", 4),
            (r#"{"a":1,"b":[2,3]}"#, 5),
            (r#""a,b,[c]""#, 1),
            (r#"["\"],[",{}]"#, 3),
        ] {
            assert_eq!(count_values(json.as_bytes()), count, "{json}");
        }
    }
}
