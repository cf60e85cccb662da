//! Globals that are made on first touch, so that the pristine heap stays small: accessors that become the value.

use super::super::js::{Args, Js, JsResult, Shape, Thrown, Value};
use super::super::natives::Native;
use std::ffi::CStr;

/// Global names and the builtin whose export of that name they are. Classes that nobody makes by name are left out: each
/// entry costs every run some 400 bytes, and `stream/web` and `perf_hooks` have them.
const GLOBALS: [(&CStr, &str); 31] = [
    (c"Buffer", "buffer"),
    (c"Intl", "internal/intl"),
    (c"URL", "internal/url"),
    (c"URLSearchParams", "internal/url"),
    (c"TextEncoder", "internal/encoding"),
    (c"TextDecoder", "internal/encoding"),
    (c"structuredClone", "internal/clone"),
    (c"AbortController", "internal/event-target"),
    (c"AbortSignal", "internal/event-target"),
    (c"Event", "internal/event-target"),
    (c"EventTarget", "internal/event-target"),
    (c"CustomEvent", "internal/event-target"),
    (c"MessageEvent", "internal/event-target"),
    (c"MessageChannel", "internal/messages"),
    (c"MessagePort", "internal/messages"),
    (c"Blob", "internal/blob"),
    (c"File", "internal/blob"),
    (c"crypto", "internal/crypto/web"),
    (c"Crypto", "internal/crypto/web"),
    (c"CryptoKey", "internal/crypto/web"),
    (c"SubtleCrypto", "internal/crypto/web"),
    (c"performance", "internal/performance"),
    (c"ReadableStream", "stream/web"),
    (c"TransformStream", "stream/web"),
    (c"WritableStream", "stream/web"),
    (c"ByteLengthQueuingStrategy", "stream/web"),
    (c"CountQueuingStrategy", "stream/web"),
    (c"TextEncoderStream", "stream/web"),
    (c"TextDecoderStream", "stream/web"),
    (c"CompressionStream", "stream/web"),
    (c"DecompressionStream", "stream/web"),
];

/// Defines the accessors.
pub(in crate::sandbox) fn install(js: Js, global: Value) -> Result<(), Thrown> {
    for (index, (name, _)) in GLOBALS.iter().enumerate() {
        let data = Value::number(index as f64);
        let getter = js.function(c"get", 0, Native::WebGlobal as i32, data)?;
        let setter = js.function(c"set", 1, Native::SetWebGlobal as i32, data)?;
        js.define_accessor(global, name, getter, setter)?;
    }
    Ok(())
}

/// The value; it takes the accessor's place.
pub(in crate::sandbox) fn get(js: Js, _this: Value, _args: Args, data: Value) -> JsResult {
    let Some((name, module)) = entry(data) else { return Ok(Value::UNDEFINED) };
    let exports = super::builtin(js, module)?;
    let value = js.get(exports, name)?;
    js.free(exports);
    replace(js, name, js.dup(value))?;
    Ok(value)
}

/// Assigning replaces the accessor, as it would replace a value.
pub(in crate::sandbox) fn set(js: Js, _this: Value, args: Args, data: Value) -> JsResult {
    if let Some((name, _)) = entry(data) {
        replace(js, name, js.dup(args.get(0)))?;
    }
    Ok(Value::UNDEFINED)
}

fn entry(data: Value) -> Option<(&'static CStr, &'static str)> {
    GLOBALS.get(data.as_number()? as usize).copied()
}

fn replace(js: Js, name: &CStr, value: Value) -> Result<(), Thrown> {
    let global = js.global();
    let defined = js.define(global, name, value, Shape::Method);
    js.free(global);
    defined
}
