//! One sandbox's address range: reserved at once, paid for page by page, with inaccessible ranges on both sides.
//!
//! Must not know QuickJS. The heap that allocates inside is in `heap.rs`; this file knows where the range comes from,
//! and how its first bytes are set aside and copied back.

#![expect(unsafe_code, reason = "maps memory and copies it wholesale")]

use super::heap::Heap;
#[cfg(target_os = "linux")]
use super::mapped_image::{MappedImage, thread_faults};
use super::poison::{self, Blocks};
use std::{io, ptr};

/// Neighbours that no index off by up to this much can reach.
const RED_ZONE: usize = 16 << 20;
/// Below this, zeroing what a run touched is cheaper than giving its pages back.
const ZERO_RATHER_THAN_DROP: usize = 256 << 10;
const PAGE: usize = 4096;
/// Above this, copying the whole image costs more than the faults on the pages that a run touches.
#[cfg(target_os = "linux")]
const MAP_RATHER_THAN_COPY: usize = 1 << 20;

pub(super) struct Arena {
    range: Range,
    heap: *mut Heap,
    image: Image,
    /// What the image has handed out.
    blocks: Blocks,
}

/// What `restore` returns to.
enum Image {
    /// Copied back as a whole: cheapest for small ones.
    Copy(Vec<u8>),
    /// Mapped from a file in memory, so that only pages that were written to have to be copied.
    #[cfg(target_os = "linux")]
    Mapped(MappedImage),
}

impl Image {
    fn bytes(&self) -> usize {
        match self {
            Self::Copy(bytes) => bytes.len(),
            #[cfg(target_os = "linux")]
            Self::Mapped(image) => image.bytes(),
        }
    }
}

/// A guest's bytes and what the engine and the heap spend on keeping them: headers of blocks, and holes between them.
fn with_bookkeeping(bytes: usize) -> usize {
    bytes.saturating_add(bytes / 16)
}

// SAFETY: the range is owned by this value and reached through it alone; no thread keeps a pointer of its own.
unsafe impl Send for Arena {}

impl Arena {
    /// Reserves room for `bytes` of a guest and lays out an empty heap in it.
    pub(super) fn reserve(bytes: usize) -> io::Result<Self> {
        let pages = with_bookkeeping(bytes).checked_next_multiple_of(PAGE);
        let range = Range::reserve(pages.ok_or_else(|| io::Error::from(io::ErrorKind::OutOfMemory))?)?;
        // SAFETY: the range is page-aligned, accessible, and far larger than the heap's state.
        let heap = unsafe { Heap::create(range.start(), range.bytes) };
        Ok(Self { range, heap, image: Image::Copy(Vec::new()), blocks: Blocks::default() })
    }

    /// The heap inside the range; valid as long as the arena, at the same address all that time.
    pub(super) fn heap(&self) -> *mut Heap {
        self.heap
    }

    /// The whole reserved range, red zones included.
    pub(super) fn reserved(&self) -> (*const u8, *const u8) {
        self.range.reserved()
    }

    pub(super) fn bytes(&self) -> usize {
        self.range.bytes
    }

    /// The most bytes the range has held since the last restore.
    pub(super) fn peak(&self) -> usize {
        // SAFETY: `heap` is valid, and no engine code runs while the arena is borrowed.
        unsafe { (*self.heap).peak() }
    }

    /// Lets the guest have `bytes`; the heap's own bookkeeping comes on top.
    pub(super) fn set_limit(&mut self, bytes: usize) {
        let limit = with_bookkeeping(bytes).min(self.range.bytes);
        // SAFETY: as in `peak`.
        unsafe { (*self.heap).set_limit(limit, bytes) };
    }

    /// Lets the heap grow to `bytes` from the range's start for now, within its limit.
    pub(super) fn grant(&mut self, bytes: usize) {
        // SAFETY: as in `peak`.
        unsafe { (*self.heap).grant(bytes) };
    }

    /// Bytes from the range's start to the end of what the heap has handed out.
    pub(super) fn used(&self) -> usize {
        // SAFETY: as in `peak`.
        unsafe { (*self.heap).used() }
    }

    /// Sets the used part aside; from now on `restore` returns to this state.
    pub(super) fn take_image(&mut self) {
        let dirty = self.peak();
        // SAFETY: as in `peak`.
        self.blocks.note(unsafe { (*self.heap).payloads() });
        self.permit(dirty);
        self.set_image_aside();
        self.note_blocks(dirty);
    }

    fn set_image_aside(&mut self) {
        // SAFETY: as in `peak`; `used` bytes from the start are initialised by then.
        let used = unsafe {
            (*self.heap).reset_peak();
            std::slice::from_raw_parts(self.range.start(), (*self.heap).used())
        };
        #[cfg(target_os = "linux")]
        if used.len() > MAP_RATHER_THAN_COPY {
            // SAFETY: the range begins a page and contains `used`; it is unmapped after the image is gone, or with it.
            let mapped = unsafe { MappedImage::map(self.range.start(), used) };
            if let Ok(image) = mapped {
                self.image = Image::Mapped(image);
                return;
            }
        }
        self.image = Image::Copy(used.to_vec());
    }

    pub(super) fn image_bytes(&self) -> usize {
        self.image.bytes()
    }

    /// Runs what may write to the range, on this thread.
    pub(super) fn turn<R>(&mut self, turn: impl FnOnce() -> R) -> R {
        #[cfg(target_os = "linux")]
        if let Image::Mapped(image) = &mut self.image {
            let faults = thread_faults();
            let answer = turn();
            image.note_turn(faults);
            return answer;
        }
        turn()
    }

    /// Makes every byte of the range what it was at `take_image`; above the image nothing readable is left.
    pub(super) fn restore(&mut self) {
        // Read before the heap's own state is restored.
        let dirty = self.peak();
        self.permit(dirty);
        let from = match &mut self.image {
            Image::Copy(image) => {
                // SAFETY: the image was taken from the start of this range.
                unsafe { ptr::copy_nonoverlapping(image.as_ptr(), self.range.start(), image.len()) };
                image.len()
            }
            #[cfg(target_os = "linux")]
            Image::Mapped(image) => {
                image.restore();
                image.mapped_bytes()
            }
        };
        if from < dirty {
            // SAFETY: `dirty` never exceeds the range's length.
            unsafe { self.clear(from, dirty) };
        }
        self.note_blocks(dirty);
    }

    /// Bytes from the start that setting aside and restoring touch: whole pages, as a mapped image has them.
    fn touched(&self, dirty: usize) -> usize {
        dirty.max(self.image.bytes()).next_multiple_of(PAGE).min(self.range.bytes)
    }

    fn permit(&self, dirty: usize) {
        poison::permit(self.range.start() as usize, self.touched(dirty));
    }

    /// Of what was touched, nothing but the heap's own state and what the image has handed out may be from now on.
    fn note_blocks(&self, dirty: usize) {
        let start = self.range.start() as usize;
        self.blocks.apply(start + size_of::<Heap>(), start + self.touched(dirty));
    }

    /// # Safety
    /// `from..to` lies inside the range.
    unsafe fn clear(&mut self, from: usize, to: usize) {
        let to = to.min(self.range.bytes);
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

    fn reserved(&self) -> (*const u8, *const u8) {
        (self.reserved, self.reserved.wrapping_add(self.bytes + 2 * RED_ZONE))
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
        poison::permit(self.start() as usize, self.bytes);
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

    fn reserved(&self) -> (*const u8, *const u8) {
        (self.start, self.start.wrapping_add(self.bytes))
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

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(arena: &mut Arena, bytes: usize, with: u8) -> &'static mut [u8] {
        // SAFETY: the arena outlives what the test does with its heap; the block is `usable_size` long.
        unsafe {
            let payload = (*arena.heap()).allocate(bytes).expect("there is room");
            let block = std::slice::from_raw_parts_mut(payload, Heap::usable_size(payload));
            block.fill(with);
            block
        }
    }

    #[test]
    fn an_image_holds_the_last_block_to_its_last_byte() {
        for bytes in [24, 1000, 3 << 20] {
            let mut arena = Arena::reserve(16 << 20).expect("address space");
            let last = filled(&mut arena, bytes, 7);
            arena.take_image();
            last.fill(8);
            let above = filled(&mut arena, 5000, 9);
            arena.restore();
            // Nobody may look there any more; this test does.
            poison::permit(above.as_ptr() as usize, above.len());
            assert!(last.iter().all(|byte| *byte == 7), "{bytes} bytes in the image");
            assert!(above[8..].iter().all(|byte| *byte == 0), "nothing above the image");
        }
    }
}
