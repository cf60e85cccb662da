//! The image of a large sandbox: a file in memory, mapped privately over the start of the arena. A page that nobody has
//! written to is the file's; the first write makes the page the process's own, which costs a fault and some microseconds.
//!
//! Runs of one application write to much the same pages, reference counts above all. So pages that are our own stay, and a
//! restore copies the file's content over them; they are given back when they have become too many. Which they are the
//! system says (`/proc/self/pagemap`), and it is asked only after turns in which the thread met a fault: without one no page
//! has become our own. Linux only.

#![expect(unsafe_code, reason = "maps memory and copies pages")]

use rustix::fd::OwnedFd;
use rustix::fs::{MemfdFlags, Mode, OFlags, ftruncate, memfd_create};
use rustix::mm::{Advice, MapFlags, ProtFlags, madvise, mmap, munmap};
use std::sync::OnceLock;
use std::{io, ptr};

const PAGE: usize = 4096;
/// Copying that many pages costs about as much as the faults of a run on a few dozen.
const MOST_OWN: usize = 1024;
/// Entries of the page map read at once.
const ENTRIES: usize = 512;
const IS_PRESENT: u64 = 1 << 63;
const IS_SWAPPED: u64 = 1 << 62;
const IS_OF_FILE: u64 = 1 << 61;

unsafe extern "C" {
    fn isolated_runtime_thread_faults() -> u64;
}

/// Page faults that the calling thread has met so far.
pub(super) fn thread_faults() -> u64 {
    // SAFETY: answers a number.
    unsafe { isolated_runtime_thread_faults() }
}

pub(super) struct MappedImage {
    start: *mut u8,
    /// The file once more, as it is.
    shown: *const u8,
    bytes: usize,
    pages: usize,
    /// Pages that are our own, by their number.
    own: Vec<usize>,
    /// Whether there may be others.
    may_be_more: bool,
    /// Whether the system counts a thread's faults, and tells our own pages from the file's. Some that look like Linux do not.
    is_told: bool,
}

impl MappedImage {
    /// Replaces whole pages at `start` by a private mapping of a copy of `image`, which begins there.
    ///
    /// # Safety
    /// `start` begins a page, and the pages that `image` touches are the caller's to replace. They stay mapped for as long as
    /// the value lives.
    pub(super) unsafe fn map(start: *mut u8, image: &[u8]) -> io::Result<Self> {
        let pages = image.len().div_ceil(PAGE);
        let file = memfd_create("isolated-runtime-image", MemfdFlags::CLOEXEC)?;
        ftruncate(&file, (pages * PAGE) as u64)?;
        let mut written = 0;
        while written < image.len() {
            written += rustix::io::pwrite(&file, &image[written..], written as u64)?;
        }
        // SAFETY: a fresh mapping at an address of the system's choice.
        let shown = unsafe { mmap(ptr::null_mut(), pages * PAGE, ProtFlags::READ, MapFlags::SHARED, &file, 0)? };
        let (shown, bytes) = (shown.cast(), image.len());
        let mut image = Self { start, shown, bytes, pages, own: Vec::new(), may_be_more: true, is_told: false };
        // SAFETY: by the caller's word; the content stays the same, and the rest of the last page lies above what the heap has
        // handed out. The mappings keep the file alive.
        unsafe {
            let protection = ProtFlags::READ | ProtFlags::WRITE;
            mmap(start.cast(), pages * PAGE, protection, MapFlags::PRIVATE | MapFlags::FIXED, &file, 0)?;
            image.is_told = image.tries_out();
        }
        Ok(image)
    }

    /// Reads the last page, writes what is there to the first one, and looks whether the system noticed.
    ///
    /// # Safety
    /// The private mapping has just been made.
    unsafe fn tries_out(&mut self) -> bool {
        // SAFETY: the first and the last byte of the mapping.
        unsafe {
            self.start.add(self.pages * PAGE - 1).read_volatile();
            let faults = thread_faults();
            self.start.write_volatile(self.start.read_volatile());
            thread_faults() != faults && self.find_own() && self.own == [0]
        }
    }

    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Bytes from the start that the mapping covers.
    pub(super) fn mapped_bytes(&self) -> usize {
        self.pages * PAGE
    }

    /// A turn is over before which the thread had met so many faults.
    pub(super) fn note_turn(&mut self, faults_before: u64) {
        self.may_be_more |= thread_faults() != faults_before;
    }

    /// Makes every byte that of the image again.
    pub(super) fn restore(&mut self) {
        if !self.is_told || (self.may_be_more && (!self.find_own() || self.own.len() > MOST_OWN)) {
            return self.give_back();
        }
        self.may_be_more = false;
        for &page in &self.own {
            // SAFETY: both mappings are `pages` long and the value's own; they do not overlap.
            unsafe { ptr::copy_nonoverlapping(self.shown.add(page * PAGE), self.start.add(page * PAGE), PAGE) };
        }
    }

    /// Drops our own pages, so that the file's are seen again.
    fn give_back(&mut self) {
        self.own = Vec::new();
        self.may_be_more = true;
        // SAFETY: whole pages of the private mapping.
        let dropped = unsafe { madvise(self.start.cast(), self.pages * PAGE, Advice::LinuxDontNeed) };
        if dropped.is_err() {
            // SAFETY: as in `restore`.
            unsafe { ptr::copy_nonoverlapping(self.shown, self.start, self.pages * PAGE) };
        }
    }

    /// Asks the system which pages are our own; `false` where it does not say.
    fn find_own(&mut self) -> bool {
        let Some(map) = page_map() else { return false };
        self.own.clear();
        let mut entries = [0_u8; ENTRIES * 8];
        let first = self.start as usize / PAGE;
        let mut page = 0;
        while page < self.pages {
            let wanted = (self.pages - page).min(ENTRIES) * 8;
            match rustix::io::pread(map, &mut entries[..wanted], ((first + page) * 8) as u64) {
                Ok(read) if read == wanted => {}
                _ => return false,
            }
            for entry in entries[..wanted].chunks_exact(8) {
                let entry = entry.try_into().map_or(u64::MAX, u64::from_ne_bytes);
                if entry & IS_SWAPPED != 0 || (entry & IS_PRESENT != 0 && entry & IS_OF_FILE == 0) {
                    self.own.push(page);
                }
                page += 1;
            }
        }
        true
    }
}

impl Drop for MappedImage {
    fn drop(&mut self) {
        // SAFETY: the mapping made in `map`; nothing else points into it. The private one goes with the arena's range.
        let unmapped = unsafe { munmap(self.shown.cast_mut().cast(), self.pages * PAGE) };
        debug_assert!(unmapped.is_ok(), "a whole mapping of ours can be unmapped");
    }
}

/// What the system knows about this process's pages; `None` where there is no such file, as in some jails.
fn page_map() -> Option<&'static OwnedFd> {
    static MAP: OnceLock<Option<OwnedFd>> = OnceLock::new();
    let open = || rustix::fs::open("/proc/self/pagemap", OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty());
    MAP.get_or_init(|| open().ok()).as_ref()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustix::mm::mmap_anonymous;

    const PAGES: usize = 2000;

    /// A mapped image of a known content, and its memory.
    fn mapped() -> (MappedImage, &'static mut [u8], Vec<u8>) {
        let content: Vec<u8> = (0..PAGES * PAGE).map(|at| (at / PAGE) as u8 ^ (at as u8)).collect();
        // SAFETY: fresh memory of the test's own, which is never unmapped.
        unsafe {
            let flags = ProtFlags::READ | ProtFlags::WRITE;
            let start = mmap_anonymous(ptr::null_mut(), PAGES * PAGE, flags, MapFlags::PRIVATE).unwrap().cast::<u8>();
            let image = MappedImage::map(start, &content[..content.len() - 100]).unwrap();
            (image, std::slice::from_raw_parts_mut(start, PAGES * PAGE), content[..content.len() - 100].to_vec())
        }
    }

    /// As a run: writes to pages, and has the turn noted.
    fn write_to(image: &mut MappedImage, memory: &mut [u8], pages: impl Iterator<Item = usize>) {
        let before = thread_faults();
        for page in pages {
            memory[page * PAGE + 7] ^= 0xff;
        }
        image.note_turn(before);
    }

    #[test]
    fn what_a_turn_wrote_is_gone_whether_its_pages_were_written_before_or_not() {
        let (mut image, memory, content) = mapped();
        for round in 0..20 {
            write_to(&mut image, memory, (0..300).map(|page| page * 5));
            write_to(&mut image, memory, std::iter::once(round * 31));
            image.restore();
            assert!(memory[..content.len()] == content[..], "round {round}");
        }
    }

    #[test]
    fn pages_that_every_turn_writes_to_stay() {
        let (mut image, memory, _content) = mapped();
        write_to(&mut image, memory, 0..100);
        image.restore();
        assert_eq!(image.own, (0..100).collect::<Vec<_>>());
        write_to(&mut image, memory, 0..100);
        assert!(!image.may_be_more, "no page was new");
        image.restore();
        assert_eq!(image.own.len(), 100);
    }

    #[test]
    fn a_system_that_tells_nothing_is_not_relied_on() {
        let (mut image, memory, content) = mapped();
        assert!(image.is_told, "Linux does");
        image.is_told = false;
        image.may_be_more = false;
        write_to(&mut image, memory, 0..50);
        image.restore();
        assert!(memory[..content.len()] == content[..]);
    }

    #[test]
    fn too_many_pages_are_given_back() {
        let (mut image, memory, content) = mapped();
        write_to(&mut image, memory, 0..MOST_OWN + 1);
        image.restore();
        assert!(image.own.is_empty() && image.may_be_more);
        assert!(memory[..content.len()] == content[..]);
    }
}
