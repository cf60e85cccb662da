//! How a heap grows: step by step, each one asked of the pool's memory budget. The allocator's own check of its end is
//! what finds a step used up, so an ordinary allocation pays nothing for this.

#![expect(unsafe_code, reason = "reaches the heap and the sandbox's share from beneath the engine")]

use super::arena::Arena;
use super::breaker::{Breach, Outside};
use super::guard::stack_room;
use super::heap::Heap;
use crate::pool::{MemoryShare, Refused};

const STEP: usize = 256 << 10;
/// What asking the pool may take of the native stack. The engine may be anywhere down there when it allocates, and only
/// frames of its own may run into the stack's end.
const STACK_FOR_ASKING: usize = 64 << 10;

/// What the sandbox holds of the pool's memory, outside the arena so that restoring does not touch it.
pub(super) struct Growth {
    share: MemoryShare,
    /// Bytes from the heap's start that are paid for.
    granted: usize,
    /// What there was no memory for: of the heap, or of the pool.
    pub(super) refused: Option<Refused>,
}

impl Growth {
    /// Of a heap that nothing lies in yet.
    pub(super) fn new(share: MemoryShare) -> Self {
        Self { share, granted: 0, refused: None }
    }

    pub(super) fn held_bytes(&self) -> usize {
        self.share.bytes()
    }

    /// Holds what a pristine sandbox needs, and no more: its image, once in its place and once set aside, and what is kept
    /// of the range above it.
    pub(super) fn settle(&mut self, arena: &Arena) {
        self.granted = (arena.used() + STEP).next_multiple_of(STEP).min(arena.bytes());
        self.share.set(self.granted + arena.image_bytes());
        self.refused = None;
    }

    /// Lets the heap use what is paid for: after each change of its limit.
    pub(super) fn apply(&self, arena: &mut Arena) {
        arena.grant(self.granted);
    }
}

/// Lets the heap grow for a request that it has just refused; else why it may not.
///
/// # Safety
/// `outside` and its heap are alive, entered by this thread alone; `payload` is null or live in that heap.
#[cold]
pub(super) unsafe fn grow(outside: *mut Outside, payload: *mut u8, bytes: usize) -> Result<(), Breach> {
    if stack_room() < STACK_FOR_ASKING {
        return Err(Breach::Stack);
    }
    // SAFETY: by the caller's word. What follows holds locks and drops values: no signal may leave it.
    unsafe {
        let was_in_engine = Outside::is_in_engine(outside);
        Outside::set_in_engine(outside, false);
        let grown =
            grow_undisturbed(&mut (*outside).growth, &mut *(*outside).heap, !(*outside).is_running(), payload, bytes);
        Outside::set_in_engine(outside, was_in_engine);
        grown
    }
}

/// Only a run can be refused: a sandbox that is being made, or probed, gets what it needs.
fn grow_undisturbed(
    growth: &mut Growth,
    heap: &mut Heap,
    needs_no_leave: bool,
    payload: *mut u8,
    bytes: usize,
) -> Result<(), Breach> {
    let Some(reach) = heap.reach_for(payload, bytes) else {
        growth.refused = Some(Refused { wanted: heap.used().saturating_add(bytes), limit: heap.ceiling() });
        return Err(Breach::Memory);
    };
    let granted = reach.next_multiple_of(STEP);
    let more = granted.saturating_sub(growth.granted);
    if needs_no_leave {
        growth.share.set(growth.share.bytes() + more);
    } else if let Err(refused) = growth.share.try_grow(more) {
        growth.refused = Some(refused);
        return Err(Breach::PoolMemory);
    }
    growth.granted += more;
    heap.grant(growth.granted);
    Ok(())
}
