//! The allocator a sandbox's engine is served from: two-level segregated fit over one address range.
//!
//! All state lives inside the range, so copying the range back restores the allocator together with what it handed
//! out. Every operation is O(1). Memory above `top` has never been handed out since the last restore. Must not know
//! QuickJS, and never asks the system for anything.
//!
//! A block starts with the address of its physical predecessor (valid only while that one is free; the word is the
//! last one of the predecessor's payload), then its size and two flag bits, then the payload. Payloads are aligned to
//! 16 bytes, so sizes are 8 modulo 16, and a block in use costs 8 bytes.

#![expect(unsafe_code, reason = "an allocator: it reads and writes block headers in raw memory")]

use super::poison;
use std::ptr;

const FIRST_LEVELS: usize = 32;
const SECOND_LEVELS: usize = 16;
/// Sizes below this one are binned linearly, 16 bytes apart.
const SMALL: usize = 256;
const SMALL_LOG: u32 = 8;
const SECOND_LEVELS_LOG: u32 = 4;

/// From a block's address to its payload.
const HEADER: usize = 16;
/// What a block in use costs beside its payload.
const OVERHEAD: usize = 8;
const SMALLEST_PAYLOAD: usize = 24;
const SMALLEST_SPLIT: usize = SMALLEST_PAYLOAD + OVERHEAD;
/// Far above any arena; keeps size arithmetic from wrapping.
const LARGEST_REQUEST: usize = 1 << 38;

const FREE: usize = 1;
const PREVIOUS_FREE: usize = 2;
const FLAGS: usize = FREE | PREVIOUS_FREE;

/// Allocator state, at the start of the range it serves. Addresses are plain integers; 0 means none.
#[repr(C, align(16))]
pub(super) struct Heap {
    top: usize,
    /// How far it may grow for now; never above the ceiling.
    limit: usize,
    ceiling: usize,
    /// Bytes of the largest single request.
    largest: usize,
    peak: usize,
    first_bits: u32,
    second_bits: [u32; FIRST_LEVELS],
    bins: [[usize; SECOND_LEVELS]; FIRST_LEVELS],
}

impl Heap {
    /// Lays out an empty heap at `base`, which may hand out memory up to `base + bytes`.
    ///
    /// # Safety
    /// `base` is aligned to 16 and readable and writable for `bytes`, which exceed the size of `Heap`.
    pub(super) unsafe fn create(base: *mut u8, bytes: usize) -> *mut Heap {
        let heap = base.cast::<Heap>();
        let top = base as usize + size_of::<Heap>();
        let empty = Heap {
            top,
            limit: base as usize + bytes,
            ceiling: base as usize + bytes,
            largest: bytes.min(LARGEST_REQUEST),
            peak: top,
            first_bits: 0,
            second_bits: [0; FIRST_LEVELS],
            bins: [[0; SECOND_LEVELS]; FIRST_LEVELS],
        };
        // SAFETY: the caller vouches for the range.
        unsafe { heap.write(empty) };
        poison::forbid(top, base as usize + bytes - top);
        heap
    }

    /// Bytes from the start of the range to the end of what is handed out. The last word of the last payload lies behind
    /// `top`, where the header of the next block would begin.
    pub(super) fn used(&self) -> usize {
        self.top + OVERHEAD - ptr::from_ref(self) as usize
    }

    /// The most `used` has been since the last `reset_peak`.
    pub(super) fn peak(&self) -> usize {
        self.peak + OVERHEAD - ptr::from_ref(self) as usize
    }

    pub(super) fn reset_peak(&mut self) {
        self.peak = self.top;
    }

    /// Lets the heap grow to `bytes` from its start and no further, and refuses single requests above `largest`.
    pub(super) fn set_limit(&mut self, bytes: usize, largest: usize) {
        self.ceiling = ptr::from_ref(self) as usize + bytes;
        self.limit = self.ceiling;
        self.largest = largest.min(LARGEST_REQUEST);
    }

    /// Lets the heap grow to `bytes` from its start for now, within its limit.
    pub(super) fn grant(&mut self, bytes: usize) {
        self.limit = (ptr::from_ref(self) as usize).saturating_add(bytes).min(self.ceiling);
    }

    /// How far from its start the heap has to be granted for a request that it has refused: to allocate, with a null
    /// `payload`, or to resize. `None` if that is beyond its limit.
    pub(super) fn reach_for(&self, payload: *mut u8, bytes: usize) -> Option<usize> {
        let need = self.payload_for(bytes)?;
        let resized =
            (payload as usize).checked_sub(HEADER).filter(|block| next_of(*block, size_of_block(*block)) == self.top);
        let end = resized.unwrap_or(self.top) + OVERHEAD + need + HEADER;
        (end <= self.ceiling).then_some(end - ptr::from_ref(self) as usize)
    }

    /// Bytes from its start that it may not grow beyond.
    pub(super) fn ceiling(&self) -> usize {
        self.ceiling - ptr::from_ref(self) as usize
    }

    /// Bytes it may still grow by, beside what was released below.
    pub(super) fn room(&self) -> usize {
        self.ceiling.saturating_sub(self.top)
    }

    /// `None` when the limit would be exceeded.
    pub(super) fn allocate(&mut self, bytes: usize) -> Option<*mut u8> {
        let need = self.payload_for(bytes)?;
        let block = match self.take_fitting(need) {
            Some(block) => {
                self.give_back_tail(block, need);
                block
            }
            None => self.carve_from_top(need)?,
        };
        poison::hand_out(block + HEADER, bytes, size_of_block(block));
        Some((block + HEADER) as *mut u8)
    }

    /// # Safety
    /// `payload` came from this heap and has not been released since.
    pub(super) unsafe fn release(&mut self, payload: *mut u8) {
        let block = payload as usize - HEADER;
        poison::forbid(payload as usize, size_of_block(block));
        self.release_block(block);
    }

    /// `None` when the limit would be exceeded; the old block then stays as it is.
    ///
    /// # Safety
    /// `payload` came from this heap and has not been released since.
    pub(super) unsafe fn resize(&mut self, payload: *mut u8, bytes: usize) -> Option<*mut u8> {
        let need = self.payload_for(bytes)?;
        let block = payload as usize - HEADER;
        let size = size_of_block(block);
        if need <= size {
            // A small surplus stays: growing again is likelier than running short.
            if size - need > size / 4 {
                poison::forbid(payload as usize, size);
                self.give_back_tail(block, need);
            }
            poison::hand_out(payload as usize, bytes, size_of_block(block));
            return Some(payload);
        }
        if self.grow_in_place(block, size, need) {
            poison::hand_out(payload as usize, bytes, size_of_block(block));
            return Some(payload);
        }
        let fresh = self.allocate(bytes)?;
        poison::permit(payload as usize, size);
        // SAFETY: both are live payloads of this heap, distinct, and the old one is `size` bytes long.
        unsafe { ptr::copy_nonoverlapping(payload, fresh, size) };
        poison::forbid(payload as usize, size);
        self.release_block(block);
        Some(fresh)
    }

    /// # Safety
    /// `payload` came from a heap and has not been released since.
    pub(super) unsafe fn usable_size(payload: *const u8) -> usize {
        poison::asked(payload as usize, size_of_block(payload as usize - HEADER))
    }

    /// Payloads in use, in the order of their addresses, each with its size.
    pub(super) fn payloads(&self) -> impl Iterator<Item = (usize, usize)> {
        let mut block = ptr::from_ref(self) as usize + size_of::<Self>();
        std::iter::from_fn(move || {
            while block != self.top {
                let (size, is_free) = (size_of_block(block), read(block + OVERHEAD) & FREE != 0);
                let payload = block + HEADER;
                block = next_of(block, size);
                if !is_free {
                    return Some((payload, size));
                }
            }
            None
        })
    }

    fn payload_for(&self, bytes: usize) -> Option<usize> {
        if bytes > self.largest {
            return None;
        }
        let rounded = ((bytes + OVERHEAD + 15) & !15) - OVERHEAD;
        Some(rounded.max(SMALLEST_PAYLOAD))
    }

    fn carve_from_top(&mut self, need: usize) -> Option<usize> {
        let block = self.top;
        let top = block + OVERHEAD + need;
        // The header of the block that may follow has to fit as well.
        if top + HEADER > self.limit {
            return None;
        }
        self.set_top(top);
        write(block + OVERHEAD, need);
        Some(block)
    }

    fn set_top(&mut self, top: usize) {
        self.top = top;
        self.peak = self.peak.max(top);
    }

    fn grow_in_place(&mut self, block: usize, size: usize, need: usize) -> bool {
        let next = next_of(block, size);
        if next == self.top {
            let top = block + OVERHEAD + need;
            if top + HEADER > self.limit {
                return false;
            }
            self.set_top(top);
            write(block + OVERHEAD, need | (read(block + OVERHEAD) & FLAGS));
            return true;
        }
        if read(next + OVERHEAD) & FREE == 0 {
            return false;
        }
        let joined = size + OVERHEAD + size_of_block(next);
        if joined < need {
            return false;
        }
        self.unlink(next);
        write(block + OVERHEAD, joined | (read(block + OVERHEAD) & FLAGS));
        let after = next_of(block, joined);
        write(after + OVERHEAD, read(after + OVERHEAD) & !PREVIOUS_FREE);
        self.give_back_tail(block, need);
        true
    }

    /// Cuts a block in use down to `need` bytes where the rest is worth a block of its own.
    fn give_back_tail(&mut self, block: usize, need: usize) {
        let size = size_of_block(block);
        if size - need < SMALLEST_SPLIT {
            return;
        }
        write(block + OVERHEAD, need | (read(block + OVERHEAD) & FLAGS));
        let tail = next_of(block, need);
        write(tail + OVERHEAD, size - need - OVERHEAD);
        self.release_block(tail);
    }

    /// Joins a block with its free neighbours and files it, or gives it back to the untouched top.
    fn release_block(&mut self, released: usize) {
        let mut block = released;
        let mut size = size_of_block(block);
        if read(block + OVERHEAD) & PREVIOUS_FREE != 0 {
            let previous = read(block);
            self.unlink(previous);
            size += OVERHEAD + size_of_block(previous);
            block = previous;
        }
        let mut next = next_of(block, size);
        if next != self.top && read(next + OVERHEAD) & FREE != 0 {
            self.unlink(next);
            size += OVERHEAD + size_of_block(next);
            next = next_of(block, size);
        }
        if next == self.top {
            self.top = block;
            return;
        }
        // Two free blocks never touch, so the predecessor of a free block is in use.
        write(block + OVERHEAD, size | FREE);
        write(next, block);
        write(next + OVERHEAD, read(next + OVERHEAD) | PREVIOUS_FREE);
        self.link(block, size);
    }

    /// Takes a free block of at least `need` bytes out of its bin and marks it used.
    fn take_fitting(&mut self, need: usize) -> Option<usize> {
        let (mut first, second) = bin_to_search(need);
        if first >= FIRST_LEVELS {
            return None;
        }
        let mut seconds = self.second_bits[first] & (u32::MAX << second);
        if seconds == 0 {
            let firsts = self.first_bits & u32::MAX.checked_shl(first as u32 + 1).unwrap_or(0);
            if firsts == 0 {
                return None;
            }
            first = firsts.trailing_zeros() as usize;
            seconds = self.second_bits[first];
        }
        let block = self.bins[first][seconds.trailing_zeros() as usize];
        self.unlink(block);
        let size = size_of_block(block);
        write(block + OVERHEAD, size);
        let next = next_of(block, size);
        write(next + OVERHEAD, read(next + OVERHEAD) & !PREVIOUS_FREE);
        Some(block)
    }

    fn link(&mut self, block: usize, size: usize) {
        let (first, second) = bin_of(size);
        let head = self.bins[first][second];
        write(block + HEADER, head);
        write(block + HEADER + 8, 0);
        if head != 0 {
            write(head + HEADER + 8, block);
        }
        self.bins[first][second] = block;
        self.first_bits |= 1 << first;
        self.second_bits[first] |= 1 << second;
    }

    fn unlink(&mut self, block: usize) {
        let (next, previous) = (read(block + HEADER), read(block + HEADER + 8));
        if next != 0 {
            write(next + HEADER + 8, previous);
        }
        if previous != 0 {
            write(previous + HEADER, next);
            return;
        }
        let (first, second) = bin_of(size_of_block(block));
        self.bins[first][second] = next;
        if next == 0 {
            self.second_bits[first] &= !(1 << second);
            if self.second_bits[first] == 0 {
                self.first_bits &= !(1 << first);
            }
        }
    }
}

/// The bin a free block of `size` bytes is filed in.
fn bin_of(size: usize) -> (usize, usize) {
    if size < SMALL {
        return (0, size / (SMALL / SECOND_LEVELS));
    }
    let log = size.ilog2();
    let second = (size >> (log - SECOND_LEVELS_LOG)) ^ SECOND_LEVELS;
    ((log - SMALL_LOG + 1) as usize, second)
}

/// The first bin in which every block has at least `need` bytes.
fn bin_to_search(need: usize) -> (usize, usize) {
    if need < SMALL {
        return bin_of(need);
    }
    bin_of(need + (1 << (need.ilog2() - SECOND_LEVELS_LOG)) - 1)
}

fn size_of_block(block: usize) -> usize {
    read(block + OVERHEAD) & !FLAGS
}

fn next_of(block: usize, size: usize) -> usize {
    block + OVERHEAD + size
}

#[cfg_attr(isolated_runtime_asan, sanitize(address = "off"))]
fn read(address: usize) -> usize {
    // SAFETY: called with addresses of header words of blocks below `top + HEADER`, which lie inside the range.
    unsafe { *(address as *const usize) }
}

#[cfg_attr(isolated_runtime_asan, sanitize(address = "off"))]
fn write(address: usize, word: usize) {
    // SAFETY: as for `read`; the range belongs to this heap alone.
    unsafe { *(address as *mut usize) = word };
}

#[cfg(test)]
#[path = "heap_tests.rs"]
mod tests;
