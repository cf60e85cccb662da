//! A thread that has just finished looks out for more work before it sleeps, where that pays: waking a sleeping thread takes
//! longer than a small run does.
//!
//! One thread of a pool at a time does so, and only while work has lately come soon after work; a caller that runs one thing
//! after another is such a case, a run every few milliseconds is not.

use std::hint::spin_loop;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// How soon work has to come for looking out to be cheaper than sleeping.
const SOON: Duration = Duration::from_micros(100);
/// Looks between two looks at the clock.
const LOOKS: u32 = 32;

#[derive(Default)]
pub(super) struct Lookout {
    /// Counts what has become runnable.
    arrivals: AtomicU32,
    /// Whether work came soon the last time.
    pays: AtomicBool,
}

impl Lookout {
    /// Something has become runnable.
    pub(super) fn announce(&self) {
        self.arrivals.fetch_add(1, Ordering::Release);
    }

    pub(super) fn arrivals(&self) -> u32 {
        self.arrivals.load(Ordering::Acquire)
    }

    pub(super) fn pays(&self) -> bool {
        self.pays.load(Ordering::Relaxed)
    }

    /// A thread slept since then until there was work, and took its time to wake.
    pub(super) fn woke(&self, slept_at: Instant) {
        self.pays.store(slept_at.elapsed() < 2 * SOON, Ordering::Relaxed);
    }

    /// Waits, on a processor of its own, until something more has arrived than was `seen`, or for as long as that may pay.
    pub(super) fn look_out(&self, seen: u32) {
        let began = Instant::now();
        while began.elapsed() < SOON {
            for _ in 0..LOOKS {
                if self.arrivals() != seen {
                    return;
                }
                spin_loop();
            }
        }
        self.pays.store(false, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looking_out_ends_at_an_arrival_or_after_a_while() {
        let lookout = Lookout::default();
        lookout.woke(Instant::now());
        assert!(lookout.pays());
        let seen = lookout.arrivals();
        lookout.announce();
        lookout.look_out(seen);
        assert!(lookout.pays(), "there was work");
        lookout.look_out(lookout.arrivals());
        assert!(!lookout.pays(), "there was none");
    }
}
