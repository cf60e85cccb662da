//! What every run needs in its fresh heap and none has to make: the module object of its file, and `__globals__`. They are
//! made with the realm, so that a run finds them in the image and only fills in what is its own.

use super::js::{Atom, Js, JsResult, Shape, Thrown, Value};
use super::module_object::{self, ModuleFields};
use super::natives::Native;

/// Held for ever, like everything of the realm.
#[derive(Clone, Copy)]
pub(super) struct Skeleton {
    pub(super) names: Names,
    /// The first module that a run loads.
    pub(super) module: Value,
    /// `require.cache`.
    pub(super) cache: Value,
    /// The value of the global `__globals__`.
    pub(super) globals: Value,
    /// What V8 calls the function around a module.
    pub(super) wrapper_name: Value,
}

/// Property names that runs would otherwise have to look up.
#[derive(Clone, Copy)]
pub(super) struct Names {
    pub(super) args: Atom,
    pub(super) children: Atom,
    pub(super) context: Atom,
    pub(super) exports: Atom,
    pub(super) file: Atom,
    pub(super) file_name: Atom,
    pub(super) function_name: Atom,
    pub(super) globals: Atom,
    pub(super) id: Atom,
    pub(super) loaded: Atom,
    pub(super) name: Atom,
    pub(super) parent: Atom,
    pub(super) path: Atom,
    pub(super) paths: Atom,
    pub(super) require: Atom,
}

impl Skeleton {
    pub(super) fn make(js: Js, global: Value) -> Result<Self, Thrown> {
        let names = Names::make(js)?;
        let cache = js.object_with_prototype(Value::NULL)?;
        let fields = ModuleFields {
            id: js.string(".")?,
            path: Value::UNDEFINED,
            file_name: Value::UNDEFINED,
            paths: js.array()?,
            parent: Value::NULL,
        };
        let module = module_object::lay_out(js, names, 0, fields)?;
        let require = js.get_atom(module, names.require)?;
        module_object::decorate(js, require, 0, module, cache)?;
        let globals = make_globals(js, names, global)?;
        Ok(Self { names, module, cache, globals, wrapper_name: js.string("Object.<anonymous>")? })
    }
}

impl Names {
    fn make(js: Js) -> Result<Self, Thrown> {
        Ok(Self {
            args: js.atom(b"args")?,
            children: js.atom(b"children")?,
            context: js.atom(b"__context__")?,
            exports: js.atom(b"exports")?,
            file: js.atom(b"file")?,
            file_name: js.atom(b"filename")?,
            function_name: js.atom(b"funcName")?,
            globals: js.atom(b"__globals__")?,
            id: js.atom(b"id")?,
            loaded: js.atom(b"loaded")?,
            name: js.atom(b"name")?,
            parent: js.atom(b"parent")?,
            path: js.atom(b"path")?,
            paths: js.atom(b"paths")?,
            require: js.atom(b"require")?,
        })
    }
}

/// `__globals__` with everything under the predecessors' names; what a run does not fill in is as it is for a run without.
pub(super) fn make_globals(js: Js, names: Names, global: Value) -> JsResult {
    let globals = js.object()?;
    js.define_atom(globals, names.context, js.object()?, Shape::Data)?;
    js.define_atom(globals, names.file, Value::UNDEFINED, Shape::Data)?;
    js.define_atom(globals, names.function_name, Value::UNDEFINED, Shape::Data)?;
    // Most runs never look at their arguments here, which would have to be decoded a second time.
    let getter = js.function(c"get args", 0, Native::GlobalArguments as i32, Value::UNDEFINED)?;
    let setter = js.function(c"set args", 1, Native::SetGlobalArguments as i32, Value::UNDEFINED)?;
    js.define_accessor_atom(globals, names.args, getter, setter, Shape::Data)?;
    js.define_atom(global, names.globals, js.dup(globals), Shape::Method)?;
    Ok(globals)
}
