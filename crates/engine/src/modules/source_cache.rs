//! Texts of files that were read before, as long as the files have not changed. One cache serves the whole process.
//!
//! A file is told by device, inode, size and both of its times. Clocks of file systems are coarse, so a file that was
//! written less than two seconds before it was read is read again the next time: it may change without a trace.

use crate::bounded_cache::BoundedCache;
use crate::text::SharedText;
use std::sync::OnceLock;
use std::time::{Duration, SystemTime};

const CAPACITY: usize = 64 << 20;
const YOUNG: Duration = Duration::from_secs(2);

/// What tells an unchanged file; absent where the system does not say enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Stamp {
    /// Device and inode.
    pub(super) file: (u64, u64),
    pub(super) bytes: u64,
    /// Seconds and nanoseconds, as those below.
    pub(super) modified: (i64, i64),
    pub(super) changed: (i64, i64),
}

impl Stamp {
    /// Whether it may stand for two contents: something happened to the file only just now.
    fn is_young(&self) -> bool {
        let Ok(now) = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH) else { return true };
        let newest = self.modified.0.max(self.changed.0);
        // A time in the future says nothing.
        u64::try_from(newest).map_or(true, |newest| Duration::from_secs(newest) + YOUNG >= now)
    }
}

fn cache() -> &'static BoundedCache<Stamp, SharedText> {
    static CACHE: OnceLock<BoundedCache<Stamp, SharedText>> = OnceLock::new();
    CACHE.get_or_init(|| BoundedCache::new(CAPACITY))
}

pub(super) fn get(stamp: &Stamp) -> Option<SharedText> {
    cache().get(stamp)
}

/// Remembers the text that was read while the file had this stamp before and after.
pub(super) fn insert(stamp: Stamp, text: &SharedText) {
    if !stamp.is_young() {
        cache().insert(stamp, text.clone(), text.as_str().len());
    }
}
