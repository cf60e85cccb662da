//! Bytecode of modules and builtins, compiled once per process and shared by all sandboxes.
//!
//! Bytecode follows from the source, the file's name and the format alone, and all are compared in full, so no guest can put
//! anything into it that another guest would not have got anyway. It is never read from outside the process.

use super::builtins::BuiltinIndex;
use super::js::Terminated;
use crate::bounded_cache::BoundedCache;
use crate::text::{SharedText, is_same};
use std::sync::{Arc, OnceLock};

const CAPACITY: usize = 128 << 20;

/// A compiled module: its wrapped source, for stack traces, and its bytecode.
pub(super) struct Code {
    pub(super) source: Arc<Terminated>,
    pub(super) bytecode: Vec<u8>,
}

/// What the bytecode is of.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Format {
    /// The function around a CommonJS module.
    Script,
    /// An ES module, which names what it imports and has nothing of it.
    Module,
}

type Key = (String, u64, Format);

fn cache() -> &'static BoundedCache<Key, (SharedText, Arc<Code>)> {
    static CACHE: OnceLock<BoundedCache<Key, (SharedText, Arc<Code>)>> = OnceLock::new();
    CACHE.get_or_init(|| BoundedCache::new(CAPACITY))
}

/// The bytecode of a builtin, of which there are `count`: its source is ours.
pub(super) fn of_builtin(index: BuiltinIndex, count: usize) -> &'static OnceLock<Vec<u8>> {
    static BYTECODE: OnceLock<Vec<OnceLock<Vec<u8>>>> = OnceLock::new();
    &BYTECODE.get_or_init(|| (0..count).map(|_| OnceLock::new()).collect())[usize::from(index)]
}

/// The code of a file with this name and this text, if it has been compiled before.
pub(super) fn get(name: &str, text: &SharedText, format: Format) -> Option<Arc<Code>> {
    let (known, code) = cache().get(&(name.to_owned(), text.hash(), format))?;
    is_same(&known, text).then_some(code)
}

pub(super) fn insert(name: String, text: &SharedText, format: Format, code: &Arc<Code>) {
    let bytes = name.len() + text.as_str().len() + code.source.bytes().len() + code.bytecode.len();
    cache().insert((name, text.hash(), format), (text.clone(), code.clone()), bytes);
}

#[cfg(test)]
#[path = "code_cache_tests.rs"]
mod tests;
