//! Source text that caches tell apart: with its hash, computed once.

use std::hash::{DefaultHasher, Hasher};
use std::sync::Arc;

/// Shared between caches and runs.
pub(crate) type SharedText = Arc<HashedText>;

/// Texts with equal hashes still have to be compared: guests may know how to make them.
#[derive(Debug)]
pub(crate) struct HashedText {
    text: String,
    hash: u64,
}

impl HashedText {
    pub(crate) fn shared(text: String) -> SharedText {
        let mut hasher = DefaultHasher::new();
        hasher.write(text.as_bytes());
        Arc::new(Self { hash: hasher.finish(), text })
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    pub(crate) fn hash(&self) -> u64 {
        self.hash
    }
}

/// Whether two texts are the same, looked at only where they are not one.
pub(crate) fn is_same(one: &SharedText, other: &SharedText) -> bool {
    Arc::ptr_eq(one, other) || (one.hash == other.hash && one.text == other.text)
}
