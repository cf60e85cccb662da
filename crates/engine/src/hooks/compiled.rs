//! What compilers made of sources, kept by (compiler, file name, content) and bounded in bytes.

use crate::bounded_cache::BoundedCache;
use crate::text::{SharedText, is_same};

/// Bytes of sources and compiled texts together.
const CAPACITY: usize = 64 << 20;

#[derive(Clone, PartialEq, Eq, Hash)]
struct Key {
    compiler: String,
    file: String,
    source: u64,
}

/// One per engine.
pub struct CompiledCache {
    entries: BoundedCache<Key, (SharedText, SharedText)>,
}

impl Default for CompiledCache {
    fn default() -> Self {
        Self { entries: BoundedCache::new(CAPACITY) }
    }
}

impl CompiledCache {
    /// The compiled text, if this compiler has seen this source under this name.
    pub(crate) fn get(&self, compiler: &str, file: &str, source: &SharedText) -> Option<SharedText> {
        let (known, code) = self.entries.get(&key(compiler, file, source))?;
        is_same(&known, source).then_some(code)
    }

    /// Remembers; what was used longest ago makes room.
    pub(crate) fn insert(&self, compiler: &str, file: &str, source: &SharedText, code: &SharedText) {
        let bytes = compiler.len() + file.len() + source.as_str().len() + code.as_str().len();
        self.entries.insert(key(compiler, file, source), (source.clone(), code.clone()), bytes);
    }
}

fn key(compiler: &str, file: &str, source: &SharedText) -> Key {
    Key { compiler: compiler.to_owned(), file: file.to_owned(), source: source.hash() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::HashedText;

    #[test]
    fn results_are_kept_by_compiler_file_and_content() {
        let text = |text: &str| HashedText::shared(text.to_owned());
        let cache = CompiledCache::default();
        cache.insert("babel", "/a.js", &text("x"), &text("compiled x"));
        let found = cache.get("babel", "/a.js", &text("x"));
        assert_eq!(found.as_ref().map(|code| code.as_str()), Some("compiled x"));
        for (compiler, file, source) in [("swc", "/a.js", "x"), ("babel", "/b.js", "x"), ("babel", "/a.js", "y")] {
            assert!(cache.get(compiler, file, &text(source)).is_none());
        }
    }
}
