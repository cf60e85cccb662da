//! Enters guest code and lets it be left sideways: `enter` runs a body, `jump` ends it from anywhere beneath.
//!
//! Rule for everything that runs beneath a guard and can reach the allocator or the interrupt handler: no Rust frame
//! with a destructor may be alive there (see README.md). Must not know QuickJS.

#![expect(unsafe_code, reason = "calls the C functions that own setjmp and longjmp")]

use std::ffi::{c_int, c_void};

unsafe extern "C" {
    fn isolated_runtime_guard_size() -> usize;
    fn isolated_runtime_guard_enter(guard: *mut c_void, body: extern "C" fn(*mut c_void), data: *mut c_void) -> c_int;
    fn isolated_runtime_guard_is_armed(guard: *const c_void) -> c_int;
    fn isolated_runtime_guard_jump(guard: *mut c_void, reason: c_int) -> !;
}

/// Storage of one guard; its address is stable, since the jump buffer is reached by pointer.
pub(super) struct Guard {
    // `jmp_buf` wants up to 16-byte alignment.
    storage: Box<[u128]>,
}

impl Guard {
    pub(super) fn new() -> Self {
        // SAFETY: takes nothing and reads a constant.
        let bytes = unsafe { isolated_runtime_guard_size() };
        Self { storage: vec![0; bytes.div_ceil(16)].into_boxed_slice() }
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
        // SAFETY: armed means that the frame of `enter` is still on this thread's stack.
        unsafe {
            if isolated_runtime_guard_is_armed(self.0) != 0 {
                isolated_runtime_guard_jump(self.0, reason);
            }
        }
    }
}
