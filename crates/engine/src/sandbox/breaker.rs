//! What lies outside a sandbox's arena: the guard, the heap's handle, the run's state, and the two places where guest
//! code is stopped: the allocator, and the interrupt handler the engine polls.
//!
//! Stopping means jumping back to the guard (guard.rs). The engine never sees the breach, so its error paths, which are
//! its weakest code, do not run; the arena is restored afterwards.

#![expect(unsafe_code, reason = "implements the engine's allocator and interrupt callbacks")]

use super::arena::Arena;
use super::growth::{self, Growth};
use super::guard::Guard;
use super::heap::Heap;
use super::state::RunState;
use crate::control::RunControl;
use rquickjs::qjs;
use std::ffi::{c_int, c_void};
use std::ptr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering, compiler_fence};

/// Why guest code was left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(i32)]
pub(super) enum Breach {
    /// The arena is full.
    Memory = 1,
    /// The run's control says stop, and why.
    Told = 2,
    /// Host code beneath the guest ended the run and left the failure in the state.
    Failure = 3,
    /// Host code beneath the guest panicked.
    Panic = 4,
    /// The native stack is exhausted (signals.c).
    Stack = 5,
    /// The engine touched memory that is not there, or divided by zero (signals.c).
    Fault = 6,
    /// An assertion of the engine failed (signals.c).
    Assertion = 7,
    /// The pool's memory is used up.
    PoolMemory = 8,
}

impl Breach {
    pub(super) fn from_reason(reason: i32) -> Self {
        match reason {
            1 => Self::Memory,
            2 => Self::Told,
            3 => Self::Failure,
            5 => Self::Stack,
            6 => Self::Fault,
            7 => Self::Assertion,
            8 => Self::PoolMemory,
            _ => Self::Panic,
        }
    }
}

/// What a fault outside the arena and the stack means: memory may be corrupt.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum FaultPolicy {
    /// The process ends, as it would without us.
    #[default]
    Terminate,
    /// The run ends, and its sandbox is never used again.
    Quarantine,
}

/// One per sandbox, boxed: the engine and the arena keep its address.
pub(super) struct Outside {
    pub(super) heap: *mut Heap,
    pub(super) growth: Growth,
    /// 1 while the engine's own code runs, 0 while code of ours does, beneath it or around it. Signals jump only at 1.
    in_engine: AtomicU8,
    pub(super) guard: Guard,
    /// Points into the run's `Arc` while a run is in the sandbox, else null.
    control: *const RunControl,
    pub(super) state: RunState,
}

impl Outside {
    pub(super) fn new(arena: &Arena, growth: Growth, faults: FaultPolicy) -> Box<Self> {
        let mut outside = Box::new(Self {
            heap: arena.heap(),
            growth,
            in_engine: AtomicU8::new(0),
            guard: Guard::new(ptr::null(), (ptr::null(), ptr::null()), false),
            control: ptr::null(),
            state: RunState::default(),
        });
        // The box keeps the flag's address.
        outside.guard = Guard::new(&raw const outside.in_engine, arena.reserved(), faults == FaultPolicy::Quarantine);
        outside
    }

    /// # Safety
    /// `outside` is alive, and the calling thread has entered its guard or nobody has.
    #[inline]
    pub(super) unsafe fn set_in_engine(outside: *mut Self, in_engine: bool) {
        // SAFETY: by the caller's word; the fence keeps what is done on either side from moving over the store, which a
        // handler on this very thread may look at between any two instructions.
        unsafe {
            compiler_fence(Ordering::SeqCst);
            (*outside).in_engine.store(u8::from(in_engine), Ordering::Relaxed);
            compiler_fence(Ordering::SeqCst);
        }
    }

    /// # Safety
    /// As for `set_in_engine`.
    pub(super) unsafe fn is_in_engine(outside: *const Self) -> bool {
        // SAFETY: by the caller's word.
        unsafe { (*outside).in_engine.load(Ordering::Relaxed) != 0 }
    }

    /// Whether a run is in the sandbox.
    pub(super) fn is_running(&self) -> bool {
        !self.control.is_null()
    }

    /// Bytes the heap may still grow by.
    pub(super) fn room(&self) -> usize {
        // SAFETY: the heap lives as long as the sandbox, and no engine code runs meanwhile.
        unsafe { (*self.heap).room() }
    }

    /// Bytes from the heap's start to its end.
    pub(super) fn used(&self) -> usize {
        // SAFETY: as in `room`.
        unsafe { (*self.heap).used() }
    }

    /// The caller keeps `control` alive until the next call with `None`.
    pub(super) fn set_control(&mut self, control: Option<&Arc<RunControl>>) {
        self.control = control.map_or(ptr::null(), Arc::as_ptr);
        self.guard.watch(control.map(|control| control.stop_flag()));
    }

    /// # Safety
    /// As for `GuardPtr::jump`.
    pub(super) unsafe fn leave(&self, breach: Breach) {
        // SAFETY: passed on.
        unsafe { self.guard.as_ptr().jump(breach as i32) };
    }

    /// # Safety
    /// As for `leave`.
    unsafe fn poll(&self) {
        // SAFETY: null, or kept alive by whoever called `set_control`.
        if let Some(control) = unsafe { self.control.as_ref() }
            && control.stop_cause().is_some()
        {
            // SAFETY: passed on.
            unsafe { self.leave(Breach::Told) };
        }
    }
}

pub(super) static MEMORY_FUNCTIONS: qjs::JSMallocFunctions = qjs::JSMallocFunctions {
    js_calloc: Some(allocate_zeroed),
    js_malloc: Some(allocate),
    js_free: Some(release),
    js_realloc: Some(resize),
    js_malloc_usable_size: Some(usable_size),
};

unsafe extern "C" fn allocate(opaque: *mut c_void, bytes: qjs::size_t) -> *mut c_void {
    // SAFETY: the engine hands back the address it was given with these functions: a boxed `Outside` whose heap is
    // alive. No reference into the state is formed.
    unsafe {
        let outside = opaque.cast::<Outside>();
        (*outside).poll();
        match (*(*outside).heap).allocate(bytes as usize) {
            Some(payload) => payload.cast(),
            None => obtain(outside, ptr::null_mut(), bytes as usize),
        }
    }
}

/// Serves a request that the heap has refused as it stands, once it may grow; else leaves the guest.
///
/// # Safety
/// As for `leave` and `growth::grow`.
#[cold]
unsafe fn obtain(outside: *mut Outside, payload: *mut u8, bytes: usize) -> *mut c_void {
    // SAFETY: passed on; a null `payload` is never resized.
    unsafe {
        let breach = match growth::grow(outside, payload, bytes) {
            Ok(()) => {
                let heap = &mut *(*outside).heap;
                let served = if payload.is_null() { heap.allocate(bytes) } else { heap.resize(payload, bytes) };
                if let Some(served) = served {
                    return served.cast();
                }
                Breach::Memory
            }
            Err(breach) => breach,
        };
        (*outside).leave(breach);
        ptr::null_mut()
    }
}

unsafe extern "C" fn allocate_zeroed(opaque: *mut c_void, count: qjs::size_t, size: qjs::size_t) -> *mut c_void {
    let bytes = count.checked_mul(size).unwrap_or(qjs::size_t::MAX);
    // SAFETY: as in `allocate`; the block is at least `bytes` long.
    unsafe {
        let payload = allocate(opaque, bytes);
        if !payload.is_null() {
            ptr::write_bytes(payload.cast::<u8>(), 0, bytes as usize);
        }
        payload
    }
}

unsafe extern "C" fn release(opaque: *mut c_void, payload: *mut c_void) {
    if payload.is_null() {
        return;
    }
    // SAFETY: as in `allocate`; the engine releases what it was given, once.
    unsafe { (*(*opaque.cast::<Outside>()).heap).release(payload.cast()) };
}

unsafe extern "C" fn resize(opaque: *mut c_void, payload: *mut c_void, bytes: qjs::size_t) -> *mut c_void {
    // SAFETY: as in `allocate` and `release`.
    unsafe {
        if payload.is_null() {
            return allocate(opaque, bytes);
        }
        if bytes == 0 {
            release(opaque, payload);
            return ptr::null_mut();
        }
        let outside = opaque.cast::<Outside>();
        (*outside).poll();
        match (*(*outside).heap).resize(payload.cast(), bytes as usize) {
            Some(moved) => moved.cast(),
            None => obtain(outside, payload.cast(), bytes as usize),
        }
    }
}

unsafe extern "C" fn usable_size(payload: *const c_void) -> qjs::size_t {
    if payload.is_null() {
        return 0;
    }
    // SAFETY: the engine asks about what it was given.
    unsafe { Heap::usable_size(payload.cast()) as qjs::size_t }
}

/// Polled by the engine every few thousand operations; looks at the clock itself, so that it does not depend on the
/// watchdog being on time.
pub(super) unsafe extern "C" fn on_interrupt(_runtime: *mut qjs::JSRuntime, opaque: *mut c_void) -> c_int {
    // SAFETY: `opaque` is the boxed `Outside`; control as in `poll`. The engine calls this from its own C frames only.
    unsafe {
        let outside = opaque.cast::<Outside>();
        if let Some(control) = (*outside).control.as_ref()
            && control.check().is_some()
        {
            (*outside).leave(Breach::Told);
        }
    }
    0
}
