//! Enters guest code and lets it be left sideways: `enter` runs a body, `jump` ends it from anywhere beneath.
//!
//! Rule for everything that runs beneath a guard and can reach the allocator or the interrupt handler: no Rust frame
//! with a destructor may be alive there (see README.md). Must not know QuickJS.

#![expect(unsafe_code, reason = "calls the C functions that own setjmp, longjmp and the signal handlers")]

use std::ffi::{c_char, c_int, c_void};
use std::ptr;
use std::sync::atomic::AtomicU8;
use std::time::Duration;

unsafe extern "C" {
    pub(super) fn isolated_runtime_guard_size() -> usize;
    pub(super) fn isolated_runtime_guard_init(
        guard: *mut c_void,
        in_engine: *const u8,
        start: *const c_char,
        end: *const c_char,
        survives_wild_faults: c_int,
    );
    fn isolated_runtime_guard_watch(guard: *mut c_void, is_told: *const u8);
    fn isolated_runtime_guard_enter(guard: *mut c_void, body: extern "C" fn(*mut c_void), data: *mut c_void) -> c_int;
    fn isolated_runtime_guard_is_entered(guard: *const c_void) -> c_int;
    fn isolated_runtime_guard_jump(guard: *mut c_void, reason: c_int) -> !;
    fn isolated_runtime_thread_begin(zone_bytes: usize) -> c_int;
    fn isolated_runtime_thread_end();
    fn isolated_runtime_thread_self() -> usize;
    fn isolated_runtime_thread_interrupt(thread: usize) -> c_int;
    fn isolated_runtime_thread_stack_room() -> usize;
    fn isolated_runtime_thread_own_cpu() -> u64;
    fn isolated_runtime_thread_cpu(thread: usize) -> u64;
}

/// Inaccessible bytes at the end of a pool thread's stack: larger than any frame of the engine.
pub(super) const STACK_ZONE: usize = 256 << 10;

/// Storage of one guard; its address is stable, since the jump buffer is reached by pointer.
pub(super) struct Guard {
    // `jmp_buf` wants up to 16-byte alignment.
    storage: Box<[u128]>,
}

impl Guard {
    /// `in_engine` outlives the guard; `range` is the arena with its red zones.
    pub(super) fn new(in_engine: *const AtomicU8, range: (*const u8, *const u8), survives_wild_faults: bool) -> Self {
        // SAFETY: takes nothing and reads a constant.
        let bytes = unsafe { isolated_runtime_guard_size() };
        let guard = Self { storage: vec![0; bytes.div_ceil(16)].into_boxed_slice() };
        // SAFETY: the storage has the size that C asked for; the pointers are kept, not used, until the guard is entered.
        unsafe {
            isolated_runtime_guard_init(
                guard.as_ptr().0,
                in_engine.cast(),
                range.0.cast(),
                range.1.cast(),
                c_int::from(survives_wild_faults),
            );
        }
        guard
    }

    /// Signals jump only while `is_told` is not zero; it outlives the guard or the next call.
    pub(super) fn watch(&self, is_told: Option<&AtomicU8>) {
        let is_told = is_told.map_or(ptr::null(), |flag| flag.as_ptr().cast_const());
        // SAFETY: the guard is alive; the pointer is kept as the caller promises.
        unsafe { isolated_runtime_guard_watch(self.as_ptr().0, is_told) };
    }

    pub(super) fn as_ptr(&self) -> GuardPtr {
        GuardPtr(self.storage.as_ptr().cast::<c_void>().cast_mut())
    }
}

/// A guard as the allocator and the interrupt handler reach it.
#[derive(Clone, Copy)]
pub(super) struct GuardPtr(*mut c_void);

impl GuardPtr {
    /// Runs `body(data)`; `None` when it returned, else the reason it was left for.
    ///
    /// # Safety
    /// The guard outlives the call and is not entered already; no frame with a destructor is alive between this call
    /// and any jump.
    pub(super) unsafe fn enter(self, body: extern "C" fn(*mut c_void), data: *mut c_void) -> Option<i32> {
        // SAFETY: the caller keeps the guard alive; the C side only stores to it.
        match unsafe { isolated_runtime_guard_enter(self.0, body, data) } {
            0 => None,
            reason => Some(reason),
        }
    }

    /// Leaves the body that `enter` runs on this thread. Returns when no body is running.
    ///
    /// # Safety
    /// Called on the thread that entered, with no frame with a destructor alive above the guard.
    pub(super) unsafe fn jump(self, reason: i32) {
        // SAFETY: entered means that the frame of `enter` is still on this thread's stack.
        unsafe {
            if isolated_runtime_guard_is_entered(self.0) != 0 {
                isolated_runtime_guard_jump(self.0, reason);
            }
        }
    }
}

/// Bytes of native stack that are left to the calling thread, as far as that is known.
pub(super) fn stack_room() -> usize {
    // SAFETY: looks at the calling thread's own variables.
    unsafe { isolated_runtime_thread_stack_room() }
}

/// A thread that guests run on, prepared for the signals that stop them. Undone when dropped, on the same thread.
pub struct GuestThread {
    handle: ThreadHandle,
    // The handle of another thread would be undone on the wrong one.
    _stays_here: std::marker::PhantomData<*const ()>,
}

impl GuestThread {
    /// Prepares the calling thread.
    #[must_use]
    pub fn begin() -> Self {
        // SAFETY: changes the calling thread only: its alternate signal stack, its mask, the far end of its stack.
        let has_signals = unsafe { isolated_runtime_thread_begin(STACK_ZONE) } == 0;
        // SAFETY: answers a number.
        let id = if has_signals { unsafe { isolated_runtime_thread_self() } } else { 0 };
        Self { handle: ThreadHandle(id), _stays_here: std::marker::PhantomData }
    }

    /// For those who stop it.
    #[must_use]
    pub fn handle(&self) -> ThreadHandle {
        self.handle
    }
}

impl Drop for GuestThread {
    fn drop(&mut self) {
        // SAFETY: undoes what `begin` did, on the same thread.
        unsafe { isolated_runtime_thread_end() };
    }
}

/// CPU time the calling thread has used; zero where the system does not tell. Cheaper than to ask about another one.
#[must_use]
pub fn own_cpu_time() -> Duration {
    // SAFETY: asks about the calling thread.
    Duration::from_nanos(unsafe { isolated_runtime_thread_own_cpu() })
}

/// Names a pool thread to those who stop it; by default none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ThreadHandle(usize);

impl ThreadHandle {
    /// Makes the guest on that thread look up, or leave if it was told to stop. To be repeated until it has: at the wrong
    /// moment nothing happens. The caller holds whatever keeps the thread from ending.
    pub fn interrupt(self) {
        if self.0 != 0 {
            // SAFETY: the thread has not ended, by the caller's word; the signal does nothing where no guest runs.
            let _nothing_to_interrupt = unsafe { isolated_runtime_thread_interrupt(self.0) };
        }
    }

    /// CPU time the thread has used; zero where the system does not tell. The caller holds whatever keeps the thread from
    /// ending.
    #[must_use]
    pub fn cpu_time(self) -> Duration {
        if self.0 == 0 {
            return Duration::ZERO;
        }
        // SAFETY: the thread has not ended, by the caller's word.
        Duration::from_nanos(unsafe { isolated_runtime_thread_cpu(self.0) })
    }
}
