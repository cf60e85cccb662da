//! Modules whose exports are those of something else: CommonJS, JSON, builtins.

use super::super::js::{Atom, Js, Module, ObjectClass, Thrown, Value, c_string};
use super::super::objects;
use super::graph::Index;
use std::ffi::CStr;

/// Which exports there are beside the default one.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Exports {
    Default,
    /// The own enumerable properties of the object.
    OfObject,
}

/// A module with `exports` as its default export; takes `exports` over.
pub(super) fn synthetic(js: Js, index: Index, exports: Value, names: Exports) -> Result<Module, Thrown> {
    let name = js.with_state(|state| {
        state.esm.change(index).is_synthetic = true;
        state.esm.name(index)
    });
    let module = js.synthetic_module(name, js.dup(exports))?;
    js.declare_export(module, c"default")?;
    if names == Exports::OfObject {
        each_name(js, exports, |js, name, _| js.declare_export(module, name))?;
    }
    js.free(exports);
    Ok(module)
}

/// Called by the engine when it is the module's turn. A getter that throws leaves its export undefined.
pub(in crate::sandbox) fn fill(js: Js, module: Module) -> Result<(), Thrown> {
    js.with_state(|state| state.esm.begin_filling(module));
    let exports = js.module_value(module);
    let filled = each_name(js, exports, |js, name, atom| {
        match js.get_atom(exports, atom) {
            Ok(value) => js.set_export(module, name, value),
            Err(Thrown) => js.free(js.take_exception()),
        }
        Ok(())
    });
    js.set_export(module, c"default", exports);
    js.with_state(|state| state.esm.end_filling());
    filled
}

/// Names under which properties of `exports` are exported: as Node has them, without `default`.
fn each_name(js: Js, exports: Value, action: impl Fn(Js, &CStr, Atom) -> Result<(), Thrown>) -> Result<(), Thrown> {
    if !exports.is_object() || matches!(js.class(exports), ObjectClass::Array | ObjectClass::TypedArray) {
        return Ok(());
    }
    let keys = js.own_keys(exports)?;
    for at in 0..keys.len() {
        let text = js.atom_text(keys.get(at))?;
        if let Some(name) = c_string(text)
            && name != c"default"
            && name != c"__esModule"
        {
            action(js, name, keys.get(at))?;
        }
        js.free_text(text);
    }
    js.free_keys(keys);
    // What compilers mark their output with is not enumerable.
    if let Some(mark) = objects::own(js, exports, c"__esModule")? {
        js.free(mark);
        let atom = js.atom(b"__esModule")?;
        action(js, c"__esModule", atom)?;
        js.free_atom(atom);
    }
    Ok(())
}
