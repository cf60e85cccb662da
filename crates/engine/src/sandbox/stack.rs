//! Stack traces in V8's format, for guests (`error.stack`) and for the host alike: a header, then guest frames only.
//!
//! The engine hands out frames without a header, one a line: `    at name (file:line:column)`. Which frames are ours is
//! known by the file name: guest files begin with a slash (paths below the root) or are absolute paths.

use super::js::{Args, Js, JsResult, ObjectClass, Shape, Thrown, Value};
use super::objects;

/// Messages in headers are cut here; a stack is for reading.
const LONGEST_MESSAGE: usize = 16 << 10;
/// What the engine writes where a function has no name.
const ANONYMOUS: &str = "<anonymous>";
/// File names of our own code inside the guest.
pub(super) const INTERNAL_FILES: &str = "node:";

/// `get stack` on `Error.prototype`.
pub(super) fn get(js: Js, this: Value, _args: Args, _data: Value) -> JsResult {
    if !this.is_object() || js.class(this) != ObjectClass::Error {
        return Ok(Value::UNDEFINED);
    }
    let frames = engine_frames(js, this)?;
    if !frames.is_string() {
        // `Error.prepareStackTrace` may answer anything.
        return Ok(frames);
    }
    text_from(js, this, frames)?;
    js.string_from_state(|state| &state.scratch)
}

/// `set stack`: as the engine has it.
pub(super) fn set(js: Js, this: Value, args: Args, _data: Value) -> JsResult {
    let setter = js.with_state(|state| state.realm().set_stack);
    js.call(setter, this, &[args.get(0)])
}

/// `Error.captureStackTrace(target, function?)`: the engine's frames, with V8's header.
pub(super) fn capture(js: Js, _this: Value, args: Args, _data: Value) -> JsResult {
    let (original, error) = js.with_state(|state| (state.realm().capture_stack, state.realm().error_constructors[0]));
    let target = args.get(0);
    js.free(js.call(original, error, &[target, args.get(1)])?);
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
    let own = objects::own(js, error, c"stack")?;
    let frames = match own {
        Some(own) if own.is_string() => own,
        _ => engine_frames(js, error)?,
    };
    if frames.is_string() {
        return text_from(js, error, frames);
    }
    js.with_state(|state| state.scratch.clear());
    header(js, error)
}

fn engine_frames(js: Js, error: Value) -> JsResult {
    let getter = js.with_state(|state| state.realm().get_stack);
    js.call(getter, error, &[])
}

/// Scratch becomes header and frames, or the text itself if it is not the engine's. Takes `frames` over.
fn text_from(js: Js, error: Value, frames: Value) -> Result<(), Thrown> {
    let text = js.text(frames)?;
    let is_engines = text.bytes().is_empty() || text.bytes().starts_with(b"    at ");
    js.with_state(|state| {
        state.scratch.clear();
        if !is_engines {
            state.scratch.push_str(&String::from_utf8_lossy(text.bytes()));
        }
    });
    if is_engines {
        header(js, error)?;
        js.with_state(|state| {
            let frames = String::from_utf8_lossy(text.bytes());
            append_frames(&mut state.scratch, &frames, |file| state.sources.get(file).map(|source| source.bytes()));
        });
    }
    js.free_text(text);
    js.free(frames);
    Ok(())
}

/// `Name: message` as `Error.prototype.toString` has it, from data properties alone.
fn header(js: Js, error: Value) -> Result<(), Thrown> {
    for (name, separator) in [(c"name", ""), (c"message", ": ")] {
        let Some(value) = objects::peek(js, error, name)? else { continue };
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

/// Guest frames in V8's words; frames without a place in guest code are left out.
fn append_frames<'a>(out: &mut String, frames: &str, source_of: impl Fn(&str) -> Option<&'a [u8]>) {
    for line in frames.lines() {
        let Some(frame) = line.strip_prefix("    at ") else { continue };
        let (name, place) = match frame.rsplit_once(" (") {
            Some((name, place)) => (name, place.strip_suffix(')').unwrap_or(place)),
            None => (ANONYMOUS, frame),
        };
        if !place.contains(':') || place.starts_with(INTERNAL_FILES) || place.starts_with('<') {
            continue;
        }
        let place = as_v8_counts(place, &source_of);
        out.push_str("\n    at ");
        if name == ANONYMOUS {
            out.push_str(&place);
        } else {
            out.push_str(name);
            out.push_str(" (");
            out.push_str(&place);
            out.push(')');
        }
    }
}

/// The engine's column of a construction is that of the class, V8's that of `new`; where the source shows it, the column
/// is moved there.
fn as_v8_counts<'a>(place: &str, source_of: &impl Fn(&str) -> Option<&'a [u8]>) -> String {
    let moved = split_place(place).and_then(|(file, line, column)| {
        let text = String::from_utf8_lossy(line_of(source_of(file)?, line)).into_owned();
        let before: Vec<char> = text.chars().take(column.checked_sub(1)? as usize).collect();
        let is_name = |letter: &char| letter.is_alphanumeric() || matches!(letter, '_' | '$' | '.');
        let class = before.iter().rposition(|letter| !is_name(letter))?;
        let keyword = before[..=class].iter().rposition(|letter| !letter.is_whitespace())?;
        let start = (keyword + 1).checked_sub(3)?;
        let is_new = keyword < class
            && before[start..=keyword] == ['n', 'e', 'w']
            && (start == 0 || !is_name(&before[start - 1]));
        is_new.then(|| format!("{file}:{line}:{}", start + 1))
    });
    moved.unwrap_or_else(|| place.to_owned())
}

/// A line of a module, by its own count, which begins behind the wrapper's two lines.
pub(super) fn line_of(source: &[u8], line: u32) -> &[u8] {
    source.split(|byte| *byte == b'\n').nth(line as usize + 1).unwrap_or(b"")
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
            |_| None,
        );
        assert_eq!(out, "Error: x\n    at f (/index.js:1:2)\n    at /lib/a.js:3:4");
    }

    #[test]
    fn the_column_of_a_construction_is_that_of_new() {
        let source = b"wrapper\n\nthrow new Error('x');\nrenew Error();\nthrow new  a.B();\nf();";
        let place = |text| as_v8_counts(text, &|file| (file == "/a.js").then_some(&source[..]));
        assert_eq!(place("/a.js:1:11"), "/a.js:1:7");
        assert_eq!(place("/a.js:2:7"), "/a.js:2:7");
        assert_eq!(place("/a.js:3:12"), "/a.js:3:7");
        assert_eq!(place("/a.js:4:1"), "/a.js:4:1");
        assert_eq!(place("/b.js:1:11"), "/b.js:1:11");
    }

    #[test]
    fn the_place_of_a_syntax_error_is_found() {
        assert_eq!(first_place("    at /a b/x.js:3:14\n"), Some(("/a b/x.js", 3, 14)));
        assert_eq!(first_place("    at f (/x.js:3:14)\n"), Some(("/x.js", 3, 14)));
        assert_eq!(first_place("nonsense"), None);
    }
}
