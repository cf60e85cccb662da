//! Who may start when memory is short. A test is the thread that asks for work; sandboxes are real.

use super::super::schedule::tests::{queue, shared_with, started};
use super::*;
use crate::sandbox::{FaultPolicy, ThreadHandle, ThreadStack};
use std::sync::Arc;
use std::time::Instant;

const MIB: u64 = 1 << 20;

fn sandbox(shared: &Shared) -> Sandbox {
    Sandbox::in_pool(&shared.budget, 4 * MIB, ThreadStack(4 << 20), FaultPolicy::default()).expect("a sandbox")
}

fn pool_of(memory: u64) -> Arc<Shared> {
    let shared = shared_with(4, 8, Some(memory));
    shared.lock().threads = 4;
    shared
}

fn start_next(shared: &Shared) -> Option<u32> {
    let mut state = shared.lock();
    started(shared.take_work(&mut state, Instant::now(), ThreadHandle::default()))
}

#[test]
fn a_sandbox_is_counted_while_it_lives() {
    let shared = pool_of(64 * MIB);
    let one = sandbox(&shared);
    let held = one.held_bytes();
    assert!(held > one.image_bytes() && held < 1 << 20, "{held} bytes");
    let other = sandbox(&shared);
    assert_eq!(shared.stats().memory, held + other.held_bytes());
    drop((one, other));
    assert_eq!(shared.stats().memory, 0);
}

#[test]
fn with_nothing_in_flight_one_run_starts_however_little_memory_there_is() {
    let shared = pool_of(1);
    queue(&shared, 1);
    queue(&shared, 2);
    assert_eq!(start_next(&shared), Some(1));
    let _its_own = sandbox(&shared);
    assert_eq!(start_next(&shared), None, "the second one waits");
    assert_eq!(shared.stats().queued, 1);
    let busy = shared.busyness(&shared.lock());
    assert!(busy.contains("1 of 8 places are taken"), "{busy}");
    assert!(busy.ends_with("of the pool's 1 bytes of memory are in use"), "{busy}");
    assert!(shared.leave(1));
    assert_eq!(start_next(&shared), Some(2));
}

#[test]
fn as_many_runs_start_as_memory_is_left_for() {
    let shared = pool_of(3 * MIB);
    let mut alive = Vec::new();
    for id in 1..=8 {
        queue(&shared, id);
    }
    while start_next(&shared).is_some() {
        alive.push(sandbox(&shared));
    }
    assert!((2..8).contains(&alive.len()), "{} runs", alive.len());
    assert!(shared.stats().memory <= 3 << 20);
    alive.pop();
    assert!(start_next(&shared).is_some(), "what is given back serves the next run");
}

#[test]
fn idle_sandboxes_make_room_for_runs_that_cannot_use_them() {
    let shared = pool_of(2 * MIB);
    let _running = sandbox(&shared);
    shared.lock().in_flight = 1;
    shared.keep(sandbox(&shared));
    queue(&shared, 1);
    // With a sandbox that is there already it needs little.
    let mut state = shared.lock();
    let admission = shared.admit(&mut state).expect("it fits");
    assert!(admission.sandbox.is_some() && admission.evicted.is_empty());
    state.idle_sandboxes.push((Instant::now(), admission.sandbox.expect("seen above")));
    drop(state);
    let _more = sandbox(&shared);
    let mut state = shared.lock();
    assert!(shared.admit(&mut state).is_none(), "the one that is idle is wanted, and nothing else could make room");
    assert_eq!(state.idle_sandboxes.len(), 1, "a run that has to wait takes nothing");
    state.in_flight = 0;
    let admission = shared.admit(&mut state).expect("nothing is in flight");
    assert!(admission.sandbox.is_some());
}

#[test]
fn a_sandbox_that_grows_takes_the_memory_of_idle_ones() {
    let shared = pool_of(2 * MIB);
    shared.keep(sandbox(&shared));
    let held = shared.stats().memory;
    let mut share = crate::pool::MemoryShare::new(Arc::clone(&shared.budget));
    share.try_grow((2 << 20) - held).expect("there is so much");
    assert_eq!(shared.stats().idle_sandboxes, 1);
    share.try_grow(1).expect("the idle one goes first");
    assert_eq!(shared.stats().idle_sandboxes, 0);
    let refused = share.try_grow(1 << 20).expect_err("nothing is left that could go");
    assert_eq!((refused.limit, refused.wanted), (2 << 20, (2 << 20) - held + 1 + (1 << 20)));
}

#[test]
fn the_queue_is_full_when_memory_is_what_runs_wait_for() {
    let shared = pool_of(1);
    let mut state = shared.lock();
    assert!(shared.has_place(&state));
    state.in_flight = 1;
    drop(state);
    let _running = sandbox(&shared);
    assert!(!shared.has_place(&shared.lock()));
}
