//! A module's source: read, compiled by the user's compiler, wrapped, evaluated, and explained when it does not parse.

use super::code_cache::{self, Code};
use super::js::{Bytecode, Js, JsResult, Shape, Terminated, TextView, Thrown, Value};
use super::module_object::decorate_require;
use super::require::{Verdict, ask, fail, judge, not_loadable};
use super::state::RunState;
use super::{objects, stack};
use crate::errors::Failure;
use crate::modules::SourceKind;
use crate::text::{HashedText, SharedText};
use std::sync::Arc;

/// Parameters on lines of their own, so that the module's first line keeps its number and its columns. Two lines, since
/// the engine takes a first line numbered 0 for "not given".
const WRAPPER_START: &str = "(function (exports, require, module, __filename, __dirname) {\n\n";
const FIRST_LINE: i32 = -1;
const WRAPPER_END: &str = "\n})";
/// Bytecode is at most this many times as long as its source, as a rule; the rule only decides whether it is kept.
const BYTECODE_OF_SOURCE: usize = 6;
const ROOM_FOR_BYTECODE: usize = 256 << 10;

/// Reads `state.found` into `state.source`, compiled and wrapped, and says what it is.
pub(super) fn judge_kind(js: Js) -> Result<SourceKind, Thrown> {
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
        state.source = Terminated::new(source.as_str().to_owned());
        return Ok(kind);
    }
    let text = compile(state, &path, source)?;
    let measured = text.as_str().len() as u64;
    if measured > limits.source_bytes {
        let what = format!("compiled source of {display}");
        return Err(fail(state, Failure::too_many_bytes(&what, limits.source_bytes, measured)));
    }
    state.code = code_cache::get(&display, &text);
    if state.code.is_none() {
        state.source = Terminated::new(wrapped(text.as_str()));
    }
    state.module_text = Some(text);
    Ok(kind)
}

fn wrapped(code: &str) -> String {
    // The engine knows a hashbang only at the very start of a script.
    let (start, code) = match code.strip_prefix("#!") {
        Some(rest) => ("//", rest),
        None => ("", code),
    };
    format!("{WRAPPER_START}{start}{code}{WRAPPER_END}")
}

/// The text the engine is to run: the source itself, or what the user's compiler makes of it.
fn compile(state: &mut RunState, path: &str, source: SharedText) -> Result<SharedText, Verdict> {
    let hooks = &state.spec().request.hooks;
    let Some(place) = hooks.compiler else { return Ok(source) };
    let compiler = hooks.compiler_id.clone();
    let services = Arc::clone(state.services());
    if let Some(code) = services.compiled.get(&compiler, path, &source) {
        return Ok(code);
    }
    let code = ask(state, place, "compile", vec![source.as_str().to_owned(), path.to_owned()])?;
    let code = HashedText::shared(code);
    services.compiled.insert(&compiler, path, &source, &code);
    Ok(code)
}

pub(super) fn evaluate_json(js: Js, module: Value) -> Result<(), Thrown> {
    let (source, file) = js.with_state(|state| (state.source.view(0), state.file_name.view(0)));
    let exports = js.parse_json(source, file)?;
    js.define(module, c"exports", exports, Shape::Data)
}

pub(super) fn evaluate_script(js: Js, module: Value, index: u32, file_name: Value) -> Result<(), Thrown> {
    let function = match js.with_state(|state| state.code.as_ref().map(|code| TextView::on(&code.bytecode))) {
        // The state holds the code until the next module is read, which is after this call.
        Some(code) => js.load_bytecode(code.bytes()).and_then(|script| js.run_compiled(script))?,
        None => evaluate_text(js)?,
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

/// Compiles the text that `state.source` holds, keeps its bytecode for the next time, and answers the wrapper.
fn evaluate_text(js: Js) -> JsResult {
    let (source, file) = js.with_state(|state| (state.source.view(0), state.file_name.view(0)));
    // Writing bytecode takes room in the guest's heap that the guest has not asked for.
    if js.room() < ROOM_FOR_BYTECODE + source.bytes().len() * BYTECODE_OF_SOURCE {
        return js.eval(source, file, FIRST_LINE).map_err(|Thrown| explain_syntax_error(js, source));
    }
    let script = js.compile(source, file, FIRST_LINE).map_err(|Thrown| explain_syntax_error(js, source))?;
    let bytecode = js.write_bytecode(script)?;
    js.with_state(|state| keep_code(state, bytecode));
    js.free_bytecode(bytecode);
    js.run_compiled(script)
}

fn keep_code(state: &mut RunState, bytecode: Bytecode) {
    let code =
        Arc::new(Code { source: Arc::new(std::mem::take(&mut state.source)), bytecode: bytecode.bytes().to_vec() });
    if let Some(text) = &state.module_text {
        let name = String::from_utf8_lossy(state.file_name.bytes()).into_owned();
        code_cache::insert(name, text, &code);
    }
    state.code = Some(code);
}

/// Keeps a module's source for stack traces, as long as there is room: it is host memory.
fn keep_source(state: &mut RunState) {
    const ROOM: usize = 4 << 20;
    let source = match state.code.take() {
        Some(code) => Arc::clone(&code.source),
        None => Arc::new(std::mem::take(&mut state.source)),
    };
    state.source_bytes += source.bytes().len();
    if state.source_bytes <= ROOM {
        let name = String::from_utf8_lossy(state.file_name.bytes()).into_owned();
        Arc::make_mut(&mut state.sources).insert(name, source);
    }
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
