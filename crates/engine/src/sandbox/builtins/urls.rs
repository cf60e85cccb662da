//! Natives of `URL`: text in, parts out.

use super::super::js::{Args, Js, JsResult, Text, Thrown, Value};
use crate::node::urls;
use std::borrow::Cow;

/// `(input, base)` → parts, or `undefined` when it is no URL.
pub(in crate::sandbox) fn parse_url(js: Js, _this: Value, args: Args, _data: Value) -> JsResult {
    let input = js.text(args.get(0))?;
    let has_base = !args.get(1).is_undefined();
    let base = if has_base { js.text(args.get(1))? } else { input };
    let is_url = js.with_state(|state| {
        let from = words(base);
        let url = urls::parse(&words(input), has_base.then_some(&*from));
        state.paths = url.as_ref().map(urls::parts).unwrap_or_default();
        url.is_some()
    });
    js.free_text(input);
    if has_base {
        js.free_text(base);
    }
    if is_url { list_of_parts(js) } else { Ok(Value::UNDEFINED) }
}

/// `(href, part, value)` → parts.
pub(in crate::sandbox) fn change_url(js: Js, _this: Value, args: Args, _data: Value) -> JsResult {
    let href = js.text(args.get(0))?;
    let value = js.text(args.get(2))?;
    let part = args.get(1).as_number().unwrap_or(0.0) as usize;
    js.with_state(|state| {
        let url = urls::parse(&words(href), None);
        state.paths = url.map_or_else(Vec::new, |mut url| {
            urls::change(&mut url, part, &words(value));
            urls::parts(&url)
        });
    });
    js.free_text(href);
    js.free_text(value);
    list_of_parts(js)
}

pub(in crate::sandbox) fn domain_to_ascii(js: Js, _this: Value, args: Args, _data: Value) -> JsResult {
    convert(js, args, urls::domain_to_ascii)
}

pub(in crate::sandbox) fn domain_to_unicode(js: Js, _this: Value, args: Args, _data: Value) -> JsResult {
    convert(js, args, urls::domain_to_unicode)
}

fn convert(js: Js, args: Args, conversion: fn(&str) -> String) -> JsResult {
    let domain = js.text(args.get(0))?;
    js.with_state(|state| state.scratch = conversion(&words(domain)));
    js.free_text(domain);
    js.string_from_state(|state| &state.scratch)
}

fn words<'a>(text: Text) -> Cow<'a, str> {
    String::from_utf8_lossy(text.bytes())
}

fn list_of_parts(js: Js) -> JsResult {
    let count = js.with_state(|state| state.paths.len());
    let list = js.array()?;
    for index in 0..count {
        define_part(js, list, index)?;
    }
    Ok(list)
}

fn define_part(js: Js, list: Value, index: usize) -> Result<(), Thrown> {
    let part = js.string_from_state(|state| &state.paths[index])?;
    js.define_index(list, index as u32, part)
}
