//! Values on their way out as graph text: structured results, console arguments, and whatever a guest throws.
//!
//! The *strict* manner has the semantics of structured cloning and may run guest code (getters). The *lenient* manner
//! copies what it can see without running any, and describes the rest: `[Getter]`, `[Function: f]`.
//!
//! Nodes are written breadth first, so the text is finished as it grows and no recursion follows the guest's depth.

use super::graph_text::Encoder;
use super::js::{Js, ObjectClass, Thrown, Value};
use super::{base64, objects, stack};

const LENIENT_NODES: usize = 2_000;
const LENIENT_CHILDREN: u32 = 1_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Manner {
    /// Refuses what cannot cross; bounded by the limits of results.
    Strict,
    /// Describes what cannot cross; stops taking up nodes when `bytes` are written.
    Lenient { bytes: usize },
}

/// Writes `value` into the state's encoder; `Encoder::take` has the text.
pub(super) fn encode(js: Js, value: Value, manner: Manner) -> Result<(), Thrown> {
    js.with_state(|state| {
        let (is_lenient, room) = match manner {
            Manner::Strict => (false, usize::MAX),
            Manner::Lenient { bytes } => (true, bytes),
        };
        state.encoder = Encoder { is_lenient, room, ..Encoder::default() };
        state.encoder.put("[[\"x\",");
    });
    slot(js, value)?;
    put(js, "]");
    let mut index = 0;
    while let Some(node) = js.with_state(|state| state.encoder.nodes.get(index).copied()) {
        put(js, ",");
        write_node(js, node)?;
        check_size(js)?;
        js.free(node);
        index += 1;
    }
    put(js, "]");
    Ok(())
}

fn put(js: Js, text: &str) {
    js.with_state(|state| state.encoder.put(text));
}

/// The bounds of strict encodings, looked at while the text grows.
fn check_size(js: Js) -> Result<(), Thrown> {
    let exceeded = js.with_state(|state| {
        if state.encoder.is_lenient {
            return false;
        }
        let limits = state.spec().request.limits;
        let (bytes, values) = (state.encoder.text.len() as u64, state.encoder.values);
        state.failure = if bytes > limits.result_bytes {
            Some(crate::errors::Failure::too_many_bytes("result", limits.result_bytes, bytes))
        } else if values > limits.result_values {
            Some(crate::errors::Failure::too_many("values in the result", limits.result_values, values))
        } else {
            return false;
        };
        true
    });
    if exceeded { Err(js.leave(super::breaker::Breach::Failure)) } else { Ok(()) }
}

fn slot(js: Js, value: Value) -> Result<(), Thrown> {
    js.with_state(|state| state.encoder.values += 1);
    if let Some(number) = value.as_number() {
        js.with_state(|state| state.encoder.put_number(number));
    } else if value.is_undefined() {
        put(js, r#"["u"]"#);
    } else if value.is_null() {
        put(js, "null");
    } else if value.is_boolean() {
        put(js, if value.is_true() { "true" } else { "false" });
    } else if value.is_string() {
        put_text_of(js, value)?;
    } else if value.is_bigint() {
        put(js, r#"["b","#);
        put_text_of(js, value)?;
        put(js, "]");
    } else if value.is_object() && !js.is_function(value) && is_copyable(js, value) {
        reference(js, value);
    } else {
        describe(js, value)?;
    }
    Ok(())
}

fn put_text_of(js: Js, value: Value) -> Result<(), Thrown> {
    let text = js.text(value)?;
    js.with_state(|state| state.encoder.put_string(text.bytes()));
    js.free_text(text);
    Ok(())
}

fn is_copyable(js: Js, value: Value) -> bool {
    let is_lenient = js.with_state(|state| state.encoder.is_lenient);
    match js.class(value) {
        ObjectClass::Proxy | ObjectClass::Opaque => false,
        // A copy of a large array of bytes is not what somebody wants in a log line.
        ObjectClass::ArrayBuffer | ObjectClass::TypedArray | ObjectClass::DataView => !is_lenient,
        _ => true,
    }
}

fn reference(js: Js, value: Value) {
    let is_new = js.with_state(|state| {
        let encoder = &mut state.encoder;
        if let Some(index) = encoder.index_of.get(&value.identity()) {
            let text = format!("[{index}]");
            encoder.put(&text);
            return false;
        }
        if encoder.is_lenient && (encoder.is_full() || encoder.nodes.len() >= LENIENT_NODES) {
            encoder.put(r#"["f","…"]"#);
            return false;
        }
        let index = encoder.nodes.len() as u32 + 1;
        encoder.index_of.insert(value.identity(), index);
        let text = format!("[{index}]");
        encoder.put(&text);
        true
    });
    if is_new {
        // Held until its node is written, so that its address cannot come to mean another object.
        let held = js.dup(value);
        js.with_state(|state| state.encoder.nodes.push(held));
    }
}

/// What cannot be copied: an error in the strict manner, a description in the lenient one.
fn describe(js: Js, value: Value) -> Result<(), Thrown> {
    if !js.with_state(|state| state.encoder.is_lenient) {
        let message = match () {
            () if value.is_symbol() => c"result contains a symbol, which cannot cross",
            () if js.is_function(value) => c"result contains a function, which cannot cross",
            () => c"result contains an object whose content cannot cross",
        };
        return Err(js.throw_type_error(message));
    }
    put(js, r#"["f","#);
    objects::describe(js, value)?;
    js.with_state(|state| {
        let description = std::mem::take(&mut state.scratch);
        state.encoder.put_string(description.as_bytes());
    });
    put(js, "]");
    Ok(())
}

fn write_node(js: Js, node: Value) -> Result<(), Thrown> {
    match js.class(node) {
        ObjectClass::Array => write_array(js, node),
        ObjectClass::Error => write_error(js, node),
        ObjectClass::Date => {
            let get_time = js.with_state(|state| state.realm().date_get_time);
            let time = js.call(get_time, node, &[])?.as_number().unwrap_or(f64::NAN);
            js.with_state(|state| {
                if time.is_nan() {
                    state.encoder.put(r#"["d",null]"#);
                } else {
                    state.encoder.put(r#"["d","#);
                    state.encoder.put_finite(time);
                    state.encoder.put("]");
                }
            });
            Ok(())
        }
        ObjectClass::RegExp => {
            let (source, flags) = objects::regexp_parts(js, node)?;
            put(js, r#"["r","#);
            put_text_of(js, source)?;
            put(js, ",");
            put_text_of(js, flags)?;
            put(js, "]");
            js.free(source);
            js.free(flags);
            Ok(())
        }
        ObjectClass::Map => write_collection(js, node, CollectionKind::Map),
        ObjectClass::Set => write_collection(js, node, CollectionKind::Set),
        ObjectClass::ArrayBuffer => {
            let bytes = js.buffer_bytes(node).unwrap_or(&[]);
            js.with_state(|state| {
                state.encoder.put(r#"["y",""#);
                base64::encode(bytes, &mut state.encoder.text);
                state.encoder.put("\"]");
            });
            Ok(())
        }
        ObjectClass::TypedArray | ObjectClass::DataView => write_view(js, node),
        ObjectClass::Proxy | ObjectClass::Opaque | ObjectClass::Other => write_object(js, node),
    }
}

fn write_view(js: Js, view: Value) -> Result<(), Thrown> {
    let (name, buffer, offset, count) = objects::view_parts(js, view)?;
    js.with_state(|state| {
        let start = format!("[\"v\",\"{name}\",");
        state.encoder.put(&start);
    });
    slot(js, buffer)?;
    js.free(buffer);
    js.with_state(|state| {
        let rest = format!(",{offset},{count}]");
        state.encoder.put(&rest);
    });
    Ok(())
}

fn write_array(js: Js, array: Value) -> Result<(), Thrown> {
    let is_lenient = js.with_state(|state| state.encoder.is_lenient);
    let length = js.get(array, c"length")?.as_number().unwrap_or(0.0) as u32;
    let keys = js.own_keys(array)?;
    let is_dense = keys.len() == length;
    js.free_keys(keys);
    if !is_dense && !is_lenient {
        js.with_state(|state| {
            let start = format!("[\"s\",{length}");
            state.encoder.put(&start);
        });
        write_keys(js, array)?;
        put(js, "]");
        return Ok(());
    }
    put(js, r#"["a""#);
    for index in 0..length {
        if is_lenient && (index >= LENIENT_CHILDREN || js.with_state(|state| state.encoder.is_full())) {
            put(js, r#",["f","…"]"#);
            break;
        }
        put(js, ",");
        if is_lenient {
            match objects::own_index(js, array, index)? {
                Some(value) => {
                    slot(js, value)?;
                    js.free(value);
                }
                None => put(js, r#"["h"]"#),
            }
        } else {
            let value = js.get_index(array, index)?;
            slot(js, value)?;
            js.free(value);
            check_size(js)?;
        }
    }
    put(js, "]");
    Ok(())
}

fn write_object(js: Js, object: Value) -> Result<(), Thrown> {
    if let Some(primitive) = objects::boxed_primitive(js, object)? {
        put(js, r#"["w","#);
        slot(js, primitive)?;
        js.free(primitive);
        put(js, "]");
        return Ok(());
    }
    put(js, r#"["o""#);
    write_keys(js, object)?;
    put(js, "]");
    Ok(())
}

/// `,key,slot` for each own enumerable string key.
fn write_keys(js: Js, object: Value) -> Result<(), Thrown> {
    let is_lenient = js.with_state(|state| state.encoder.is_lenient);
    let keys = js.own_keys(object)?;
    for index in 0..keys.len() {
        if is_lenient && (index >= LENIENT_CHILDREN || js.with_state(|state| state.encoder.is_full())) {
            break;
        }
        let key = keys.get(index);
        let text = js.atom_text(key)?;
        js.with_state(|state| {
            state.encoder.put(",");
            state.encoder.put_string(text.bytes());
            state.encoder.put(",");
        });
        js.free_text(text);
        if is_lenient {
            match js.get_own_data(object, key)? {
                Some(value) => {
                    slot(js, value)?;
                    js.free(value);
                }
                None => put(js, r#"["f","[Getter]"]"#),
            }
        } else {
            let value = js.get_atom(object, key)?;
            slot(js, value)?;
            js.free(value);
            check_size(js)?;
        }
    }
    js.free_keys(keys);
    Ok(())
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum CollectionKind {
    Map,
    Set,
}

fn write_collection(js: Js, collection: Value, kind: CollectionKind) -> Result<(), Thrown> {
    let is_lenient = js.with_state(|state| state.encoder.is_lenient);
    put(js, if kind == CollectionKind::Map { r#"["m""# } else { r#"["t""# });
    let iterator = objects::entries(js, collection, kind == CollectionKind::Map)?;
    let mut count = 0;
    while let Some(entry) = objects::next(js, iterator, kind == CollectionKind::Map)? {
        count += 1;
        if is_lenient && (count > LENIENT_CHILDREN || js.with_state(|state| state.encoder.is_full())) {
            break;
        }
        put(js, ",");
        if kind == CollectionKind::Map {
            let (key, value) = (js.get_index(entry, 0)?, js.get_index(entry, 1)?);
            slot(js, key)?;
            put(js, ",");
            slot(js, value)?;
            js.free(key);
            js.free(value);
        } else {
            slot(js, entry)?;
        }
        js.free(entry);
        check_size(js)?;
    }
    js.free(iterator);
    put(js, "]");
    Ok(())
}

/// What an error says about itself is data: message, stack, cause and name are read without running guest code.
fn write_error(js: Js, error: Value) -> Result<(), Thrown> {
    let class = objects::error_class(js, error)?;
    js.with_state(|state| {
        let start = format!("[\"e\",\"{}\",", class.to_str().unwrap_or("Error"));
        state.encoder.put(&start);
    });
    match objects::peek(js, error, c"message")? {
        Some(message) => {
            if message.is_string() {
                put_text_of(js, message)?
            } else {
                put(js, r#"["h"]"#)
            }
            js.free(message);
        }
        None => put(js, r#"["h"]"#),
    }
    put(js, ",");
    stack::text_of(js, error)?;
    js.with_state(|state| {
        let text = std::mem::take(&mut state.scratch);
        state.encoder.put_string(text.as_bytes());
    });
    put(js, ",");
    match objects::own(js, error, c"cause")? {
        Some(cause) => {
            slot(js, cause)?;
            js.free(cause);
        }
        None => put(js, r#"["h"]"#),
    }
    for name in [c"name", c"errors"] {
        let found = if name == c"name" { objects::peek(js, error, name)? } else { objects::own(js, error, name)? };
        if let Some(value) = found {
            let is_expected = name == c"name" && objects::text_is(js, value, class)?;
            if !is_expected && (name == c"errors" || value.is_string()) {
                js.with_state(|state| {
                    let key = format!(",\"{}\",", name.to_str().unwrap_or("name"));
                    state.encoder.put(&key);
                });
                slot(js, value)?;
            }
            js.free(value);
        }
    }
    write_keys(js, error)?;
    put(js, "]");
    Ok(())
}
