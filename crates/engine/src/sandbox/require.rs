//! `require` and the module objects: Node's CommonJS, over files that `modules` has approved.
//!
//! Refused and missing look alike to the guest. Everything with a destructor stays in the run's state, because loading a
//! module runs guest code, which runs `require`, and control may jump out from beneath all of it.

use super::errors::throw_known;
use super::js::{Args, Js, JsResult, Shape, Terminated, TextView, Thrown, Value};
use super::natives::Native;
use super::state::{HostKnowledge, LoadedModule, RunState};
use super::{objects, realm, stack};
use crate::errors::{ErrorCode, Failure};
use crate::hooks::{AskError, Question};
use crate::modules::{ModuleError, Resolution, SourceKind};
use crate::request::HookPlace;
use std::sync::Arc;

/// Parameters on lines of their own, so that the module's first line keeps its number and its columns. Two lines, since
/// the engine takes a first line numbered 0 for "not given".
const WRAPPER_START: &str = "(function (exports, require, module, __filename, __dirname) {\n\n";
const FIRST_LINE: i32 = -1;
const WRAPPER_END: &str = "\n})";
const LONGEST_SPECIFIER: usize = 4 << 10;

/// What host code found out, small enough to be carried over calls into the engine.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// `state.found` is set.
    Found,
    /// The bundled `buffer` module.
    Buffer,
    /// The bundled `timers` module.
    Timers,
    /// `state.knowledge` has the reason, `state.specifier` the specifier.
    NotFound,
    /// A hook failed; `state.knowledge` has its report.
    HookFailed,
    /// The run was told to stop; its control says why.
    Stopped,
    /// The run is over; `state.failure` says why.
    Failed,
}

pub(super) fn require(js: Js, _this: Value, args: Args, data: Value) -> JsResult {
    let from = data.as_number().unwrap_or(0.0) as u32;
    read_specifier(js, args.get(0))?;
    match judge(js, js.with_state(|state| resolve_specifier(state, from)))? {
        Verdict::Buffer => realm::buffer_module(js),
        Verdict::Timers => timers_module(js),
        _ => load_found(js, Some(from)),
    }
}

pub(super) fn resolve(js: Js, _this: Value, args: Args, data: Value) -> JsResult {
    let from = data.as_number().unwrap_or(0.0) as u32;
    read_specifier(js, args.get(0))?;
    match judge(js, js.with_state(|state| resolve_specifier(state, from)))? {
        Verdict::Buffer | Verdict::Timers => js.string_from_state(|state| &state.specifier),
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

/// Loads the module behind `state.found`, or answers its exports if it is loaded already.
pub(super) fn load_found(js: Js, parent: Option<u32>) -> JsResult {
    js.with_state(found_path_to_scratch);
    let file_name = js.string_from_state(|state| &state.scratch)?;
    if let Some(known) = cached(js, file_name)? {
        js.free(file_name);
        let exports = js.get(known, c"exports");
        js.free(known);
        return exports;
    }
    let kind = judge_kind(js)?;
    let (module, index) = create_module(js, file_name, parent)?;
    remember(js, file_name, module)?;
    let outcome = match kind {
        SourceKind::Json => evaluate_json(js, module),
        SourceKind::Script => evaluate_script(js, module, index, file_name),
    };
    if outcome.is_err() {
        forget(js, file_name);
        js.free(file_name);
        return Err(Thrown);
    }
    js.define(module, c"loaded", Value::TRUE, Shape::Data)?;
    let exports = js.get(module, c"exports");
    js.free(module);
    js.free(file_name);
    exports
}

fn read_specifier(js: Js, value: Value) -> Result<(), Thrown> {
    if !value.is_string() {
        return Err(js.throw_type_error(c"The \"id\" argument must be of type string"));
    }
    let text = js.text(value)?;
    js.with_state(|state| {
        let bytes = &text.bytes()[..text.bytes().len().min(LONGEST_SPECIFIER)];
        state.specifier = String::from_utf8_lossy(bytes).into_owned();
    });
    js.free_text(text);
    if js.with_state(|state| state.specifier.is_empty()) {
        return Err(js.throw_type_error(c"The argument 'id' must be a non-empty string. Received ''"));
    }
    Ok(())
}

/// Turns a verdict into control flow.
fn judge(js: Js, verdict: Verdict) -> Result<Verdict, Thrown> {
    match verdict {
        Verdict::Found | Verdict::Buffer | Verdict::Timers => Ok(verdict),
        Verdict::NotFound => {
            js.with_state(|state| state.specifier = format!("Cannot find module '{}'", state.specifier));
            Err(throw_scratch(js, ErrorCode::ModuleNotFound))
        }
        Verdict::HookFailed => {
            js.with_state(|state| state.specifier = "a hook of the host failed".to_owned());
            Err(throw_scratch(js, ErrorCode::Hook))
        }
        Verdict::Stopped => Err(js.leave(super::breaker::Breach::Told)),
        Verdict::Failed => Err(js.leave(super::breaker::Breach::Failure)),
    }
}

/// Throws an error whose message waits in `state.specifier`.
fn throw_scratch(js: Js, code: ErrorCode) -> Thrown {
    js.with_state(|state| std::mem::swap(&mut state.scratch, &mut state.specifier));
    throw_known(js, code)
}

fn resolve_specifier(state: &mut RunState, from: u32) -> Verdict {
    let specifier = std::mem::take(&mut state.specifier);
    let verdict = match specifier.strip_prefix("node:").unwrap_or(&specifier) {
        "buffer" => Verdict::Buffer,
        "timers" => Verdict::Timers,
        _ => resolve_file(state, &specifier, from),
    };
    state.specifier = specifier;
    verdict
}

fn resolve_file(state: &mut RunState, specifier: &str, from: u32) -> Verdict {
    let (Some(loader), Some(requirer)) = (&state.loader, state.modules.get(from as usize)) else {
        return fail(state, Failure::internal("a module was required outside of a run"));
    };
    let from_file = requirer.file.clone();
    let from_dir = match loader.resolve(specifier, &from_file) {
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
        Ok(Some(path)) => loader.approve_answer(specifier, &path, &from_file),
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

fn not_loadable(state: &mut RunState, error: ModuleError) -> Verdict {
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

fn fail(state: &mut RunState, failure: Failure) -> Verdict {
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

/// Reads `state.found` into `state.source`, compiled and wrapped, and says what it is.
fn judge_kind(js: Js) -> Result<SourceKind, Thrown> {
    let (verdict, kind) = js.with_state(|state| match read_found(state) {
        Ok(kind) => (Verdict::Found, kind),
        Err(verdict) => (verdict, SourceKind::Script),
    });
    js.with_state(|state| {
        if verdict == Verdict::NotFound {
            state.specifier = state.found.as_ref().map(|file| file.display().to_string()).unwrap_or_default();
        }
    });
    judge(js, verdict).map(|_| kind)
}

fn read_found(state: &mut RunState) -> Result<SourceKind, Verdict> {
    let limits = state.spec().request.limits;
    let loaded = state.modules.len() as u64 + 1;
    if loaded > limits.modules {
        return Err(fail(state, Failure::too_many("modules loaded", limits.modules, loaded)));
    }
    let (Some(loader), Some(file)) = (&state.loader, &state.found) else { return Err(Verdict::Failed) };
    let (kind, display) = (file.kind(), file.display().to_string());
    let path = file.path().to_string_lossy().into_owned();
    let source = match loader.read(file) {
        Ok(source) => source,
        Err(error) => return Err(not_loadable(state, error)),
    };
    state.file_name = Terminated::new(display.clone());
    if kind == SourceKind::Json {
        state.source = Terminated::new(source);
        return Ok(kind);
    }
    let code = match compile(state, &path, source)? {
        Compiled::Same(source) => source,
        Compiled::New(code) => {
            let measured = code.len() as u64;
            if measured > limits.source_bytes {
                let what = format!("compiled source of {display}");
                return Err(fail(state, Failure::too_many_bytes(&what, limits.source_bytes, measured)));
            }
            code.to_string()
        }
    };
    // The engine knows a hashbang only at the very start of a script.
    let (start, code) = match code.strip_prefix("#!") {
        Some(rest) => ("//", rest),
        None => ("", code.as_str()),
    };
    state.source = Terminated::new(format!("{WRAPPER_START}{start}{code}{WRAPPER_END}"));
    Ok(kind)
}

enum Compiled {
    Same(String),
    New(Arc<str>),
}

fn compile(state: &mut RunState, path: &str, source: String) -> Result<Compiled, Verdict> {
    let hooks = &state.spec().request.hooks;
    let Some(place) = hooks.compiler else { return Ok(Compiled::Same(source)) };
    let compiler = hooks.compiler_id.clone();
    let services = Arc::clone(state.services());
    if let Some(code) = services.compiled.get(&compiler, path, &source) {
        return Ok(Compiled::New(code));
    }
    let code: Arc<str> = ask(state, place, "compile", vec![source.clone(), path.to_owned()])?.into();
    services.compiled.insert(&compiler, path, &source, Arc::clone(&code));
    Ok(Compiled::New(code))
}

fn evaluate_json(js: Js, module: Value) -> Result<(), Thrown> {
    let (source, file) = js.with_state(|state| (state.source.view(0), state.file_name.view(0)));
    let exports = js.parse_json(source, file)?;
    js.define(module, c"exports", exports, Shape::Data)
}

fn evaluate_script(js: Js, module: Value, index: u32, file_name: Value) -> Result<(), Thrown> {
    let (source, file) = js.with_state(|state| (state.source.view(0), state.file_name.view(0)));
    let function = match js.eval(source, file, FIRST_LINE) {
        Ok(function) => function,
        Err(Thrown) => return Err(explain_syntax_error(js, source)),
    };
    js.with_state(keep_source);
    // What V8 calls the function around a module.
    js.define(function, c"name", js.string("Object.<anonymous>")?, Shape::Method)?;
    let require = js.get(module, c"require")?;
    decorate_require(js, require, index)?;
    let exports = js.get(module, c"exports")?;
    let directory = js.get(module, c"path")?;
    let answer = js.call(function, exports, &[exports, require, module, file_name, directory]);
    for value in [function, require, exports, directory] {
        js.free(value);
    }
    answer.map(|value| js.free(value))
}

/// Keeps a module's source for stack traces, as long as there is room: it is host memory.
fn keep_source(state: &mut RunState) {
    const ROOM: usize = 4 << 20;
    let source = std::mem::take(&mut state.source);
    state.source_bytes += source.bytes().len();
    if state.source_bytes <= ROOM {
        let name = String::from_utf8_lossy(state.file_name.bytes()).into_owned();
        state.sources.insert(name, source);
    }
}

/// `require.resolve`, `.cache`, `.main`, `.extensions`.
fn decorate_require(js: Js, require: Value, index: u32) -> Result<(), Thrown> {
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

/// A syntax error says where it is and shows the line, in its message and in its stack.
fn explain_syntax_error(js: Js, source: TextView) -> Thrown {
    let error = js.take_exception();
    if explain(js, error, source).is_err() {
        js.free(js.take_exception());
    }
    js.throw(error)
}

fn explain(js: Js, error: Value, source: TextView) -> Result<(), Thrown> {
    if !error.is_object() || objects::error_class(js, error)? != c"SyntaxError" {
        return Ok(());
    }
    stack::text_of(js, error)?;
    let message = objects::peek(js, error, c"message")?.unwrap_or(Value::UNDEFINED);
    let text = js.text(message)?;
    let is_explained = js.with_state(|state| {
        let words = String::from_utf8_lossy(text.bytes()).into_owned();
        let frames = state.scratch.lines().skip(1).collect::<Vec<_>>().join("\n");
        let Some((file, line, column)) = stack::first_place(&frames) else { return false };
        let shown = text_of_line(source.bytes(), line);
        let caret = " ".repeat(column.saturating_sub(1).min(shown.chars().count() as u32) as usize);
        state.specifier = format!("{words} ({file}:{line}:{column})");
        state.scratch =
            format!("{file}:{line}\n{shown}\n{caret}^\n\nSyntaxError: {words}\n    at {file}:{line}:{column}");
        true
    });
    js.free_text(text);
    js.free(message);
    if is_explained {
        let message = js.string_from_state(|state| &state.specifier)?;
        js.define(error, c"message", message, Shape::Method)?;
        let shown = js.string_from_state(|state| &state.scratch)?;
        js.define(error, c"stack", shown, Shape::Method)?;
    }
    Ok(())
}

fn text_of_line(source: &[u8], line: u32) -> String {
    const LONGEST_LINE: usize = 200;
    let text = stack::line_of(source, line);
    String::from_utf8_lossy(&text[..text.len().min(LONGEST_LINE)]).trim_end().to_owned()
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
fn cached(js: Js, file_name: Value) -> Result<Option<Value>, Thrown> {
    let cache = cache_object(js)?;
    let name = js.atom_of(file_name)?;
    let found = js.get_own_data(cache, name);
    js.free_atom(name);
    js.free(cache);
    Ok(found?.filter(|module| module.is_object()))
}

fn remember(js: Js, file_name: Value, module: Value) -> Result<(), Thrown> {
    let cache = cache_object(js)?;
    let name = js.atom_of(file_name)?;
    let defined = js.define_atom(cache, name, js.dup(module), Shape::Data);
    js.free_atom(name);
    js.free(cache);
    defined
}

/// A module that failed to load is loaded anew the next time. The pending exception stays.
fn forget(js: Js, file_name: Value) {
    let error = js.take_exception();
    if let (Ok(cache), Ok(name)) = (cache_object(js), js.atom_of(file_name)) {
        js.delete_atom(cache, name);
        js.free_atom(name);
        js.free(cache);
    }
    js.throw(error);
}

fn create_module(js: Js, file_name: Value, parent: Option<u32>) -> Result<(Value, u32), Thrown> {
    let module = js.object()?;
    let kept = js.dup(module);
    let index = js.with_state(|state| {
        let index = state.modules.len() as u32;
        if let Some(file) = state.found.take() {
            let directory = file.path().parent().map(|folder| folder.to_string_lossy().into_owned());
            state.scratch = directory.unwrap_or_default();
            state.modules.push(LoadedModule { file, object: kept });
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
    if let Some(parent) = parent {
        add_child(js, parent, module)?;
    }
    js.define(module, c"parent", parent.map_or(Value::NULL, |parent| js.dup(parent)), Shape::Method)?;
    Ok((module, index))
}

/// The guest may have replaced `children`; only a real array gets the entry.
fn add_child(js: Js, parent: Value, module: Value) -> Result<(), Thrown> {
    let Some(children) = objects::own(js, parent, c"children")? else { return Ok(()) };
    if js.class(children) == super::js::ObjectClass::Array {
        let count = objects::own(js, children, c"length")?.and_then(Value::as_number).unwrap_or(0.0);
        js.define_index(children, count as u32, js.dup(module))?;
    }
    js.free(children);
    Ok(())
}

fn node_modules_paths(js: Js, index: u32) -> JsResult {
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

/// `require('timers')`: the globals under their own names.
fn timers_module(js: Js) -> JsResult {
    let (module, global) = (js.object()?, js.global());
    for name in [c"setTimeout", c"setInterval", c"setImmediate", c"clearTimeout", c"clearInterval", c"clearImmediate"] {
        js.define(module, name, js.get(global, name)?, Shape::Data)?;
    }
    js.free(global);
    Ok(module)
}
