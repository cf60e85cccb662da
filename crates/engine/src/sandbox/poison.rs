//! Builds for AddressSanitizer: tells it which bytes of an arena are handed out. To it an arena is one mapping, in which no
//! overflow and no use after release could be seen.
//!
//! In other builds everything here is empty. Must not know QuickJS; `heap.rs` and `arena.rs` call it at the few places
//! where memory changes hands. Such builds are made by `scripts/asan.mjs`, which sets `isolated_runtime_asan`.

#![cfg_attr(isolated_runtime_asan, expect(unsafe_code, reason = "calls AddressSanitizer's interface"))]

#[cfg(isolated_runtime_asan)]
unsafe extern "C" {
    fn __asan_poison_memory_region(start: *const u8, bytes: usize);
    fn __asan_unpoison_memory_region(start: *const u8, bytes: usize);
    fn __asan_region_is_poisoned(start: *const u8, bytes: usize) -> *const u8;
}

/// From now on nobody may touch these bytes but the heap itself.
#[inline]
pub(super) fn forbid(start: usize, bytes: usize) {
    #[cfg(isolated_runtime_asan)]
    // SAFETY: changes the sanitizer's notes on the range, not the range.
    unsafe {
        __asan_poison_memory_region(start as *const u8, bytes);
    }
    let _only_when_sanitized = (start, bytes);
}

/// Whoever has the address may use the bytes.
#[inline]
pub(super) fn permit(start: usize, bytes: usize) {
    #[cfg(isolated_runtime_asan)]
    // SAFETY: as in `forbid`.
    unsafe {
        __asan_unpoison_memory_region(start as *const u8, bytes);
    }
    let _only_when_sanitized = (start, bytes);
}

/// A block's payload of `usable` bytes is handed out for `asked` of them; what rounding added stays forbidden, so that an
/// overflow by a single byte shows.
#[inline]
pub(super) fn hand_out(payload: usize, asked: usize, usable: usize) {
    permit(payload, asked);
    if asked < usable {
        forbid(payload + asked, usable - asked);
    }
}

/// How many of the `usable` bytes of a payload were asked for.
#[inline]
pub(super) fn asked(payload: usize, usable: usize) -> usize {
    #[cfg(isolated_runtime_asan)]
    {
        // SAFETY: reads the sanitizer's notes.
        let first = unsafe { __asan_region_is_poisoned(payload as *const u8, usable) };
        if first.is_null() { usable } else { first as usize - payload }
    }
    #[cfg(not(isolated_runtime_asan))]
    {
        let _only_when_sanitized = payload;
        usable
    }
}

/// Which blocks were handed out when an image was taken, to be noted again when it is restored.
#[derive(Default)]
pub(super) struct Blocks {
    #[cfg(isolated_runtime_asan)]
    handed_out: Vec<(usize, usize)>,
}

impl Blocks {
    /// Each payload that is in use, with its usable bytes.
    pub(super) fn note(&mut self, payloads: impl Iterator<Item = (usize, usize)>) {
        #[cfg(isolated_runtime_asan)]
        {
            self.handed_out = payloads.map(|(payload, usable)| (payload, asked(payload, usable))).collect();
        }
        #[cfg(not(isolated_runtime_asan))]
        drop(payloads);
    }

    /// Everything from `start` to `end` is forbidden but the noted blocks.
    pub(super) fn apply(&self, start: usize, end: usize) {
        forbid(start, end - start);
        #[cfg(isolated_runtime_asan)]
        for &(payload, asked) in &self.handed_out {
            permit(payload, asked);
        }
    }
}

#[cfg(all(test, isolated_runtime_asan))]
#[path = "poison_tests.rs"]
mod tests;
