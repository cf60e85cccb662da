//! What the process holds, as Linux tells it: whoever grows with the number of attempts leaks.

#![expect(clippy::disallowed_methods, reason = "the system tells in files")]

/// The pool adds threads while others are blocked by hooks or by guests that overran; one that is asleep by the time it is no
/// longer needed ends when it is woken next.
const SPARE_THREADS: usize = 2;

/// At one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Resources {
    pub(crate) resident_bytes: u64,
    pub(crate) descriptors: usize,
    pub(crate) threads: usize,
}

impl Resources {
    /// `None` where the system does not tell.
    pub(crate) fn now() -> Option<Self> {
        const PAGE: u64 = 4096;
        let pages = std::fs::read_to_string("/proc/self/statm").ok()?;
        let count = |folder: &str| std::fs::read_dir(folder).map(Iterator::count).ok();
        Some(Self {
            resident_bytes: pages.split(' ').nth(1)?.parse::<u64>().ok()? * PAGE,
            descriptors: count("/proc/self/fd")?,
            threads: count("/proc/self/task")?,
        })
    }

    /// How this is more than an earlier moment, beyond what caches of a bounded size explain.
    pub(crate) fn growth_since(self, earlier: Self, allowed_bytes: u64) -> Option<String> {
        let grown = self.resident_bytes.saturating_sub(earlier.resident_bytes);
        // AddressSanitizer keeps what was freed for a while.
        let is_more = grown > allowed_bytes && !cfg!(isolated_runtime_asan);
        let is_leak =
            is_more || self.descriptors > earlier.descriptors || self.threads > earlier.threads + SPARE_THREADS;
        is_leak.then(|| format!("leak: {earlier:?} became {self:?}"))
    }
}

#[cfg(test)]
mod tests {
    use super::Resources;

    #[test]
    fn growth_is_told_beyond_what_is_allowed() {
        let before = Resources { resident_bytes: 100, descriptors: 5, threads: 3 };
        assert_eq!(Resources { resident_bytes: 150, ..before }.growth_since(before, 50), None);
        assert!(Resources { resident_bytes: 151, ..before }.growth_since(before, 50).is_some());
        assert!(Resources { descriptors: 6, ..before }.growth_since(before, 50).is_some());
        assert_eq!(Resources { threads: 5, ..before }.growth_since(before, 50), None);
        assert!(Resources { threads: 6, ..before }.growth_since(before, 50).is_some());
    }
}
