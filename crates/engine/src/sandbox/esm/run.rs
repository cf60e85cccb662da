//! ES modules entered from outside: as the file of a run, and by `require`.

use super::super::breaker::Breach;
use super::super::errors::{ERROR, throw_node_error};
use super::super::js::{Js, JsResult, Module, PromiseState, Thrown};
use super::super::state::RunState;
use super::graph::Index;
use super::load::load_root;

/// Begins to evaluate the file in `state.found`, and answers the promise of that.
pub(in crate::sandbox) fn begin_entry(js: Js) -> JsResult {
    let index = found_record(js)?;
    js.with_state(|state| state.esm.begin_entry(index));
    let module = load_root(js, index)?;
    evaluate(js, index, module)
}

/// The exports of the run's file, once the promise is fulfilled.
pub(in crate::sandbox) fn finish_entry(js: Js) -> JsResult {
    let module = js.with_state(|state| {
        let index = state.esm.entry()?;
        state.esm.is_evaluated(index);
        state.esm.record(index).module
    });
    match module {
        Some(module) => js.namespace(module),
        None => Err(js.leave(Breach::Failure)),
    }
}

/// Whether the file in `state.found` is known to be an ES module.
pub(in crate::sandbox) fn is_known(state: &mut RunState) -> bool {
    let Some(index) = state.found.as_ref().and_then(|file| state.esm.of_path(file.path())) else { return false };
    state.esm.record(index).place.is_some()
}

/// `require` of the ES module in `state.found`: its namespace, if it can be had at once.
pub(in crate::sandbox) fn require(js: Js) -> JsResult {
    let index = found_record(js)?;
    let (known, failed) = js.with_state(|state| {
        let record = state.esm.record(index);
        (record.module, record.failed)
    });
    if let Some(error) = failed {
        return Err(js.throw(js.dup(error)));
    }
    let module = match known {
        Some(module) => module,
        // Within a load of its own: what fails here fails for the one who requires it.
        None if !js.with_state(|state| state.esm.is_in_cycle(index)) => load_root(js, index)?,
        None => return Err(throw_cycle(js, index)),
    };
    if js.with_state(|state| state.esm.is_in_cycle(index)) {
        return Err(throw_cycle(js, index));
    }
    let promise = evaluate(js, index, module)?;
    let exports = match js.promise_state(promise) {
        PromiseState::Fulfilled => {
            js.with_state(|state| state.esm.is_evaluated(index));
            exports_for_require(js, module)
        }
        PromiseState::Rejected => {
            // Whoever requires it gets the error.
            let forgotten = js.with_state(|state| state.unhandled.remove(&promise.identity()));
            if let Some((_, held)) = forgotten {
                js.free(held);
            }
            Err(js.throw(js.promise_result(promise)))
        }
        PromiseState::Pending => {
            js.with_state(|state| {
                let name = String::from_utf8_lossy(state.esm.name(index).bytes()).into_owned();
                state.scratch = format!(
                    "require() cannot be used on an ESM graph with top-level await. Use import() instead. ({name})"
                );
            });
            Err(throw_node_error(js, ERROR, "ERR_REQUIRE_ASYNC_MODULE"))
        }
    };
    js.free(promise);
    exports
}

/// An export of the name `module.exports` is what `require` answers, as Node has it.
fn exports_for_require(js: Js, module: Module) -> JsResult {
    let namespace = js.namespace(module)?;
    let chosen = js.get(namespace, c"module.exports")?;
    if chosen.is_undefined() {
        return Ok(namespace);
    }
    js.free(namespace);
    Ok(chosen)
}

fn found_record(js: Js) -> Result<Index, Thrown> {
    match js.with_state(|state| state.found.clone().map(|file| state.esm.file(&file))) {
        Some(index) => Ok(index),
        None => Err(js.leave(Breach::Failure)),
    }
}

fn evaluate(js: Js, index: Index, module: Module) -> JsResult {
    js.with_state(|state| state.esm.begin_evaluation(index));
    let promise = js.evaluate_module(module);
    js.with_state(|state| state.esm.end_evaluation());
    promise
}

fn throw_cycle(js: Js, index: Index) -> Thrown {
    js.with_state(|state| {
        let name = String::from_utf8_lossy(state.esm.name(index).bytes()).into_owned();
        state.scratch = format!("Cannot require() ES Module {name} in a cycle");
    });
    throw_node_error(js, ERROR, "ERR_REQUIRE_CYCLE_MODULE")
}
