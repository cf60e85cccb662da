//! How a run ends: its result as text, or what the guest threw.
//!
//! Beneath the guard like `execution.rs`: writing a result runs getters and `toJSON`, so the same rule holds.

use super::breaker::Breach;
use super::encode::{self, Manner};
use super::js::{Js, Thrown, Value};
use super::state::HostKnowledge;
use crate::errors::{ErrorCode, Failure, FailureKind};
use crate::host::Outcome;
use crate::request::ResultForm;

/// What a thrown value may take up on its way out.
const ERROR_BYTES: usize = 256 << 10;
/// And what a single text in it may.
const ERROR_TEXT: usize = 16 << 10;

/// The result is there. A failure that nobody has handled by now comes first.
pub(super) fn finish(js: Js, result: Value) {
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
pub(super) fn first_unhandled(js: Js) -> Option<Value> {
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
    encode::encode(js, result, Manner::Strict { subject: "result" })?;
    js.with_state(|state| state.outcome = Some(Outcome::Done(format!("S{}", state.take_encoded()))));
    Ok(())
}

pub(super) fn fail_with_exception(js: Js) {
    fail_with(js, js.take_exception());
}

/// The run failed with what the guest threw.
pub(super) fn fail_with(js: Js, thrown: Value) {
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
    let is_described = encode::encode(js, thrown, Manner::Lenient { bytes: ERROR_BYTES, text: ERROR_TEXT }).is_ok();
    if !is_described {
        js.free(js.take_exception());
    }
    js.with_state(|state| {
        // An error that cannot even be described is still an error.
        let text = if is_described { state.take_encoded() } else { r#"[["x",["u"]]]"#.to_owned() };
        let failure = Failure { reason: state.reason.take(), ..Failure::guest(text) };
        state.outcome = Some(Outcome::Failed(Box::new(failure)));
    });
}

pub(super) fn hook_failure(report: serde_json::Value) -> Failure {
    let text = |key: &str| report.get(key).and_then(serde_json::Value::as_str).unwrap_or("unknown").to_owned();
    let message = format!("{} failed: {}", text("hook"), text("message"));
    Failure { hook: Some(report), ..Failure::new(FailureKind::Hook, ErrorCode::Hook, message) }
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
