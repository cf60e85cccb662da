//! Values on their way in: `J` and JSON, or `S` and graph text (lib/README.md has its grammar), become guest values.
//!
//! The text comes from the host, but guest code may have run before (late arguments): only own properties of freshly
//! parsed arrays are read, and only functions captured before the first run are called.

use super::js::{Js, JsResult, Shape, TextView, Thrown, Value};

/// Where the keys of an error's node begin.
const ERROR_KEYS: u32 = 5;

/// How a text is to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Json,
    Graph,
}

impl Form {
    /// The form that a text's first letter announces.
    pub(super) fn of(text: &[u8]) -> Self {
        if text.starts_with(b"S") { Self::Graph } else { Self::Json }
    }
}

/// `text` is what follows the letter.
pub(super) fn decode(js: Js, form: Form, text: TextView) -> JsResult {
    let parsed = js.parse_json(text, TextView::of(c"<input>"))?;
    match form {
        Form::Json => Ok(parsed),
        Form::Graph => {
            let value = Graph::build(js, parsed)?;
            js.free(parsed);
            Ok(value)
        }
    }
}

#[derive(Clone, Copy)]
struct Graph {
    js: Js,
    nodes: Value,
    /// The value of each node, by index.
    made: Value,
    count: u32,
}

impl Graph {
    fn build(js: Js, nodes: Value) -> JsResult {
        let graph = Self { js, nodes, made: js.array()?, count: length(js, nodes)? };
        for index in 1..graph.count {
            if graph.tag(index)? != b'v' {
                graph.make(index)?;
            }
        }
        for index in 1..graph.count {
            if graph.tag(index)? == b'v' {
                graph.make(index)?;
            }
        }
        for index in 1..graph.count {
            graph.fill(index)?;
        }
        let root = graph.slot_of(0, 1)?;
        js.free(graph.made);
        Ok(root)
    }

    fn make(self, index: u32) -> Result<(), Thrown> {
        let js = self.js;
        let node = js.get_index(self.nodes, index)?;
        let value = match self.tag(index)? {
            b'a' | b's' => js.array()?,
            b'd' => js.date(js.get_index(node, 1)?.as_number().unwrap_or(f64::NAN))?,
            b'r' => {
                let (source, flags) = (js.get_index(node, 1)?, js.get_index(node, 2)?);
                let constructor = js.with_state(|state| state.realm().regexp);
                let regexp = js.construct(constructor, &[source, flags])?;
                js.free(source);
                js.free(flags);
                regexp
            }
            b'm' => js.construct(js.with_state(|state| state.realm().map), &[])?,
            b't' => js.construct(js.with_state(|state| state.realm().set), &[])?,
            b'w' => {
                let primitive = self.slot(js.get_index(node, 1)?)?;
                let object = js.with_state(|state| state.realm().object);
                let boxed = js.call(object, Value::UNDEFINED, &[primitive])?;
                js.free(primitive);
                boxed
            }
            b'e' => self.make_error(node)?,
            b'y' => self.make_buffer(node)?,
            b'v' => self.make_view(node)?,
            _ => js.object()?,
        };
        js.free(node);
        js.define_index(self.made, index, value)
    }

    fn make_error(self, node: Value) -> JsResult {
        let js = self.js;
        let class = js.get_index(node, 1)?;
        let text = js.text(class)?;
        let constructors = js.with_state(|state| state.realm().error_constructors);
        let known = super::realm::ERROR_CLASSES.iter().position(|name| name.to_bytes() == text.bytes());
        js.free_text(text);
        js.free(class);
        let constructor = constructors[known.unwrap_or(0)];
        // An AggregateError wants its list first; the real one follows among the keys.
        let error = if known == Some(super::realm::AGGREGATE) {
            let list = js.array()?;
            let error = js.construct(constructor, &[list])?;
            js.free(list);
            error
        } else {
            js.construct(constructor, &[])?
        };
        for (position, name) in [(2, c"message"), (3, c"stack")] {
            let slot = js.get_index(node, position)?;
            if slot.is_object() {
                js.free(slot);
            } else {
                js.define(error, name, slot, Shape::Method)?;
            }
        }
        Ok(error)
    }

    fn make_buffer(self, node: Value) -> JsResult {
        let js = self.js;
        let encoded = js.get_index(node, 1)?;
        let text = js.text(encoded)?;
        js.with_state(|state| state.bytes = super::base64::decode(text.bytes()));
        js.free_text(text);
        js.free(encoded);
        let buffer = js.buffer_from_state(|state| &state.bytes)?;
        js.with_state(|state| state.bytes = Vec::new());
        Ok(buffer)
    }

    fn make_view(self, node: Value) -> JsResult {
        let js = self.js;
        let name = js.get_index(node, 1)?;
        let buffer = self.slot(js.get_index(node, 2)?)?;
        let (offset, count) = (js.get_index(node, 3)?, js.get_index(node, 4)?);
        let text = js.text(name)?;
        let views = js.with_state(|state| state.realm().views);
        let known = super::realm::VIEWS.iter().position(|view| view.to_bytes() == text.bytes());
        js.free_text(text);
        js.free(name);
        // A run may decode for as long as it likes: what is borrowed here has to be given back.
        let view = match known {
            Some(known) => js.construct(views[known], &[buffer, offset, count])?,
            // A Buffer is made by its own class, which is loaded on first use.
            None => {
                let class = super::builtins::buffer_class(js)?;
                let from = js.get(class, c"from")?;
                let made = js.call(from, class, &[buffer, offset, count])?;
                js.free(from);
                js.free(class);
                made
            }
        };
        js.free(buffer);
        Ok(view)
    }

    fn fill(self, index: u32) -> Result<(), Thrown> {
        let js = self.js;
        let node = js.get_index(self.nodes, index)?;
        let target = js.get_index(self.made, index)?;
        match self.tag(index)? {
            b'o' => self.fill_keys(node, target, 1)?,
            b's' => {
                let count = js.get_index(node, 1)?.as_number().unwrap_or(0.0);
                js.set_length(target, count as i64)?;
                self.fill_keys(node, target, 2)?;
            }
            b'a' => self.fill_array(node, target)?,
            b'm' => {
                let set = js.with_state(|state| state.realm().map_set);
                for position in (1..length(js, node)?).step_by(2) {
                    let key = self.slot(js.get_index(node, position)?)?;
                    let value = self.slot(js.get_index(node, position + 1)?)?;
                    js.free(js.call(set, target, &[key, value])?);
                    js.free(key);
                    js.free(value);
                }
            }
            b't' => {
                let add = js.with_state(|state| state.realm().set_add);
                for position in 1..length(js, node)? {
                    let value = self.slot(js.get_index(node, position)?)?;
                    js.free(js.call(add, target, &[value])?);
                    js.free(value);
                }
            }
            b'e' => {
                let cause = js.get_index(node, 4)?;
                if !self.is_hole(cause)? {
                    js.define(target, c"cause", self.slot(js.dup(cause))?, Shape::Method)?;
                }
                js.free(cause);
                self.fill_keys(node, target, ERROR_KEYS)?;
            }
            _ => {}
        }
        js.free(target);
        js.free(node);
        Ok(())
    }

    fn fill_array(self, node: Value, target: Value) -> Result<(), Thrown> {
        let js = self.js;
        let count = length(js, node)? - 1;
        for position in 0..count {
            let slot = js.get_index(node, position + 1)?;
            if self.is_hole(slot)? {
                js.free(slot);
            } else {
                js.define_index(target, position, self.slot(slot)?)?;
            }
        }
        js.set_length(target, i64::from(count))
    }

    fn fill_keys(self, node: Value, target: Value, first: u32) -> Result<(), Thrown> {
        let js = self.js;
        for position in (first..length(js, node)?).step_by(2) {
            let key = js.get_index(node, position)?;
            let name = js.atom_of(key)?;
            let shape = if first == ERROR_KEYS && self.is_hidden(key)? { Shape::Method } else { Shape::Data };
            js.free(key);
            let value = self.slot(js.get_index(node, position + 1)?)?;
            js.define_atom(target, name, value, shape)?;
            js.free_atom(name);
        }
        Ok(())
    }

    /// Whether engines make an error's property of this name not enumerable.
    fn is_hidden(self, key: Value) -> Result<bool, Thrown> {
        for name in [c"name", c"message", c"stack", c"errors"] {
            if super::objects::text_is(self.js, key, name)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn tag(self, index: u32) -> Result<u8, Thrown> {
        let node = self.js.get_index(self.nodes, index)?;
        let tag = self.first_letter(node)?;
        self.js.free(node);
        Ok(tag)
    }

    fn is_hole(self, slot: Value) -> Result<bool, Thrown> {
        Ok(slot.is_object() && self.first_letter(slot)? == b'h')
    }

    /// The first letter of an array's first element; 0 when that is not a string.
    fn first_letter(self, list: Value) -> Result<u8, Thrown> {
        let first = self.js.get_index(list, 0)?;
        if !first.is_string() {
            self.js.free(first);
            return Ok(0);
        }
        let text = self.js.text(first)?;
        let letter = text.bytes().first().copied().unwrap_or(0);
        self.js.free_text(text);
        self.js.free(first);
        Ok(letter)
    }

    fn slot_of(self, index: u32, position: u32) -> JsResult {
        let node = self.js.get_index(self.nodes, index)?;
        let slot = self.js.get_index(node, position)?;
        self.js.free(node);
        self.slot(slot)
    }

    /// The value a slot stands for; takes the slot over.
    fn slot(self, slot: Value) -> JsResult {
        if !slot.is_object() {
            return Ok(slot);
        }
        let js = self.js;
        let value = match self.first_letter(slot)? {
            b'u' | b'h' => Value::UNDEFINED,
            b'n' => Value::number(f64::NAN),
            b'+' => Value::number(f64::INFINITY),
            b'-' => Value::number(f64::NEG_INFINITY),
            b'0' => Value::number(-0.0),
            b'b' => {
                let digits = js.get_index(slot, 1)?;
                let bigint = js.with_state(|state| state.realm().bigint);
                let value = js.call(bigint, Value::UNDEFINED, &[digits])?;
                js.free(digits);
                value
            }
            _ => {
                let index = js.get_index(slot, 0)?.as_number().unwrap_or(0.0);
                js.get_index(self.made, index as u32)?
            }
        };
        js.free(slot);
        Ok(value)
    }
}

fn length(js: Js, list: Value) -> Result<u32, Thrown> {
    Ok(js.get(list, c"length")?.as_number().unwrap_or(0.0) as u32)
}
