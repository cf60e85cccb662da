//! Values on their way out as graph text: structured results, console arguments, and whatever a guest throws.
//!
//! The *strict* manner has the semantics of structured cloning and may run guest code (getters). The *lenient* manner
//! copies what it can see without running any, and describes the rest: `[Getter]`, `[Function: f]`.
//!
//! Nodes are written breadth first, so the text is finished as it grows and no recursion follows the guest's depth.

use super::encode_node::write_node;
use super::errors::throw_refused_value;
use super::graph_text::Encoder;
use super::js::{Js, ObjectClass, Thrown, Value};
use super::objects;

const LENIENT_NODES: usize = 2_000;
pub(super) const LENIENT_CHILDREN: u32 = 1_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Manner {
    /// Refuses what cannot cross, naming the subject; bounded by the limits of results.
    Strict { subject: &'static str },
    /// Describes what cannot cross; stops taking up nodes when `bytes` are written, and cuts single texts at `text`.
    Lenient { bytes: usize, text: usize },
}

/// Writes `value` into the state's encoder; `take_encoded` has the text, and has to be called before guest code runs.
pub(super) fn encode(js: Js, value: Value, manner: Manner) -> Result<(), Thrown> {
    js.with_state(|state| {
        let (is_lenient, room, text_room) = match manner {
            Manner::Strict { .. } => (false, usize::MAX, usize::MAX),
            Manner::Lenient { bytes, text } => (true, bytes, text),
        };
        let subject = if let Manner::Strict { subject } = manner { subject } else { "" };
        let encoder = Encoder { is_lenient, room, text_room, subject, ..Encoder::default() };
        let interrupted = std::mem::replace(&mut state.encoder, encoder);
        state.interrupted_encoders.push(interrupted);
        state.encoder.put("[[\"x\",");
    });
    let written = write(js, value);
    if written.is_err() {
        js.with_state(|state| drop(state.take_encoded()));
    }
    written
}

fn write(js: Js, value: Value) -> Result<(), Thrown> {
    slot(js, value)?;
    put(js, "]");
    check_size(js)?;
    let mut index = 0;
    while let Some(node) = js.with_state(|state| state.encoder.nodes.get(index).copied()) {
        put(js, ",");
        js.with_state(|state| state.encoder.parent = index as u32 + 1);
        write_node(js, node)?;
        check_size(js)?;
        js.free(node);
        index += 1;
    }
    put(js, "]");
    Ok(())
}

pub(super) fn put(js: Js, text: &str) {
    js.with_state(|state| state.encoder.put(text));
}

/// The bounds of strict encodings, looked at while the text grows.
pub(super) fn check_size(js: Js) -> Result<(), Thrown> {
    check_room(js, 0)
}

/// Likewise, before `more` bytes are copied.
pub(super) fn check_room(js: Js, more: usize) -> Result<(), Thrown> {
    let exceeded = js.with_state(|state| {
        if state.encoder.is_lenient {
            return false;
        }
        let limits = state.spec().request.limits;
        let (bytes, values) = ((state.encoder.text.len() + more) as u64, state.encoder.values);
        state.failure = if bytes > limits.result_bytes {
            Some(crate::errors::Failure::too_many_bytes(state.encoder.subject, limits.result_bytes, bytes))
        } else if values > limits.result_values {
            Some(crate::errors::Failure::too_many(
                &format!("values in the {}", state.encoder.subject),
                limits.result_values,
                values,
            ))
        } else {
            return false;
        };
        true
    });
    if exceeded { Err(js.leave(super::breaker::Breach::Failure)) } else { Ok(()) }
}

pub(super) fn slot(js: Js, value: Value) -> Result<(), Thrown> {
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

pub(super) fn put_text_of(js: Js, value: Value) -> Result<(), Thrown> {
    let text = js.text(value)?;
    check_room(js, text.bytes().len())?;
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
        // Generators, iterators and the like look plain, and are nothing without what is hidden in them.
        ObjectClass::Other => is_lenient || objects::is_plain_or_boxed(js, value),
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
        encoder.places.push((encoder.parent, encoder.step));
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
        objects::name_of_refused(js, value)?;
        js.with_state(|state| {
            state.scratch.insert_str(0, &format!("{} is ", state.encoder.path(state.encoder.subject)))
        });
        return Err(throw_refused_value(js));
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
