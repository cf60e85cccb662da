//! Natives of `crypto` and `zlib`: bytes in, bytes out. What takes long is bounded and asks whether the run may go on.

use super::super::breaker::Breach;
use super::super::js::{Args, Js, JsResult, Text, Thrown, Value};
use super::super::state::RunState;
use crate::errors::Failure;
use crate::node::ciphers::Aes;
use crate::node::compression::{self, Problem};
use crate::node::hashes::{self, Derivation};
use crate::node::signatures;
use crate::node::work::{Halt, Work};

/// Random bytes that are fetched before the clock is looked at again.
const RANDOM_SLICE: usize = 256 << 10;

/// What a computation came to; small enough to be carried over calls into the engine.
#[derive(Clone, Copy)]
enum Ended {
    /// `state.bytes` has the answer.
    Bytes,
    /// There is no answer: an argument is not what the function takes.
    Refused,
    /// The input is broken.
    Broken(Problem),
    Halted(Halt),
}

/// What a computation of this run may use.
pub(super) fn working<R>(state: &RunState, body: impl FnOnce(&Work) -> R) -> R {
    let spec = state.spec();
    let may_go_on = || spec.control.check().is_none();
    let most_bytes = usize::try_from(spec.request.limits.memory).unwrap_or(usize::MAX);
    body(&Work { may_go_on: &may_go_on, most_bytes })
}

/// Leaves the guest because a computation ended without an answer.
pub(super) fn halted(js: Js, halt: Halt) -> Thrown {
    let in_use = js.used();
    let failure = match halt {
        Halt::Stopped => return js.leave(Breach::Told),
        Halt::Memory { limit, wanted } => Failure::memory(limit as u64, in_use.saturating_add(wanted) as u64),
        Halt::TooMuch { what, limit, measured } => Failure::too_many(what, limit, measured),
    };
    js.with_state(|state| state.failure = Some(failure));
    js.leave(Breach::Failure)
}

/// Runs host code that answers bytes. `None` stands for arguments that it does not take.
fn compute(js: Js, body: impl FnOnce(&Work) -> Option<Result<Result<Vec<u8>, Problem>, Halt>>) -> JsResult {
    let ended = js.with_state(|state| match working(state, body) {
        None => Ended::Refused,
        Some(Ok(Ok(bytes))) => {
            state.bytes = bytes;
            Ended::Bytes
        }
        Some(Ok(Err(problem))) => Ended::Broken(problem),
        Some(Err(halt)) => Ended::Halted(halt),
    });
    match ended {
        Ended::Bytes => {
            let buffer = js.buffer_from_state(|state| &state.bytes);
            // A large answer need not lie around twice.
            js.with_state(|state| state.bytes = Vec::new());
            buffer
        }
        Ended::Refused => Ok(Value::UNDEFINED),
        Ended::Broken(problem) => js.string(problem.name()),
        Ended::Halted(halt) => Err(halted(js, halt)),
    }
}

/// The bytes of the argument with this number; none for what is no live Uint8Array.
fn bytes<'a>(js: Js, args: Args, index: usize) -> &'a [u8] {
    js.view_bytes(args.get(index)).unwrap_or_default()
}

fn number(args: Args, index: usize) -> u64 {
    // Casting clamps what is negative or not a number to zero.
    args.get(index).as_number().unwrap_or(0.0) as u64
}

fn small(args: Args, index: usize) -> u32 {
    u32::try_from(number(args, index)).unwrap_or(u32::MAX)
}

fn words<'a>(text: Text) -> &'a str {
    std::str::from_utf8(text.bytes()).unwrap_or_default()
}

/// `(name, bytes)`
pub(in crate::sandbox) fn hash(js: Js, _this: Value, args: Args, _data: Value) -> JsResult {
    let name = js.text(args.get(0))?;
    let input = bytes(js, args, 1);
    let answer = compute(js, |work| Some(hashes::digest(words(name), input, work)?.map(Ok)));
    js.free_text(name);
    answer
}

/// `(name, key, bytes)`
pub(in crate::sandbox) fn hmac(js: Js, _this: Value, args: Args, _data: Value) -> JsResult {
    let name = js.text(args.get(0))?;
    let (key, input) = (bytes(js, args, 1), bytes(js, args, 2));
    let answer = compute(js, |work| Some(hashes::hmac(words(name), key, input, work)?.map(Ok)));
    js.free_text(name);
    answer
}

/// `(name, password, salt, iterations, length)`
pub(in crate::sandbox) fn pbkdf2(js: Js, _this: Value, args: Args, _data: Value) -> JsResult {
    let name = js.text(args.get(0))?;
    let from = Derivation { password: bytes(js, args, 1), salt: bytes(js, args, 2), length: number(args, 4) as usize };
    let answer = compute(js, |work| Some(hashes::pbkdf2(words(name), from, small(args, 3), work)?.map(Ok)));
    js.free_text(name);
    answer
}

/// `(password, salt, log2 of N, r, p, length)`
pub(in crate::sandbox) fn scrypt(js: Js, _this: Value, args: Args, _data: Value) -> JsResult {
    let from = Derivation { password: bytes(js, args, 0), salt: bytes(js, args, 1), length: number(args, 5) as usize };
    let log_n = u8::try_from(number(args, 2)).unwrap_or(u8::MAX);
    compute(js, |work| Some(hashes::scrypt(from, log_n, small(args, 3), small(args, 4), work).map(Ok)))
}

/// Fills a view from the system's generator.
pub(in crate::sandbox) fn random_fill(js: Js, _this: Value, args: Args, _data: Value) -> JsResult {
    let Some(view) = js.view_bytes_mut(args.get(0)) else { return Ok(Value::UNDEFINED) };
    for slice in view.chunks_mut(RANDOM_SLICE) {
        if getrandom::fill(slice).is_err() {
            js.with_state(|state| state.failure = Some(Failure::internal("the system gives no random numbers")));
            return Err(js.leave(Breach::Failure));
        }
        if !js.with_state(|state| working(state, |work| work.check().is_ok())) {
            return Err(js.leave(Breach::Told));
        }
    }
    Ok(Value::UNDEFINED)
}

/// `(mode, isEncrypting, key, iv, bytes)`; CBC and ECB over whole blocks.
pub(in crate::sandbox) fn aes_blocks(js: Js, _this: Value, args: Args, _data: Value) -> JsResult {
    let mode = js.text(args.get(0))?;
    let (key, iv, input) = (bytes(js, args, 2), bytes(js, args, 3), bytes(js, args, 4));
    let iv = (mode.bytes() == b"cbc").then_some(iv);
    js.free_text(mode);
    let is_encrypting = args.get(1).is_true();
    compute(js, |work| {
        let aes = Aes::new(key)?;
        let converted =
            if is_encrypting { aes.encrypt_blocks(iv, input, work) } else { aes.decrypt_blocks(iv, input, work) };
        Some(converted.map(Ok))
    })
}

/// `(key, counter, offset, bytes, isGcm)`
pub(in crate::sandbox) fn aes_ctr(js: Js, _this: Value, args: Args, _data: Value) -> JsResult {
    let (key, counter, input) = (bytes(js, args, 0), bytes(js, args, 1), bytes(js, args, 3));
    let (offset, is_gcm) = (number(args, 2), args.get(4).is_true());
    compute(js, |work| Some(Aes::new(key)?.key_stream(counter, offset, input, is_gcm, work).map(Ok)))
}

/// `(key, iv)`
pub(in crate::sandbox) fn gcm_counter(js: Js, _this: Value, args: Args, _data: Value) -> JsResult {
    let (key, iv) = (bytes(js, args, 0), bytes(js, args, 1));
    compute(js, |_work| Some(Ok(Ok(Aes::new(key)?.gcm_counter(iv)))))
}

/// `(key, counter, additional, text)`
pub(in crate::sandbox) fn gcm_tag(js: Js, _this: Value, args: Args, _data: Value) -> JsResult {
    let (key, counter) = (bytes(js, args, 0), bytes(js, args, 1));
    let (additional, text) = (bytes(js, args, 2), bytes(js, args, 3));
    compute(js, |_work| Some(Ok(Ok(Aes::new(key)?.gcm_tag(counter, additional, text)))))
}

/// `(secret)`
pub(in crate::sandbox) fn ed25519_public(js: Js, _this: Value, args: Args, _data: Value) -> JsResult {
    let secret = bytes(js, args, 0);
    compute(js, |_work| Some(Ok(Ok(signatures::public_key(secret)?))))
}

/// `(secret, message)`
pub(in crate::sandbox) fn ed25519_sign(js: Js, _this: Value, args: Args, _data: Value) -> JsResult {
    let (secret, message) = (bytes(js, args, 0), bytes(js, args, 1));
    compute(js, |_work| Some(Ok(Ok(signatures::sign(secret, message)?))))
}

/// `(public, message, signature)`
pub(in crate::sandbox) fn ed25519_verify(js: Js, _this: Value, args: Args, _data: Value) -> JsResult {
    Ok(Value::boolean(signatures::verify(bytes(js, args, 0), bytes(js, args, 1), bytes(js, args, 2))))
}

/// Compares all bytes, wherever the first difference is. The caller has compared the lengths.
pub(in crate::sandbox) fn timing_safe_equal(js: Js, _this: Value, args: Args, _data: Value) -> JsResult {
    let (left, right) = (bytes(js, args, 0), bytes(js, args, 1));
    let difference = left.iter().zip(right).fold(0, |difference, (one, other)| {
        // Keeps the loop from being cut short once a bit is set.
        std::hint::black_box(difference | (one ^ other))
    });
    Ok(Value::boolean(left.len() == right.len() && difference == 0))
}

/// `(format, bytes, level, most bytes)` → bytes, or the name of what is wrong with them.
pub(in crate::sandbox) fn zlib_convert(js: Js, _this: Value, args: Args, _data: Value) -> JsResult {
    let format = js.text(args.get(0))?;
    let input = bytes(js, args, 1);
    let level = args.get(2).as_number().unwrap_or(-1.0) as i32;
    let most = number(args, 3) as usize;
    let answer = compute(js, |work| compression::convert(words(format), input, level, most, work));
    js.free_text(format);
    answer
}

/// `(bytes, start)`
pub(in crate::sandbox) fn crc32(js: Js, _this: Value, args: Args, _data: Value) -> JsResult {
    Ok(Value::number(f64::from(compression::crc32(bytes(js, args, 0), small(args, 1)))))
}
