//! Looking at values: what an object is, what a buffer holds, how a promise stands. Only `to_number` can run guest code.

use super::{Atom, Js, JsResult, Thrown, Value};
use rquickjs::qjs;

/// What the engine says an object is; cannot be forged by guest code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sandbox) enum ObjectClass {
    Proxy,
    Array,
    Error,
    Date,
    Map,
    Set,
    RegExp,
    ArrayBuffer,
    DataView,
    TypedArray,
    /// Promises, weak collections: nothing of theirs can be copied.
    Opaque,
    Other,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sandbox) enum PromiseState {
    Pending,
    Fulfilled,
    Rejected,
}

impl Js {
    pub(in crate::sandbox) fn to_number(self, value: Value) -> Result<f64, Thrown> {
        let mut number = 0.0;
        // SAFETY: borrowed value.
        Self::check_status(unsafe { self.engine(|| qjs::JS_ToFloat64(self.0, &raw mut number, value.0)) })?;
        Ok(number)
    }

    /// Code units of a string; 0 for anything else.
    pub(in crate::sandbox) fn string_bytes(self, value: Value) -> u64 {
        let mut length = 0;
        if !value.is_string() {
            return 0;
        }
        // SAFETY: borrowed value; the length of a string is no property that guest code could define.
        let status = unsafe { self.engine(|| qjs::JS_GetLength(self.0, value.0, &raw mut length)) };
        if status < 0 { 0 } else { u64::try_from(length).unwrap_or(0) }
    }

    pub(in crate::sandbox) fn is_function(self, value: Value) -> bool {
        // SAFETY: borrowed value.
        unsafe { qjs::JS_IsFunction(self.0, value.0) }
    }

    pub(in crate::sandbox) fn is_promise(self, value: Value) -> bool {
        // SAFETY: borrowed value.
        unsafe { qjs::JS_IsPromise(value.0) }
    }

    /// What the engine knows the object to be; guest code cannot change it.
    pub(in crate::sandbox) fn class(self, value: Value) -> ObjectClass {
        // SAFETY: each looks at the class of a borrowed value and runs no guest code.
        unsafe {
            let value = value.0;
            if qjs::JS_IsProxy(value) {
                ObjectClass::Proxy
            } else if qjs::JS_IsArray(value) {
                ObjectClass::Array
            } else if qjs::JS_IsError(value) {
                ObjectClass::Error
            } else if qjs::JS_IsDate(value) {
                ObjectClass::Date
            } else if qjs::JS_IsMap(value) {
                ObjectClass::Map
            } else if qjs::JS_IsSet(value) {
                ObjectClass::Set
            } else if qjs::JS_IsRegExp(value) {
                ObjectClass::RegExp
            } else if qjs::JS_IsArrayBuffer(value) {
                ObjectClass::ArrayBuffer
            } else if qjs::JS_IsDataView(value) {
                ObjectClass::DataView
            } else if qjs::JS_GetTypedArrayType(value) >= 0 {
                ObjectClass::TypedArray
            } else if qjs::JS_IsPromise(value)
                || qjs::JS_IsWeakRef(value)
                || qjs::JS_IsWeakMap(value)
                || qjs::JS_IsWeakSet(value)
            {
                ObjectClass::Opaque
            } else {
                ObjectClass::Other
            }
        }
    }

    pub(in crate::sandbox) fn class_is_data_view(self, value: Value) -> bool {
        // SAFETY: borrowed value.
        unsafe { qjs::JS_IsDataView(value.0) }
    }

    /// The engine's number for the class of an object.
    pub(in crate::sandbox) fn class_number(self, value: Value) -> u32 {
        // SAFETY: borrowed value.
        unsafe { qjs::JS_GetClassID(value.0) }
    }

    /// Which typed array it is, as the engine numbers them.
    pub(in crate::sandbox) fn typed_array_type(self, value: Value) -> i32 {
        // SAFETY: borrowed value.
        unsafe { qjs::JS_GetTypedArrayType(value.0) }
    }

    /// The bytes of an ArrayBuffer; valid until guest code runs again. `None` when detached.
    pub(in crate::sandbox) fn buffer_bytes<'a>(self, buffer: Value) -> Option<&'a [u8]> {
        let mut bytes = 0;
        // SAFETY: borrowed value; the engine throws and answers null when it is not a live buffer.
        let start = unsafe { qjs::JS_GetArrayBuffer(self.0, &raw mut bytes, buffer.0) };
        if start.is_null() {
            return None;
        }
        // SAFETY: the engine returned this many bytes at this address.
        Some(unsafe { std::slice::from_raw_parts(start, bytes as usize) })
    }

    /// The bytes of a Uint8Array, as `buffer_bytes`. `None` when it is none, or detached.
    pub(in crate::sandbox) fn view_bytes<'a>(self, view: Value) -> Option<&'a [u8]> {
        self.view_bytes_mut(view).map(|bytes| &*bytes)
    }

    /// As `view_bytes`; the caller holds one such slice at a time.
    pub(in crate::sandbox) fn view_bytes_mut<'a>(self, view: Value) -> Option<&'a mut [u8]> {
        let mut bytes = 0;
        // SAFETY: borrowed value; the engine throws and answers null when it is not a live Uint8Array.
        let start = unsafe { self.engine(|| qjs::JS_GetUint8Array(self.0, &raw mut bytes, view.0)) };
        if start.is_null() {
            self.free(self.take_exception());
            return None;
        }
        // SAFETY: the engine returned this many bytes at this address.
        Some(unsafe { std::slice::from_raw_parts_mut(start, bytes as usize) })
    }

    /// Target and handler of a proxy that is not revoked, both owned.
    pub(in crate::sandbox) fn proxy_parts(self, value: Value) -> Option<(Value, Value)> {
        // SAFETY: the class is looked at first; the answers are owned.
        unsafe {
            if !qjs::JS_IsProxy(value.0) {
                return None;
            }
            Some((Value(qjs::JS_GetProxyTarget(self.0, value.0)), Value(qjs::JS_GetProxyHandler(self.0, value.0))))
        }
    }

    /// Whether guest code, or a script of ours, is what runs so many levels outside of what runs now.
    pub(in crate::sandbox) fn is_script_at(self, levels: i32) -> bool {
        // SAFETY: looks at the frames of this context's thread; the answer is owned.
        let file = unsafe { qjs::JS_GetScriptOrModuleName(self.0, levels) };
        self.free_atom(Atom(file));
        file != 0
    }

    pub(in crate::sandbox) fn prototype(self, object: Value) -> JsResult {
        // SAFETY: borrowed object; the answer is owned.
        Self::check(unsafe { self.engine(|| qjs::JS_GetPrototype(self.0, object.0)) })
    }

    pub(in crate::sandbox) fn promise_state(self, promise: Value) -> PromiseState {
        // SAFETY: borrowed value.
        match unsafe { qjs::JS_PromiseState(self.0, promise.0) } {
            qjs::JSPromiseStateEnum_JS_PROMISE_FULFILLED => PromiseState::Fulfilled,
            qjs::JSPromiseStateEnum_JS_PROMISE_REJECTED => PromiseState::Rejected,
            _ => PromiseState::Pending,
        }
    }

    pub(in crate::sandbox) fn promise_result(self, promise: Value) -> Value {
        // SAFETY: borrowed promise; the answer is owned.
        Value(unsafe { qjs::JS_PromiseResult(self.0, promise.0) })
    }
}
