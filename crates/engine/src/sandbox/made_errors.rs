//! What happens to an error when the engine has made it: one of the engine's own gets its message in V8's words, and every
//! one keeps its call sites, from which its stack is written when somebody looks at it.
//!
//! The engine calls `made` where it would call the guest's `Error.prepareStackTrace`, which is called from here.

use super::js::{Args, Js, JsResult, ObjectClass, Shape, Thrown, Value};
use super::state::RunState;
use super::words::{self, Place};
use super::{builtins, objects};
use std::ffi::CStr;
use std::fmt::Write;

/// Names of functions and files are cut here in stacks: a guest chooses them.
const LONGEST_NAME: usize = 4 << 10;

/// What an error keeps of its making.
#[derive(Clone, Copy)]
pub(super) enum Trace {
    /// The state's `frames`.
    Frames,
    /// What the guest's `Error.prepareStackTrace` answered, or nothing at all.
    Answer(Value),
}

/// The engine has made `error`. The answer is what it keeps: call sites in an array, or else what the guest's own hook
/// answered, in an object that no guest sees.
pub(super) fn made(js: Js, error: Value, sites: Value) -> JsResult {
    if is_engines(js, error, sites)? {
        reword(js, error, sites)?;
    }
    let (prepare, is_capturing) = js.with_state(|state| (state.prepare_stack, std::mem::take(&mut state.is_capturing)));
    // Of such objects the engine makes the answer a property, which guests read.
    let is_plain = is_capturing || js.class(error) != ObjectClass::Error;
    if let Some(prepare) = prepare.filter(|prepare| js.is_function(*prepare)) {
        let prepare = js.dup(prepare);
        let constructor = js.with_state(|state| state.realm().error_constructors[0]);
        let answer = js.call(prepare, constructor, &[error, sites]);
        js.free(prepare);
        return if is_plain { answer } else { sealed(js, answer?) };
    }
    if is_plain {
        frames_of(js, sites)?;
        return js.string_from_state(|state| &state.frames);
    }
    Ok(js.dup(sites))
}

fn sealed(js: Js, answer: Value) -> JsResult {
    let kept = js.object_with_prototype(Value::NULL)?;
    js.define_index(kept, 0, answer)?;
    Ok(kept)
}

/// What an error keeps; runs no guest code.
pub(super) fn trace(js: Js, error: Value) -> Result<Trace, Thrown> {
    let getter = js.with_state(|state| state.realm().get_stack);
    let kept = js.call(getter, error, &[])?;
    if !kept.is_object() {
        return Ok(Trace::Answer(kept));
    }
    if js.class(kept) == ObjectClass::Array {
        let written = frames_of(js, kept);
        js.free(kept);
        return written.map(|()| Trace::Frames);
    }
    let answer = objects::own_index(js, kept, 0)?;
    js.free(kept);
    Ok(Trace::Answer(answer.unwrap_or(Value::UNDEFINED)))
}

/// `Error.captureStackTrace` as the engine has it: the stack becomes a property of `target`.
pub(super) fn capture(js: Js, target: Value, until: Value) -> JsResult {
    let (original, error) = js.with_state(|state| {
        state.is_capturing = true;
        (state.realm().capture_stack, state.realm().error_constructors[0])
    });
    let answer = js.call(original, error, &[target, until]);
    js.with_state(|state| state.is_capturing = false);
    answer
}

pub(super) fn get_prepare(js: Js, _this: Value, _args: Args, _data: Value) -> JsResult {
    Ok(js.with_state(|state| state.prepare_stack).map_or(Value::UNDEFINED, |prepare| js.dup(prepare)))
}

/// `Error.prepareStackTrace = function`: whoever looks at call sites finds V8's methods on them.
pub(super) fn set_prepare(js: Js, _this: Value, args: Args, _data: Value) -> JsResult {
    let is_first = js.with_state(|state| !std::mem::replace(&mut state.has_call_sites, true));
    if is_first {
        js.free(builtins::builtin(js, "internal/call-sites")?);
    }
    let prepare = js.dup(args.get(0));
    if let Some(previous) = js.with_state(|state| state.prepare_stack.replace(prepare)) {
        js.free(previous);
    }
    Ok(Value::UNDEFINED)
}

/// `JSON.parse`: the engine's, with V8's words for what is wrong with a text.
pub(super) fn parse_json(js: Js, this: Value, args: Args, _data: Value) -> JsResult {
    let text = args.get(0);
    if text.is_symbol() {
        return Err(js.throw_type_error(c"Cannot convert a Symbol value to a string"));
    }
    let original = js.with_state(|state| state.realm().parse_json);
    js.call_with(original, this, args).map_err(|Thrown| {
        let error = js.take_exception();
        if reword_json(js, error, text).is_err() {
            js.free(js.take_exception());
        }
        js.throw(error)
    })
}

fn reword_json(js: Js, error: Value, text: Value) -> Result<(), Thrown> {
    if !error.is_object() || js.class(error) != ObjectClass::Error || objects::error_class(js, error)? != c"SyntaxError"
    {
        return Ok(());
    }
    let text = if text.is_string() || text.is_undefined() {
        js.text(text)?
    } else if text.is_object() && is_written_plainly(js, text)? {
        js.text(js.string("[object Object]")?)?
    } else {
        return Ok(());
    };
    // The error of a reviver comes after the text was found to be right.
    let is_reworded = js.with_state(|state| {
        let problem = words::json::problem_of(&String::from_utf8_lossy(text.bytes()));
        state.reworded.words = problem;
        state.reworded.words.is_some()
    });
    js.free_text(text);
    if is_reworded { put_words(js, error) } else { Ok(()) }
}

/// Whether an object as text is `[object Object]`, as it is unless somebody has made it differ.
fn is_written_plainly(js: Js, object: Value) -> Result<bool, Thrown> {
    let (constructor, tag, class) = js.with_state(|state| {
        let realm = state.realm();
        (realm.object, realm.to_string_tag, realm.plain_class)
    });
    if js.class_number(object) != class {
        return Ok(false);
    }
    let Some(ordinary) = objects::own(js, constructor, c"prototype")? else { return Ok(false) };
    let prototype = js.prototype(object)?;
    let (tag, text) = (js.atom_of(tag)?, js.atom(b"toString")?);
    let is_changed = js.has_own(object, tag)? || js.has_own(object, text)? || js.has_own(ordinary, tag)?;
    let is_ordinary = prototype.is_same_object(ordinary) && !is_changed;
    for atom in [tag, text] {
        js.free_atom(atom);
    }
    for value in [prototype, ordinary] {
        js.free(value);
    }
    Ok(is_ordinary)
}

fn put_words(js: Js, error: Value) -> Result<(), Thrown> {
    let message = js.string_from_state(|state| state.reworded.words.as_deref().unwrap_or_default())?;
    js.define(error, c"message", message, Shape::Method)
}

/// Whether the engine itself made the error, and not a constructor that the guest called. A constructor is native code,
/// and its caller the first site; what the engine makes is made in the code of the first site itself.
fn is_engines(js: Js, error: Value, sites: Value) -> Result<bool, Thrown> {
    if js.class(error) != ObjectClass::Error {
        return Ok(false);
    }
    if !js.is_script_at(0) {
        return Ok(js.is_script_at(1) && is_first_native(js, sites)?);
    }
    // An error that is thrown once more has its stack already.
    let getter = js.with_state(|state| state.realm().get_stack);
    match js.call(getter, error, &[]) {
        Ok(kept) => {
            js.free(kept);
            Ok(kept.is_undefined())
        }
        // No room on the guest's stack for a call: that is what this error is about.
        Err(Thrown) => {
            js.free(js.take_exception());
            Ok(false)
        }
    }
}

fn is_first_native(js: Js, sites: Value) -> Result<bool, Thrown> {
    let Some(site) = objects::own_index(js, sites, 0)? else { return Ok(false) };
    let answer = part(js, site, IS_NATIVE);
    js.free(site);
    Ok(answer.is_true())
}

/// Places in the realm's `site_parts`.
const FUNCTION_NAME: usize = 0;
const FILE: usize = 1;
const LINE: usize = 2;
const COLUMN: usize = 3;
const IS_NATIVE: usize = 4;

/// What a call site answers; `undefined` where it cannot.
fn part(js: Js, site: Value, part: usize) -> Value {
    let function = js.with_state(|state| state.realm().site_parts[part]);
    js.call(function, site, &[]).unwrap_or_else(|Thrown| {
        js.free(js.take_exception());
        Value::UNDEFINED
    })
}

fn reword(js: Js, error: Value, sites: Value) -> Result<(), Thrown> {
    let Some(message) = objects::own(js, error, c"message")?.filter(|message| message.is_string()) else {
        return Ok(());
    };
    let text = js.text(message)?;
    if let Some(site) = objects::own_index(js, sites, 0)? {
        let class = objects::error_class(js, error)?;
        let [name, file] = [FUNCTION_NAME, FILE].map(|wanted| part(js, site, wanted));
        let [line, column] = [LINE, COLUMN].map(|wanted| part(js, site, wanted).as_number().unwrap_or(0.0) as u32);
        let name_text = if name.is_string() { Some(js.text(name)?) } else { None };
        let file_text = if file.is_string() { Some(js.text(file)?) } else { None };
        let is_reworded = js.with_state(|state| {
            let function = name_text.map_or(&[][..], |name| name.bytes());
            look_up(
                state,
                class,
                text.bytes(),
                file_text.map(|file| file.bytes()),
                &Place { function, line, column, ..Place::default() },
            );
            state.reworded.words.is_some()
        });
        for text in [name_text, file_text].into_iter().flatten() {
            js.free_text(text);
        }
        for value in [name, file, site] {
            js.free(value);
        }
        if is_reworded {
            put_words(js, error)?;
        }
    }
    js.free_text(text);
    js.free(message);
    Ok(())
}

/// Leaves in the state what V8 says; `place` lacks what the state knows about the file, which built-in functions have none of.
fn look_up(state: &mut RunState, class: &CStr, message: &[u8], file: Option<&[u8]>, place: &Place<'_>) {
    let sources = &state.sources;
    let texts = [file.unwrap_or_default(), place.function, message];
    state.reworded.look_up((place.line, place.column), texts, || {
        let source = file.and_then(|file| sources.get(std::str::from_utf8(file).ok()?));
        let source = source.map_or(&[][..], |source| source.bytes());
        words::reword(class, message, &Place { is_native: file.is_none(), source, ..*place })
    });
}

/// Puts call sites into the state's `frames` as the engine would write them, one a line.
fn frames_of(js: Js, sites: Value) -> Result<(), Thrown> {
    const MOST: u32 = 64;
    js.with_state(|state| state.frames.clear());
    for index in 0..MOST {
        let Some(site) = objects::own_index(js, sites, index)? else { break };
        let [name, file, line, column] = [FUNCTION_NAME, FILE, LINE, COLUMN].map(|wanted| part(js, site, wanted));
        append(js, "    at ", name, "<anonymous>")?;
        append(js, " (", file, "native")?;
        js.with_state(|state| {
            if let (Some(line), Some(column)) = (line.as_number(), column.as_number()) {
                // Text grows without failing.
                let _always = write!(state.frames, ":{line}:{column}");
            }
            state.frames.push_str(")\n");
        });
        for value in [name, file, site] {
            js.free(value);
        }
    }
    Ok(())
}

fn append(js: Js, before: &'static str, value: Value, otherwise: &'static str) -> Result<(), Thrown> {
    let text = if value.is_string() { Some(js.text(value)?) } else { None };
    js.with_state(|state| {
        state.frames.push_str(before);
        match text {
            Some(text) => {
                let bytes = &text.bytes()[..text.bytes().len().min(LONGEST_NAME)];
                state.frames.push_str(&String::from_utf8_lossy(bytes));
            }
            None => state.frames.push_str(otherwise),
        }
    });
    if let Some(text) = text {
        js.free_text(text);
    }
    Ok(())
}
