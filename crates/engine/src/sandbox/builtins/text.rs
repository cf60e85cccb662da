//! Natives of `TextEncoder`, `TextDecoder` and `Buffer`.

use super::super::js::{Args, Js, JsResult, Value};
use super::compute::{halted, working};
use crate::node::encodings::{self, Manner};

/// The bytes of a text as a new ArrayBuffer.
pub(in crate::sandbox) fn encode_utf8(js: Js, _this: Value, args: Args, _data: Value) -> JsResult {
    let text = js.text(args.get(0))?;
    let buffer = if encodings::has_lone_surrogates(text.bytes()) {
        js.with_state(|state| {
            state.bytes.clear();
            encodings::well_formed(text.bytes(), &mut state.bytes);
        });
        js.buffer_from_state(|state| &state.bytes)
    } else {
        js.buffer_of(text.bytes())
    };
    js.free_text(text);
    buffer
}

/// Writes whole characters into a view; answers UTF-16 units read and bytes written.
pub(in crate::sandbox) fn encode_utf8_into(js: Js, _this: Value, args: Args, _data: Value) -> JsResult {
    let text = js.text(args.get(0))?;
    let written = js.view_bytes_mut(args.get(1)).map(|target| encodings::encode_into(text.bytes(), target));
    js.free_text(text);
    let pair = js.array()?;
    let (units, written) = written.unwrap_or_default();
    js.define_index(pair, 0, Value::number(units as f64))?;
    js.define_index(pair, 1, Value::number(written as f64))?;
    Ok(pair)
}

/// The standard's name of an encoding, or `undefined`.
pub(in crate::sandbox) fn encoding_label(js: Js, _this: Value, args: Args, _data: Value) -> JsResult {
    let text = js.text(args.get(0))?;
    let is_known = js.with_state(|state| {
        let label = std::str::from_utf8(text.bytes()).ok().and_then(encodings::label);
        state.scratch = label.unwrap_or_default();
        !state.scratch.is_empty()
    });
    js.free_text(text);
    if is_known { js.string_from_state(|state| &state.scratch) } else { Ok(Value::UNDEFINED) }
}

/// `(encoding, view, isFatal, keepsMark, isLast)` → text and bytes used, or `undefined` when invalid bytes are fatal.
pub(in crate::sandbox) fn decode_bytes(js: Js, _this: Value, args: Args, _data: Value) -> JsResult {
    let encoding = js.text(args.get(0))?;
    let Some(bytes) = js.view_bytes(args.get(1)) else {
        js.free_text(encoding);
        return Err(js.throw_type_error(c"the bytes of a detached ArrayBuffer cannot be read"));
    };
    let manner =
        Manner { is_fatal: args.get(2).is_true(), keeps_mark: args.get(3).is_true(), is_last: args.get(4).is_true() };
    let used = js.with_state(|state| {
        let name = String::from_utf8_lossy(encoding.bytes());
        let mut text = std::mem::take(&mut state.scratch);
        text.clear();
        let used = working(state, |work| encodings::decode(&name, bytes, manner, &mut text, work));
        state.scratch = text;
        used
    });
    js.free_text(encoding);
    let used = match used {
        Ok(Some(used)) => used,
        Ok(None) => return Ok(Value::UNDEFINED),
        Err(halt) => return Err(halted(js, halt)),
    };
    let text = js.string_from_state(|state| &state.scratch)?;
    let pair = js.array()?;
    js.define_index(pair, 0, text)?;
    js.define_index(pair, 1, Value::number(used as f64))?;
    Ok(pair)
}
