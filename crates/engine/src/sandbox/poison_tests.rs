//! Planted defects, each in a child process that AddressSanitizer has to end: without them a build in which it sees nothing
//! of the arenas would look like one without a defect.

#![expect(clippy::disallowed_methods, reason = "starts itself anew, since a defect that is found ends the process")]

use super::super::arena::Arena;
use super::super::guard::{isolated_runtime_guard_init, isolated_runtime_guard_size};
use super::super::heap::Heap;
use rquickjs::qjs;
use std::process::Command;

/// Set in the child, which is the same test.
const PLANT: &str = "ISOLATED_RUNTIME_PLANT";

const ROOM: usize = 8 << 20;
/// With a block like that in it an image is mapped, not copied.
const LARGE: usize = 2 << 20;

/// The test of this name, run once more, has to be ended by a report that names `place`.
fn is_reported(test: &str, place: &str, plant: fn(&mut Arena)) {
    if std::env::var_os(PLANT).is_some() {
        plant(&mut Arena::reserve(ROOM).expect("address space"));
        return;
    }
    let name = format!("{}::{test}", module_path!().split_once("::").map_or("", |(_, path)| path));
    let child = Command::new(std::env::current_exe().expect("a test has a file"))
        .args([&name, "--exact", "--nocapture"])
        .env(PLANT, "yes")
        .output()
        .expect("the test starts");
    let report = String::from_utf8_lossy(&child.stderr);
    assert!(!child.status.success(), "the planted defect was not found");
    assert!(report.contains("AddressSanitizer: use-after-poison"), "{report}");
    assert!(report.contains(place), "{place} is not where it was found: {report}");
}

fn block(arena: &Arena, bytes: usize) -> *mut u8 {
    // SAFETY: the arena is alive, and nobody else uses its heap.
    unsafe { (*arena.heap()).allocate(bytes).expect("there is room") }
}

fn released(arena: &Arena, bytes: usize) -> *mut u8 {
    let payload = block(arena, bytes);
    let _keeps_it_below_the_top = block(arena, 24);
    // SAFETY: handed out above.
    unsafe { (*arena.heap()).release(payload) };
    payload
}

#[test]
fn a_byte_written_behind_a_block_is_reported() {
    is_reported("a_byte_written_behind_a_block_is_reported", "poison_tests.rs", |arena| {
        let payload = block(arena, 41);
        let _the_next_one = block(arena, 24);
        // SAFETY: none; that is what has to be found. Still inside the arena.
        unsafe { payload.add(41).write_volatile(1) };
    });
}

#[test]
fn a_block_read_after_its_release_is_reported() {
    is_reported("a_block_read_after_its_release_is_reported", "poison_tests.rs", |arena| {
        // SAFETY: none; that is what has to be found. Still inside the arena.
        let _stale = unsafe { released(arena, 100).read_volatile() };
    });
}

#[test]
fn a_block_that_shrank_is_reported_where_it_was() {
    is_reported("a_block_that_shrank_is_reported_where_it_was", "poison_tests.rs", |arena| {
        let payload = block(arena, 400);
        // SAFETY: the block is live; the last line is what has to be found, still inside the arena.
        unsafe {
            let shrunk = (*arena.heap()).resize(payload, 350).expect("it shrinks");
            shrunk.add(350).write_volatile(1);
        }
    });
}

#[test]
fn a_block_of_a_run_is_reported_after_the_restore() {
    is_reported("a_block_of_a_run_is_reported_after_the_restore", "poison_tests.rs", |arena| {
        let _in_the_image = block(arena, 100);
        arena.take_image();
        let payload = block(arena, 100);
        arena.restore();
        // SAFETY: none; that is what has to be found. Still inside the arena.
        unsafe { payload.write_volatile(1) };
    });
}

#[test]
fn a_block_of_a_run_is_reported_after_the_restore_of_a_mapped_image() {
    is_reported("a_block_of_a_run_is_reported_after_the_restore_of_a_mapped_image", "poison_tests.rs", |arena| {
        let in_the_image = block(arena, LARGE);
        arena.take_image();
        let of_the_run = block(arena, 100);
        // SAFETY: the block is live.
        arena.turn(|| unsafe { in_the_image.write_bytes(7, 100 << 10) });
        arena.restore();
        // SAFETY: none; that is what has to be found. Still inside the arena.
        unsafe { of_the_run.write_volatile(1) };
    });
}

#[test]
fn an_overflow_by_the_guards_own_c_code_is_reported() {
    is_reported("an_overflow_by_the_guards_own_c_code_is_reported", "isolated_runtime_guard_init", |arena| {
        // SAFETY: none; the block is a word shorter than what is written. Still inside the arena.
        unsafe {
            let short = block(arena, isolated_runtime_guard_size() - 8);
            isolated_runtime_guard_init(short.cast(), std::ptr::null(), std::ptr::null(), std::ptr::null(), 0);
        }
    });
}

#[test]
fn a_released_block_written_by_the_engine_is_reported() {
    is_reported("a_released_block_written_by_the_engine_is_reported", "JS_ToInt32", |arena| {
        // SAFETY: an integer is converted without a context; the place for the result is what has to be found.
        unsafe {
            let number = qjs::JS_MKVAL(qjs::JS_TAG_INT, 1);
            qjs::JS_ToInt32(std::ptr::null_mut(), released(arena, 64).cast(), number);
        }
    });
}

#[test]
fn blocks_in_the_image_may_be_used_to_their_last_byte_after_a_restore() {
    let mut arena = Arena::reserve(ROOM).expect("address space");
    let kept = block(&arena, 41);
    arena.take_image();
    may_be_used_after_a_restore(&mut arena, kept, 41);
}

#[test]
fn so_may_blocks_in_a_mapped_image() {
    let mut arena = Arena::reserve(ROOM).expect("address space");
    let (large, kept) = (block(&arena, LARGE + 41), block(&arena, 41));
    arena.take_image();
    // Given back whole at first, copied page by page after that.
    for _ in 0..3 {
        may_be_used_after_a_restore(&mut arena, large, LARGE + 41);
        may_be_used_after_a_restore(&mut arena, kept, 41);
    }
}

fn may_be_used_after_a_restore(arena: &mut Arena, kept: *mut u8, bytes: usize) {
    // SAFETY: the block is live, before and after the restore.
    unsafe {
        arena.turn(|| kept.add(bytes - 1).write_volatile(1));
        arena.restore();
        arena.turn(|| kept.add(bytes - 1).write_volatile(2));
        assert_eq!(Heap::usable_size(kept), bytes, "what was asked for is still known");
    }
}
