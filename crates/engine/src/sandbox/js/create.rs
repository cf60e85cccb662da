//! Making values: objects, text, buffers, functions of ours.

use super::callbacks::trampoline;
use super::{Js, JsResult, Value};
use crate::sandbox::state::RunState;
use rquickjs::qjs;
use std::ffi::{CStr, c_int};

impl Js {
    pub(in crate::sandbox) fn object(self) -> JsResult {
        // SAFETY: `self` is entered (module comment); likewise below.
        Self::check(unsafe { self.engine(|| qjs::JS_NewObject(self.0)) })
    }

    pub(in crate::sandbox) fn object_with_prototype(self, prototype: Value) -> JsResult {
        // SAFETY: `prototype` is an object or null, borrowed.
        Self::check(unsafe { self.engine(|| qjs::JS_NewObjectProto(self.0, prototype.0)) })
    }

    pub(in crate::sandbox) fn array(self) -> JsResult {
        // SAFETY: entered.
        Self::check(unsafe { self.engine(|| qjs::JS_NewArray(self.0)) })
    }

    pub(in crate::sandbox) fn date(self, milliseconds: f64) -> JsResult {
        // SAFETY: entered.
        Self::check(unsafe { self.engine(|| qjs::JS_NewDate(self.0, milliseconds)) })
    }

    pub(in crate::sandbox) fn string(self, text: &str) -> JsResult {
        // SAFETY: pointer and length of a live string slice; the engine copies.
        Self::check(unsafe { self.engine(|| qjs::JS_NewStringLen(self.0, text.as_ptr().cast(), text.len() as _)) })
    }

    /// A string made from text that `pick` finds in the run's state, so that no Rust string lies on the stack.
    pub(in crate::sandbox) fn string_from_state(self, pick: impl FnOnce(&RunState) -> &str) -> JsResult {
        let (start, bytes) = self.with_state(|state| {
            let text = pick(state);
            (text.as_ptr(), text.len())
        });
        // SAFETY: the state is not changed until the engine has copied the text.
        Self::check(unsafe { self.engine(|| qjs::JS_NewStringLen(self.0, start.cast(), bytes as _)) })
    }

    /// A string of UTF-16 units that lie in the guest's heap, at an even address, and are held there by the caller. Some of
    /// them must be beyond Latin-1: the engine takes a string's width for that of its widest unit.
    pub(in crate::sandbox) fn string_of_units(self, bytes: &[u8]) -> JsResult {
        let units = bytes.as_ptr().cast::<u16>();
        debug_assert!(units.is_aligned(), "the view begins in the middle of a unit");
        // SAFETY: the bytes hold as many units; the engine copies them byte by byte, and the heap does not move.
        Self::check(unsafe { self.engine(|| qjs::JS_NewStringUTF16(self.0, units, (bytes.len() / 2) as _)) })
    }

    /// An ArrayBuffer of bytes that `pick` finds in the run's state.
    pub(in crate::sandbox) fn buffer_from_state(self, pick: impl FnOnce(&RunState) -> &[u8]) -> JsResult {
        let (start, bytes) = self.with_state(|state| {
            let bytes = pick(state);
            (bytes.as_ptr(), bytes.len())
        });
        // SAFETY: the state is not changed until the engine has copied the bytes.
        Self::check(unsafe { self.engine(|| qjs::JS_NewArrayBufferCopy(self.0, start, bytes as _)) })
    }

    /// An ArrayBuffer of bytes that lie in the guest's heap, and are held there by the caller.
    pub(in crate::sandbox) fn buffer_of(self, bytes: &[u8]) -> JsResult {
        // SAFETY: the heap does not move; the engine copies.
        Self::check(unsafe { self.engine(|| qjs::JS_NewArrayBufferCopy(self.0, bytes.as_ptr(), bytes.len() as _)) })
    }

    /// A native function; `index` selects it in `natives::call`, `data` is passed along (duplicated by the engine).
    pub(in crate::sandbox) fn function(self, name: &CStr, length: c_int, index: c_int, data: Value) -> JsResult {
        let mut data = data.0;
        // SAFETY: the name is copied into an atom, the data duplicated.
        Self::check(unsafe {
            self.engine(|| {
                qjs::JS_NewCFunctionData2(self.0, Some(trampoline), name.as_ptr(), length, index, 1, &raw mut data)
            })
        })
    }
}
