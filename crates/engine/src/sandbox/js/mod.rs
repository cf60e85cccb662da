//! The engine's C API as plain copyable values: `Js` is an entered context, `Value` a reference into its heap.
//!
//! Nothing here has a destructor, so control may jump out from beneath any of it (README.md). Reference counts are
//! therefore kept by hand, and only where it matters: a run's heap is thrown away as a whole, so `free` is called on
//! paths that a guest can repeat. Methods consume a value where the C API does ("owned"), and say so.
//!
//! A `Js` is made in two places only: when a sandbox enters its own context, and by the callbacks, to which the engine
//! hands the context it is executing. Both keep the context alive for as long as the copy is used.

#![expect(unsafe_code, reason = "the one folder that calls the engine's C API")]

mod callbacks;
mod create;
mod inspect;
mod modules;
mod properties;
mod run;
mod text;
mod value;

pub(super) use callbacks::on_rejection;
pub(super) use inspect::{ObjectClass, PromiseState};
pub(super) use modules::{Module, c_string, register_modules};
pub(super) use properties::Shape;
pub(super) use run::Bytecode;
pub(super) use text::{Terminated, Text, TextView};
pub(super) use value::{Args, Atom, Value};

use super::breaker::{Breach, Outside};
use super::state::RunState;
use rquickjs::qjs;
use std::ffi::c_int;

/// A pending exception in the context.
#[derive(Debug, Clone, Copy)]
pub(super) struct Thrown;

pub(super) type JsResult = Result<Value, Thrown>;

#[derive(Clone, Copy)]
pub(super) struct Js(*mut qjs::JSContext);

impl Js {
    /// # Safety
    /// `context` is alive and entered by this thread for as long as the copy is used.
    pub(super) unsafe fn from_raw(context: *mut qjs::JSContext) -> Self {
        Self(context)
    }

    fn check(value: qjs::JSValue) -> JsResult {
        // SAFETY: reads the tag.
        if unsafe { qjs::JS_IsException(value) } { Err(Thrown) } else { Ok(Value(value)) }
    }

    fn check_status(status: c_int) -> Result<(), Thrown> {
        if status < 0 { Err(Thrown) } else { Ok(()) }
    }

    fn outside(self) -> *mut Outside {
        // SAFETY: set when the context was made, to the sandbox's box, which outlives the context.
        unsafe { qjs::JS_GetContextOpaque(self.0).cast() }
    }

    /// Bytes the guest's heap may still grow by.
    pub(super) fn room(self) -> usize {
        // SAFETY: the context's own; no reference into it is kept.
        unsafe { (*self.outside()).room() }
    }

    /// Bytes from the start of the guest's heap to its end.
    pub(super) fn used(self) -> usize {
        // SAFETY: as in `room`.
        unsafe { (*self.outside()).used() }
    }

    /// Runs engine code; while it runs, and only then, a signal may leave it for the guard.
    #[inline]
    pub(in crate::sandbox) fn engine<R>(self, call: impl FnOnce() -> R) -> R {
        let outside = self.outside();
        // SAFETY: the context's own, entered by this thread; calls of engine code and of ours alternate strictly.
        unsafe { Outside::set_in_engine(outside, true) };
        let answer = call();
        // SAFETY: as above.
        unsafe { Outside::set_in_engine(outside, false) };
        answer
    }

    /// Runs code of ours that the engine has called.
    #[inline]
    pub(in crate::sandbox) fn ours<R>(self, call: impl FnOnce() -> R) -> R {
        let outside = self.outside();
        // SAFETY: as in `engine`.
        unsafe { Outside::set_in_engine(outside, false) };
        let answer = call();
        // SAFETY: as in `engine`.
        unsafe { Outside::set_in_engine(outside, true) };
        answer
    }

    /// Runs host code over the run's state. `body` must not call the engine: that is what makes the borrow unique, and
    /// what keeps a jump from passing over it.
    pub(super) fn with_state<R>(self, body: impl FnOnce(&mut RunState) -> R) -> R {
        // SAFETY: one thread executes a sandbox, and `body` does not come back here.
        body(unsafe { &mut (*self.outside()).state })
    }

    /// Ends the run here and now; the caller has stored why in the state. No frame with a destructor may be alive.
    pub(super) fn leave(self, reason: Breach) -> Thrown {
        // SAFETY: natives run beneath the guard that their sandbox entered; the caller vouches for the frames.
        unsafe { (*self.outside()).leave(reason) };
        Thrown
    }

    pub(super) fn dup(self, value: Value) -> Value {
        // SAFETY: `value` is alive in this context's heap.
        Value(unsafe { qjs::JS_DupValue(self.0, value.0) })
    }

    pub(super) fn free(self, value: Value) {
        // SAFETY: the caller gives up a reference it owns.
        unsafe { self.engine(|| qjs::JS_FreeValue(self.0, value.0)) };
    }
}
