//! Running code: calls, scripts, bytecode, JSON, promise jobs, exceptions. Nearly everything here can run guest code.

use super::{Args, Js, JsResult, TextView, Thrown, Value};
use rquickjs::qjs;
use std::ffi::{CStr, c_int};
use std::ptr;

/// Bytecode in the guest's heap; to be taken with `take_bytecode`.
#[derive(Clone, Copy)]
pub(in crate::sandbox) struct Bytecode {
    start: *const u8,
    bytes: usize,
}

impl Bytecode {
    /// The bytes; the reference must not be kept beyond `free_bytecode`.
    pub(in crate::sandbox) fn bytes<'a>(self) -> &'a [u8] {
        // SAFETY: the engine wrote this many bytes at this address, and keeps them until they are freed.
        unsafe { std::slice::from_raw_parts(self.start, self.bytes) }
    }
}

impl Js {
    /// A pending promise and the two functions that settle it; all owned.
    pub(in crate::sandbox) fn promise(self) -> Result<(Value, Value, Value), Thrown> {
        let mut settle = [qjs::JS_UNDEFINED; 2];
        // SAFETY: the engine stores two functions.
        let promise =
            Self::check(unsafe { self.engine(|| qjs::JS_NewPromiseCapability(self.0, settle.as_mut_ptr())) })?;
        Ok((promise, Value(settle[0]), Value(settle[1])))
    }

    pub(in crate::sandbox) fn call(self, function: Value, this: Value, args: &[Value]) -> JsResult {
        // SAFETY: `Value` is laid out as the engine's value; all are borrowed, and the engine does not write to them.
        Self::check(unsafe {
            self.engine(|| {
                qjs::JS_Call(
                    self.0,
                    function.0,
                    this.0,
                    args.len() as c_int,
                    args.as_ptr().cast::<qjs::JSValue>().cast_mut(),
                )
            })
        })
    }

    /// Calls with the arguments that a native function was called with.
    pub(in crate::sandbox) fn call_with(self, function: Value, this: Value, args: Args) -> JsResult {
        // SAFETY: as in `call`; the arguments live as long as the native's own call.
        Self::check(unsafe {
            self.engine(|| qjs::JS_Call(self.0, function.0, this.0, args.count as c_int, args.values.cast_mut()))
        })
    }

    pub(in crate::sandbox) fn construct(self, constructor: Value, args: &[Value]) -> JsResult {
        // SAFETY: as in `call`.
        Self::check(unsafe {
            self.engine(|| {
                qjs::JS_CallConstructor(
                    self.0,
                    constructor.0,
                    args.len() as c_int,
                    args.as_ptr().cast::<qjs::JSValue>().cast_mut(),
                )
            })
        })
    }

    /// Evaluates a script in the global scope and answers its value. Its first line is numbered `first_line`.
    pub(in crate::sandbox) fn eval(self, source: TextView, file: TextView, first_line: i32) -> JsResult {
        let mut options = qjs::JSEvalOptions {
            version: qjs::JS_EVAL_OPTIONS_VERSION as c_int,
            eval_flags: qjs::JS_EVAL_TYPE_GLOBAL as c_int,
            filename: file.start,
            line_num: first_line,
        };
        // SAFETY: the engine wants a NUL behind the source, which terminated text has.
        Self::check(unsafe { self.engine(|| qjs::JS_Eval2(self.0, source.start, source.bytes as _, &raw mut options)) })
    }

    /// Compiles without running.
    pub(in crate::sandbox) fn compile(self, source: TextView, file: TextView, first_line: i32) -> JsResult {
        let mut options = qjs::JSEvalOptions {
            version: qjs::JS_EVAL_OPTIONS_VERSION as c_int,
            eval_flags: (qjs::JS_EVAL_TYPE_GLOBAL | qjs::JS_EVAL_FLAG_COMPILE_ONLY) as c_int,
            filename: file.start,
            line_num: first_line,
        };
        // SAFETY: as in `eval`; the engine answers a script that is not yet run.
        Self::check(unsafe { self.engine(|| qjs::JS_Eval2(self.0, source.start, source.bytes as _, &raw mut options)) })
    }

    /// The bytecode of a compiled script; to be freed with `free_bytecode`.
    pub(in crate::sandbox) fn write_bytecode(self, script: Value) -> Result<Bytecode, Thrown> {
        self.write(script, qjs::JS_WRITE_OBJ_BYTECODE)
    }

    fn write(self, script: Value, flags: u32) -> Result<Bytecode, Thrown> {
        let mut bytes = 0;
        // SAFETY: borrowed script; the length is stored before the call returns.
        let start = unsafe { self.engine(|| qjs::JS_WriteObject(self.0, &raw mut bytes, script.0, flags as c_int)) };
        if start.is_null() { Err(Thrown) } else { Ok(Bytecode { start, bytes: bytes as usize }) }
    }

    /// To be freed before guest code runs again.
    pub(in crate::sandbox) fn free_bytecode(self, code: Bytecode) {
        // SAFETY: written by `write_bytecode`, freed once.
        unsafe { self.engine(|| qjs::js_free(self.0, code.start.cast_mut().cast())) };
    }

    /// Compiles code of ours without running it: the compiled script (owned), and its bytecode. That is without the text of
    /// functions, which nobody reads and every run that loads it would pay for.
    pub(in crate::sandbox) fn compile_bundle(
        self,
        source: TextView,
        file: TextView,
    ) -> Result<(Value, Bytecode), Thrown> {
        let script = self.compile(source, file, 0)?;
        Ok((script, self.write(script, qjs::JS_WRITE_OBJ_BYTECODE | qjs::JS_WRITE_OBJ_STRIP_SOURCE)?))
    }

    /// Copies bytecode out of the guest's heap and frees it there.
    pub(in crate::sandbox) fn take_bytecode(self, code: Bytecode) -> Vec<u8> {
        let copy = code.bytes().to_vec();
        // SAFETY: written by `write_bytecode`, taken once; freeing does not allocate, so nothing can jump here.
        unsafe { qjs::js_free(self.0, code.start.cast_mut().cast()) };
        copy
    }

    /// A compiled script from bytecode of this process; bytecode from anywhere else must never come here.
    pub(in crate::sandbox) fn load_bytecode(self, code: &[u8]) -> JsResult {
        // SAFETY: the bytes were written by this very engine.
        Self::check(unsafe {
            self.engine(|| {
                qjs::JS_ReadObject(self.0, code.as_ptr(), code.len() as _, qjs::JS_READ_OBJ_BYTECODE as c_int)
            })
        })
    }

    /// Runs a compiled script; takes it over.
    pub(in crate::sandbox) fn run_compiled(self, script: Value) -> JsResult {
        // SAFETY: a compiled script, owned.
        Self::check(unsafe { self.engine(|| qjs::JS_EvalFunction(self.0, script.0)) })
    }

    /// Parses JSON. Runs no guest code; `name` stands for a file name in the error.
    pub(in crate::sandbox) fn parse_json(self, text: TextView, name: TextView) -> JsResult {
        // SAFETY: the parser wants a NUL behind the text, which terminated text has.
        Self::check(unsafe { self.engine(|| qjs::JS_ParseJSON(self.0, text.start, text.bytes as _, name.start)) })
    }

    /// `JSON.stringify(value)` without its arguments; `undefined` where JSON has no form. Runs guest code.
    pub(in crate::sandbox) fn stringify(self, value: Value) -> JsResult {
        // SAFETY: all borrowed.
        Self::check(unsafe {
            self.engine(|| qjs::JS_JSONStringify(self.0, value.0, qjs::JS_UNDEFINED, qjs::JS_UNDEFINED))
        })
    }

    /// Runs one pending promise job; `Ok(false)` when there was none.
    pub(in crate::sandbox) fn run_job(self) -> Result<bool, Thrown> {
        let mut context = ptr::null_mut();
        // SAFETY: the runtime of an entered context.
        match unsafe { self.engine(|| qjs::JS_ExecutePendingJob(qjs::JS_GetRuntime(self.0), &raw mut context)) } {
            status if status < 0 => Err(Thrown),
            status => Ok(status > 0),
        }
    }

    /// Collects garbage now, and again when the heap has grown by more than ordinary runs ever do.
    pub(in crate::sandbox) fn collect_garbage(self) {
        const GROWTH: usize = 8 << 20;
        // SAFETY: the runtime of an entered context.
        unsafe {
            let runtime = qjs::JS_GetRuntime(self.0);
            self.engine(|| qjs::JS_RunGC(runtime));
            qjs::JS_SetGCThreshold(runtime, (self.used() + GROWTH) as _);
        }
    }

    /// Adapts the stack limit to the thread that executes now.
    pub(in crate::sandbox) fn enter_thread(self, stack: usize) {
        // SAFETY: the runtime of an entered context.
        unsafe {
            let runtime = qjs::JS_GetRuntime(self.0);
            qjs::JS_SetMaxStackSize(runtime, stack as _);
            qjs::JS_UpdateStackTop(runtime);
        }
    }

    /// Takes the pending exception over.
    pub(in crate::sandbox) fn take_exception(self) -> Value {
        // SAFETY: entered; the answer is owned.
        Value(unsafe { qjs::JS_GetException(self.0) })
    }

    /// Throws; takes `value` over.
    pub(in crate::sandbox) fn throw(self, value: Value) -> Thrown {
        // SAFETY: owned value.
        unsafe { self.engine(|| qjs::JS_Throw(self.0, value.0)) };
        Thrown
    }

    pub(in crate::sandbox) fn throw_type_error(self, message: &CStr) -> Thrown {
        // SAFETY: the format takes one C string.
        unsafe { self.engine(|| qjs::JS_ThrowTypeError(self.0, c"%s".as_ptr(), message.as_ptr())) };
        Thrown
    }
}
