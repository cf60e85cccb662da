//! The engine's messages in V8's words, where message and source leave no doubt. Must not know the engine: text in, text out.

mod calls;
mod destructuring;
pub(super) mod json;
mod operands;
mod patterns;
mod stretch;
pub(super) mod syntax;
mod tokens;

use super::call_sites::{byte_of_column, start_of_line};
use calls::Callee;
use std::ffi::CStr;
use stretch::Stretch;

/// Beyond this column a line is not searched for its place.
const LAST_COLUMN: u32 = 64 << 10;
/// Source behind the place that is looked at, first and at most.
const BEHIND: [usize; 2] = [512, 16 << 10];
/// The same where a pattern is looked for: what is read next comes soon.
const NEAR: [usize; 1] = [4 << 10];
/// The engine cuts names in its messages at about this many bytes.
const LONGEST_NAME: usize = 58;

/// Where an error was made.
#[derive(Clone, Copy, Default)]
pub(super) struct Place<'a> {
    /// The function's name.
    pub(super) function: &'a [u8],
    /// The function is a built-in one, without source.
    pub(super) is_native: bool,
    /// Its module with the wrapper; empty where it is not known.
    pub(super) source: &'a [u8],
    pub(super) line: u32,
    pub(super) column: u32,
}

impl<'a> Place<'a> {
    /// What `look` finds in the source around the place. Most of it is near.
    fn look<T>(&self, look: impl Fn(&Stretch<'a>) -> Option<T>) -> Option<T> {
        self.look_at(&BEHIND, look)
    }

    fn look_at<T>(&self, behind: &[usize], look: impl Fn(&Stretch<'a>) -> Option<T>) -> Option<T> {
        if self.column > LAST_COLUMN {
            return None;
        }
        let start = start_of_line(self.source, self.line)?;
        let place = start + byte_of_column(&self.source[start..], self.column)?;
        behind.iter().find_map(|behind| look(&Stretch::around(self.source, place, *behind)?))
    }
}

/// Messages that stand for themselves: class, the engine's words, V8's.
const ALIKE: [(&CStr, &str, &str); 20] = [
    (c"RangeError", "invalid array length", "Invalid array length"),
    (c"RangeError", "invalid string length", "Invalid string length"),
    (c"RangeError", "BigInt division by zero", "Division by zero"),
    (c"RangeError", "Date value is NaN", "Invalid time value"),
    (c"TypeError", "not a Date object", "this is not a Date object."),
    (c"TypeError", "BigInt are forbidden in JSON.stringify", "Do not know how to serialize a BigInt"),
    (c"TypeError", "cannot convert symbol to string", "Cannot convert a Symbol value to a string"),
    (c"TypeError", "cannot convert symbol to number", "Cannot convert a Symbol value to a number"),
    (c"TypeError", "bigint argument with unary +", "Cannot convert a BigInt value to a number"),
    (c"TypeError", "promise self resolution", "Chaining cycle detected for promise #<Promise>"),
    (c"TypeError", "circular reference", "Converting circular structure to JSON"),
    (c"TypeError", "invalid value used as WeakMap key", "Invalid value used as weak map key"),
    (c"TypeError", "invalid value used as WeakSet key", "Invalid value used in weak set"),
    (c"RangeError", "bad normalization form", "The normalization form should be one of NFC, NFD, NFKC, NFKD."),
    (c"URIError", "expecting hex digit", "URI malformed"),
    (c"URIError", "expecting surrogate pair", "URI malformed"),
    (c"TypeError", "toPrimitive", "Cannot convert object to primitive value"),
    (c"TypeError", "cannot invoke a running generator", "Generator is already running"),
    (c"ReferenceError", "'this' can be initialized only once", "Super constructor may only be called once"),
    (
        c"TypeError",
        "derived class constructor must return an object or undefined",
        "Derived constructors may only return object or undefined",
    ),
];

/// Messages of built-in functions: the function, the engine's words, V8's.
const OF_FUNCTIONS: [(&str, &str, &str); 15] = [
    ("reduce", "empty array", "Reduce of empty array with no initial value"),
    ("reduceRight", "empty array", "Reduce of empty array with no initial value"),
    ("toFixed", "invalid number of digits", "toFixed() digits argument must be between 0 and 100"),
    ("toPrecision", "invalid number of digits", "toPrecision() argument must be between 1 and 100"),
    ("toExponential", "invalid number of digits", "toExponential() argument must be between 0 and 100"),
    ("max", "cannot convert BigInt to number", "Cannot convert a BigInt value to a number"),
    ("min", "cannot convert BigInt to number", "Cannot convert a BigInt value to a number"),
    ("Map", "must be called with new", "Constructor Map requires 'new'"),
    ("Set", "must be called with new", "Constructor Set requires 'new'"),
    ("WeakMap", "must be called with new", "Constructor WeakMap requires 'new'"),
    ("WeakSet", "must be called with new", "Constructor WeakSet requires 'new'"),
    ("Promise", "must be called with new", "Promise constructor cannot be invoked without 'new'"),
    ("matchAll", "regexp must have the 'g' flag", "String.prototype.matchAll called with a non-global RegExp argument"),
    (
        "replaceAll",
        "regexp must have the 'g' flag",
        "String.prototype.replaceAll called with a non-global RegExp argument",
    ),
    ("ownKeys", "not an object", "Reflect.ownKeys called on non-object"),
];

/// V8's words for a message of the engine's own; `None` where that is not certain.
pub(super) fn reword(class: &CStr, message: &[u8], place: &Place<'_>) -> Option<String> {
    let message = std::str::from_utf8(message).ok()?;
    if let Some((_, _, words)) = ALIKE.iter().find(|(of, engines, _)| *of == class && *engines == message) {
        return Some((*words).to_owned());
    }
    if place.is_native {
        let found = OF_FUNCTIONS.iter().find(|(of, engines, _)| of.as_bytes() == place.function && *engines == message);
        return found
            .map(|(_, _, words)| (*words).to_owned())
            .or_else(|| of_class(message, std::str::from_utf8(place.function).ok()?))
            .or_else(|| of_property(message, None));
    }
    match (class.to_bytes(), message) {
        (b"TypeError", "not a function") => place.look(|stretch| stretch.failed_call(None)),
        (b"TypeError", "value is not iterable") => {
            place.look_at(&NEAR, |stretch| stretch.failed_iteration(place.function))
        }
        (b"TypeError", "Cannot convert undefined or null to object") => {
            place.look_at(&NEAR, |stretch| stretch.failed_pattern(place.function))
        }
        (b"TypeError", "class constructors must be invoked with 'new'") => {
            let name = std::str::from_utf8(place.function).ok().filter(|name| !name.is_empty())?;
            Some(format!("Class constructor {name} cannot be invoked without 'new'"))
        }
        (b"TypeError", message) if message == "not a constructor" || message.ends_with(" is not a constructor") => {
            place.look(|stretch| stretch.failed_call(Some(Callee::Constructed)))
        }
        (b"TypeError", message) if message.ends_with("' is read-only") => {
            let name = message.strip_prefix('\'')?.strip_suffix("' is read-only")?;
            place.look(|stretch| {
                stretch.assigns_variable(name.as_bytes()).then(|| "Assignment to constant variable.".to_owned())
            })
        }
        (b"TypeError", message) => of_property(message, Some(place)),
        (b"ReferenceError", message) => of_variable(message, place),
        _ => None,
    }
}

/// Messages that several built-in functions share.
fn of_class(message: &str, function: &str) -> Option<String> {
    const CONSTRUCTORS: [&str; 16] = [
        "ArrayBuffer",
        "SharedArrayBuffer",
        "DataView",
        "Proxy",
        "WeakRef",
        "FinalizationRegistry",
        "Int8Array",
        "Uint8Array",
        "Uint8ClampedArray",
        "Int16Array",
        "Uint16Array",
        "Int32Array",
        "Uint32Array",
        "Float32Array",
        "Float64Array",
        "BigInt64Array",
    ];
    match message {
        "must be called with new" if CONSTRUCTORS.contains(&function) => {
            Some(format!("Constructor {function} requires 'new'"))
        }
        "not an object" if function == "Proxy" => {
            Some("Cannot create proxy with a non-object as target or handler".to_owned())
        }
        "out of bound" if function.starts_with("get") || function.starts_with("set") => {
            Some("Offset is outside the bounds of the DataView".to_owned())
        }
        _ => None,
    }
}

/// `cannot read property 'x' of undefined`, `cannot set property …`; without a place, of a built-in function.
fn of_property(message: &str, place: Option<&Place<'_>>) -> Option<String> {
    let (verb, rest) = message.strip_prefix("cannot ")?.split_once(" property '")?;
    let (name, value) = rest.rsplit_once("' of ").filter(|(_, value)| matches!(*value, "undefined" | "null"))?;
    if name.len() >= LONGEST_NAME {
        return None;
    }
    let (verb, doing) = match verb {
        "read" => ("read", "reading"),
        "set" => ("set", "setting"),
        _ => return None,
    };
    if name == "Symbol.iterator" {
        let iteration =
            place.and_then(|place| place.look_at(&NEAR, |stretch| stretch.failed_iteration(place.function)));
        let kind = if value == "null" { "object null" } else { value };
        return iteration
            .filter(|words| !words.starts_with("Spread"))
            .or_else(|| Some(format!("{kind} is not iterable (cannot read property Symbol(Symbol.iterator))")));
    }
    // Symbols have no quotes around them, but nothing else tells them from texts.
    (!name.starts_with("Symbol.")).then(|| format!("Cannot {verb} properties of {value} ({doing} '{name}')"))
}

fn of_variable(message: &str, place: &Place<'_>) -> Option<String> {
    let name = message.strip_suffix(" is not initialized")?;
    match name {
        "this" => Some(
            "Must call super constructor in derived class before accessing 'this' or returning from derived constructor"
                .to_owned(),
        ),
        "lexical variable" => {
            let word = place.look(|stretch| std::str::from_utf8(stretch.word()?).ok())?;
            Some(format!("Cannot access '{word}' before initialization"))
        }
        name if name.len() < LONGEST_NAME => Some(format!("Cannot access '{name}' before initialization")),
        _ => None,
    }
}
