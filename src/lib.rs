//! The addon: the engine's pool as a Node-API class. Conversion, promises' raw material, and teardown; thin.
//!
//! The only crate that names napi. What a guest can cause arrives as events in an outbox, which JavaScript drains; one
//! call of a weak threadsafe function announces a batch. See README.md for teardown.

#![deny(clippy::all)]

mod engine;
mod hook_thread;
mod outbox;
mod ping;
mod registry;
mod text;

use isolated_runtime_engine::errors::ErrorCode;
use isolated_runtime_engine::node::locale_data;
use napi_derive::napi;

/// Every error code the engine can produce.
#[napi(catch_unwind)]
#[must_use]
pub fn codes() -> Vec<String> {
    ErrorCode::ALL.iter().map(|code| code.as_str().to_owned()).collect()
}

/// Adds a language to what guests' `Intl` may know; the process keeps it. Answers what is wrong with its data, if anything.
#[napi(catch_unwind)]
#[must_use]
pub fn add_language(language: String, data: String) -> Option<String> {
    locale_data::add(&language, &data).err()
}

/// Cuts every engine off from its JavaScript and stops all runs: the process is about to end.
#[napi(catch_unwind)]
pub fn shutdown_all() {
    registry::for_each(|core| core.shut_down());
}
