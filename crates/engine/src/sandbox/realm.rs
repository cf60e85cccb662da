//! The guest's world as it is before each run: engine, globals, and the built-in functions our own code relies on,
//! captured before any guest code could replace them.

#![expect(unsafe_code, reason = "makes the engine's runtime and context")]

use super::breaker::{MEMORY_FUNCTIONS, Outside, on_interrupt};
use super::js::{Js, Shape, TextView, Thrown, Value, on_rejection, register_modules};
use super::natives::Native;
use super::skeleton::Skeleton;
use super::timers::TimerPrototypes;
use super::{builtins, console, process, random, timers};
use rquickjs::qjs;
use std::ffi::CStr;

/// Built-in error classes; the order of the realm's arrays.
pub(super) const ERROR_CLASSES: [&CStr; 8] = [
    c"Error",
    c"TypeError",
    c"RangeError",
    c"SyntaxError",
    c"ReferenceError",
    c"EvalError",
    c"URIError",
    c"AggregateError",
];
pub(super) const AGGREGATE: usize = 7;

/// Views on buffers: typed arrays in the order of the engine's own numbering, then `DataView`.
pub(super) const VIEWS: [&CStr; 13] = [
    c"Uint8ClampedArray",
    c"Int8Array",
    c"Uint8Array",
    c"Int16Array",
    c"Uint16Array",
    c"Int32Array",
    c"Uint32Array",
    c"BigInt64Array",
    c"BigUint64Array",
    c"Float16Array",
    c"Float32Array",
    c"Float64Array",
    c"DataView",
];

/// Evaluated once per realm; answers the captured values in the order `capture` reads them.
const CAPTURE: &CStr = c"
(() => {
  const getter = (object, name) => Object.getOwnPropertyDescriptor(object, name).get;
  const typed = Object.getPrototypeOf(Uint8Array);
  const stack = Object.getOwnPropertyDescriptor(Error.prototype, 'stack');
  const prepare = Object.getOwnPropertyDescriptor(Error, 'prepareStackTrace');
  Error.prepareStackTrace = (error, sites) => sites;
  const site = Object.getPrototypeOf(new Error().stack[0]);
  Error.prepareStackTrace = undefined;
  return [
    Object, BigInt, RegExp, Map, Set, Reflect.apply, Symbol.toPrimitive, Symbol.toStringTag,
    Map.prototype.set, Map.prototype.entries, Object.getPrototypeOf(new Map().entries()).next,
    Set.prototype.add, Set.prototype.values, Object.getPrototypeOf(new Set().values()).next,
    Promise, Date.prototype.getTime, Symbol.prototype.toString,
    getter(RegExp.prototype, 'source'), getter(RegExp.prototype, 'flags'),
    getter(typed.prototype, 'buffer'), getter(typed.prototype, 'byteOffset'), getter(typed.prototype, 'length'),
    getter(DataView.prototype, 'buffer'), getter(DataView.prototype, 'byteOffset'), getter(DataView.prototype, 'byteLength'),
    stack.get, stack.set, prepare.set, Error.captureStackTrace, JSON.parse, site.getFunctionName, site.getFileName, site.getLineNumber,
    site.getColumnNumber, site.isNative, Error, Error.prototype,
    Number.prototype.valueOf, String.prototype.valueOf, Boolean.prototype.valueOf, BigInt.prototype.valueOf, Symbol.prototype.valueOf,
    Object(1), Object(''), Object(true), Object(1n), Object(Symbol()),
  ];
})()
";

/// Captured values; all are held for ever, so no guest can bring one to be released.
#[derive(Clone, Copy)]
pub(super) struct Realm {
    pub(super) object: Value,
    pub(super) bigint: Value,
    pub(super) regexp: Value,
    pub(super) map: Value,
    pub(super) set: Value,
    pub(super) reflect_apply: Value,
    pub(super) to_primitive: Value,
    pub(super) to_string_tag: Value,
    pub(super) map_set: Value,
    pub(super) map_entries: Value,
    pub(super) map_next: Value,
    pub(super) set_add: Value,
    pub(super) set_values: Value,
    pub(super) set_next: Value,
    pub(super) promise: Value,
    pub(super) date_get_time: Value,
    pub(super) symbol_to_string: Value,
    pub(super) regexp_source: Value,
    pub(super) regexp_flags: Value,
    pub(super) typed_array_parts: (Value, Value, Value),
    pub(super) data_view_parts: (Value, Value, Value),
    pub(super) get_stack: Value,
    pub(super) set_stack: Value,
    pub(super) set_prepare: Value,
    pub(super) capture_stack: Value,
    pub(super) parse_json: Value,
    /// What call sites answer: function name, file, line, column, whether they are native.
    pub(super) site_parts: [Value; 5],
    pub(super) boxed_value_of: [Value; 5],
    pub(super) boxed_classes: [u32; 5],
    /// The class of objects that are nothing but their properties.
    pub(super) plain_class: u32,
    pub(super) error_constructors: [Value; 8],
    pub(super) error_prototypes: [Value; 8],
    pub(super) views: [Value; 13],
    pub(super) timer_prototypes: Option<TimerPrototypes>,
    skeleton: Option<Skeleton>,
}

impl Realm {
    pub(super) fn skeleton(&self) -> Skeleton {
        self.skeleton.expect("made when the sandbox was, before any guest code")
    }
}

/// Makes an engine whose memory comes from `outside`'s heap. `None` when the heap cannot hold it.
///
/// # Safety
/// `outside` keeps its address for as long as the context is used.
pub(super) unsafe fn create_context(outside: *mut Outside) -> Option<*mut qjs::JSContext> {
    // SAFETY: the memory functions expect an `Outside`; the callbacks likewise, and run while it is alive.
    unsafe {
        let runtime = qjs::JS_NewRuntime2(&raw const MEMORY_FUNCTIONS, outside.cast());
        if runtime.is_null() {
            return None;
        }
        qjs::JS_SetInterruptHandler(runtime, Some(on_interrupt), outside.cast());
        qjs::JS_SetHostPromiseRejectionTracker(runtime, Some(on_rejection), outside.cast());
        register_modules(runtime);
        let context = qjs::JS_NewContext(runtime);
        if context.is_null() {
            return None;
        }
        qjs::JS_SetContextOpaque(context, outside.cast());
        Some(context)
    }
}

/// Fills the global object and captures what our code relies on.
pub(super) fn install(js: Js) -> Result<(), Thrown> {
    let captured = capture(js)?;
    js.with_state(|state| state.realm = Some(captured));
    let global = js.global();
    for name in [c"SharedArrayBuffer", c"Atomics"] {
        js.delete(global, name)?;
    }
    js.define(global, c"global", js.dup(global), Shape::Method)?;
    console::install(js, global)?;
    process::install(js, global)?;
    random::install(js, global)?;
    install_stack(js, captured)?;
    install_json(js, global)?;
    builtins::install_globals(js, global)?;
    builtins::intl::install(js, global)?;
    let prototypes = timers::install(js, global)?;
    let skeleton = Skeleton::make(js, global)?;
    js.with_state(|state| {
        if let Some(realm) = &mut state.realm {
            realm.timer_prototypes = Some(prototypes);
            realm.skeleton = Some(skeleton);
        }
    });
    js.free(global);
    Ok(())
}

fn install_stack(js: Js, realm: Realm) -> Result<(), Thrown> {
    let getter = js.function(c"get stack", 0, Native::ErrorStack as i32, Value::UNDEFINED)?;
    let setter = js.function(c"set stack", 1, Native::SetErrorStack as i32, Value::UNDEFINED)?;
    js.define_accessor(realm.error_prototypes[0], c"stack", getter, setter)?;
    let hook = js.error_hook()?;
    js.free(js.call(realm.set_prepare, realm.error_constructors[0], &[hook])?);
    js.free(hook);
    let getter = js.function(c"get prepareStackTrace", 0, Native::PrepareStackTrace as i32, Value::UNDEFINED)?;
    let setter = js.function(c"set prepareStackTrace", 1, Native::SetPrepareStackTrace as i32, Value::UNDEFINED)?;
    js.define_accessor(realm.error_constructors[0], c"prepareStackTrace", getter, setter)?;
    let capture = js.function(c"captureStackTrace", 2, Native::CaptureStackTrace as i32, Value::UNDEFINED)?;
    js.define(realm.error_constructors[0], c"captureStackTrace", capture, Shape::Method)
}

fn install_json(js: Js, global: Value) -> Result<(), Thrown> {
    let json = js.get(global, c"JSON")?;
    let parse = js.function(c"parse", 2, Native::ParseJson as i32, Value::UNDEFINED)?;
    js.define(json, c"parse", parse, Shape::Method)?;
    js.free(json);
    Ok(())
}

fn capture(js: Js) -> Result<Realm, Thrown> {
    let list = js.eval(TextView::of(CAPTURE), TextView::of(c"node:realm"), 1)?;
    let mut at = 0;
    let mut next = || {
        at += 1;
        js.get_index(list, at - 1)
    };
    let global = js.global();
    let mut error_constructors = [Value::UNDEFINED; 8];
    let mut error_prototypes = [Value::UNDEFINED; 8];
    for (index, name) in ERROR_CLASSES.iter().enumerate() {
        error_constructors[index] = js.get(global, name)?;
        error_prototypes[index] = js.get(error_constructors[index], c"prototype")?;
    }
    let mut views = [Value::UNDEFINED; 13];
    for (view, name) in views.iter_mut().zip(VIEWS) {
        *view = js.get(global, name)?;
    }
    let mut realm = Realm {
        object: next()?,
        bigint: next()?,
        regexp: next()?,
        map: next()?,
        set: next()?,
        reflect_apply: next()?,
        to_primitive: next()?,
        to_string_tag: next()?,
        map_set: next()?,
        map_entries: next()?,
        map_next: next()?,
        set_add: next()?,
        set_values: next()?,
        set_next: next()?,
        promise: next()?,
        date_get_time: next()?,
        symbol_to_string: next()?,
        regexp_source: next()?,
        regexp_flags: next()?,
        typed_array_parts: (next()?, next()?, next()?),
        data_view_parts: (next()?, next()?, next()?),
        get_stack: next()?,
        set_stack: next()?,
        set_prepare: next()?,
        capture_stack: next()?,
        parse_json: next()?,
        site_parts: [next()?, next()?, next()?, next()?, next()?],
        boxed_value_of: [Value::UNDEFINED; 5],
        boxed_classes: [0; 5],
        plain_class: 0,
        error_constructors,
        error_prototypes,
        views,
        timer_prototypes: None,
        skeleton: None,
    };
    // `Error` and its prototype stand in the list for the reader's sake; they were read above.
    for _ in 0..2 {
        js.free(next()?);
    }
    for value_of in &mut realm.boxed_value_of {
        *value_of = next()?;
    }
    for class in &mut realm.boxed_classes {
        let sample = next()?;
        *class = js.class_number(sample);
        js.free(sample);
    }
    js.free(list);
    let plain = js.object()?;
    realm.plain_class = js.class_number(plain);
    js.free(plain);
    Ok(realm)
}
