//! Natives of `Buffer` but for UTF-8, which `text.rs` has.

use super::super::js::{Args, Js, JsResult, Text, Thrown, Value};
use super::compute::{halted, working};
use crate::node::buffers::{self, Form};
use crate::node::work::Halt;

/// `(form, view)` → text. Of UTF-16 the view has whole units and begins at an even address.
pub(in crate::sandbox) fn bytes_to_text(js: Js, _this: Value, args: Args, _data: Value) -> JsResult {
    let Some(form) = form(js, args)? else { return Ok(Value::UNDEFINED) };
    let bytes = js.view_bytes(args.get(1)).unwrap_or_default();
    let is_wide = form == Form::Utf16 && bytes.iter().skip(1).step_by(2).any(|&byte| byte != 0);
    if is_wide && !bytes.as_ptr().cast::<u16>().is_aligned() {
        return Ok(Value::UNDEFINED);
    }
    if is_wide {
        return js.string_of_units(bytes);
    }
    let made = js.with_state(|state| {
        let mut text = std::mem::take(&mut state.scratch);
        text.clear();
        let made = working(state, |work| match form {
            Form::Utf16 => {
                let low: Vec<u8> = bytes.iter().copied().step_by(2).collect();
                buffers::to_text(Form::Latin1, &low, &mut text, work)
            }
            form => buffers::to_text(form, bytes, &mut text, work),
        });
        state.scratch = text;
        made
    });
    match made {
        Ok(()) => js.string_from_state(|state| &state.scratch),
        Err(halt) => Err(halted(js, halt)),
    }
}

/// `(form, text)` → ArrayBuffer.
pub(in crate::sandbox) fn text_to_bytes(js: Js, _this: Value, args: Args, _data: Value) -> JsResult {
    let Some(form) = form(js, args)? else { return Ok(Value::UNDEFINED) };
    let text = js.text(args.get(1))?;
    let made = bytes_of(js, form, text, usize::MAX);
    js.free_text(text);
    match made {
        Ok(()) => {
            let buffer = js.buffer_from_state(|state| &state.bytes);
            js.with_state(|state| state.bytes = Vec::new());
            buffer
        }
        Err(halt) => Err(halted(js, halt)),
    }
}

/// `(form, text, view)` → how many bytes were written.
pub(in crate::sandbox) fn write_text(js: Js, _this: Value, args: Args, _data: Value) -> JsResult {
    let Some(form) = form(js, args)? else { return Ok(Value::UNDEFINED) };
    // Making it a text is the last that can run guest code, which could take the view's buffer away.
    let text = js.text(args.get(1))?;
    let room = js.view_bytes(args.get(2)).map_or(0, <[u8]>::len);
    let made = bytes_of(js, form, text, room);
    js.free_text(text);
    if let Err(halt) = made {
        return Err(halted(js, halt));
    }
    let view = js.view_bytes_mut(args.get(2)).unwrap_or_default();
    let written = js.with_state(|state| {
        let count = state.bytes.len().min(view.len());
        view[..count].copy_from_slice(&state.bytes[..count]);
        count
    });
    Ok(Value::number(written as f64))
}

/// `(view, view)` → -1, 0 or 1.
pub(in crate::sandbox) fn compare_bytes(js: Js, _this: Value, args: Args, _data: Value) -> JsResult {
    let view = |index| js.view_bytes(args.get(index)).unwrap_or_default();
    Ok(Value::number(f64::from(buffers::compare(view(0), view(1)))))
}

/// `(view, wanted view, isLast)` → where it begins, or -1.
pub(in crate::sandbox) fn find_bytes(js: Js, _this: Value, args: Args, _data: Value) -> JsResult {
    let view = |index| js.view_bytes(args.get(index)).unwrap_or_default();
    let found = buffers::find(view(0), view(1), args.get(2).is_true());
    Ok(Value::number(found.map_or(-1.0, |at| at as f64)))
}

fn form(js: Js, args: Args) -> Result<Option<Form>, Thrown> {
    let name = js.text(args.get(0))?;
    let form = Form::named(name.bytes());
    js.free_text(name);
    Ok(form)
}

fn bytes_of(js: Js, form: Form, text: Text, most: usize) -> Result<(), Halt> {
    js.with_state(|state| {
        let mut bytes = std::mem::take(&mut state.bytes);
        bytes.clear();
        let made = working(state, |work| buffers::to_bytes(form, text.bytes(), most, &mut bytes, work));
        state.bytes = bytes;
        made
    })
}
