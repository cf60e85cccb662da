//! From what an `import` says to the record of a module.

use super::super::breaker::Breach;
use super::super::errors::{TYPE_ERROR, throw_node_error};
use super::super::js::{Js, Thrown, Value};
use super::super::objects;
use super::super::require::{self, Verdict};
use super::super::state::RunState;
use super::graph::{Content, Index};
use crate::modules::{SourceKind, Syntax};

/// What `with { type: ... }` says.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Asked {
    Anything,
    Json,
}

/// The engine asks which module `specifier` means in the module, or script, named `base`. Beneath a load there is always
/// an answer: a load that fails ends with its first error.
pub(in crate::sandbox) fn resolve(js: Js, base: &[u8], specifier: &[u8], attributes: Value) -> Result<Index, Thrown> {
    if let Some(stand_in) = js.with_state(|state| state.esm.is_reading_code.then(|| state.esm.broken())) {
        return Ok(stand_in);
    }
    let (importer, is_loading, has_failed) = js.with_state(|state| {
        let graph = &mut state.esm;
        let importer = graph.named(base);
        if let Some(importer) = importer.filter(|_| attributes.is_object()) {
            graph.change(importer).has_attributes = true;
        }
        (importer, graph.is_loading(), graph.failure().is_some())
    });
    let target =
        if has_failed { Err(Thrown) } else { find(js, base, specifier, attributes).and_then(|it| usable(js, it)) };
    match target {
        Ok(target) => {
            js.with_state(|state| match importer {
                Some(importer) if is_loading => state.esm.connect(importer, target),
                _ => state.esm.import_by_job(target),
            });
            Ok(target)
        }
        Err(Thrown) if !is_loading => Err(Thrown),
        Err(Thrown) => {
            let error = if has_failed { None } else { Some(js.take_exception()) };
            Ok(js.with_state(|state| {
                let error = error.or_else(|| state.esm.failure()).unwrap_or(Value::UNDEFINED);
                state.esm.fail(importer, error);
                state.esm.broken()
            }))
        }
    }
}

/// Throws what the module failed with, if it has been loaded in vain.
fn usable(js: Js, index: Index) -> Result<Index, Thrown> {
    match js.with_state(|state| state.esm.record(index).failed) {
        Some(error) => Err(js.throw(js.dup(error))),
        None => Ok(index),
    }
}

fn find(js: Js, base: &[u8], specifier: &[u8], attributes: Value) -> Result<Index, Thrown> {
    let asked = asked(js, attributes)?;
    let is_too_long = js.with_state(|state| require::keep_specifier(state, specifier));
    let verdict = if is_too_long {
        Verdict::NotFound
    } else {
        js.with_state(|state| {
            let importer = importer(state, base);
            require::resolve_specifier(state, importer, Syntax::Import)
        })
    };
    let index = match require::judge_import(js, verdict)? {
        Verdict::Found => match js.with_state(|state| state.found.take().map(|file| state.esm.file(&file))) {
            Some(index) => index,
            None => return Err(js.leave(Breach::Failure)),
        },
        Verdict::Builtin(builtin) => js.with_state(|state| {
            let name = state.specifier.strip_prefix("node:").unwrap_or(&state.specifier);
            state.esm.builtin(name, builtin)
        }),
        // Neither is left by then.
        Verdict::NotFound | Verdict::HookFailed | Verdict::BrokenTypes | Verdict::Stopped | Verdict::Failed => {
            return Err(Thrown);
        }
    };
    check(js, index, asked)?;
    Ok(index)
}

/// The place among the run's modules of what imports. Code made by `eval` counts as the entry's.
fn importer(state: &mut RunState, base: &[u8]) -> u32 {
    if let Some(known) = state.esm.named(base).and_then(|index| state.esm.record(index).place) {
        return known;
    }
    let known = state.modules.iter().position(|module| module.file.display().as_bytes() == base);
    known.unwrap_or(0) as u32
}

fn asked(js: Js, attributes: Value) -> Result<Asked, Thrown> {
    if !attributes.is_object() {
        return Ok(Asked::Anything);
    }
    let keys = js.own_keys(attributes)?;
    let count = keys.len();
    let mut is_known = true;
    for at in 0..count {
        let text = js.atom_text(keys.get(at))?;
        if text.bytes() != b"type" {
            is_known = false;
            js.with_state(|state| {
                let name = String::from_utf8_lossy(text.bytes());
                state.scratch = format!("Import attribute \"{name}\" is not supported");
            });
        }
        js.free_text(text);
    }
    js.free_keys(keys);
    if !is_known {
        return Err(throw_node_error(js, TYPE_ERROR, "ERR_IMPORT_ATTRIBUTE_UNSUPPORTED"));
    }
    if count == 0 {
        return Ok(Asked::Anything);
    }
    let kind = objects::own(js, attributes, c"type")?.unwrap_or(Value::UNDEFINED);
    if objects::text_is(js, kind, c"json")? {
        js.free(kind);
        return Ok(Asked::Json);
    }
    let text = js.text(kind)?;
    js.with_state(|state| {
        let kind = String::from_utf8_lossy(text.bytes());
        state.scratch = format!("Import attribute \"type\" with value \"{kind}\" is not supported");
    });
    js.free_text(text);
    Err(throw_node_error(js, TYPE_ERROR, "ERR_IMPORT_ATTRIBUTE_UNSUPPORTED"))
}

/// JSON has to be asked for as such, and nothing else may be.
fn check(js: Js, index: Index, asked: Asked) -> Result<(), Thrown> {
    let code = js.with_state(|state| {
        let is_json = match &state.esm.record(index).content {
            Content::File(file) => file.kind() == SourceKind::Json,
            _ => false,
        };
        let name = String::from_utf8_lossy(state.esm.name(index).bytes()).into_owned();
        match (is_json, asked) {
            (true, Asked::Anything) => {
                state.scratch = format!("Module \"{name}\" needs an import attribute of \"type: json\"");
                Some("ERR_IMPORT_ATTRIBUTE_MISSING")
            }
            (false, Asked::Json) => {
                state.scratch = format!("Module \"{name}\" is not of type \"json\"");
                Some("ERR_IMPORT_ATTRIBUTE_TYPE_INCOMPATIBLE")
            }
            _ => None,
        }
    });
    match code {
        Some(code) => Err(throw_node_error(js, TYPE_ERROR, code)),
        None => Ok(()),
    }
}
