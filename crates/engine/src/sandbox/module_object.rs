//! Module objects as Node has them: `module`, its `require`, and `require.cache`.
//!
//! A guest can replace every property of them, so nothing of ours depends on what it finds there; the run's state has the
//! modules in the order of their loading.

use super::js::{Js, JsResult, ObjectClass, Shape, Thrown, Value};
use super::natives::Native;
use super::objects;
use super::state::LoadedModule;
use std::sync::Arc;

pub(super) fn create_module(js: Js, file_name: Value, parent: Option<u32>) -> Result<(Value, u32), Thrown> {
    let module = js.object()?;
    let kept = js.dup(module);
    let index = js.with_state(|state| {
        let index = state.modules.len() as u32;
        if let Some(file) = state.found.take() {
            let directory = file.path().parent().map(|folder| folder.to_string_lossy().into_owned());
            state.scratch = directory.unwrap_or_default();
            Arc::make_mut(&mut state.modules).push(LoadedModule { file, object: kept });
        }
        index
    });
    let directory = js.string_from_state(|state| &state.scratch)?;
    let id = if index == 0 { js.string(".")? } else { js.dup(file_name) };
    js.define(module, c"id", id, Shape::Data)?;
    js.define(module, c"path", directory, Shape::Data)?;
    js.define(module, c"exports", js.object()?, Shape::Data)?;
    js.define(module, c"filename", js.dup(file_name), Shape::Data)?;
    js.define(module, c"loaded", Value::FALSE, Shape::Data)?;
    js.define(module, c"children", js.array()?, Shape::Data)?;
    js.define(module, c"paths", node_modules_paths(js, index)?, Shape::Data)?;
    let data = Value::number(f64::from(index));
    js.define(module, c"require", js.function(c"require", 1, Native::Require as i32, data)?, Shape::Method)?;
    let parent =
        parent.and_then(|parent| js.with_state(|state| state.modules.get(parent as usize).map(|known| known.object)));
    let parent = parent.filter(|parent| parent.is_object());
    if let Some(parent) = parent {
        add_child(js, parent, module)?;
    }
    js.define(module, c"parent", parent.map_or(Value::NULL, |parent| js.dup(parent)), Shape::Method)?;
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

/// `require.resolve`, `.cache`, `.main`, `.extensions`.
pub(super) fn decorate_require(js: Js, require: Value, index: u32) -> Result<(), Thrown> {
    let data = Value::number(f64::from(index));
    let resolve = js.function(c"resolve", 1, Native::RequireResolve as i32, data)?;
    let paths = js.function(c"paths", 1, Native::RequireResolvePaths as i32, data)?;
    js.define(resolve, c"paths", paths, Shape::Data)?;
    js.define(require, c"resolve", resolve, Shape::Data)?;
    let cache = cache_object(js)?;
    js.define(require, c"cache", cache, Shape::Data)?;
    js.define(require, c"extensions", js.object_with_prototype(Value::NULL)?, Shape::Data)?;
    let main = js.with_state(|state| state.modules.first().map(|first| first.object));
    js.define(require, c"main", main.map_or(Value::UNDEFINED, |main| js.dup(main)), Shape::Data)
}

fn cache_object(js: Js) -> JsResult {
    if let Some(cache) = js.with_state(|state| state.cache) {
        return Ok(js.dup(cache));
    }
    let cache = js.object_with_prototype(Value::NULL)?;
    let kept = js.dup(cache);
    js.with_state(|state| state.cache = Some(kept));
    Ok(cache)
}

/// What `require.cache` holds under a file name; a guest may have put it there, or taken it out.
pub(super) fn cached(js: Js, file_name: Value) -> Result<Option<Value>, Thrown> {
    let cache = cache_object(js)?;
    let name = js.atom_of(file_name)?;
    let found = js.get_own_data(cache, name);
    js.free_atom(name);
    js.free(cache);
    Ok(found?.filter(|module| module.is_object()))
}

pub(super) fn remember(js: Js, file_name: Value, module: Value) -> Result<(), Thrown> {
    let cache = cache_object(js)?;
    let name = js.atom_of(file_name)?;
    let defined = js.define_atom(cache, name, js.dup(module), Shape::Data);
    js.free_atom(name);
    js.free(cache);
    defined
}

/// A module that failed to load is loaded anew the next time. The pending exception stays.
pub(super) fn forget(js: Js, file_name: Value) {
    let error = js.take_exception();
    if let (Ok(cache), Ok(name)) = (cache_object(js), js.atom_of(file_name)) {
        js.delete_atom(cache, name);
        js.free_atom(name);
        js.free(cache);
    }
    js.throw(error);
}
