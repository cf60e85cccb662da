//! `import.meta`.

use super::super::errors::throw_invalid_argument;
use super::super::js::{Args, Js, JsResult, Module, Shape, Thrown, Value};
use super::super::natives::Native;
use super::super::require::{self, Verdict};
use super::graph::{Content, Index};
use crate::modules::{Syntax, file_url};

/// `url`, `filename`, `dirname`, `resolve`.
pub(super) fn define(js: Js, module: Module, index: Index) -> Result<(), Thrown> {
    let meta = js.import_meta(module)?;
    let place = js.with_state(|state| {
        let record = state.esm.record(index);
        let place = record.place;
        if let Content::File(file) = &record.content {
            let path = file.path().to_string_lossy().into_owned();
            let folder = file.path().parent().map(|folder| folder.to_string_lossy().into_owned());
            state.scratch = file_url(&path);
            state.paths = vec![folder.unwrap_or_default(), path];
        }
        place
    });
    js.define(meta, c"dirname", js.string_from_state(|state| &state.paths[0])?, Shape::Data)?;
    js.define(meta, c"filename", js.string_from_state(|state| &state.paths[1])?, Shape::Data)?;
    let data = Value::number(f64::from(place.unwrap_or(0)));
    js.define(meta, c"resolve", js.function(c"resolve", 1, Native::ImportMetaResolve as i32, data)?, Shape::Data)?;
    js.define(meta, c"url", js.string_from_state(|state| &state.scratch)?, Shape::Data)?;
    js.free(meta);
    Ok(())
}

/// `import.meta.resolve(specifier)`: the URL of a file, or the name of a builtin.
pub(in crate::sandbox) fn resolve(js: Js, _this: Value, args: Args, data: Value) -> JsResult {
    let from = data.as_number().unwrap_or(0.0) as u32;
    if !args.get(0).is_string() {
        return Err(throw_invalid_argument(js, c"The \"specifier\" argument must be of type string"));
    }
    let text = js.text(args.get(0))?;
    let is_too_long = js.with_state(|state| require::keep_specifier(state, text.bytes()));
    js.free_text(text);
    let verdict = if is_too_long {
        Verdict::NotFound
    } else {
        js.with_state(|state| require::resolve_specifier(state, from, Syntax::Import))
    };
    let found = require::judge_import(js, verdict)?;
    js.with_state(|state| {
        state.scratch = match (found, state.found.take()) {
            (Verdict::Found, Some(file)) => file_url(&file.path().to_string_lossy()),
            _ => format!("node:{}", state.specifier.strip_prefix("node:").unwrap_or(&state.specifier)),
        };
    });
    js.string_from_state(|state| &state.scratch)
}
