//! A module's source: read, compiled by the user's compiler, wrapped, evaluated, and explained when it does not parse.

use super::code_cache::{self, Code, Format as CodeFormat};
use super::js::{Bytecode, Js, ObjectClass, Shape, Terminated, TextView, Thrown, Value};
use super::module_object::decorate_require;
use super::require::{Verdict, ask, fail, judge, not_loadable};
use super::state::RunState;
use super::tagged_templates::has_tagged_template;
use super::words::{json, syntax};
use super::{call_sites, objects, stack};
use crate::errors::Failure;
use crate::modules::{Format, PackageType, SourceKind, format_of};
use crate::request::HookPlace;
use crate::text::{HashedText, SharedText};
use std::sync::Arc;

/// Parameters on lines of their own, so that the module's first line keeps its number and its columns. Two lines, since
/// the engine takes a first line numbered 0 for "not given".
const WRAPPER_START: &str = "(function (exports, require, module, __filename, __dirname) {\n\n";
pub(super) const FIRST_LINE: i32 = -1;
const WRAPPER_END: &str = "\n})";
/// Bytecode is at most this many times as long as its source, as a rule; the rule only decides whether it is kept.
const BYTECODE_OF_SOURCE: usize = 6;
const ROOM_FOR_BYTECODE: usize = 256 << 10;
/// As many lines as the wrapper has, so that lines count alike.
const MODULE_START: &str = "\n\n";

/// What was read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Read {
    Json,
    /// Wrapped, as CommonJS is.
    Script,
    /// As it is, apart from the lines before it.
    Module,
}

/// Reads `state.found` into `state.source`, compiled and as the engine wants it, and says what it is.
pub(super) fn read_found(js: Js) -> Result<Read, Thrown> {
    let (verdict, read) = js.with_state(|state| match read(state) {
        Ok(read) => (Verdict::Found, read),
        Err(verdict) => (verdict, Read::Script),
    });
    js.with_state(|state| {
        if verdict == Verdict::NotFound {
            state.specifier = state.found.as_ref().map(|file| file.display().to_string()).unwrap_or_default();
        }
    });
    judge(js, verdict).map(|_| read)
}

fn read(state: &mut RunState) -> Result<Read, Verdict> {
    let limits = state.spec().request.limits;
    let loaded = state.modules.len() as u64 + 1;
    if loaded > limits.modules {
        return Err(fail(state, Failure::too_many("modules loaded", limits.modules, loaded)));
    }
    let (Some(loader), Some(file)) = (&state.loader, &state.found) else { return Err(Verdict::Failed) };
    let (kind, display) = (file.kind(), file.display().to_string());
    let is_typescript = file.is_typescript();
    let path = file.path().to_string_lossy().into_owned();
    let source = match loader.read(file) {
        Ok(source) => source,
        Err(error) => return Err(not_loadable(state, error)),
    };
    state.file_name = Terminated::new(display.clone());
    if kind == SourceKind::Json {
        state.source = Terminated::new(source.as_str().to_owned());
        return Ok(Read::Json);
    }
    let text = if is_typescript && state.spec().request.hooks.compiler.is_none() {
        strip_types(state, &path, &display, source)?
    } else {
        compile(state, &path, source)?
    };
    let measured = text.as_str().len() as u64;
    if measured > limits.source_bytes {
        let what = format!("compiled source of {display}");
        return Err(fail(state, Failure::too_many_bytes(&what, limits.source_bytes, measured)));
    }
    // What has been compiled as a script before needs no look at its text.
    state.code = if kind == SourceKind::Module { None } else { code_cache::get(&display, &text, CodeFormat::Script) };
    let read = if state.code.is_some() { Read::Script } else { arrange(state, &display, &text, kind) };
    state.module_text = Some(text);
    Ok(read)
}

/// Decides what the source is, and puts it into `state.source` as the engine wants it.
fn arrange(state: &mut RunState, display: &str, text: &SharedText, kind: SourceKind) -> Read {
    let package = || match (&state.loader, &state.found) {
        (Some(loader), Some(file)) => loader.package_type(file),
        _ => PackageType::Unsaid,
    };
    let format = format_of(kind, text.as_str(), package);
    let code = if format == Format::Script { None } else { code_cache::get(display, text, CodeFormat::Module) };
    // Bytecode has the name that the engine knows the module by.
    state.code = code.filter(|_| state.found.clone().is_some_and(|file| state.esm.is_named(&file, display)));
    if state.code.is_some() {
        return Read::Module;
    }
    let text = text.as_str();
    state.may_be_module = format == Format::Unclear;
    if format == Format::Module {
        state.source = Terminated::new(surrounded(MODULE_START, text, ""));
        return Read::Module;
    }
    state.source = Terminated::new(surrounded(WRAPPER_START, text, WRAPPER_END));
    Read::Script
}

/// What does not parse as CommonJS, and looks like an ES module, is one.
fn rearrange(state: &mut RunState) {
    if let Some(text) = &state.module_text {
        state.source = Terminated::new(surrounded(MODULE_START, text.as_str(), ""));
    }
    state.may_be_module = false;
}

fn surrounded(start: &str, code: &str, end: &str) -> String {
    // The engine knows a hashbang only at the very start of a script.
    let (comment, code) = match code.strip_prefix("#!") {
        Some(rest) => ("//", rest),
        None => ("", code),
    };
    format!("{start}{comment}{code}{end}")
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

/// TypeScript without its types, everything else where it was. A user's compiler comes before this.
fn strip_types(state: &mut RunState, path: &str, display: &str, source: SharedText) -> Result<SharedText, Verdict> {
    const STRIPPER: &str = "type stripper";
    let services = Arc::clone(state.services());
    if let Some(code) = services.compiled.get(STRIPPER, path, &source) {
        return Ok(code);
    }
    let answer = ask(state, HookPlace::Thread, "strip", vec![source.as_str().to_owned(), path.to_owned()])?;
    let Some(code) = answer.strip_prefix('c') else {
        let problem = serde_json::from_str(answer.get(1..).unwrap_or_default()).unwrap_or_default();
        (state.specifier, state.scratch) = describe(problem, source.as_str(), display);
        return Err(Verdict::BrokenTypes);
    };
    let code = HashedText::shared(code.to_owned());
    services.compiled.insert(STRIPPER, path, &source, &code);
    Ok(code)
}

/// What is wrong with a source, as the stripper has it.
#[derive(Default, serde::Deserialize)]
struct TypesProblem {
    message: String,
    line: Option<u32>,
    column: Option<u32>,
}

/// Message and stack; no stack where the stripper does not know the place.
fn describe(problem: TypesProblem, source: &str, display: &str) -> (String, String) {
    let TypesProblem { message, line, column } = problem;
    let (Some(line), Some(column)) = (line, column) else { return (format!("{message} ({display})"), String::new()) };
    let shown = source.lines().nth(line.saturating_sub(1) as usize).unwrap_or_default();
    let shown = shown.chars().take(LONGEST_LINE).collect::<String>().trim_end().to_owned();
    let problem = SyntaxProblem { words: message, line, column: column.max(1), shown };
    (problem.message(display), problem.stack(display))
}

pub(super) fn evaluate_json(js: Js, module: Value) -> Result<(), Thrown> {
    let (source, file) = js.with_state(|state| (state.source.view(0), state.file_name.view(0)));
    let exports = js.parse_json(source, file).map_err(|Thrown| explain_syntax_error(js, source, json_problem))?;
    js.define(module, c"exports", exports, Shape::Data)
}

/// The function around the module that was read; `None` when it is an ES module after all.
pub(super) fn compile_script(js: Js) -> Result<Option<Value>, Thrown> {
    let function = match js.with_state(|state| state.code.as_ref().map(|code| TextView::on(&code.bytecode))) {
        // The state holds the code until the next module is read, which is after this call.
        Some(code) => js.load_bytecode(code.bytes()).and_then(|script| js.run_compiled(script))?,
        None => match evaluate_text(js)? {
            Some(function) => function,
            None => return Ok(None),
        },
    };
    js.with_state(|state| {
        let name = String::from_utf8_lossy(state.file_name.bytes()).into_owned();
        let source = match state.code.take() {
            Some(code) => Arc::clone(&code.source),
            None => Arc::new(std::mem::take(&mut state.source)),
        };
        keep_module_source(state, name, source);
    });
    Ok(Some(function))
}

/// Calls the function around a module; takes it over.
pub(super) fn evaluate_script(
    js: Js,
    function: Value,
    module: Value,
    index: u32,
    file_name: Value,
) -> Result<(), Thrown> {
    let skeleton = js.with_state(|state| state.realm().skeleton());
    let names = skeleton.names;
    js.define_atom(function, names.name, js.dup(skeleton.wrapper_name), Shape::Method)?;
    let require = js.get_atom(module, names.require)?;
    decorate_require(js, require, index)?;
    let exports = js.get_atom(module, names.exports)?;
    let directory = js.get_atom(module, names.path)?;
    let answer = js.call(function, exports, &[exports, require, module, file_name, directory]);
    for value in [function, require, exports, directory] {
        js.free(value);
    }
    answer.map(|value| js.free(value))
}

/// Compiles the text that `state.source` holds, keeps its bytecode for the next time, and answers the wrapper; `None` when
/// it is an ES module after all.
fn evaluate_text(js: Js) -> Result<Option<Value>, Thrown> {
    let (source, file) = js.with_state(|state| (state.source.view(0), state.file_name.view(0)));
    let script = match js.compile(source, file, FIRST_LINE) {
        Ok(script) => script,
        Err(Thrown) if js.with_state(|state| state.may_be_module) => {
            js.free(js.take_exception());
            js.with_state(rearrange);
            return Ok(None);
        }
        Err(Thrown) => return Err(explain_syntax_error(js, source, module_problem)),
    };
    js.with_state(|state| state.compiled += 1);
    if can_be_kept(js, source)? {
        let bytecode = js.write_bytecode(script)?;
        js.with_state(|state| {
            let (name, source) = (state.file_name.bytes(), Arc::new(std::mem::take(&mut state.source)));
            let name = String::from_utf8_lossy(name).into_owned();
            state.code = Some(keep_code(name, state.module_text.as_ref(), CodeFormat::Script, source, bytecode));
        });
        js.free_bytecode(bytecode);
    }
    js.run_compiled(script).map(Some)
}

/// Whether bytecode of this source can be written, and would be what anybody else would get.
pub(super) fn can_be_kept(js: Js, source: TextView) -> Result<bool, Thrown> {
    // Writing bytecode takes room in the guest's heap that the guest has not asked for.
    let has_room = js.room() >= ROOM_FOR_BYTECODE + source.bytes().len() * BYTECODE_OF_SOURCE;
    Ok(has_room && !has_tagged_template(source.bytes()) && !lists_inherit_raw(js)?)
}

/// Whether a list has a `raw` of the guest's. The engine looks that up while it writes what it takes for a template, and what
/// it found would lie in the bytecode that other guests get.
fn lists_inherit_raw(js: Js) -> Result<bool, Thrown> {
    const DEEPEST: usize = 8;
    let name = js.atom(b"raw")?;
    let mut at = js.array()?;
    let mut is_found = true;
    for _ in 0..DEEPEST {
        if js.class(at) == ObjectClass::Proxy || js.has_own(at, name)? {
            break;
        }
        let parent = js.prototype(at)?;
        js.free(at);
        at = parent;
        if !at.is_object() {
            is_found = false;
            break;
        }
    }
    js.free(at);
    js.free_atom(name);
    Ok(is_found)
}

pub(super) fn keep_code(
    name: String,
    text: Option<&SharedText>,
    format: CodeFormat,
    source: Arc<Terminated>,
    bytecode: Bytecode,
) -> Arc<Code> {
    let code = Arc::new(Code { source, bytecode: bytecode.bytes().to_vec() });
    if let Some(text) = text {
        code_cache::insert(name, text, format, &code);
    }
    code
}

/// Keeps a module's source for stack traces, as long as there is room: it is host memory.
pub(super) fn keep_module_source(state: &mut RunState, name: String, source: Arc<Terminated>) {
    const ROOM: usize = 4 << 20;
    state.source_bytes += source.bytes().len();
    if state.source_bytes <= ROOM {
        Arc::make_mut(&mut state.sources).insert(name, source);
    }
}

/// A syntax error says where it is and shows the line, in its message and in its stack.
pub(super) fn explain_syntax_error(js: Js, source: TextView, look: Look) -> Thrown {
    let error = js.take_exception();
    if explain(js, error, source, look).is_err() {
        js.free(js.take_exception());
    }
    js.throw(error)
}

fn explain(js: Js, error: Value, source: TextView, look: Look) -> Result<(), Thrown> {
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
        let Some(problem) = look(source.bytes(), line, column, words) else { return false };
        (state.specifier, state.scratch) = (problem.message(file), problem.stack(file));
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

pub(super) struct SyntaxProblem {
    words: String,
    line: u32,
    /// In characters.
    column: u32,
    /// The line.
    shown: String,
}

/// Characters of a line that are shown.
const LONGEST_LINE: usize = 200;

impl SyntaxProblem {
    fn message(&self, file: &str) -> String {
        let Self { words, line, column, .. } = self;
        format!("{words} ({file}:{line}:{column})")
    }

    fn stack(&self, file: &str) -> String {
        let Self { words, line, column, shown } = self;
        let caret = " ".repeat((*column as usize - 1).min(shown.chars().count()));
        format!("{file}:{line}\n{shown}\n{caret}^\n\nSyntaxError: {words}\n    at {file}:{line}:{column}")
    }
}

/// Finds what is wrong with a source from the engine's line and column, in bytes, and its words.
type Look = fn(&[u8], u32, u32, String) -> Option<SyntaxProblem>;

/// Of a wrapped module, in its own text.
pub(super) fn module_problem(source: &[u8], line: u32, column: u32, words: String) -> Option<SyntaxProblem> {
    let start = call_sites::start_of_line(source, 1)?;
    let end =
        if source.starts_with(WRAPPER_START.as_bytes()) { source.len() - WRAPPER_END.len() } else { source.len() };
    let text = source.get(start..end)?;
    let place = (call_sites::start_of_line(source, line)? + column.checked_sub(1)? as usize).saturating_sub(start);
    let (words, place) = match syntax::problem_of(&words, text, place) {
        Some(syntax::Problem { words, place }) => (words, place),
        None => (words, place),
    };
    Some(shown(text, place, words))
}

fn json_problem(text: &[u8], line: u32, column: u32, words: String) -> Option<SyntaxProblem> {
    let before = text.split_inclusive(|byte| *byte == b'\n').take(line as usize - 1).map(<[u8]>::len).sum::<usize>();
    let words = json::problem_of(&String::from_utf8_lossy(text)).unwrap_or(words);
    Some(shown(text, before + column.checked_sub(1)? as usize, words))
}

/// The line around a byte. What is missing at the end is missing behind the last line.
fn shown(text: &[u8], place: usize, words: String) -> SyntaxProblem {
    let place = place.min(text.trim_ascii_end().len());
    let start = text[..place].iter().rposition(|byte| *byte == b'\n').map_or(0, |index| index + 1);
    let line = text[..place].iter().filter(|byte| **byte == b'\n').count() as u32 + 1;
    let column = String::from_utf8_lossy(&text[start..place]).chars().count() as u32 + 1;
    let end = text.len().min(start + LONGEST_LINE);
    let whole = text[start..end].split(|byte| *byte == b'\n').next().unwrap_or_default();
    SyntaxProblem { words, line, column, shown: String::from_utf8_lossy(whole).trim_end().to_owned() }
}
