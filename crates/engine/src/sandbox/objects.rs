//! Looking into guest objects without trusting them: own data only, captured functions only, bounded walks.

use super::js::{Atom, Js, JsResult, ObjectClass, Thrown, Value};
use super::realm::{ERROR_CLASSES, VIEWS};
use std::ffi::CStr;

/// Prototype chains longer than this are not followed: each step is a host step the guest pays little for.
const LONGEST_CHAIN: usize = 64;
/// Names inside descriptions are cut here.
const LONGEST_NAME: usize = 128;

/// An own data property; never runs guest code.
pub(super) fn own(js: Js, object: Value, name: &CStr) -> Result<Option<Value>, Thrown> {
    if js.class(object) == ObjectClass::Proxy {
        return Ok(None);
    }
    let atom = js.atom(name.to_bytes())?;
    let found = js.get_own_data(object, atom);
    js.free_atom(atom);
    found
}

pub(super) fn own_index(js: Js, object: Value, index: u32) -> Result<Option<Value>, Thrown> {
    let atom = js.atom_of(Value::number(f64::from(index)))?;
    let found = js.get_own_data(object, atom);
    js.free_atom(atom);
    found
}

/// The nearest data property along the prototype chain; never runs guest code, and ends at proxies.
pub(super) fn peek(js: Js, object: Value, name: &CStr) -> Result<Option<Value>, Thrown> {
    let atom = js.atom(name.to_bytes())?;
    let found = peek_atom(js, object, atom);
    js.free_atom(atom);
    found
}

fn peek_atom(js: Js, object: Value, name: Atom) -> Result<Option<Value>, Thrown> {
    let mut at = js.dup(object);
    for _ in 0..LONGEST_CHAIN {
        if !at.is_object() || js.class(at) == ObjectClass::Proxy {
            break;
        }
        if let Some(found) = js.get_own_data(at, name)? {
            js.free(at);
            return Ok(Some(found));
        }
        let parent = js.prototype(at)?;
        js.free(at);
        at = parent;
    }
    js.free(at);
    Ok(None)
}

/// The built-in error class an error descends from.
pub(super) fn error_class(js: Js, error: Value) -> Result<&'static CStr, Thrown> {
    let prototypes = js.with_state(|state| state.realm().error_prototypes);
    let mut at = js.prototype(error)?;
    for _ in 0..LONGEST_CHAIN {
        if !at.is_object() || js.class(at) == ObjectClass::Proxy {
            break;
        }
        if let Some(known) = prototypes.iter().position(|known| known.is_same_object(at)) {
            js.free(at);
            return Ok(ERROR_CLASSES[known]);
        }
        let parent = js.prototype(at)?;
        js.free(at);
        at = parent;
    }
    js.free(at);
    Ok(ERROR_CLASSES[0])
}

pub(super) fn text_is(js: Js, value: Value, expected: &CStr) -> Result<bool, Thrown> {
    if !value.is_string() {
        return Ok(false);
    }
    let text = js.text(value)?;
    let is_same = text.bytes() == expected.to_bytes();
    js.free_text(text);
    Ok(is_same)
}

/// Source and flags, by the accessors of the realm; `flags` reads properties that a guest may have redefined.
pub(super) fn regexp_parts(js: Js, regexp: Value) -> Result<(Value, Value), Thrown> {
    let (source, flags) = js.with_state(|state| (state.realm().regexp_source, state.realm().regexp_flags));
    Ok((js.call(source, regexp, &[])?, js.call(flags, regexp, &[])?))
}

/// Name, buffer, byte offset and length (elements; bytes for a DataView) of a view.
pub(super) fn view_parts(js: Js, view: Value) -> Result<(&'static str, Value, f64, f64), Thrown> {
    let (buffer_of, offset_of, length_of) = js.with_state(|state| {
        let realm = state.realm();
        if js.class_is_data_view(view) { realm.data_view_parts } else { realm.typed_array_parts }
    });
    let buffer = js.call(buffer_of, view, &[])?;
    let offset = js.call(offset_of, view, &[])?.as_number().unwrap_or(0.0);
    let length = js.call(length_of, view, &[])?.as_number().unwrap_or(0.0);
    let name = if js.class_is_data_view(view) {
        "DataView"
    } else if super::builtins::is_buffer(js, view)? {
        "Buffer"
    } else {
        let kind = js.typed_array_type(view) as usize;
        VIEWS.get(kind).and_then(|name| name.to_str().ok()).unwrap_or("Uint8Array")
    };
    Ok((name, buffer, offset, length))
}

/// The primitive inside `Object(1)`, `new String('x')` and the like.
pub(super) fn boxed_primitive(js: Js, object: Value) -> Result<Option<Value>, Thrown> {
    let (classes, value_of) = js.with_state(|state| (state.realm().boxed_classes, state.realm().boxed_value_of));
    let class = js.class_number(object);
    match classes.iter().position(|known| *known == class) {
        Some(kind) => js.call(value_of[kind], object, &[]).map(Some),
        None => Ok(None),
    }
}

/// Whether an object is nothing but its properties, or the box of a primitive.
pub(super) fn is_plain_or_boxed(js: Js, object: Value) -> bool {
    let class = js.class_number(object);
    js.with_state(|state| class == state.realm().plain_class || state.realm().boxed_classes.contains(&class))
}

/// An iterator over a map's entries or a set's values, by the realm's own functions.
pub(super) fn entries(js: Js, collection: Value, is_map: bool) -> JsResult {
    let function = js.with_state(|state| if is_map { state.realm().map_entries } else { state.realm().set_values });
    js.call(function, collection, &[])
}

pub(super) fn next(js: Js, iterator: Value, is_map: bool) -> Result<Option<Value>, Thrown> {
    let function = js.with_state(|state| if is_map { state.realm().map_next } else { state.realm().set_next });
    let step = js.call(function, iterator, &[])?;
    let is_done = own(js, step, c"done")?.is_some_and(Value::is_true);
    let value = own(js, step, c"value")?;
    js.free(step);
    if is_done { Ok(None) } else { Ok(Some(value.unwrap_or(Value::UNDEFINED))) }
}

/// Puts what a value that cannot cross is into the scratch text, with an article.
pub(super) fn name_of_refused(js: Js, value: Value) -> Result<(), Thrown> {
    if value.is_symbol() {
        return fixed(js, "a symbol");
    }
    if js.is_function(value) {
        return fixed(js, "a function");
    }
    if js.class(value) == ObjectClass::Proxy {
        return fixed(js, "a Proxy");
    }
    let constructor = peek(js, value, c"constructor")?.filter(|constructor| js.is_function(*constructor));
    let name = match constructor {
        Some(constructor) => own(js, constructor, c"name")?.filter(|name| name.is_string()),
        None => None,
    };
    match name {
        Some(name) if !text_is(js, name, c"Object")? && !text_is(js, name, c"")? => scratch_from(js, name, "a ", ""),
        _ => fixed(js, "an object whose content cannot cross"),
    }
}

/// Puts a short description of something that cannot be copied into the scratch text.
pub(super) fn describe(js: Js, value: Value) -> Result<(), Thrown> {
    if value.is_symbol() {
        let description = js.with_state(|state| state.realm().symbol_to_string);
        let text = js.call(description, value, &[])?;
        return scratch_from(js, text, "", "");
    }
    if js.is_function(value) && js.class(value) != ObjectClass::Proxy {
        return match own(js, value, c"name")?.filter(|name| name.is_string()) {
            Some(name) if !text_is(js, name, c"")? => scratch_from(js, name, "[Function: ", "]"),
            _ => fixed(js, "[Function (anonymous)]"),
        };
    }
    fixed(
        js,
        match js.class(value) {
            ObjectClass::Proxy => "[Proxy]",
            ObjectClass::ArrayBuffer => "[ArrayBuffer]",
            ObjectClass::TypedArray => "[TypedArray]",
            ObjectClass::DataView => "[DataView]",
            _ => "[Object]",
        },
    )
}

fn fixed(js: Js, text: &str) -> Result<(), Thrown> {
    js.with_state(|state| {
        state.scratch.clear();
        state.scratch.push_str(text);
    });
    Ok(())
}

fn scratch_from(js: Js, value: Value, before: &str, after: &str) -> Result<(), Thrown> {
    let text = js.text(value)?;
    js.with_state(|state| {
        let bytes = &text.bytes()[..text.bytes().len().min(LONGEST_NAME)];
        state.scratch = format!("{before}{}{after}", String::from_utf8_lossy(bytes));
    });
    js.free_text(text);
    js.free(value);
    Ok(())
}
