//! The allocator over ordinary memory, with a check of every byte it handed out.

use super::*;

const BYTES: usize = 1 << 20;

fn with_heap(body: impl FnOnce(&mut Heap)) {
    let mut range = vec![0_u128; BYTES / 16];
    // SAFETY: the vector is aligned to 16, BYTES long, and outlives the heap.
    let heap = unsafe { &mut *Heap::create(range.as_mut_ptr().cast(), BYTES) };
    body(heap);
}

/// A small generator, so that the test needs no dependency and repeats exactly.
fn next(seed: &mut u64) -> usize {
    *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    (*seed >> 33) as usize
}

#[test]
fn blocks_keep_their_bytes_whatever_is_allocated_resized_and_released_around_them() {
    with_heap(|heap| {
        let empty = heap.used();
        let mut live: Vec<(*mut u8, usize, u8)> = Vec::new();
        let mut seed = 7;
        for round in 0..60_000_usize {
            let mark = (round % 251) as u8;
            if live.len() > 200 || (!live.is_empty() && next(&mut seed).is_multiple_of(3)) {
                let (payload, bytes, old) = live.swap_remove(next(&mut seed) % live.len());
                // SAFETY: `payload` is live and `bytes` long.
                unsafe {
                    assert!((0..bytes).all(|at| *payload.add(at) == old));
                    heap.release(payload);
                }
            } else if !live.is_empty() && next(&mut seed).is_multiple_of(4) {
                let index = next(&mut seed) % live.len();
                let (payload, bytes, old) = live[index];
                let wanted = 1 + next(&mut seed) % 3_000;
                // SAFETY: `payload` is live; the new block is `wanted` bytes long.
                unsafe {
                    let Some(moved) = heap.resize(payload, wanted) else { continue };
                    assert!((0..bytes.min(wanted)).all(|at| *moved.add(at) == old));
                    ptr::write_bytes(moved, mark, wanted);
                    live[index] = (moved, wanted, mark);
                }
            } else {
                let bytes = 1 + next(&mut seed) % if round % 50 == 0 { 40_000 } else { 600 };
                let Some(payload) = heap.allocate(bytes) else { continue };
                assert_eq!(payload as usize % 16, 0);
                // SAFETY: a fresh block of `bytes` bytes.
                unsafe {
                    assert!(Heap::usable_size(payload) >= bytes);
                    ptr::write_bytes(payload, mark, bytes);
                }
                live.push((payload, bytes, mark));
            }
        }
        for (payload, ..) in live {
            // SAFETY: still live.
            unsafe { heap.release(payload) };
        }
        assert_eq!(heap.used(), empty, "everything came back to the top");
    });
}

#[test]
fn the_limit_is_never_exceeded_and_is_reached_nearly() {
    with_heap(|heap| {
        let mut total = 0;
        while heap.allocate(1_000).is_some() {
            total += 1_000;
        }
        assert!(heap.used() <= BYTES);
        assert!(total > BYTES - size_of::<Heap>() - BYTES / 50);
    });
}

#[test]
fn a_freed_range_serves_larger_requests_again() {
    with_heap(|heap| {
        let blocks: Vec<_> = (0..100).filter_map(|_| heap.allocate(1_000)).collect();
        let fence = heap.allocate(16);
        assert!(fence.is_some());
        let before = heap.used();
        for block in blocks {
            // SAFETY: each is live and released once.
            unsafe { heap.release(block) };
        }
        assert!(heap.allocate(90_000).is_some());
        assert_eq!(heap.used(), before);
    });
}

#[test]
fn every_byte_handed_out_lies_within_what_is_used() {
    with_heap(|heap| {
        for bytes in 1..600 {
            let Some(payload) = heap.allocate(bytes) else { continue };
            let from_start = payload as usize - ptr::from_ref(heap) as usize;
            // SAFETY: a live payload.
            let end = from_start + unsafe { Heap::usable_size(payload) };
            assert!(end <= heap.used(), "{bytes} bytes end at {end}, used are {}", heap.used());
            assert!(heap.used() <= heap.peak());
        }
    });
}

#[test]
fn absurd_sizes_are_refused() {
    with_heap(|heap| {
        assert!(heap.allocate(usize::MAX).is_none());
        assert!(heap.allocate(BYTES).is_none());
        assert!(heap.allocate(0).is_some());
    });
}

#[test]
fn it_grows_step_by_step_as_far_as_it_is_granted_and_says_how_far_it_wants_to() {
    with_heap(|heap| {
        let used = heap.used();
        heap.grant(used + 10_000);
        let first = heap.allocate(8_000).expect("it is granted");
        assert!(heap.allocate(8_000).is_none());
        let reach = heap.reach_for(ptr::null_mut(), 8_000).expect("within the limit");
        heap.grant(reach - 16);
        assert!(heap.allocate(8_000).is_none(), "a little less is not enough");
        heap.grant(reach);
        let last = heap.allocate(8_000).expect("it is what was asked for");
        // SAFETY: both are live; the second is the last block, the first is not.
        let (in_place, moved) = unsafe {
            assert!(heap.resize(last, 200_000).is_none());
            (heap.reach_for(last, 200_000).expect("fits"), heap.reach_for(first, 200_000).expect("fits"))
        };
        // Of the block: what AddressSanitizer lets be used of it is only what was asked for.
        let size = size_of_block(last as usize - HEADER);
        assert_eq!(moved - in_place, size + OVERHEAD, "the last block grows where it is");
        heap.grant(in_place);
        // SAFETY: as above.
        assert_eq!(unsafe { heap.resize(last, 200_000) }, Some(last));
    });
}

#[test]
fn what_is_granted_beyond_the_limit_is_not_had() {
    with_heap(|heap| {
        heap.set_limit(100_000, 100_000);
        heap.grant(BYTES);
        assert!(heap.allocate(99_000).is_none());
        assert_eq!(heap.reach_for(ptr::null_mut(), 99_000), None);
        assert_eq!(heap.reach_for(ptr::null_mut(), usize::MAX), None);
        let room = heap.room();
        heap.grant(heap.used() + 1_000);
        assert_eq!(heap.room(), room, "room is what the limit leaves, granted or not");
    });
}
