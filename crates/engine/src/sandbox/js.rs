//! The engine's C API as plain copyable values: `Js` is an entered context, `Value` a reference into its heap.
//!
//! Nothing here has a destructor, so control may jump out from beneath any of it (README.md). Reference counts are
//! therefore kept by hand, and only where it matters: a run's heap is thrown away as a whole, so `free` is called on
//! paths that a guest can repeat. Methods consume a value where the C API does ("owned"), and say so.
//!
//! A `Js` is made in two places only: when a sandbox enters its own context, and by the trampolines below, to which the
//! engine hands the context it is executing. Both keep the context alive for as long as the copy is used.

#![expect(unsafe_code, reason = "the one file that calls the engine's C API")]

use super::breaker::Outside;
use super::natives;
use super::state::RunState;
use rquickjs::qjs;
use std::ffi::{CStr, c_char, c_int, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;

/// A pending exception in the context.
#[derive(Debug, Clone, Copy)]
pub(super) struct Thrown;

pub(super) type JsResult = Result<Value, Thrown>;

#[derive(Clone, Copy)]
pub(super) struct Value(qjs::JSValue);

impl Value {
    pub(super) const UNDEFINED: Self = Self(qjs::JS_UNDEFINED);
    pub(super) const NULL: Self = Self(qjs::JS_NULL);
    pub(super) const TRUE: Self = Self(qjs::JS_TRUE);
    pub(super) const FALSE: Self = Self(qjs::JS_FALSE);

    pub(super) fn number(number: f64) -> Self {
        Self(qjs::JS_NewFloat64(number))
    }

    pub(super) fn boolean(value: bool) -> Self {
        if value { Self::TRUE } else { Self::FALSE }
    }

    fn tag(self) -> i32 {
        // SAFETY: reads the tag of a value, whatever it is.
        unsafe { qjs::JS_VALUE_GET_NORM_TAG(self.0) }
    }

    pub(super) fn is_undefined(self) -> bool {
        self.tag() == qjs::JS_TAG_UNDEFINED
    }

    pub(super) fn is_null(self) -> bool {
        self.tag() == qjs::JS_TAG_NULL
    }

    pub(super) fn is_object(self) -> bool {
        self.tag() == qjs::JS_TAG_OBJECT
    }

    pub(super) fn is_string(self) -> bool {
        matches!(self.tag(), qjs::JS_TAG_STRING | qjs::JS_TAG_STRING_ROPE)
    }

    pub(super) fn is_symbol(self) -> bool {
        self.tag() == qjs::JS_TAG_SYMBOL
    }

    pub(super) fn is_bigint(self) -> bool {
        matches!(self.tag(), qjs::JS_TAG_BIG_INT | qjs::JS_TAG_SHORT_BIG_INT)
    }

    pub(super) fn is_boolean(self) -> bool {
        self.tag() == qjs::JS_TAG_BOOL
    }

    pub(super) fn is_true(self) -> bool {
        // SAFETY: the tag says that the payload is a boolean.
        self.is_boolean() && unsafe { qjs::JS_VALUE_GET_BOOL(self.0) }
    }

    pub(super) fn as_number(self) -> Option<f64> {
        match self.tag() {
            // SAFETY: the tag says which payload it is.
            qjs::JS_TAG_INT => Some(f64::from(unsafe { qjs::JS_VALUE_GET_INT(self.0) })),
            // SAFETY: as above.
            qjs::JS_TAG_FLOAT64 => Some(unsafe { qjs::JS_VALUE_GET_FLOAT64(self.0) }),
            _ => None,
        }
    }

    /// The object's address: its identity for as long as a reference to it is held.
    pub(super) fn identity(self) -> usize {
        // SAFETY: only objects and symbols have identities here; the payload is not dereferenced.
        unsafe { qjs::JS_VALUE_GET_PTR(self.0) as usize }
    }

    pub(super) fn is_same_object(self, other: Self) -> bool {
        self.is_object() && other.is_object() && self.identity() == other.identity()
    }
}

/// Text the engine converted to UTF-8 (lone surrogates as three bytes each), alive until `free_text`.
#[derive(Clone, Copy)]
pub(super) struct Text {
    start: *const c_char,
    bytes: usize,
}

impl Text {
    /// The bytes; the reference must not be kept beyond `free_text`.
    pub(super) fn bytes<'a>(self) -> &'a [u8] {
        // SAFETY: the engine returned this many bytes at this address, and keeps them until they are freed.
        unsafe { std::slice::from_raw_parts(self.start.cast(), self.bytes) }
    }
}

/// Text of ours as the engine's parsers want it: with a NUL behind its last byte.
#[derive(Debug, Default)]
pub(super) struct Terminated(Vec<u8>);

impl Terminated {
    pub(super) fn new(text: String) -> Self {
        let mut bytes = text.into_bytes();
        bytes.push(0);
        Self(bytes)
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.0[..self.0.len().saturating_sub(1)]
    }

    /// The text after its first `skip` bytes. A copyable view: whoever holds it keeps `self` unchanged meanwhile.
    pub(super) fn view(&self, skip: usize) -> TextView {
        let text = &self.0[skip.min(self.0.len().saturating_sub(1))..];
        TextView { start: text.as_ptr().cast(), bytes: text.len().saturating_sub(1) }
    }
}

/// See `Terminated::view`.
#[derive(Clone, Copy)]
pub(super) struct TextView {
    start: *const c_char,
    bytes: usize,
}

impl TextView {
    pub(super) fn of(text: &'static CStr) -> Self {
        Self { start: text.as_ptr(), bytes: text.count_bytes() }
    }

    /// The bytes; the reference must not be kept longer than the text it views.
    pub(super) fn bytes<'a>(self) -> &'a [u8] {
        // SAFETY: pointer and length of text that whoever made the view keeps.
        unsafe { std::slice::from_raw_parts(self.start.cast(), self.bytes) }
    }
}

/// What a native function was called with.
#[derive(Clone, Copy)]
pub(super) struct Args {
    values: *const qjs::JSValue,
    count: usize,
}

impl Args {
    pub(super) fn len(self) -> usize {
        self.count
    }

    /// Borrowed; `undefined` beyond the end.
    pub(super) fn get(self, index: usize) -> Value {
        if index >= self.count {
            return Value::UNDEFINED;
        }
        // SAFETY: the engine passes `count` values that live as long as the call.
        Value(unsafe { *self.values.add(index) })
    }
}

#[derive(Clone, Copy)]
pub(super) struct Atom(qjs::JSAtom);

/// Bytecode in the guest's heap; to be taken with `take_bytecode`.
#[derive(Clone, Copy)]
pub(super) struct Bytecode {
    start: *const u8,
    bytes: usize,
}

/// Own property names of an object; to be freed with `free_keys`.
#[derive(Clone, Copy)]
pub(super) struct Keys {
    table: *mut qjs::JSPropertyEnum,
    count: u32,
}

impl Keys {
    pub(super) fn len(self) -> u32 {
        self.count
    }

    pub(super) fn get(self, index: u32) -> Atom {
        assert!(index < self.count, "keys are read within their count");
        // SAFETY: the engine filled `count` entries.
        Atom(unsafe { (*self.table.add(index as usize)).atom })
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PromiseState {
    Pending,
    Fulfilled,
    Rejected,
}

/// How a property is defined.
#[derive(Clone, Copy)]
pub(super) enum Shape {
    /// Writable, enumerable, configurable.
    Data,
    /// Writable and configurable, not enumerable: how built-in methods are defined.
    Method,
    /// Neither writable, enumerable nor configurable.
    Fixed,
}

impl Shape {
    fn flags(self) -> c_int {
        (match self {
            Self::Data => qjs::JS_PROP_C_W_E,
            Self::Method => qjs::JS_PROP_CONFIGURABLE | qjs::JS_PROP_WRITABLE,
            Self::Fixed => 0,
        }) as c_int
    }
}

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

    // --- The run's own state ---------------------------------------------------------------------------------------

    fn outside(self) -> *mut Outside {
        // SAFETY: set when the context was made, to the sandbox's box, which outlives the context.
        unsafe { qjs::JS_GetContextOpaque(self.0).cast() }
    }

    /// Runs host code over the run's state. `body` must not call the engine: that is what makes the borrow unique, and
    /// what keeps a jump from passing over it.
    pub(super) fn with_state<R>(self, body: impl FnOnce(&mut RunState) -> R) -> R {
        // SAFETY: one thread executes a sandbox, and `body` does not come back here.
        body(unsafe { &mut (*self.outside()).state })
    }

    /// Ends the run here and now; the caller has stored why in the state. No frame with a destructor may be alive.
    pub(super) fn leave(self, reason: super::breaker::Breach) -> Thrown {
        // SAFETY: natives run beneath the guard that their sandbox entered; the caller vouches for the frames.
        unsafe { (*self.outside()).leave(reason) };
        Thrown
    }

    // --- Reference counts ------------------------------------------------------------------------------------------

    pub(super) fn dup(self, value: Value) -> Value {
        // SAFETY: `value` is alive in this context's heap.
        Value(unsafe { qjs::JS_DupValue(self.0, value.0) })
    }

    pub(super) fn free(self, value: Value) {
        // SAFETY: the caller gives up a reference it owns.
        unsafe { qjs::JS_FreeValue(self.0, value.0) };
    }

    // --- Making values ---------------------------------------------------------------------------------------------

    pub(super) fn object(self) -> JsResult {
        // SAFETY: `self` is entered (module comment); likewise below.
        Self::check(unsafe { qjs::JS_NewObject(self.0) })
    }

    pub(super) fn object_with_prototype(self, prototype: Value) -> JsResult {
        // SAFETY: `prototype` is an object or null, borrowed.
        Self::check(unsafe { qjs::JS_NewObjectProto(self.0, prototype.0) })
    }

    pub(super) fn array(self) -> JsResult {
        // SAFETY: entered.
        Self::check(unsafe { qjs::JS_NewArray(self.0) })
    }

    pub(super) fn date(self, milliseconds: f64) -> JsResult {
        // SAFETY: entered.
        Self::check(unsafe { qjs::JS_NewDate(self.0, milliseconds) })
    }

    pub(super) fn string(self, text: &str) -> JsResult {
        // SAFETY: pointer and length of a live string slice; the engine copies.
        Self::check(unsafe { qjs::JS_NewStringLen(self.0, text.as_ptr().cast(), text.len() as _) })
    }

    /// A string made from text that `pick` finds in the run's state, so that no Rust string lies on the stack.
    pub(super) fn string_from_state(self, pick: impl FnOnce(&RunState) -> &str) -> JsResult {
        let (start, bytes) = self.with_state(|state| {
            let text = pick(state);
            (text.as_ptr(), text.len())
        });
        // SAFETY: the state is not changed until the engine has copied the text.
        Self::check(unsafe { qjs::JS_NewStringLen(self.0, start.cast(), bytes as _) })
    }

    /// An ArrayBuffer of bytes that `pick` finds in the run's state.
    pub(super) fn buffer_from_state(self, pick: impl FnOnce(&RunState) -> &[u8]) -> JsResult {
        let (start, bytes) = self.with_state(|state| {
            let bytes = pick(state);
            (bytes.as_ptr(), bytes.len())
        });
        // SAFETY: the state is not changed until the engine has copied the bytes.
        Self::check(unsafe { qjs::JS_NewArrayBufferCopy(self.0, start, bytes as _) })
    }

    /// A native function; `index` selects it in `natives::call`, `data` is passed along (duplicated by the engine).
    pub(super) fn function(self, name: &CStr, length: c_int, index: c_int, data: Value) -> JsResult {
        let mut data = data.0;
        // SAFETY: the name is copied into an atom, the data duplicated.
        Self::check(unsafe {
            qjs::JS_NewCFunctionData2(self.0, Some(trampoline), name.as_ptr(), length, index, 1, &raw mut data)
        })
    }

    // --- Properties ------------------------------------------------------------------------------------------------

    pub(super) fn global(self) -> Value {
        // SAFETY: entered; the caller owns the reference.
        Value(unsafe { qjs::JS_GetGlobalObject(self.0) })
    }

    /// May run guest code.
    pub(super) fn get(self, object: Value, name: &CStr) -> JsResult {
        // SAFETY: borrowed object, C string.
        Self::check(unsafe { qjs::JS_GetPropertyStr(self.0, object.0, name.as_ptr()) })
    }

    /// May run guest code.
    pub(super) fn get_atom(self, object: Value, name: Atom) -> JsResult {
        // SAFETY: borrowed object, live atom.
        Self::check(unsafe { qjs::JS_GetProperty(self.0, object.0, name.0) })
    }

    /// May run guest code, unless the index is an own data property.
    pub(super) fn get_index(self, object: Value, index: u32) -> JsResult {
        // SAFETY: borrowed object.
        Self::check(unsafe { qjs::JS_GetPropertyUint32(self.0, object.0, index) })
    }

    /// An own data property, read without running guest code; `None` for accessors and missing ones. Not for proxies.
    pub(super) fn get_own_data(self, object: Value, name: Atom) -> Result<Option<Value>, Thrown> {
        let mut found = qjs::JSPropertyDescriptor {
            flags: 0,
            value: qjs::JS_UNDEFINED,
            getter: qjs::JS_UNDEFINED,
            setter: qjs::JS_UNDEFINED,
        };
        // SAFETY: `found` is filled when the answer is 1, with references that the caller owns.
        let status = unsafe { qjs::JS_GetOwnProperty(self.0, &raw mut found, object.0, name.0) };
        Self::check_status(status)?;
        if status == 0 {
            return Ok(None);
        }
        if found.flags & qjs::JS_PROP_GETSET as c_int != 0 {
            self.free(Value(found.getter));
            self.free(Value(found.setter));
            return Ok(None);
        }
        Ok(Some(Value(found.value)))
    }

    /// Defines an own property; takes `value` over. Runs no guest code unless `object` is a proxy.
    pub(super) fn define(self, object: Value, name: &CStr, value: Value, shape: Shape) -> Result<(), Thrown> {
        // SAFETY: borrowed object, owned value.
        Self::check_status(unsafe {
            qjs::JS_DefinePropertyValueStr(self.0, object.0, name.as_ptr(), value.0, shape.flags())
        })
    }

    /// As `define`.
    pub(super) fn define_atom(self, object: Value, name: Atom, value: Value, shape: Shape) -> Result<(), Thrown> {
        // SAFETY: borrowed object, owned value, live atom.
        Self::check_status(unsafe { qjs::JS_DefinePropertyValue(self.0, object.0, name.0, value.0, shape.flags()) })
    }

    /// As `define`.
    pub(super) fn define_index(self, object: Value, index: u32, value: Value) -> Result<(), Thrown> {
        // SAFETY: borrowed object, owned value.
        Self::check_status(unsafe {
            qjs::JS_DefinePropertyValueUint32(self.0, object.0, index, value.0, Shape::Data.flags())
        })
    }

    /// Defines an accessor; takes both functions over (`undefined` for none).
    pub(super) fn define_accessor(
        self,
        object: Value,
        name: &CStr,
        getter: Value,
        setter: Value,
    ) -> Result<(), Thrown> {
        let atom = self.atom(name.to_bytes())?;
        let flags = (qjs::JS_PROP_CONFIGURABLE | qjs::JS_PROP_HAS_GET | qjs::JS_PROP_HAS_SET) as c_int;
        // SAFETY: borrowed object, owned functions, live atom.
        let status = unsafe { qjs::JS_DefinePropertyGetSet(self.0, object.0, atom.0, getter.0, setter.0, flags) };
        self.free_atom(atom);
        Self::check_status(status)
    }

    pub(super) fn set_length(self, array: Value, length: i64) -> Result<(), Thrown> {
        // SAFETY: borrowed array.
        Self::check_status(unsafe { qjs::JS_SetLength(self.0, array.0, length) })
    }

    pub(super) fn delete(self, object: Value, name: &CStr) -> Result<(), Thrown> {
        let atom = self.atom(name.to_bytes())?;
        // SAFETY: borrowed object, live atom.
        let status = unsafe { qjs::JS_DeleteProperty(self.0, object.0, atom.0, 0) };
        self.free_atom(atom);
        Self::check_status(status)
    }

    /// Deletes an own property; a refusal is no matter.
    pub(super) fn delete_atom(self, object: Value, name: Atom) {
        // SAFETY: borrowed object, live atom.
        if unsafe { qjs::JS_DeleteProperty(self.0, object.0, name.0, 0) } < 0 {
            self.free(self.take_exception());
        }
    }

    pub(super) fn atom(self, name: &[u8]) -> Result<Atom, Thrown> {
        // SAFETY: pointer and length of a live slice; the engine copies.
        let atom = unsafe { qjs::JS_NewAtomLen(self.0, name.as_ptr().cast(), name.len() as _) };
        if atom == 0 { Err(Thrown) } else { Ok(Atom(atom)) }
    }

    pub(super) fn atom_of(self, value: Value) -> Result<Atom, Thrown> {
        // SAFETY: borrowed value; strings convert without running guest code.
        let atom = unsafe { qjs::JS_ValueToAtom(self.0, value.0) };
        if atom == 0 { Err(Thrown) } else { Ok(Atom(atom)) }
    }

    pub(super) fn free_atom(self, atom: Atom) {
        // SAFETY: the caller gives up a reference it owns.
        unsafe { qjs::JS_FreeAtom(self.0, atom.0) };
    }

    pub(super) fn atom_text(self, atom: Atom) -> Result<Text, Thrown> {
        let mut bytes = 0;
        // SAFETY: live atom; the length is stored before the call returns.
        let start = unsafe { qjs::JS_AtomToCStringLen(self.0, &raw mut bytes, atom.0) };
        if start.is_null() { Err(Thrown) } else { Ok(Text { start, bytes: bytes as usize }) }
    }

    /// Own enumerable string keys, in order. Runs guest code for proxies only.
    pub(super) fn own_keys(self, object: Value) -> Result<Keys, Thrown> {
        let (mut table, mut count) = (ptr::null_mut(), 0);
        let flags = (qjs::JS_GPN_STRING_MASK | qjs::JS_GPN_ENUM_ONLY) as c_int;
        // SAFETY: borrowed object; table and count are filled on success.
        Self::check_status(unsafe {
            qjs::JS_GetOwnPropertyNames(self.0, &raw mut table, &raw mut count, object.0, flags)
        })?;
        Ok(Keys { table, count })
    }

    pub(super) fn free_keys(self, keys: Keys) {
        // SAFETY: filled by `own_keys`, freed once.
        unsafe { qjs::JS_FreePropertyEnum(self.0, keys.table, keys.count) };
    }

    // --- Looking at values -----------------------------------------------------------------------------------------

    /// Converts to text. Runs guest code for objects; symbols throw.
    pub(super) fn text(self, value: Value) -> Result<Text, Thrown> {
        let mut bytes = 0;
        // SAFETY: borrowed value; the length is stored before the call returns.
        let start = unsafe { qjs::JS_ToCStringLen(self.0, &raw mut bytes, value.0) };
        if start.is_null() { Err(Thrown) } else { Ok(Text { start, bytes }) }
    }

    pub(super) fn free_text(self, text: Text) {
        // SAFETY: returned by the engine, freed once.
        unsafe { qjs::JS_FreeCString(self.0, text.start) };
    }

    pub(super) fn to_number(self, value: Value) -> Result<f64, Thrown> {
        let mut number = 0.0;
        // SAFETY: borrowed value.
        Self::check_status(unsafe { qjs::JS_ToFloat64(self.0, &raw mut number, value.0) })?;
        Ok(number)
    }

    pub(super) fn is_function(self, value: Value) -> bool {
        // SAFETY: borrowed value.
        unsafe { qjs::JS_IsFunction(self.0, value.0) }
    }

    /// What the engine knows the object to be; guest code cannot change it.
    pub(super) fn class(self, value: Value) -> ObjectClass {
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

    pub(super) fn class_is_data_view(self, value: Value) -> bool {
        // SAFETY: borrowed value.
        unsafe { qjs::JS_IsDataView(value.0) }
    }

    /// The engine's number for the class of an object.
    pub(super) fn class_number(self, value: Value) -> u32 {
        // SAFETY: borrowed value.
        unsafe { qjs::JS_GetClassID(value.0) }
    }

    /// Which typed array it is, as the engine numbers them.
    pub(super) fn typed_array_type(self, value: Value) -> i32 {
        // SAFETY: borrowed value.
        unsafe { qjs::JS_GetTypedArrayType(value.0) }
    }

    /// The bytes of an ArrayBuffer; valid until guest code runs again. `None` when detached.
    pub(super) fn buffer_bytes<'a>(self, buffer: Value) -> Option<&'a [u8]> {
        let mut bytes = 0;
        // SAFETY: borrowed value; the engine throws and answers null when it is not a live buffer.
        let start = unsafe { qjs::JS_GetArrayBuffer(self.0, &raw mut bytes, buffer.0) };
        if start.is_null() {
            return None;
        }
        // SAFETY: the engine returned this many bytes at this address.
        Some(unsafe { std::slice::from_raw_parts(start, bytes as usize) })
    }

    pub(super) fn prototype(self, object: Value) -> JsResult {
        // SAFETY: borrowed object; the answer is owned.
        Self::check(unsafe { qjs::JS_GetPrototype(self.0, object.0) })
    }

    pub(super) fn promise_state(self, promise: Value) -> PromiseState {
        // SAFETY: borrowed value.
        match unsafe { qjs::JS_PromiseState(self.0, promise.0) } {
            qjs::JSPromiseStateEnum_JS_PROMISE_FULFILLED => PromiseState::Fulfilled,
            qjs::JSPromiseStateEnum_JS_PROMISE_REJECTED => PromiseState::Rejected,
            _ => PromiseState::Pending,
        }
    }

    pub(super) fn promise_result(self, promise: Value) -> Value {
        // SAFETY: borrowed promise; the answer is owned.
        Value(unsafe { qjs::JS_PromiseResult(self.0, promise.0) })
    }

    // --- Running code ----------------------------------------------------------------------------------------------

    /// A pending promise and the two functions that settle it; all owned.
    pub(super) fn promise(self) -> Result<(Value, Value, Value), Thrown> {
        let mut settle = [qjs::JS_UNDEFINED; 2];
        // SAFETY: the engine stores two functions.
        let promise = Self::check(unsafe { qjs::JS_NewPromiseCapability(self.0, settle.as_mut_ptr()) })?;
        Ok((promise, Value(settle[0]), Value(settle[1])))
    }

    pub(super) fn call(self, function: Value, this: Value, args: &[Value]) -> JsResult {
        // SAFETY: `Value` is laid out as the engine's value; all are borrowed, and the engine does not write to them.
        Self::check(unsafe {
            qjs::JS_Call(
                self.0,
                function.0,
                this.0,
                args.len() as c_int,
                args.as_ptr().cast::<qjs::JSValue>().cast_mut(),
            )
        })
    }

    pub(super) fn construct(self, constructor: Value, args: &[Value]) -> JsResult {
        // SAFETY: as in `call`.
        Self::check(unsafe {
            qjs::JS_CallConstructor(
                self.0,
                constructor.0,
                args.len() as c_int,
                args.as_ptr().cast::<qjs::JSValue>().cast_mut(),
            )
        })
    }

    /// Evaluates a script in the global scope and answers its value. Its first line is numbered `first_line`.
    pub(super) fn eval(self, source: TextView, file: TextView, first_line: i32) -> JsResult {
        let mut options = qjs::JSEvalOptions {
            version: qjs::JS_EVAL_OPTIONS_VERSION as c_int,
            eval_flags: qjs::JS_EVAL_TYPE_GLOBAL as c_int,
            filename: file.start,
            line_num: first_line,
        };
        // SAFETY: the engine wants a NUL behind the source, which terminated text has.
        Self::check(unsafe { qjs::JS_Eval2(self.0, source.start, source.bytes as _, &raw mut options) })
    }

    /// Compiles without running: the compiled script (owned), and its bytecode.
    pub(super) fn compile_to_bytecode(
        self,
        source: TextView,
        file: TextView,
        first_line: i32,
    ) -> Result<(Value, Bytecode), Thrown> {
        let mut options = qjs::JSEvalOptions {
            version: qjs::JS_EVAL_OPTIONS_VERSION as c_int,
            eval_flags: (qjs::JS_EVAL_TYPE_GLOBAL | qjs::JS_EVAL_FLAG_COMPILE_ONLY) as c_int,
            filename: file.start,
            line_num: first_line,
        };
        // SAFETY: as in `eval`; the engine answers a function object that is not yet run.
        unsafe {
            let script = Self::check(qjs::JS_Eval2(self.0, source.start, source.bytes as _, &raw mut options))?;
            let mut bytes = 0;
            let start = qjs::JS_WriteObject(self.0, &raw mut bytes, script.0, qjs::JS_WRITE_OBJ_BYTECODE as c_int);
            if start.is_null() {
                return Err(Thrown);
            }
            Ok((script, Bytecode { start, bytes: bytes as usize }))
        }
    }

    /// Copies bytecode out of the guest's heap and frees it there.
    pub(super) fn take_bytecode(self, code: Bytecode) -> Vec<u8> {
        // SAFETY: written by `compile_to_bytecode`, taken once; freeing does not allocate, so nothing can jump here.
        unsafe {
            let copy = std::slice::from_raw_parts(code.start, code.bytes).to_vec();
            qjs::js_free(self.0, code.start.cast_mut().cast());
            copy
        }
    }

    /// A compiled script from bytecode of this process; bytecode from anywhere else must never come here.
    pub(super) fn load_bytecode(self, code: &[u8]) -> JsResult {
        // SAFETY: the bytes were written by this very engine.
        Self::check(unsafe {
            qjs::JS_ReadObject(self.0, code.as_ptr(), code.len() as _, qjs::JS_READ_OBJ_BYTECODE as c_int)
        })
    }

    /// Runs a compiled script; takes it over.
    pub(super) fn run_compiled(self, script: Value) -> JsResult {
        // SAFETY: a compiled script, owned.
        Self::check(unsafe { qjs::JS_EvalFunction(self.0, script.0) })
    }

    /// Parses JSON. Runs no guest code; `name` stands for a file name in the error.
    pub(super) fn parse_json(self, text: TextView, name: TextView) -> JsResult {
        // SAFETY: the parser wants a NUL behind the text, which terminated text has.
        Self::check(unsafe { qjs::JS_ParseJSON(self.0, text.start, text.bytes as _, name.start) })
    }

    /// `JSON.stringify(value)` without its arguments; `undefined` where JSON has no form. Runs guest code.
    pub(super) fn stringify(self, value: Value) -> JsResult {
        // SAFETY: all borrowed.
        Self::check(unsafe { qjs::JS_JSONStringify(self.0, value.0, qjs::JS_UNDEFINED, qjs::JS_UNDEFINED) })
    }

    /// Runs one pending promise job; `Ok(false)` when there was none.
    pub(super) fn run_job(self) -> Result<bool, Thrown> {
        let mut context = ptr::null_mut();
        // SAFETY: the runtime of an entered context.
        match unsafe { qjs::JS_ExecutePendingJob(qjs::JS_GetRuntime(self.0), &raw mut context) } {
            status if status < 0 => Err(Thrown),
            status => Ok(status > 0),
        }
    }

    /// Adapts the stack limit to the thread that executes now.
    pub(super) fn enter_thread(self, stack: usize) {
        // SAFETY: the runtime of an entered context.
        unsafe {
            let runtime = qjs::JS_GetRuntime(self.0);
            qjs::JS_SetMaxStackSize(runtime, stack as _);
            qjs::JS_UpdateStackTop(runtime);
        }
    }

    // --- Exceptions ------------------------------------------------------------------------------------------------

    /// Takes the pending exception over.
    pub(super) fn take_exception(self) -> Value {
        // SAFETY: entered; the answer is owned.
        Value(unsafe { qjs::JS_GetException(self.0) })
    }

    /// Throws; takes `value` over.
    pub(super) fn throw(self, value: Value) -> Thrown {
        // SAFETY: owned value.
        unsafe { qjs::JS_Throw(self.0, value.0) };
        Thrown
    }

    pub(super) fn throw_type_error(self, message: &CStr) -> Thrown {
        // SAFETY: the format takes one C string.
        unsafe { qjs::JS_ThrowTypeError(self.0, c"%s".as_ptr(), message.as_ptr()) };
        Thrown
    }
}

/// What the engine says an object is; cannot be forged by guest code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ObjectClass {
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

/// Every native function is entered here. A panic of ours ends the run, never the process.
unsafe extern "C" fn trampoline(
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
    match catch_unwind(AssertUnwindSafe(|| natives::call(index, js, Value(this), args, data))) {
        Ok(Ok(value)) => value.0,
        Ok(Err(Thrown)) => qjs::JS_EXCEPTION,
        Err(panic) => {
            drop(panic);
            js.leave(super::breaker::Breach::Panic);
            qjs::JS_EXCEPTION
        }
    }
}

/// The engine reports rejections without a handler, and handlers that come late.
pub(super) unsafe extern "C" fn on_rejection(
    context: *mut qjs::JSContext,
    promise: qjs::JSValue,
    _reason: qjs::JSValue,
    is_handled: bool,
    _opaque: *mut c_void,
) {
    let js = Js(context);
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
