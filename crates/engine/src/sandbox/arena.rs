//! One sandbox's address range: reserved at once, paid for page by page, with inaccessible ranges on both sides.
//!
//! Must not know QuickJS. The heap that allocates inside is in `heap.rs`; this file knows where the range comes from,
//! and how its first bytes are set aside and copied back.

#![expect(unsafe_code, reason = "maps memory and copies it wholesale")]

use super::heap::Heap;
use std::{io, ptr};

/// Neighbours that no index off by up to this much can reach.
const RED_ZONE: usize = 16 << 20;
/// Below this, zeroing what a run touched is cheaper than giving its pages back.
const ZERO_RATHER_THAN_DROP: usize = 256 << 10;
const PAGE: usize = 4096;

pub(super) struct Arena {
    range: Range,
    heap: *mut Heap,
    image: Vec<u8>,
}

// SAFETY: the range is owned by this value and reached through it alone; no thread keeps a pointer of its own.
unsafe impl Send for Arena {}

impl Arena {
    /// Reserves `bytes` (rounded up to whole pages) and lays out an empty heap in them.
    pub(super) fn reserve(bytes: usize) -> io::Result<Self> {
        let range = Range::reserve(bytes.next_multiple_of(PAGE))?;
        // SAFETY: the range is page-aligned, accessible, and far larger than the heap's state.
        let heap = unsafe { Heap::create(range.start(), range.bytes) };
        Ok(Self { range, heap, image: Vec::new() })
    }

    /// The heap inside the range; valid as long as the arena, at the same address all that time.
    pub(super) fn heap(&self) -> *mut Heap {
        self.heap
    }

    pub(super) fn bytes(&self) -> usize {
        self.range.bytes
    }

    /// The most bytes the range has held since the last restore.
    pub(super) fn peak(&self) -> usize {
        // SAFETY: `heap` is valid, and no engine code runs while the arena is borrowed.
        unsafe { (*self.heap).peak() }
    }

    pub(super) fn set_limit(&mut self, bytes: usize) {
        let limit = bytes.min(self.range.bytes);
        // SAFETY: as in `peak`.
        unsafe { (*self.heap).set_limit(limit) };
    }

    /// Sets the used part aside; from now on `restore` returns to this state.
    pub(super) fn take_image(&mut self) {
        // SAFETY: as in `peak`; `used` bytes from the start are initialised by then.
        self.image = unsafe {
            (*self.heap).reset_peak();
            std::slice::from_raw_parts(self.range.start(), (*self.heap).used()).to_vec()
        };
    }

    pub(super) fn image_bytes(&self) -> usize {
        self.image.len()
    }

    /// Makes every byte of the range what it was at `take_image`; above the image nothing readable is left.
    pub(super) fn restore(&mut self) {
        let dirty = self.peak();
        let image = self.image.len();
        // SAFETY: the image was taken from the start of this range, and `dirty` never exceeds its length.
        unsafe {
            ptr::copy_nonoverlapping(self.image.as_ptr(), self.range.start(), image);
            self.clear(image, dirty);
        }
    }

    /// # Safety
    /// `from..to` lies inside the range.
    unsafe fn clear(&mut self, from: usize, to: usize) {
        // The block header behind the top may have been written as well.
        let to = (to + 16).min(self.range.bytes);
        let first_page = from.next_multiple_of(PAGE).min(to);
        let zero_to = if to - first_page < ZERO_RATHER_THAN_DROP { to } else { first_page };
        // SAFETY: inside the range by the caller's word.
        unsafe { ptr::write_bytes(self.range.start().add(from), 0, zero_to.saturating_sub(from)) };
        if zero_to < to {
            self.range.drop_pages(zero_to, to.next_multiple_of(PAGE) - zero_to);
        }
    }
}

#[cfg(unix)]
struct Range {
    reserved: *mut u8,
    bytes: usize,
}

#[cfg(unix)]
impl Range {
    fn reserve(bytes: usize) -> io::Result<Self> {
        use rustix::mm::{MapFlags, MprotectFlags, ProtFlags, mmap_anonymous, mprotect};
        #[cfg(target_os = "linux")]
        let flags = MapFlags::PRIVATE | MapFlags::NORESERVE;
        #[cfg(not(target_os = "linux"))]
        let flags = MapFlags::PRIVATE;
        // SAFETY: a fresh anonymous mapping at an address of the system's choice.
        let reserved = unsafe { mmap_anonymous(ptr::null_mut(), bytes + 2 * RED_ZONE, ProtFlags::empty(), flags)? };
        let range = Self { reserved: reserved.cast(), bytes };
        // SAFETY: the middle of the mapping just made.
        unsafe { mprotect(range.start().cast(), bytes, MprotectFlags::READ | MprotectFlags::WRITE)? };
        Ok(range)
    }

    fn start(&self) -> *mut u8 {
        self.reserved.wrapping_add(RED_ZONE)
    }

    #[cfg(target_os = "linux")]
    fn drop_pages(&mut self, from: usize, bytes: usize) {
        use rustix::mm::{Advice, madvise};
        // SAFETY: whole pages of this range; they read as zero afterwards.
        let dropped = unsafe { madvise(self.start().add(from).cast(), bytes, Advice::LinuxDontNeed) };
        if dropped.is_err() {
            self.zero(from, bytes);
        }
    }

    /// Elsewhere `madvise` may leave the old bytes readable, so they are overwritten.
    #[cfg(not(target_os = "linux"))]
    fn drop_pages(&mut self, from: usize, bytes: usize) {
        self.zero(from, bytes);
    }

    fn zero(&mut self, from: usize, bytes: usize) {
        // SAFETY: `from` and `bytes` come from `clear`, which stays inside the range.
        unsafe { ptr::write_bytes(self.start().add(from), 0, bytes) };
    }
}

#[cfg(unix)]
impl Drop for Range {
    fn drop(&mut self) {
        // SAFETY: the mapping made in `reserve`; nothing points into it any more.
        let unmapped = unsafe { rustix::mm::munmap(self.reserved.cast(), self.bytes + 2 * RED_ZONE) };
        debug_assert!(unmapped.is_ok(), "a whole mapping of ours can be unmapped");
    }
}

/// Where there is no `mmap` the range is an ordinary allocation, without red zones. Not tested on such a platform.
#[cfg(not(unix))]
struct Range {
    start: *mut u8,
    bytes: usize,
}

#[cfg(not(unix))]
impl Range {
    fn layout(bytes: usize) -> io::Result<std::alloc::Layout> {
        std::alloc::Layout::from_size_align(bytes, PAGE).map_err(io::Error::other)
    }

    fn reserve(bytes: usize) -> io::Result<Self> {
        // SAFETY: the size is not zero.
        let start = unsafe { std::alloc::alloc_zeroed(Self::layout(bytes)?) };
        if start.is_null() {
            return Err(io::Error::from(io::ErrorKind::OutOfMemory));
        }
        Ok(Self { start, bytes })
    }

    fn start(&self) -> *mut u8 {
        self.start
    }

    fn drop_pages(&mut self, from: usize, bytes: usize) {
        // SAFETY: `from` and `bytes` come from `clear`, which stays inside the range.
        unsafe { ptr::write_bytes(self.start.add(from), 0, bytes) };
    }
}

#[cfg(not(unix))]
impl Drop for Range {
    fn drop(&mut self) {
        if let Ok(layout) = Self::layout(self.bytes) {
            // SAFETY: allocated in `reserve` with the same layout.
            unsafe { std::alloc::dealloc(self.start, layout) };
        }
    }
}
