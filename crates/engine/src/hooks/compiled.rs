//! What compilers made of sources, kept by (compiler, file name, content) and bounded in bytes.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Bytes of sources and compiled texts together.
const CAPACITY: usize = 64 << 20;

#[derive(Clone, PartialEq, Eq, Hash)]
struct Key {
    compiler: String,
    file: String,
    source: String,
}

struct Entry {
    code: Arc<str>,
    last_used: u64,
}

#[derive(Default)]
struct Entries {
    by_key: HashMap<Key, Entry>,
    bytes: usize,
    clock: u64,
}

/// One per engine.
pub struct CompiledCache {
    capacity: usize,
    entries: Mutex<Entries>,
}

impl Default for CompiledCache {
    fn default() -> Self {
        Self { capacity: CAPACITY, entries: Mutex::default() }
    }
}

impl CompiledCache {
    /// The compiled text, if this compiler has seen this source under this name.
    #[must_use]
    pub fn get(&self, compiler: &str, file: &str, source: &str) -> Option<Arc<str>> {
        let key = Key { compiler: compiler.to_owned(), file: file.to_owned(), source: source.to_owned() };
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        entries.clock += 1;
        let now = entries.clock;
        let entry = entries.by_key.get_mut(&key)?;
        entry.last_used = now;
        Some(Arc::clone(&entry.code))
    }

    /// Remembers; what was used longest ago makes room.
    pub fn insert(&self, compiler: &str, file: &str, source: &str, code: Arc<str>) {
        let key = Key { compiler: compiler.to_owned(), file: file.to_owned(), source: source.to_owned() };
        let bytes = weight(&key, &code);
        if bytes > self.capacity {
            return;
        }
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        entries.clock += 1;
        let last_used = entries.clock;
        if let Some(old) = entries.by_key.remove(&key) {
            entries.bytes -= weight(&key, &old.code);
        }
        while entries.bytes + bytes > self.capacity {
            let oldest = entries.by_key.iter().min_by_key(|(_, entry)| entry.last_used).map(|(key, _)| key.clone());
            let Some(oldest) = oldest else { break };
            if let Some(entry) = entries.by_key.remove(&oldest) {
                entries.bytes -= weight(&oldest, &entry.code);
            }
        }
        entries.bytes += bytes;
        entries.by_key.insert(key, Entry { code, last_used });
    }
}

fn weight(key: &Key, code: &str) -> usize {
    key.compiler.len() + key.file.len() + key.source.len() + code.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_kept_by_compiler_file_and_content() {
        let cache = CompiledCache::default();
        cache.insert("babel", "/a.js", "x", "compiled x".into());
        assert_eq!(cache.get("babel", "/a.js", "x").as_deref(), Some("compiled x"));
        for (compiler, file, source) in [("swc", "/a.js", "x"), ("babel", "/b.js", "x"), ("babel", "/a.js", "y")] {
            assert_eq!(cache.get(compiler, file, source), None);
        }
    }

    #[test]
    fn the_least_recently_used_make_room_when_the_bytes_run_out() {
        let cache = CompiledCache { capacity: 100, ..CompiledCache::default() };
        cache.insert("c", "f", "1", "x".repeat(40).into());
        cache.insert("c", "f", "2", "x".repeat(40).into());
        assert!(cache.get("c", "f", "1").is_some());
        cache.insert("c", "f", "3", "x".repeat(40).into());
        assert!(cache.get("c", "f", "1").is_some());
        assert!(cache.get("c", "f", "2").is_none());
        assert!(cache.get("c", "f", "3").is_some());
        cache.insert("c", "f", "4", "x".repeat(400).into());
        assert!(cache.get("c", "f", "4").is_none(), "too big to keep");
    }
}
