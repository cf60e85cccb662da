//! ES modules: compiling, evaluating, and the callbacks by which the engine asks for others.
//!
//! The engine frees a module whose dependencies cannot be had, although others may refer to it already. So the callbacks
//! never fail beneath a load: what is broken is answered with a module that stands in for it (`esm`).

use super::{Bytecode, Js, JsResult, Text, TextView, Thrown, Value};
use crate::sandbox::{breaker::Breach, esm};
use rquickjs::qjs;
use std::ffi::{CStr, c_char, c_int, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;

/// A module the engine knows; it lives as long as the run's heap.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::sandbox) struct Module(*mut qjs::JSModuleDef);

impl Module {
    fn value(self) -> Value {
        Value(qjs::JS_MKPTR(qjs::JS_TAG_MODULE, self.0.cast()))
    }
}

impl Js {
    /// Compiles, which loads everything the module imports, and runs nothing of it.
    pub(in crate::sandbox) fn compile_module(
        self,
        source: TextView,
        name: TextView,
        first_line: i32,
    ) -> Result<Module, Thrown> {
        let mut options = qjs::JSEvalOptions {
            version: qjs::JS_EVAL_OPTIONS_VERSION as c_int,
            eval_flags: (qjs::JS_EVAL_TYPE_MODULE | qjs::JS_EVAL_FLAG_COMPILE_ONLY) as c_int,
            filename: name.start,
            line_num: first_line,
        };
        // SAFETY: the engine wants a NUL behind source and name, which terminated text has.
        let module = Self::check(unsafe {
            self.engine(|| qjs::JS_Eval2(self.0, source.start, source.bytes as _, &raw mut options))
        })?;
        // SAFETY: what was compiled as a module is one. The reference is kept: modules stay as long as the heap.
        Ok(Module(unsafe { qjs::JS_VALUE_GET_PTR(module.0) }.cast()))
    }

    /// The bytecode of a module that is compiled and not yet linked; to be freed with `free_bytecode`. It has nothing of
    /// what the module imports but the specifiers, without their attributes.
    pub(in crate::sandbox) fn write_module(self, module: Module) -> Result<Bytecode, Thrown> {
        self.write_bytecode(module.value())
    }

    /// A module from bytecode of this process. Until it is resolved, what it imports is whatever the callbacks answer.
    pub(in crate::sandbox) fn load_module(self, code: &[u8]) -> Result<Module, Thrown> {
        let module = self.load_bytecode(code)?;
        // SAFETY: what was written as a module is one. The reference is kept: modules stay as long as the heap.
        Ok(Module(unsafe { qjs::JS_VALUE_GET_PTR(module.0) }.cast()))
    }

    /// Loads everything that a module from bytecode imports, as `compile_module` does.
    pub(in crate::sandbox) fn resolve_module(self, module: Module) -> Result<(), Thrown> {
        // SAFETY: a live module, borrowed.
        Self::check_status(unsafe { self.engine(|| qjs::JS_ResolveModule(self.0, module.value().0)) })
    }

    /// Links and evaluates, and answers the promise of the evaluation. Runs guest code.
    pub(in crate::sandbox) fn evaluate_module(self, module: Module) -> JsResult {
        // SAFETY: a live module; the engine takes one reference over.
        Self::check(unsafe { self.engine(|| qjs::JS_EvalFunction(self.0, qjs::JS_DupValue(self.0, module.value().0))) })
    }

    /// The exports of a linked module.
    pub(in crate::sandbox) fn namespace(self, module: Module) -> JsResult {
        // SAFETY: a live module.
        Self::check(unsafe { self.engine(|| qjs::JS_GetModuleNamespace(self.0, module.0)) })
    }

    pub(in crate::sandbox) fn import_meta(self, module: Module) -> JsResult {
        // SAFETY: a live module.
        Self::check(unsafe { self.engine(|| qjs::JS_GetImportMeta(self.0, module.0)) })
    }

    /// A module that `esm::fill` gives its exports; takes `value` over, which that finds again.
    pub(in crate::sandbox) fn synthetic_module(self, name: TextView, value: Value) -> Result<Module, Thrown> {
        // SAFETY: terminated text, copied by the engine.
        let module = unsafe { self.engine(|| qjs::JS_NewCModule(self.0, name.start, Some(fill))) };
        if module.is_null() {
            return Err(Thrown);
        }
        // SAFETY: a live module, owned value.
        unsafe { qjs::JS_SetModulePrivateValue(self.0, module, value.0) };
        Ok(Module(module))
    }

    /// What `synthetic_module` was given.
    pub(in crate::sandbox) fn module_value(self, module: Module) -> Value {
        // SAFETY: a live module; the answer is owned.
        Value(unsafe { qjs::JS_GetModulePrivateValue(self.0, module.0) })
    }

    /// Declares an export of a synthetic module, before it is linked.
    pub(in crate::sandbox) fn declare_export(self, module: Module, name: &CStr) -> Result<(), Thrown> {
        // SAFETY: a live module, a C string that the engine copies.
        Self::check_status(unsafe { self.engine(|| qjs::JS_AddModuleExport(self.0, module.0, name.as_ptr())) })
    }

    /// Sets an export of a synthetic module while it is evaluated; one that was not declared is no matter. Takes `value` over.
    pub(in crate::sandbox) fn set_export(self, module: Module, name: &CStr, value: Value) {
        // SAFETY: a live, linked module, a C string, an owned value. The engine throws nothing for unknown names.
        unsafe { self.engine(|| qjs::JS_SetModuleExport(self.0, module.0, name.as_ptr(), value.0)) };
    }
}

/// Text of the engine as a C string, which it is unless there is a NUL in it.
pub(in crate::sandbox) fn c_string<'a>(text: Text) -> Option<&'a CStr> {
    // SAFETY: the engine ends its texts with a NUL, which lies right behind the bytes it counts.
    let bytes = unsafe { std::slice::from_raw_parts(text.start.cast::<u8>(), text.bytes + 1) };
    CStr::from_bytes_with_nul(bytes).ok()
}

/// Registers the callbacks.
///
/// # Safety
/// `runtime` is alive; its contexts get an `Outside` before they execute anything.
pub(in crate::sandbox) unsafe fn register_modules(runtime: *mut qjs::JSRuntime) {
    // SAFETY: by the caller's word; the functions stay where they are.
    unsafe {
        qjs::JS_SetModuleLoaderFunc2(runtime, None, Some(load), None, ptr::null_mut());
        qjs::JS_SetModuleNormalizeFunc2(runtime, Some(normalize));
    }
}

unsafe extern "C" fn normalize(
    context: *mut qjs::JSContext,
    base: *const c_char,
    name: *const c_char,
    attributes: qjs::JSValue,
    _opaque: *mut c_void,
) -> *mut c_char {
    let js = Js(context);
    // SAFETY: the engine passes C strings that live as long as the call.
    let (base, name) = unsafe { (CStr::from_ptr(base), CStr::from_ptr(name)) };
    js.ours(|| guarded(js, || esm::resolve(js, base.to_bytes(), name.to_bytes(), Value(attributes))))
        .map_or(ptr::null_mut(), |index| js.ours(|| name_of(js, index)))
}

/// A record's name in memory of the engine, which frees it.
fn name_of(js: Js, index: u32) -> *mut c_char {
    let name = js.with_state(|state| state.esm.name(index));
    // SAFETY: entered.
    let copy = unsafe { js.engine(|| qjs::js_malloc(js.0, (name.bytes + 1) as _)) };
    if !copy.is_null() {
        // SAFETY: terminated text has a NUL behind its bytes, and so much room was allocated.
        unsafe { ptr::copy_nonoverlapping(name.start.cast::<u8>(), copy.cast::<u8>(), name.bytes + 1) };
    }
    copy.cast()
}

unsafe extern "C" fn load(
    context: *mut qjs::JSContext,
    name: *const c_char,
    _opaque: *mut c_void,
    _attributes: qjs::JSValue,
) -> *mut qjs::JSModuleDef {
    let js = Js(context);
    // SAFETY: as in `normalize`.
    let name = unsafe { CStr::from_ptr(name) };
    js.ours(|| guarded(js, || esm::load(js, name.to_bytes()))).map_or(ptr::null_mut(), |module| module.0)
}

unsafe extern "C" fn fill(context: *mut qjs::JSContext, module: *mut qjs::JSModuleDef) -> c_int {
    let js = Js(context);
    js.ours(|| guarded(js, || esm::fill(js, Module(module)))).map_or(-1, |()| 0)
}

/// A panic of ours ends the run, never the process.
fn guarded<T>(js: Js, body: impl FnOnce() -> Result<T, Thrown>) -> Option<T> {
    match catch_unwind(AssertUnwindSafe(body)) {
        Ok(answer) => answer.ok(),
        Err(panic) => {
            drop(panic);
            js.leave(Breach::Panic);
            None
        }
    }
}
