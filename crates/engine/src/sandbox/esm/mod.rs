//! ES modules: how the engine's questions for modules are answered, and how modules are entered from outside.

mod graph;
mod load;
mod meta;
mod resolve;
mod run;
mod synthetic;

pub(super) use graph::Graph;
pub(super) use load::load;
pub(super) use meta::resolve as resolve_from_meta;
pub(super) use resolve::resolve;
pub(super) use run::{begin_entry, finish_entry, is_known, require};
pub(super) use synthetic::fill;
