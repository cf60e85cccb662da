//! One node of a graph at a time: what an array, a map, an error … looks like as text.
//!
//! In the strict manner getters run, as structured cloning has it; in the lenient one no guest code does.

use super::encode::{LENIENT_CHILDREN, check_room, check_size, put, put_text_of, slot};
use super::graph_text::Step;
use super::js::{Js, ObjectClass, Thrown, Value};
use super::{base64, objects, stack};

pub(super) fn write_node(js: Js, node: Value) -> Result<(), Thrown> {
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
            check_room(js, bytes.len().div_ceil(3) * 4)?;
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
    step(js, Step::Buffer);
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
    if !is_lenient && !is_dense(js, array, length)? {
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
        step(js, Step::Index(index));
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

/// Whether the indexes are all there is. They come first among the keys, in their order.
fn is_dense(js: Js, array: Value, length: u32) -> Result<bool, Thrown> {
    let keys = js.own_keys(array)?;
    let mut is_dense = keys.len() == length;
    if is_dense && length > 0 {
        let last = js.atom_of(Value::number(f64::from(length - 1)))?;
        is_dense = keys.get(length - 1) == last;
        js.free_atom(last);
    }
    js.free_keys(keys);
    Ok(is_dense)
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
        check_room(js, text.bytes().len())?;
        js.with_state(|state| {
            let encoder = &mut state.encoder;
            encoder.put(",");
            let start = encoder.text.len();
            encoder.put_string(text.bytes());
            encoder.step = Step::Key { start, end: encoder.text.len() };
            encoder.put(",");
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
            step(js, Step::MapKey(count - 1));
            slot(js, key)?;
            put(js, ",");
            step(js, Step::Item(count - 1));
            slot(js, value)?;
            js.free(key);
            js.free(value);
        } else {
            step(js, Step::Item(count - 1));
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
            step(js, Step::Cause);
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
                step(js, Step::Errors);
                slot(js, value)?;
            }
            js.free(value);
        }
    }
    write_keys(js, error)?;
    put(js, "]");
    Ok(())
}

/// How the next slot's value is reached from the node that is being written.
fn step(js: Js, step: Step) {
    js.with_state(|state| state.encoder.step = step);
}
