//! The builtins that guests may require, and the globals that are made of them.
//!
//! Each is compiled once per process, and loaded from bytecode the first time a run asks for it. Bundles require each
//! other through the same registry, and reach natives by name; guests can do neither.

pub(super) mod buffers;
pub(super) mod compute;
mod globals;
pub(super) mod intl;
mod list;
mod natives;
pub(super) mod text;
pub(super) mod urls;
pub(super) mod values;

pub(super) use globals::{get as get_global, install as install_globals, set as set_global};
pub(super) use list::BuiltinIndex;
pub(super) use natives::by_name as native_by_name;

use super::code_cache;
use super::js::{Args, Js, JsResult, Shape, Terminated, TextView, Thrown, Value};
use super::natives::Native;
use super::state::RunState;
use crate::modules::Origin;
use list::{Audience, Builtin};

/// The builtin that a file of this origin gets for a specifier, with or without `node:`.
pub(super) fn find(state: &RunState, specifier: &str, origin: Origin) -> Option<BuiltinIndex> {
    let (index, builtin) = list::named(specifier.strip_prefix("node:").unwrap_or(specifier))?;
    let request = &state.spec().request;
    let is_listed = || request.builtins.as_ref().is_none_or(|names| names.iter().any(|name| name == builtin.name));
    let is_offered = match builtin.audience {
        Audience::Everyone => is_listed(),
        Audience::Packages => origin == Origin::Package && is_listed(),
        Audience::StandIn => origin == Origin::Package && request.stubs,
        Audience::Inside => false,
    };
    is_offered.then_some(index)
}

/// The exports of a builtin, loaded when the run first asks for it.
pub(super) fn load(js: Js, index: BuiltinIndex) -> JsResult {
    if let Some(exports) = js.with_state(|state| state.builtins.get(usize::from(index)).copied().flatten()) {
        return Ok(js.dup(exports));
    }
    let Some(builtin) = list::get(index) else { return Ok(Value::UNDEFINED) };
    if builtin.audience == Audience::StandIn {
        let exports = stand_in(js, builtin)?;
        remember(js, index, exports);
        return Ok(exports);
    }
    let function = compiled(js, index, builtin)?;
    let module = js.object()?;
    let exports = js.object()?;
    js.define(module, c"exports", js.dup(exports), Shape::Data)?;
    // Bundles that require each other in a circle get what there is so far, as CommonJS has it.
    remember(js, index, exports);
    let require = js.function(c"require", 1, Native::RequireBuiltin as i32, Value::UNDEFINED)?;
    let native = js.function(c"native", 1, Native::FunctionByName as i32, Value::UNDEFINED)?;
    let answer = js.call(function, exports, &[exports, require, module, native]);
    for value in [function, exports, require, native] {
        js.free(value);
    }
    match answer {
        Ok(value) => js.free(value),
        Err(Thrown) => {
            js.with_state(|state| state.builtins[usize::from(index)] = None);
            return Err(Thrown);
        }
    }
    let loaded = js.get(module, c"exports")?;
    js.free(module);
    remember(js, index, loaded);
    Ok(loaded)
}

/// As `load`, for our own code.
pub(super) fn builtin(js: Js, name: &str) -> JsResult {
    match list::named(name) {
        Some((index, _)) => load(js, index),
        None => Ok(Value::UNDEFINED),
    }
}

/// What bundles call `require`.
pub(super) fn require_builtin(js: Js, _this: Value, args: Args, _data: Value) -> JsResult {
    let name = js.text(args.get(0))?;
    let index = std::str::from_utf8(name.bytes()).ok().and_then(list::named).map(|(index, _)| index);
    js.free_text(name);
    match index {
        Some(index) => load(js, index),
        None => Err(js.throw_type_error(c"a builtin requires a module that is not bundled")),
    }
}

/// The names of what guests may find at all, for `module.builtinModules`.
pub(super) fn names(js: Js, _this: Value, _args: Args, _data: Value) -> JsResult {
    let names = js.array()?;
    let public = list::all().filter(|(_, builtin)| builtin.audience != Audience::Inside);
    for (at, (_, builtin)) in public.enumerate() {
        js.define_index(names, at as u32, js.string(builtin.name)?)?;
    }
    Ok(names)
}

/// Keeps the exports for the run; takes a reference of its own.
fn remember(js: Js, index: BuiltinIndex, exports: Value) {
    let kept = js.dup(exports);
    js.with_state(|state| {
        if state.builtins.is_empty() {
            state.builtins = vec![None; list::count()];
        }
        // What was there is the exports object of a bundle that then replaced it; the heap goes as a whole.
        state.builtins[usize::from(index)] = Some(kept);
    });
}

fn stand_in(js: Js, builtin: &Builtin) -> JsResult {
    let make = self::builtin(js, "internal/inert")?;
    let name = js.string(builtin.name)?;
    let exports = js.call(make, Value::UNDEFINED, &[name]);
    js.free(make);
    js.free(name);
    exports
}

/// The function around a bundle, from bytecode of this process.
fn compiled(js: Js, index: BuiltinIndex, builtin: &Builtin) -> JsResult {
    let slot = code_cache::of_builtin(index, list::count());
    if let Some(code) = slot.get() {
        let script = js.load_bytecode(code)?;
        return js.run_compiled(script);
    }
    js.with_state(|state| {
        let source = builtin.source;
        state.bundle = Terminated::new(format!("(function (exports, require, module, native) {{\n{source}\n}})"));
        state.bundle_name = Terminated::new(format!("node:{}", builtin.name));
    });
    let (source, file): (TextView, TextView) = js.with_state(|state| (state.bundle.view(0), state.bundle_name.view(0)));
    let (script, code) = js.compile_bundle(source, file)?;
    // Copied in one piece of host code; the engine's copy is freed before anything can jump.
    if slot.set(js.take_bytecode(code)).is_err() {
        // Another thread was quicker, with the same bytes.
    }
    js.run_compiled(script)
}

/// Whether a typed array is a `Buffer`; before the run has made its first one, none is.
pub(super) fn is_buffer(js: Js, view: Value) -> Result<bool, Thrown> {
    let Some(index) = list::named("buffer").map(|(index, _)| index) else { return Ok(false) };
    let Some(exports) = js.with_state(|state| state.builtins.get(usize::from(index)).copied().flatten()) else {
        return Ok(false);
    };
    let class = js.get(exports, c"Buffer")?;
    let prototype = if class.is_object() { js.get(class, c"prototype")? } else { Value::UNDEFINED };
    let parent = js.prototype(view)?;
    let is_buffer = prototype.is_same_object(parent);
    for value in [class, prototype, parent] {
        js.free(value);
    }
    Ok(is_buffer)
}

/// The guest's `Buffer` class, for bytes that arrive as one.
pub(super) fn buffer_class(js: Js) -> JsResult {
    let module = builtin(js, "buffer")?;
    let class = js.get(module, c"Buffer");
    js.free(module);
    class
}

#[cfg(test)]
mod tests {
    use super::list::{self, Audience};

    #[test]
    fn every_builtin_has_one_name_and_a_source() {
        let mut names: Vec<_> = list::all().map(|(_, builtin)| builtin.name).collect();
        names.sort_unstable();
        let count = names.len();
        names.dedup();
        assert_eq!(names.len(), count);
        for (_, builtin) in list::all() {
            assert_eq!(builtin.source.is_empty(), builtin.audience == Audience::StandIn, "{}", builtin.name);
        }
    }

    #[test]
    fn what_bundles_require_of_each_other_is_in_the_table() {
        for (_, builtin) in list::all() {
            for (at, _) in builtin.source.match_indices("require(\"") {
                let name = builtin.source[at + 9..].split('"').next().unwrap_or("");
                assert!(list::named(name).is_some(), "{} requires {name}", builtin.name);
            }
        }
    }
}
