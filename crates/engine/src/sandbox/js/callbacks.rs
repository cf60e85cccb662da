//! What the engine calls: native functions, the tracker of rejected promises, what sees each error that is made, and what
//! follows promises for a guest that asks for it.

use super::{Args, Js, JsResult, Thrown, Value};
use crate::sandbox::{breaker::Breach, made_errors, natives};
use rquickjs::qjs;
use std::ffi::{c_int, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Every native function is entered here.
pub(super) unsafe extern "C" fn trampoline(
    context: *mut qjs::JSContext,
    this: qjs::JSValue,
    count: c_int,
    values: *mut qjs::JSValue,
    index: c_int,
    data: *mut qjs::JSValue,
) -> qjs::JSValue {
    Js(context).ours(|| enter_native(context, this, count, values, index, data))
}

fn enter_native(
    context: *mut qjs::JSContext,
    this: qjs::JSValue,
    count: c_int,
    values: *mut qjs::JSValue,
    index: c_int,
    data: *mut qjs::JSValue,
) -> qjs::JSValue {
    let js = Js(context);
    let args = Args { values, count: usize::try_from(count).unwrap_or(0) };
    // SAFETY: every native function is made with one datum.
    let data = Value(unsafe { *data });
    answer(js, || natives::call(index, js, Value(this), args, data))
}

impl Js {
    /// What the engine calls with an error and its call sites when it has made one, as `Error.prepareStackTrace`. An object
    /// of a class of its own and no function: calls of functions fail where the guest's stack is full, which is when
    /// the engine makes errors, too.
    pub(in crate::sandbox) fn error_hook(self) -> JsResult {
        let definition = qjs::JSClassDef {
            class_name: c"ErrorHook".as_ptr(),
            finalizer: None,
            gc_mark: None,
            call: Some(on_error_made),
            exotic: std::ptr::null_mut(),
        };
        let mut class = 0;
        // SAFETY: the engine copies the definition, and keeps the name as an atom.
        let status = unsafe {
            let runtime = qjs::JS_GetRuntime(self.0);
            qjs::JS_NewClassID(runtime, &raw mut class);
            self.engine(|| qjs::JS_NewClass(runtime, class, &raw const definition))
        };
        Self::check_status(status)?;
        // SAFETY: the class was registered with this context's runtime.
        Self::check(unsafe { self.engine(|| qjs::JS_NewObjectClass(self.0, class)) })
    }
}

/// See `error_hook`.
unsafe extern "C" fn on_error_made(
    context: *mut qjs::JSContext,
    _hook: qjs::JSValue,
    _this: qjs::JSValue,
    count: c_int,
    values: *mut qjs::JSValue,
    _flags: c_int,
) -> qjs::JSValue {
    let js = Js(context);
    js.ours(|| {
        let args = Args { values, count: usize::try_from(count).unwrap_or(0) };
        answer(js, || made_errors::made(js, args.get(0), args.get(1)))
    })
}

/// What the engine gets for an answer of ours. A panic of ours ends the run, never the process.
fn answer(js: Js, body: impl FnOnce() -> JsResult) -> qjs::JSValue {
    match catch_unwind(AssertUnwindSafe(body)) {
        Ok(Ok(value)) => value.0,
        Ok(Err(Thrown)) => qjs::JS_EXCEPTION,
        Err(panic) => {
            drop(panic);
            js.leave(Breach::Panic);
            qjs::JS_EXCEPTION
        }
    }
}

/// The engine reports rejections without a handler, and handlers that come late.
pub(in crate::sandbox) unsafe extern "C" fn on_rejection(
    context: *mut qjs::JSContext,
    promise: qjs::JSValue,
    _reason: qjs::JSValue,
    is_handled: bool,
    _opaque: *mut c_void,
) {
    Js(context).ours(|| note_rejection(Js(context), promise, is_handled));
}

fn note_rejection(js: Js, promise: qjs::JSValue, is_handled: bool) {
    if is_handled {
        let known = js.with_state(|state| state.unhandled.remove(&Value(promise).identity()));
        if let Some((_, known)) = known {
            js.free(known);
        }
    } else {
        let promise = js.dup(Value(promise));
        js.with_state(|state| {
            let order = state.next_order();
            state.unhandled.insert(promise.identity(), (order, promise));
        });
    }
}

impl Js {
    /// From now on `listener` is called with a number (see `announcement`) and a promise, whenever the engine has something
    /// to say of one. For this heap: the engine keeps it among what a restored heap begins without.
    pub(in crate::sandbox) fn listen_to_promises(self, listener: Value) {
        // Never given back.
        let listener = self.dup(listener);
        // SAFETY: the runtime of an entered context; `on_promise` takes back what is passed here, an object that stays alive.
        unsafe {
            let object = qjs::JS_VALUE_GET_PTR(listener.0);
            qjs::JS_SetPromiseHook(qjs::JS_GetRuntime(self.0), Some(on_promise), object);
        }
    }
}

/// See `listen_to_promises`. Called by the engine between two steps of its own, neither of which an error of ours may end.
unsafe extern "C" fn on_promise(
    context: *mut qjs::JSContext,
    kind: qjs::JSPromiseHookType,
    promise: qjs::JSValue,
    parent: qjs::JSValue,
    listener: *mut c_void,
) {
    let js = Js(context);
    js.ours(|| {
        let Some(announcement) = announcement(kind, !Value(parent).is_undefined()) else { return };
        let listener = Value(qjs::JS_MKPTR(qjs::JS_TAG_OBJECT, listener));
        match js.call(listener, Value::UNDEFINED, &[Value::number(announcement), Value(promise)]) {
            Ok(answer) => js.free(answer),
            // Nothing but a full stack; the promise is as good without.
            Err(Thrown) => js.free(js.take_exception()),
        }
    });
}

/// 0: made, and not by `then`; 1: about to be fulfilled; 2 and 3: before and after the `then` of a thenable is called for it.
fn announcement(kind: qjs::JSPromiseHookType, has_parent: bool) -> Option<f64> {
    match kind {
        qjs::JSPromiseHookType_JS_PROMISE_HOOK_INIT if !has_parent => Some(0.0),
        qjs::JSPromiseHookType_JS_PROMISE_HOOK_RESOLVE => Some(1.0),
        qjs::JSPromiseHookType_JS_PROMISE_HOOK_BEFORE => Some(2.0),
        qjs::JSPromiseHookType_JS_PROMISE_HOOK_AFTER => Some(3.0),
        _ => None,
    }
}
