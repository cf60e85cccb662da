//! The engine: runs untrusted JavaScript in pooled QuickJS heaps under hard limits.
//!
//! It must not know Node-API; the binding crate depends on it, never the other way round. Reading order: `request`,
//! `host`, `pool`, `sandbox`, `modules`.
#![cfg_attr(isolated_runtime_asan, feature(sanitize))]

mod bounded_cache;
pub mod control;
pub mod errors;
pub mod hooks;
pub mod host;
pub mod limits;
pub mod modules;
pub mod node;
pub mod pool;
pub mod receipt;
pub mod request;
pub mod sandbox;
mod text;
