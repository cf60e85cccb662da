//! Loading: what the engine is given for a record. A load is a module with all it imports; it succeeds or fails as a whole.

use super::super::breaker::Breach;
use super::super::builtins::{self, BuiltinIndex};
use super::super::code_cache::Format;
use super::super::js::{Js, Module, TextView, Thrown, Value};
use super::super::module_source::{
    FIRST_LINE, can_be_kept, explain_syntax_error, keep_code, keep_module_source, module_problem,
};
use super::super::require::{self, Loaded};
use super::super::state::{Reading, RunState};
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

/// Makes a module of what was read, which loads what it imports.
fn compile(js: Js, index: Index) -> Result<Module, Thrown> {
    let code = js.with_state(|state| {
        let place = require::note_module(state);
        state.esm.change(index).place = Some(place);
        let reading = std::mem::take(&mut state.read_module);
        state.esm.hold(reading);
        state.esm.held().and_then(|held| held.code.as_ref()).map(|code| TextView::on(&code.bytecode))
    });
    let module = match code {
        Some(code) => load_code(js, code)?,
        None => compile_text(js, index)?,
    };
    js.with_state(|state| {
        let Reading { source, code, .. } = state.esm.take_held();
        let source = code.map_or_else(|| Arc::new(source), |code| Arc::clone(&code.source));
        let name = name_of(state, index);
        keep_module_source(state, name, source);
    });
    meta::define(js, module, index)?;
    Ok(module)
}

/// The engine asks for what a module imports while it reads it, when it could not bear to be given itself: it gets a
/// stand-in for everything, and asks again when the module is whole.
fn load_code(js: Js, code: TextView) -> Result<Module, Thrown> {
    broken(js)?;
    js.with_state(|state| state.esm.is_reading_code = true);
    let module = js.load_module(code.bytes());
    js.with_state(|state| state.esm.is_reading_code = false);
    let module = module?;
    // The engine frees what it has read if that fails, although others may refer to it; beneath a load it never does.
    js.resolve_module(module).map_err(|Thrown| js.leave(Breach::Memory))?;
    Ok(module)
}

/// Compiles, and keeps the bytecode for the next time.
fn compile_text(js: Js, index: Index) -> Result<Module, Thrown> {
    let (source, name) = js.with_state(|state| {
        let source = state.esm.held().map_or(TextView::of(c""), |held| held.source.view(0));
        (source, state.esm.name(index))
    });
    let module = match js.compile_module(source, name, FIRST_LINE) {
        Ok(module) => module,
        Err(Thrown) => return Err(explain_syntax_error(js, source, module_problem)),
    };
    js.with_state(|state| state.compiled += 1);
    let has_attributes = js.with_state(|state| state.esm.record(index).has_attributes);
    if !has_attributes && can_be_kept(js, source)? {
        let bytecode = js.write_module(module)?;
        js.with_state(|state| {
            let Reading { source, module_text, file_name, .. } = state.esm.take_held();
            let name = name_of(state, index);
            let code = keep_code(name, module_text.as_ref(), Format::Module, Arc::new(source), bytecode);
            state.esm.hold(Reading { code: Some(code), file_name, module_text, ..Reading::default() });
        });
        js.free_bytecode(bytecode);
    }
    Ok(module)
}

fn name_of(state: &RunState, index: Index) -> String {
    String::from_utf8_lossy(state.esm.name(index).bytes()).into_owned()
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
