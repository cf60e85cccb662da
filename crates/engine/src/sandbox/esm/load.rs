//! Loading: what the engine is given for a record. A load is a module with all it imports; it succeeds or fails as a whole.

use super::super::breaker::Breach;
use super::super::builtins::{self, BuiltinIndex};
use super::super::js::{Js, Module, Thrown, Value};
use super::super::module_source::{FIRST_LINE, explain_syntax_error, keep_module_source, module_problem};
use super::super::require::{self, Loaded};
use super::graph::{Content, Index};
use super::meta;
use super::synthetic::{Exports, synthetic};
use crate::modules::SourceKind;
use std::sync::Arc;

/// The engine asks for the module that it does not know yet.
pub(in crate::sandbox) fn load(js: Js, name: &[u8]) -> Result<Module, Thrown> {
    let Some(index) = js.with_state(|state| state.esm.named(name)) else {
        return broken(js);
    };
    if js.with_state(|state| state.esm.is_loading()) {
        return load_record(js, index);
    }
    // What `import()` is called with.
    load_root(js, index)
}

/// Loads a module that nothing under way imports, and throws what its load fails with.
pub(super) fn load_root(js: Js, index: Index) -> Result<Module, Thrown> {
    js.with_state(|state| state.esm.begin_load());
    let module = load_record(js, index);
    match js.with_state(|state| state.esm.end_load()) {
        Some(error) => Err(js.throw(js.dup(error))),
        None => module,
    }
}

/// Always answers a module, and notes in the load if it is not the one that was asked for.
fn load_record(js: Js, index: Index) -> Result<Module, Thrown> {
    js.with_state(|state| state.esm.begin_module(index));
    let made = make(js, index);
    js.with_state(|state| state.esm.end_module());
    match made {
        Ok(module) => {
            js.with_state(|state| state.esm.change(index).module = Some(module));
            Ok(module)
        }
        Err(Thrown) => {
            let error = js.take_exception();
            js.with_state(|state| state.esm.fail(Some(index), error));
            broken(js)
        }
    }
}

/// What has to be done for a record; nothing that lasts.
#[derive(Clone, Copy)]
enum Task {
    StandIn,
    Builtin(BuiltinIndex),
    File(Exports),
}

fn make(js: Js, index: Index) -> Result<Module, Thrown> {
    let task = js.with_state(|state| match &state.esm.record(index).content {
        Content::Broken => Task::StandIn,
        Content::Builtin(builtin) => Task::Builtin(*builtin),
        Content::File(file) => {
            let exports = if file.kind() == SourceKind::Json { Exports::Default } else { Exports::OfObject };
            state.found = Some(file.clone());
            Task::File(exports)
        }
    });
    match task {
        Task::StandIn => broken(js),
        Task::Builtin(builtin) => synthetic(js, index, builtins::load(js, builtin)?, Exports::OfObject),
        Task::File(exports) => match require::load_unless_module(js, None)? {
            Loaded::Exports(value) => synthetic(js, index, value, exports),
            Loaded::Module => compile(js, index),
        },
    }
}

/// Compiles what the state's source holds, which loads what it imports.
fn compile(js: Js, index: Index) -> Result<Module, Thrown> {
    let (source, name) = js.with_state(|state| {
        let place = require::note_module(state);
        state.esm.change(index).place = Some(place);
        let source = std::mem::take(&mut state.module_source);
        (state.esm.hold_source(source), state.esm.name(index))
    });
    let module = match js.compile_module(source, name, FIRST_LINE) {
        Ok(module) => module,
        Err(Thrown) => return Err(explain_syntax_error(js, source, module_problem)),
    };
    js.with_state(|state| {
        let source = Arc::new(state.esm.take_source());
        let name = String::from_utf8_lossy(state.esm.name(index).bytes()).into_owned();
        keep_module_source(state, name, source);
    });
    meta::define(js, module, index)?;
    Ok(module)
}

/// What stands in for a module that cannot be loaded. It is never evaluated, since the load that meets it fails.
fn broken(js: Js) -> Result<Module, Thrown> {
    let (index, known) = js.with_state(|state| {
        let index = state.esm.broken();
        (index, state.esm.record(index).module)
    });
    if let Some(known) = known {
        return Ok(known);
    }
    let name = js.with_state(|state| state.esm.name(index));
    match js.synthetic_module(name, Value::UNDEFINED) {
        Ok(module) => {
            js.with_state(|state| {
                let record = state.esm.change(index);
                record.module = Some(module);
                record.is_synthetic = true;
            });
            Ok(module)
        }
        // Without memory nothing goes on; without a module the engine would free what others refer to.
        Err(Thrown) => Err(js.leave(Breach::Memory)),
    }
}
