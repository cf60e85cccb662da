//! Module objects as Node has them: `module`, its `require`, and `require.cache`.
//!
//! A guest can replace every property of them, so nothing of ours depends on what it finds there; the run's state has the
//! modules in the order of their loading.

use super::js::{Js, JsResult, ObjectClass, Shape, Thrown, Value};
use super::natives::Native;
use super::objects;
use super::skeleton::Names;
use super::state::LoadedModule;
use std::sync::Arc;

/// What tells one module object from another; all owned.
#[derive(Clone, Copy)]
pub(super) struct ModuleFields {
    pub(super) id: Value,
    pub(super) path: Value,
    pub(super) file_name: Value,
    pub(super) paths: Value,
    pub(super) parent: Value,
}

/// A new module object; its `require` knows the module by its index.
pub(super) fn lay_out(js: Js, names: Names, index: u32, fields: ModuleFields) -> JsResult {
    let module = js.object()?;
    js.define_atom(module, names.id, fields.id, Shape::Data)?;
    js.define_atom(module, names.path, fields.path, Shape::Data)?;
    js.define_atom(module, names.exports, js.object()?, Shape::Data)?;
    js.define_atom(module, names.file_name, fields.file_name, Shape::Data)?;
    js.define_atom(module, names.loaded, Value::FALSE, Shape::Data)?;
    js.define_atom(module, names.children, js.array()?, Shape::Data)?;
    js.define_atom(module, names.paths, fields.paths, Shape::Data)?;
    let data = Value::number(f64::from(index));
    js.define_atom(module, names.require, js.function(c"require", 1, Native::Require as i32, data)?, Shape::Method)?;
    js.define_atom(module, names.parent, fields.parent, Shape::Method)?;
    Ok(module)
}

/// The module object for the file in `state.found`, which counts among the run's modules from now on.
pub(super) fn create_module(js: Js, file_name: Value, parent: Option<u32>) -> Result<(Value, u32), Thrown> {
    let skeleton = js.with_state(|state| state.realm().skeleton());
    let names = skeleton.names;
    let index = js.with_state(|state| {
        let index = state.modules.len() as u32;
        if let Some(file) = state.found.take() {
            let directory = file.path().parent().map(|folder| folder.to_string_lossy().into_owned());
            state.scratch = directory.unwrap_or_default();
            Arc::make_mut(&mut state.modules).push(LoadedModule { file, object: Value::UNDEFINED });
        }
        index
    });
    let directory = js.string_from_state(|state| &state.scratch)?;
    let paths = node_modules_paths(js, index)?;
    let module = if index == 0 {
        let module = js.dup(skeleton.module);
        js.define_atom(module, names.path, directory, Shape::Data)?;
        js.define_atom(module, names.file_name, js.dup(file_name), Shape::Data)?;
        js.define_atom(module, names.paths, paths, Shape::Data)?;
        module
    } else {
        let parent =
            parent.and_then(|at| js.with_state(|state| state.modules.get(at as usize).map(|known| known.object)));
        let parent = parent.filter(|parent| parent.is_object());
        let shown = parent.map_or(Value::NULL, |parent| js.dup(parent));
        let fields =
            ModuleFields { id: js.dup(file_name), path: directory, file_name: js.dup(file_name), paths, parent: shown };
        let module = lay_out(js, names, index, fields)?;
        if let Some(parent) = parent {
            add_child(js, parent, module)?;
        }
        module
    };
    let kept = js.dup(module);
    js.with_state(|state| {
        if let Some(known) = Arc::make_mut(&mut state.modules).get_mut(index as usize) {
            known.object = kept;
        }
    });
    Ok((module, index))
}

/// The guest may have replaced `children`; only a real array gets the entry.
fn add_child(js: Js, parent: Value, module: Value) -> Result<(), Thrown> {
    let Some(children) = objects::own(js, parent, c"children")? else { return Ok(()) };
    if js.class(children) == ObjectClass::Array {
        let count = objects::own(js, children, c"length")?.and_then(Value::as_number).unwrap_or(0.0);
        js.define_index(children, count as u32, js.dup(module))?;
    }
    js.free(children);
    Ok(())
}

pub(super) fn node_modules_paths(js: Js, index: u32) -> JsResult {
    let count = js.with_state(|state| {
        let folder = state.modules.get(index as usize).and_then(|module| module.file.path().parent());
        state.paths = match (folder, &state.loader) {
            (Some(folder), Some(loader)) => loader.node_modules_paths(folder),
            _ => Vec::new(),
        };
        state.paths.len()
    });
    let list = js.array()?;
    for at in 0..count {
        let path = js.string_from_state(|state| &state.paths[at])?;
        js.define_index(list, at as u32, path)?;
    }
    Ok(list)
}

/// Gives the `require` of a module what Node's has.
pub(super) fn decorate_require(js: Js, require: Value, index: u32) -> Result<(), Thrown> {
    if index == 0 {
        return Ok(());
    }
    let cache = cache_object(js);
    let main = js.with_state(|state| state.modules.first().map(|first| first.object));
    decorate(js, require, index, main.unwrap_or(Value::UNDEFINED), cache)
}

/// `require.resolve`, `.cache`, `.main`, `.extensions`.
pub(super) fn decorate(js: Js, require: Value, index: u32, main: Value, cache: Value) -> Result<(), Thrown> {
    let data = Value::number(f64::from(index));
    let resolve = js.function(c"resolve", 1, Native::RequireResolve as i32, data)?;
    let paths = js.function(c"paths", 1, Native::RequireResolvePaths as i32, data)?;
    js.define(resolve, c"paths", paths, Shape::Data)?;
    js.define(require, c"resolve", resolve, Shape::Data)?;
    js.define(require, c"cache", js.dup(cache), Shape::Data)?;
    js.define(require, c"extensions", js.object_with_prototype(Value::NULL)?, Shape::Data)?;
    js.define(require, c"main", js.dup(main), Shape::Data)
}

/// `require.cache`; borrowed.
fn cache_object(js: Js) -> Value {
    js.with_state(|state| state.realm().skeleton().cache)
}

/// What `require.cache` holds under a file name; a guest may have put it there, or taken it out.
pub(super) fn cached(js: Js, file_name: Value) -> Result<Option<Value>, Thrown> {
    let name = js.atom_of(file_name)?;
    let found = js.get_own_data(cache_object(js), name);
    js.free_atom(name);
    Ok(found?.filter(|module| module.is_object()))
}

pub(super) fn remember(js: Js, file_name: Value, module: Value) -> Result<(), Thrown> {
    let name = js.atom_of(file_name)?;
    let defined = js.define_atom(cache_object(js), name, js.dup(module), Shape::Data);
    js.free_atom(name);
    defined
}

/// A module that failed to load is loaded anew the next time. The pending exception stays.
pub(super) fn forget(js: Js, file_name: Value) {
    let error = js.take_exception();
    if let Ok(name) = js.atom_of(file_name) {
        js.delete_atom(cache_object(js), name);
        js.free_atom(name);
    }
    js.throw(error);
}
