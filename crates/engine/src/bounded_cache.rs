//! A cache that is bounded in bytes: what was used longest ago makes room. Must not know what it keeps.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};

struct Entry<V> {
    value: V,
    bytes: usize,
    last_used: u64,
}

struct Entries<K, V> {
    by_key: HashMap<K, Entry<V>>,
    bytes: usize,
    clock: u64,
}

/// Shared by threads; values are handed out as clones.
pub(crate) struct BoundedCache<K, V> {
    capacity: usize,
    entries: Mutex<Entries<K, V>>,
}

impl<K: Eq + Hash + Clone, V: Clone> BoundedCache<K, V> {
    /// A cache of at most `capacity` bytes.
    pub(crate) fn new(capacity: usize) -> Self {
        Self { capacity, entries: Mutex::new(Entries { by_key: HashMap::new(), bytes: 0, clock: 0 }) }
    }

    pub(crate) fn get(&self, key: &K) -> Option<V> {
        let mut entries = self.lock();
        entries.clock += 1;
        let now = entries.clock;
        let entry = entries.by_key.get_mut(key)?;
        entry.last_used = now;
        Some(entry.value.clone())
    }

    /// Keeps `value`, which takes up `bytes`; in the place of another under the same key. What is larger than the whole
    /// cache is not kept.
    pub(crate) fn insert(&self, key: K, value: V, bytes: usize) {
        let mut entries = self.lock();
        entries.remove(&key);
        if bytes > self.capacity {
            return;
        }
        while entries.bytes + bytes > self.capacity {
            let oldest = entries.by_key.iter().min_by_key(|(_, entry)| entry.last_used).map(|(key, _)| key.clone());
            let Some(oldest) = oldest else { break };
            entries.remove(&oldest);
        }
        entries.clock += 1;
        entries.bytes += bytes;
        let last_used = entries.clock;
        entries.by_key.insert(key, Entry { value, bytes, last_used });
    }

    fn lock(&self) -> MutexGuard<'_, Entries<K, V>> {
        // Consistent between any two statements, so a panic elsewhere does not spoil it.
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Eq + Hash, V> Entries<K, V> {
    fn remove(&mut self, key: &K) {
        if let Some(entry) = self.by_key.remove(key) {
            self.bytes -= entry.bytes;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_recently_used_make_room_when_the_bytes_run_out() {
        let cache = BoundedCache::new(100);
        cache.insert("a", 1, 40);
        cache.insert("b", 2, 40);
        assert_eq!(cache.get(&"a"), Some(1));
        cache.insert("c", 3, 40);
        assert_eq!((cache.get(&"a"), cache.get(&"b"), cache.get(&"c")), (Some(1), None, Some(3)));
    }

    #[test]
    fn what_is_larger_than_the_cache_is_not_kept_and_takes_an_old_value_along() {
        let cache = BoundedCache::new(100);
        cache.insert("a", 1, 40);
        cache.insert("a", 2, 400);
        assert_eq!(cache.get(&"a"), None);
        cache.insert("b", 3, 100);
        assert_eq!(cache.get(&"b"), Some(3));
    }
}
