//! Stack traces in V8's format, for guests (`error.stack`) and for the host alike: a header, then guest frames only.
//!
//! Frames come without a header, one a line: `    at name (file:line:column)`. Which of them are ours is known by the file
//! name: guest files begin with a slash (paths below the root) or are absolute paths.

use super::call_sites::Kind;
use super::js::{Args, Js, JsResult, ObjectClass, Shape, Text, Thrown, Value};
use super::made_errors::{self, Trace};
use super::realm::ERROR_CLASSES;
use super::state::RunState;
use super::{call_sites, objects};
use std::sync::Arc;

/// Messages in headers are cut here; a stack is for reading.
const LONGEST_MESSAGE: usize = 16 << 10;
/// So are stacks: a guest may have written one of megabytes itself.
const LONGEST_STACK: usize = 256 << 10;
/// Beyond this column a line is that of a minified file, where places help nobody.
const LAST_COLUMN: u32 = 2_000;
/// Bytes of sources that are searched for the calls of one stack: a guest decides how many frames there are.
const SEARCHED_BYTES: usize = 16 << 20;
/// What the engine writes where a function has no name.
const ANONYMOUS: &str = "<anonymous>";
/// File names of our own code inside the guest.
pub(super) const INTERNAL_FILES: &str = "node:";

/// `get stack` on `Error.prototype`.
pub(super) fn get(js: Js, this: Value, _args: Args, _data: Value) -> JsResult {
    if !this.is_object() || js.class(this) != ObjectClass::Error {
        return Ok(Value::UNDEFINED);
    }
    match made_errors::trace(js, this)? {
        // `Error.prepareStackTrace` may answer anything.
        Trace::Answer(answer) => return Ok(answer),
        Trace::Frames => from_frames(js, this)?,
    }
    js.string_from_state(|state| &state.scratch)
}

/// `set stack`: as the engine has it for texts; anything else becomes an ordinary property, as in V8, where packages
/// assign what a look-alike of an error has.
pub(super) fn set(js: Js, this: Value, args: Args, _data: Value) -> JsResult {
    // Not on the prototype itself, where it would take the place of the accessor.
    let prototype = js.with_state(|state| state.realm().error_prototypes[0]);
    if this.is_object() && !args.get(0).is_string() && !this.is_same_object(prototype) {
        js.define(this, c"stack", js.dup(args.get(0)), Shape::Method)?;
        return Ok(Value::UNDEFINED);
    }
    let setter = js.with_state(|state| state.realm().set_stack);
    js.call(setter, this, &[args.get(0)])
}

/// `Error.captureStackTrace(target, function?)`: the engine's frames, with V8's header.
pub(super) fn capture(js: Js, _this: Value, args: Args, _data: Value) -> JsResult {
    let target = args.get(0);
    js.free(made_errors::capture(js, target, args.get(1))?);
    if js.class(target) != ObjectClass::Proxy
        && let Some(frames) = objects::own(js, target, c"stack")?
        && frames.is_string()
    {
        text_from(js, target, frames)?;
        let text = js.string_from_state(|state| &state.scratch)?;
        js.define(target, c"stack", text, Shape::Method)?;
    }
    Ok(Value::UNDEFINED)
}

/// Puts an error's stack into the scratch text; runs no guest code.
pub(super) fn text_of(js: Js, error: Value) -> Result<(), Thrown> {
    if let Some(own) = objects::own(js, error, c"stack")?
        && own.is_string()
    {
        return text_from(js, error, own);
    }
    match made_errors::trace(js, error)? {
        Trace::Frames => from_frames(js, error),
        Trace::Answer(answer) if answer.is_string() => text_from(js, error, answer),
        Trace::Answer(_) => {
            js.with_state(|state| state.scratch.clear());
            header(js, error)
        }
    }
}

/// Scratch becomes header and frames, or the text itself if it is not the engine's. Takes `frames` over.
fn text_from(js: Js, error: Value, frames: Value) -> Result<(), Thrown> {
    let text = js.text(frames)?;
    js.with_state(|state| {
        let bytes = &text.bytes()[..text.bytes().len().min(LONGEST_STACK)];
        state.frames.clear();
        state.frames.push_str(&String::from_utf8_lossy(bytes));
    });
    js.free_text(text);
    js.free(frames);
    from_frames(js, error)
}

/// As `text_from`, of the state's `frames`.
fn from_frames(js: Js, error: Value) -> Result<(), Thrown> {
    let is_engines = js.with_state(|state| {
        let is_engines = state.frames.is_empty() || state.frames.starts_with("    at ");
        state.scratch.clear();
        if !is_engines {
            std::mem::swap(&mut state.scratch, &mut state.frames);
        }
        is_engines
    });
    if !is_engines {
        return Ok(());
    }
    header(js, error)?;
    let class = class_text(js, error)?;
    js.with_state(|state| {
        let class = class.as_ref().map(|class| String::from_utf8_lossy(class.bytes()));
        write_frames(state, class.as_deref());
    });
    if let Some(class) = class {
        js.free_text(class);
    }
    Ok(())
}

/// Appends the state's `frames` to the scratch text.
fn write_frames(state: &mut RunState, class: Option<&str>) {
    let sources = Arc::clone(&state.sources);
    let (mut maps, limit) = (std::mem::take(&mut state.source_maps), state.limit_of_sources());
    let (frames, mut out) = (std::mem::take(&mut state.frames), std::mem::take(&mut state.scratch));
    let mut budget = SEARCHED_BYTES;
    let source_of = |file: &str| {
        let source = sources.get(file)?.bytes();
        budget = budget.checked_sub(source.len())?;
        Some(source)
    };
    let original_of = |file: &str, line: u32, column: u32| {
        maps.place((file, line, column), sources.get(file)?.bytes(), limit, |name, room| {
            if let Some(known) = state.known_maps.get(file) {
                return known.clone();
            }
            let module = state.modules.iter().find(|module| module.file.display() == file)?;
            state.loader.as_ref()?.source_map(name, &module.file, room)
        })
    };
    append_frames(&mut out, &frames, class, source_of, original_of);
    (state.frames, state.scratch, state.source_maps) = (frames, out, maps);
}

/// The name of the class that made an error, from data properties alone.
fn class_text(js: Js, error: Value) -> Result<Option<Text>, Thrown> {
    let Some(class) = objects::peek(js, error, c"constructor")? else { return Ok(None) };
    let name = if class.is_object() { objects::own(js, class, c"name")? } else { None };
    js.free(class);
    let Some(name) = name else { return Ok(None) };
    let text = if name.is_string() { Some(js.text(name)?) } else { None };
    js.free(name);
    Ok(text)
}

/// `Name: message` as `Error.prototype.toString` has it, from data properties alone.
fn header(js: Js, error: Value) -> Result<(), Thrown> {
    for (name, separator) in [(c"name", ""), (c"message", ": ")] {
        let Some(value) = objects::peek(js, error, name)? else {
            if name == c"name" {
                js.with_state(|state| state.scratch.push_str("Error"));
            }
            continue;
        };
        if value.is_string() {
            let text = js.text(value)?;
            js.with_state(|state| {
                let bytes = &text.bytes()[..text.bytes().len().min(LONGEST_MESSAGE)];
                if !bytes.is_empty() {
                    if !state.scratch.is_empty() {
                        state.scratch.push_str(separator);
                    }
                    state.scratch.push_str(&String::from_utf8_lossy(bytes));
                }
            });
            js.free_text(text);
        }
        js.free(value);
    }
    Ok(())
}

struct Frame<'a> {
    name: &'a str,
    /// `None`: not in guest code.
    place: Option<String>,
    /// The call that was under way, where the source shows it.
    kind: Option<Kind>,
}

/// Guest frames in V8's words; frames without a place in guest code are left out. Of an error of a class of the guest's,
/// so are the constructors of that class.
fn append_frames<'a>(
    out: &mut String,
    frames: &str,
    class: Option<&str>,
    mut source_of: impl FnMut(&str) -> Option<&'a [u8]>,
    mut original_of: impl FnMut(&str, u32, u32) -> Option<String>,
) {
    let mut callee = class;
    let mut read: Vec<Frame<'_>> = Vec::new();
    for line in frames.lines() {
        let Some(frame) = frame_of(line, callee, read.is_empty(), &mut source_of) else { continue };
        callee = Some(frame.name);
        read.push(frame);
    }
    let made_by = read.iter().take_while(|frame| frame.kind == Some(Kind::Super)).count();
    let is_class = made_by > 0 && class == Some(read[made_by - 1].name);
    for (index, frame) in read.iter().enumerate().skip(if is_class { made_by } else { 0 }) {
        let Some(place) = &frame.place else { continue };
        let original = split_place(place).and_then(|(file, line, column)| original_of(file, line, column));
        let place = original.as_ref().unwrap_or(place);
        let is_constructor =
            read.get(index + 1).is_some_and(|caller| matches!(caller.kind, Some(Kind::New | Kind::Super)));
        out.push_str("\n    at ");
        if frame.name == ANONYMOUS {
            out.push_str(place);
        } else {
            out.push_str(if is_constructor { "new " } else { "" });
            out.push_str(frame.name);
            out.push_str(" (");
            out.push_str(place);
            out.push(')');
        }
    }
}

/// A line of the engine's. `callee` is what this frame called: the frame above it, or the class of the error.
fn frame_of<'l, 'a>(
    line: &'l str,
    callee: Option<&str>,
    is_top: bool,
    source_of: &mut impl FnMut(&str) -> Option<&'a [u8]>,
) -> Option<Frame<'l>> {
    let frame = line.strip_prefix("    at ")?;
    let (name, place) = match frame.rsplit_once(" (") {
        Some((name, place)) => (name, place.strip_suffix(')').unwrap_or(place)),
        None => (ANONYMOUS, frame),
    };
    if !place.contains(':') || place.starts_with(INTERNAL_FILES) || place.starts_with('<') {
        return Some(Frame { name, place: None, kind: None });
    }
    // The engine itself throws errors of all classes but `Error`: those need not have been made in the source.
    let is_simple = is_top
        && callee.is_some_and(|class| {
            class != "Error" && ERROR_CLASSES.iter().any(|known| known.to_bytes() == class.as_bytes())
        });
    let seen = split_place(place).filter(|(_, _, column)| *column <= LAST_COLUMN).and_then(|(file, line, column)| {
        let source = source_of(file)?;
        let site = call_sites::find(source, line, column, callee, is_simple);
        let kind = site.as_ref().map(|site| site.kind);
        let (line, column) = match site {
            Some(site) => (site.line, site.column),
            None => (line, call_sites::characters_to(source, line, column)?),
        };
        Some((format!("{file}:{line}:{column}"), kind))
    });
    let (place, kind) = seen.unwrap_or_else(|| (place.to_owned(), None));
    Some(Frame { name, place: Some(place), kind })
}

fn split_place(place: &str) -> Option<(&str, u32, u32)> {
    let (rest, column) = place.rsplit_once(':')?;
    let (file, line) = rest.rsplit_once(':')?;
    Some((file, line.parse().ok()?, column.parse().ok()?))
}

/// Where the first frame says that a syntax error is: file, line, column.
pub(super) fn first_place(frames: &str) -> Option<(&str, u32, u32)> {
    let frame = frames.lines().next()?.strip_prefix("    at ")?;
    split_place(frame.rsplit_once(" (").map_or(frame, |(_, place)| place.trim_end_matches(')')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_without_a_place_in_guest_code_are_left_out() {
        let mut out = String::from("Error: x");
        append_frames(
            &mut out,
            "    at f (/index.js:1:2)\n    at require (native)\n    at <anonymous> (/lib/a.js:3:4)\n    at g (missing)\n    at Buffer (node:buffer:1:1)\n",
            None,
            |_| None,
            |_, _, _| None,
        );
        assert_eq!(out, "Error: x\n    at f (/index.js:1:2)\n    at /lib/a.js:3:4");
    }

    const SOURCE: &[u8] =
        b"wrapper\n\nthrow new Error('x');\nreturn new  a.B();\nclass C extends B { constructor() { super(); } }";

    fn shown(frames: &str, class: Option<&str>) -> String {
        let mut out = String::new();
        let original = |file: &str, line, _column| (file == "/m.js").then(|| format!("/m.ts:{}:1", line + 10));
        append_frames(&mut out, frames, class, |file| (file == "/a.js").then_some(SOURCE), original);
        out
    }

    #[test]
    fn the_column_of_a_construction_is_that_of_new() {
        assert_eq!(shown("    at f (/a.js:1:11)", Some("Error")), "\n    at f (/a.js:1:7)");
        assert_eq!(shown("    at f (/b.js:1:11)", Some("Error")), "\n    at f (/b.js:1:11)");
    }

    #[test]
    fn places_of_compiled_code_are_those_of_its_source() {
        assert_eq!(
            shown("    at f (/m.js:1:11)\n    at <anonymous> (/m.js:2:1)", None),
            "\n    at f (/m.ts:11:1)\n    at /m.ts:12:1"
        );
    }

    #[test]
    fn constructors_are_told_by_what_called_them() {
        let frames = "    at B (/b.js:1:1)\n    at C (/a.js:3:37)\n    at B (/b.js:1:1)\n    at f (/a.js:2:13)";
        let expected =
            "\n    at new B (/b.js:1:1)\n    at C (/a.js:3:37)\n    at new B (/b.js:1:1)\n    at f (/a.js:2:8)";
        assert_eq!(shown(frames, None), expected);
    }

    #[test]
    fn the_constructors_of_an_errors_own_class_are_left_out() {
        let frames = "    at C (/a.js:3:37)\n    at B (/a.js:3:1)\n    at f (/a.js:2:13)";
        assert_eq!(shown(frames, Some("B")), "\n    at f (/a.js:2:8)");
        let expected = "\n    at new C (/a.js:3:37)\n    at new B (/a.js:3:1)\n    at f (/a.js:2:8)";
        assert_eq!(shown(frames, Some("RangeError")), expected);
    }

    #[test]
    fn the_place_of_a_syntax_error_is_found() {
        assert_eq!(first_place("    at /a b/x.js:3:14\n"), Some(("/a b/x.js", 3, 14)));
        assert_eq!(first_place("    at f (/x.js:3:14)\n"), Some(("/x.js", 3, 14)));
        assert_eq!(first_place("nonsense"), None);
    }
}
