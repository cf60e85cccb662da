//! Natives of `Intl`, and the methods of built-in prototypes that load it on their first call.

use super::super::js::{Args, Js, JsResult, Shape, Text, Thrown, Value};
use super::super::natives::Native;
use crate::node::collation::{self, Manner};
use crate::node::{locale_data, locale_tags, plurals, time_zones};
use std::borrow::Cow;
use std::ffi::CStr;

/// Methods that `internal/intl/methods` exports by these names: the class, the method, the export.
const METHODS: [(&CStr, &CStr, &CStr); 9] = [
    (c"Number", c"toLocaleString", c"number"),
    (c"BigInt", c"toLocaleString", c"bigint"),
    (c"Date", c"toLocaleString", c"date"),
    (c"Date", c"toLocaleDateString", c"dateOnly"),
    (c"Date", c"toLocaleTimeString", c"timeOnly"),
    (c"Array", c"toLocaleString", c"array"),
    (c"Uint8Array", c"toLocaleString", c"typedArray"),
    (c"String", c"toLocaleUpperCase", c"upperCase"),
    (c"String", c"toLocaleLowerCase", c"lowerCase"),
];

pub(in crate::sandbox) fn install(js: Js, global: Value) -> Result<(), Thrown> {
    for (index, (class, name, _)) in METHODS.iter().enumerate() {
        let method = js.function(name, 0, Native::LocaleMethod as i32, Value::number(index as f64))?;
        define(js, global, class, name, method)?;
    }
    let compare = js.function(c"localeCompare", 1, Native::LocaleCompare as i32, Value::UNDEFINED)?;
    define(js, global, c"String", c"localeCompare", compare)
}

fn define(js: Js, global: Value, class: &CStr, name: &CStr, method: Value) -> Result<(), Thrown> {
    let constructor = js.get(global, class)?;
    let mut prototype = js.get(constructor, c"prototype")?;
    if class == c"Uint8Array" {
        // All typed arrays share this method.
        let shared = js.prototype(prototype)?;
        js.free(prototype);
        prototype = shared;
    }
    js.define(prototype, name, method, Shape::Method)?;
    js.free(prototype);
    js.free(constructor);
    Ok(())
}

/// Hands on to the module, with `this` as the first argument.
pub(in crate::sandbox) fn method(js: Js, this: Value, args: Args, data: Value) -> JsResult {
    let index = data.as_number().unwrap_or_default() as usize;
    let Some((_, _, name)) = METHODS.get(index) else { return Ok(Value::UNDEFINED) };
    call(js, name, &[this, args.get(0), args.get(1)])
}

fn call(js: Js, name: &CStr, args: &[Value]) -> JsResult {
    let methods = super::builtin(js, "internal/intl/methods")?;
    let method = js.get(methods, name)?;
    let answer = js.call(method, Value::UNDEFINED, args);
    js.free(method);
    js.free(methods);
    answer
}

/// `String.prototype.localeCompare`; without locales and options it is done here.
pub(in crate::sandbox) fn locale_compare(js: Js, this: Value, args: Args, _data: Value) -> JsResult {
    if this.is_undefined() || this.is_null() {
        return Err(js.throw_type_error(c"String.prototype.localeCompare called on null or undefined"));
    }
    if args.get(1).is_undefined() && args.get(2).is_undefined() {
        return compare(js, this, args.get(0), collation::PLAIN);
    }
    call(js, c"compare", &[this, args.get(0), args.get(1), args.get(2)])
}

/// `(left, right, manner)` → -1, 0 or 1
pub(in crate::sandbox) fn collator_compare(js: Js, _this: Value, args: Args, _data: Value) -> JsResult {
    let manner = args.get(2).as_number().unwrap_or_default() as Manner;
    compare(js, args.get(0), args.get(1), manner)
}

fn compare(js: Js, left: Value, right: Value, manner: Manner) -> JsResult {
    let left = js.text(left)?;
    let right = match js.text(right) {
        Ok(right) => right,
        Err(Thrown) => {
            js.free_text(left);
            return Err(Thrown);
        }
    };
    let order = collation::compare(left.bytes(), right.bytes(), manner);
    js.free_text(left);
    js.free_text(right);
    Ok(Value::number(f64::from(order as i8)))
}

/// `(tag)` → its canonical form, or `undefined` when it is no tag
pub(in crate::sandbox) fn canonical_locale(js: Js, _this: Value, args: Args, _data: Value) -> JsResult {
    convert(js, args, locale_tags::canonical)
}

/// `(tag, is adding)` → the tag with its likely subtags, or without them
pub(in crate::sandbox) fn likely_locale(js: Js, _this: Value, args: Args, _data: Value) -> JsResult {
    let is_adding = args.get(1).is_true();
    convert(js, args, |tag| locale_tags::likely(tag, is_adding))
}

/// `(name)` → the name in the spelling of the database, or `undefined`
pub(in crate::sandbox) fn time_zone_name(js: Js, _this: Value, args: Args, _data: Value) -> JsResult {
    convert(js, args, |name| time_zones::name(name).map(str::to_owned))
}

/// All names of time zones, in one text.
pub(in crate::sandbox) fn time_zone_names(js: Js, _this: Value, _args: Args, _data: Value) -> JsResult {
    js.with_state(|state| state.scratch = time_zones::names().join(" "));
    js.string_from_state(|state| &state.scratch)
}

/// `(name, milliseconds)` → twice the seconds east of UTC, and one more in summer time
pub(in crate::sandbox) fn time_zone_offset(js: Js, _this: Value, args: Args, _data: Value) -> JsResult {
    let name = js.text(args.get(0))?;
    let seconds = (args.get(1).as_number().unwrap_or_default() / 1000.0).floor() as i64;
    let time = time_zones::at(&words(name), seconds);
    js.free_text(name);
    Ok(time.map_or(Value::UNDEFINED, |time| Value::number(f64::from(time.offset * 2 + i32::from(time.is_summer)))))
}

/// The zone of `Date`.
pub(in crate::sandbox) fn default_time_zone(js: Js, _this: Value, _args: Args, _data: Value) -> JsResult {
    js.with_state(|state| state.scratch = state.spec().request.time_zone.clone());
    js.string_from_state(|state| &state.scratch)
}

/// `(section, language)` → what there is of it as JSON, if the guest may have the language
pub(in crate::sandbox) fn locale_data(js: Js, _this: Value, args: Args, _data: Value) -> JsResult {
    let name = js.text(args.get(0))?;
    let language = js.text(args.get(1))?;
    let is_known = js.with_state(|state| {
        let language = words(language);
        if language != "en" && !state.spec().request.locales.iter().any(|known| *known == language) {
            return false;
        }
        let found = locale_data::section(&language, &words(name), str::to_owned);
        state.scratch = found.unwrap_or_default();
        !state.scratch.is_empty()
    });
    js.free_text(name);
    js.free_text(language);
    let section = if is_known { js.string_from_state(|state| &state.scratch) } else { Ok(Value::UNDEFINED) };
    // A section is large, and need not lie around twice.
    js.with_state(|state| state.scratch = String::new());
    section
}

/// The languages that there is data for, in one text.
pub(in crate::sandbox) fn languages(js: Js, _this: Value, _args: Args, _data: Value) -> JsResult {
    js.with_state(|state| {
        let added = state.spec().request.locales.join(" ");
        state.scratch = format!("en {added}");
    });
    js.string_from_state(|state| &state.scratch)
}

/// `(tag, is ordinal, number as text)` → the plural form
pub(in crate::sandbox) fn plural_category(js: Js, _this: Value, args: Args, _data: Value) -> JsResult {
    let tag = js.text(args.get(0))?;
    let number = js.text(args.get(2))?;
    let category = plurals::category(&words(tag), args.get(1).is_true(), &words(number));
    js.free_text(tag);
    js.free_text(number);
    js.string(category)
}

fn convert(js: Js, args: Args, conversion: impl FnOnce(&str) -> Option<String>) -> JsResult {
    let text = js.text(args.get(0))?;
    let is_known = js.with_state(|state| {
        let answer = conversion(&words(text));
        state.scratch = answer.unwrap_or_default();
        !state.scratch.is_empty()
    });
    js.free_text(text);
    if is_known { js.string_from_state(|state| &state.scratch) } else { Ok(Value::UNDEFINED) }
}

fn words<'a>(text: Text) -> Cow<'a, str> {
    String::from_utf8_lossy(text.bytes())
}
