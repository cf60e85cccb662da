//! `require` and the module objects: Node's CommonJS, over files that `modules` has approved.
//!
//! Refused and missing look alike to the guest. Everything with a destructor stays in the run's state, because loading a
//! module runs guest code, which runs `require`, and control may jump out from beneath all of it.

use super::builtins::{self, BuiltinIndex};
use super::errors::{SYNTAX_ERROR, throw_invalid_argument, throw_known, throw_node_error};
use super::esm;
use super::js::{Args, Js, JsResult, Shape, Thrown, Value};
use super::module_object::{cached, create_module, forget, node_modules_paths, remember};
use super::module_source::{Read, compile_script, evaluate_json, evaluate_script, read_found};
use super::state::{HostKnowledge, LoadedModule, RunState};
use crate::errors::{ErrorCode, Failure};
use crate::hooks::{AskError, Question};
use crate::modules::{ModuleError, Origin, Resolution, Syntax};
use crate::request::HookPlace;
use std::sync::Arc;

const LONGEST_SPECIFIER: usize = 4 << 10;

/// What host code found out, small enough to be carried over calls into the engine.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// `state.found` is set.
    Found,
    /// A builtin.
    Builtin(BuiltinIndex),
    /// `state.knowledge` has the reason, `state.specifier` the specifier.
    NotFound,
    /// A hook failed; `state.knowledge` has its report.
    HookFailed,
    /// TypeScript that cannot be read; `state.specifier` says why, and `state.scratch` is its stack if the place is known.
    BrokenTypes,
    /// The run was told to stop; its control says why.
    Stopped,
    /// The run is over; `state.failure` says why.
    Failed,
}

pub(super) fn require(js: Js, _this: Value, args: Args, data: Value) -> JsResult {
    let from = data.as_number().unwrap_or(0.0) as u32;
    read_specifier(js, args.get(0))?;
    match judge(js, js.with_state(|state| resolve_specifier(state, from, Syntax::Require)))? {
        Verdict::Builtin(index) => builtins::load(js, index),
        _ => load_found(js, Some(from)),
    }
}

pub(super) fn resolve(js: Js, _this: Value, args: Args, data: Value) -> JsResult {
    let from = data.as_number().unwrap_or(0.0) as u32;
    read_specifier(js, args.get(0))?;
    match judge(js, js.with_state(|state| resolve_specifier(state, from, Syntax::Require)))? {
        Verdict::Builtin(_) => js.string_from_state(|state| &state.specifier),
        _ => {
            js.with_state(found_path_to_scratch);
            js.string_from_state(|state| &state.scratch)
        }
    }
}

pub(super) fn resolve_paths(js: Js, _this: Value, _args: Args, data: Value) -> JsResult {
    let from = data.as_number().unwrap_or(0.0) as u32;
    node_modules_paths(js, from)
}

/// What became of a file.
#[derive(Clone, Copy)]
pub(super) enum Loaded {
    /// It is loaded, and these are its exports.
    Exports(Value),
    /// It is an ES module, which is not loaded here; `state.read_module` has it, unless it is known already.
    Module,
}

/// Loads the module behind `state.found`, or answers its exports if it is loaded already.
pub(super) fn load_found(js: Js, parent: Option<u32>) -> JsResult {
    match load_unless_module(js, parent)? {
        Loaded::Exports(exports) => Ok(exports),
        Loaded::Module => esm::require(js),
    }
}

/// As `load_found`, for whoever has a use for ES modules of its own.
pub(super) fn load_unless_module(js: Js, parent: Option<u32>) -> Result<Loaded, Thrown> {
    let is_known_module = js.with_state(|state| {
        found_path_to_scratch(state);
        esm::is_known(state)
    });
    if is_known_module {
        return Ok(Loaded::Module);
    }
    let file_name = js.string_from_state(|state| &state.scratch)?;
    if let Some(known) = cached(js, file_name)? {
        js.free(file_name);
        let exports = js.get(known, c"exports")?;
        js.free(known);
        return Ok(Loaded::Exports(exports));
    }
    js.with_state(RunState::begin_reading);
    let loaded = load_new(js, file_name, parent);
    js.with_state(|state| {
        if matches!(loaded, Ok(Loaded::Module)) {
            state.read_module = state.take_reading();
        }
        state.end_reading();
    });
    js.free(file_name);
    loaded
}

/// Loads the module behind `state.found` whose name is not in the cache.
fn load_new(js: Js, file_name: Value, parent: Option<u32>) -> Result<Loaded, Thrown> {
    let function = match read_found(js)? {
        Read::Module => None,
        Read::Json => Some(Value::UNDEFINED),
        Read::Script => compile_script(js)?,
    };
    let Some(function) = function else { return Ok(Loaded::Module) };
    let (module, index) = create_module(js, file_name, parent)?;
    remember(js, file_name, module)?;
    let outcome = if function.is_undefined() {
        evaluate_json(js, module)
    } else {
        evaluate_script(js, function, module, index, file_name)
    };
    if outcome.is_err() {
        forget(js, file_name);
        return Err(Thrown);
    }
    let names = js.with_state(|state| state.realm().skeleton().names);
    js.define_atom(module, names.loaded, Value::TRUE, Shape::Data)?;
    let exports = js.get_atom(module, names.exports)?;
    js.free(module);
    Ok(Loaded::Exports(exports))
}

/// Counts the file in `state.found` among the run's modules; it has no module object.
pub(super) fn note_module(state: &mut RunState) -> u32 {
    let place = state.modules.len() as u32;
    if let Some(file) = state.found.take() {
        Arc::make_mut(&mut state.modules).push(LoadedModule { file, object: Value::UNDEFINED });
    }
    place
}

fn read_specifier(js: Js, value: Value) -> Result<(), Thrown> {
    if !value.is_string() {
        return Err(throw_invalid_argument(js, c"The \"id\" argument must be of type string"));
    }
    let text = js.text(value)?;
    let is_too_long = js.with_state(|state| keep_specifier(state, text.bytes()));
    js.free_text(text);
    if is_too_long {
        // What is left of it may be the name of another module.
        return judge(js, Verdict::NotFound).map(|_| ());
    }
    if js.with_state(|state| state.specifier.is_empty()) {
        return Err(js.throw_type_error(c"The argument 'id' must be a non-empty string. Received ''"));
    }
    Ok(())
}

/// Puts what a module is asked for by into the state; what is too long for that is no module's name.
pub(super) fn keep_specifier(state: &mut RunState, specifier: &[u8]) -> bool {
    let measured = specifier.len();
    state.specifier = String::from_utf8_lossy(&specifier[..measured.min(LONGEST_SPECIFIER)]).into_owned();
    if measured > LONGEST_SPECIFIER {
        let reason = format!("the specifier has {measured} bytes, limit is {LONGEST_SPECIFIER}");
        state.knowledge = Some(HostKnowledge::Reason(reason));
    }
    measured > LONGEST_SPECIFIER
}

/// Turns a verdict into control flow.
pub(super) fn judge(js: Js, verdict: Verdict) -> Result<Verdict, Thrown> {
    judge_with(js, verdict, ErrorCode::ModuleNotFound.as_str())
}

/// As `judge`, with the code that Node gives for `import`.
pub(super) fn judge_import(js: Js, verdict: Verdict) -> Result<Verdict, Thrown> {
    judge_with(js, verdict, "ERR_MODULE_NOT_FOUND")
}

fn judge_with(js: Js, verdict: Verdict, not_found: &str) -> Result<Verdict, Thrown> {
    match verdict {
        Verdict::Found | Verdict::Builtin(_) => Ok(verdict),
        Verdict::NotFound => {
            js.with_state(|state| state.specifier = format!("Cannot find module '{}'", state.specifier));
            Err(throw_scratch(js, not_found))
        }
        Verdict::HookFailed => {
            js.with_state(|state| state.specifier = "a hook of the host failed".to_owned());
            Err(throw_scratch(js, ErrorCode::Hook.as_str()))
        }
        Verdict::BrokenTypes => {
            // The message for the error, and its stack afterwards.
            js.with_state(|state| std::mem::swap(&mut state.scratch, &mut state.specifier));
            let thrown = throw_node_error(js, SYNTAX_ERROR, "ERR_INVALID_TYPESCRIPT_SYNTAX");
            if js.with_state(|state| state.specifier.is_empty()) {
                return Err(thrown);
            }
            let error = js.take_exception();
            let stack = js.string_from_state(|state| &state.specifier)?;
            js.define(error, c"stack", stack, Shape::Method)?;
            Err(js.throw(error))
        }
        Verdict::Stopped => Err(js.leave(super::breaker::Breach::Told)),
        Verdict::Failed => Err(js.leave(super::breaker::Breach::Failure)),
    }
}

/// Throws an error whose message waits in `state.specifier`.
fn throw_scratch(js: Js, code: &str) -> Thrown {
    js.with_state(|state| std::mem::swap(&mut state.scratch, &mut state.specifier));
    throw_known(js, code)
}

/// What the state's specifier means in the module at `from`.
pub(super) fn resolve_specifier(state: &mut RunState, from: u32, syntax: Syntax) -> Verdict {
    let specifier = std::mem::take(&mut state.specifier);
    let origin = state.modules.get(from as usize).map_or(Origin::Own, |module| module.file.origin());
    let verdict = match builtins::find(state, &specifier, origin) {
        Some(index) => Verdict::Builtin(index),
        None => resolve_file(state, &specifier, from, syntax),
    };
    state.specifier = specifier;
    verdict
}

fn resolve_file(state: &mut RunState, specifier: &str, from: u32, syntax: Syntax) -> Verdict {
    let (Some(loader), Some(requirer)) = (&state.loader, state.modules.get(from as usize)) else {
        return fail(state, Failure::internal("a module was required outside of a run"));
    };
    let from_file = requirer.file.clone();
    let from_dir = match loader.resolve(specifier, &from_file, syntax) {
        Ok(Resolution::Found(file)) => {
            state.found = Some(file);
            return Verdict::Found;
        }
        Ok(Resolution::AskHook { from_dir }) => from_dir,
        Err(error) => return not_loadable(state, error),
    };
    let Some(place) = state.spec().request.hooks.resolver else {
        let error = loader.not_found(specifier, &from_file);
        return not_loadable(state, error);
    };
    let answer = match ask(state, place, "resolve", vec![specifier.to_owned(), from_dir]) {
        Ok(answer) => answer,
        Err(verdict) => return verdict,
    };
    let Some(loader) = &state.loader else { return Verdict::Failed };
    let approved = match serde_json::from_str::<Option<String>>(&answer) {
        Ok(Some(path)) => loader.approve_answer(specifier, &path, &from_file, syntax),
        _ => Err(loader.not_found(specifier, &from_file)),
    };
    match approved {
        Ok(file) => {
            state.found = Some(file);
            Verdict::Found
        }
        Err(error) => not_loadable(state, error),
    }
}

pub(super) fn not_loadable(state: &mut RunState, error: ModuleError) -> Verdict {
    match error {
        ModuleError::NotFound { reason, .. } | ModuleError::Unreadable { reason, .. } => {
            state.knowledge = Some(HostKnowledge::Reason(reason));
            Verdict::NotFound
        }
        ModuleError::TooLarge { file, limit, measured } => {
            fail(state, Failure::too_many_bytes(&format!("source file {file}"), limit, measured))
        }
    }
}

pub(super) fn fail(state: &mut RunState, failure: Failure) -> Verdict {
    state.failure = Some(failure);
    Verdict::Failed
}

/// Asks a hook; everything but an answer becomes the verdict that ends the matter.
pub(super) fn ask(
    state: &mut RunState,
    place: HookPlace,
    kind: &'static str,
    payload: Vec<String>,
) -> Result<String, Verdict> {
    let services = Arc::clone(state.services());
    let spec = state.spec();
    let question =
        Question { run: spec.id, control: &spec.control, place, kind, data: Arc::clone(&state.hook_data), payload };
    let answer = services.waits.during(|| services.hooks.ask(question));
    match answer {
        Ok(answer) => Ok(answer),
        Err(AskError::Stopped) => Err(Verdict::Stopped),
        Err(AskError::QueueTimeout(waited)) => {
            let message = format!(
                "run waited {} ms for the hook thread, which was busy with hooks of other runs",
                waited.as_millis()
            );
            Err(fail(state, Failure::new(crate::errors::FailureKind::QueueTimeout, ErrorCode::QueueTimeout, message)))
        }
        Err(AskError::Failed(report)) => {
            let report = serde_json::from_str(&report).unwrap_or(serde_json::Value::Null);
            state.knowledge = Some(HostKnowledge::Hook(report));
            Err(Verdict::HookFailed)
        }
    }
}

fn found_path_to_scratch(state: &mut RunState) {
    state.scratch.clear();
    if let Some(found) = &state.found {
        state.scratch.push_str(&found.path().to_string_lossy());
    }
}
