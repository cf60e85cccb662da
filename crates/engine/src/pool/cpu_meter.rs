//! How much of a processor a turn took. Asking the system takes a microsecond, which is much beside a small run; so a short
//! turn counts with the time it took, and the thread's clock is read now and then only.
//!
//! Where a run has a limit of CPU time both ends of each of its turns are read.

use crate::sandbox::own_cpu_time;
use std::time::{Duration, Instant};

/// Turns up to this long count with their wall time, of which they can have used no more.
const SHORT: Duration = Duration::from_millis(1);
/// How old a reading may be from which a longer turn is counted. What the thread used since is charged to that turn, unless
/// the turn itself was shorter.
const MOST_AGE: Duration = Duration::from_millis(5);

/// Of one thread; used on that thread alone.
pub(super) struct CpuMeter {
    read: fn() -> Duration,
    last: Duration,
    read_at: Instant,
}

/// A turn that has begun.
pub(super) struct Turn {
    began: Instant,
    is_exact: bool,
}

impl CpuMeter {
    /// For the calling thread.
    pub(super) fn new() -> Self {
        Self::reading(own_cpu_time)
    }

    fn reading(read: fn() -> Duration) -> Self {
        Self { read, last: read(), read_at: Instant::now() }
    }

    pub(super) fn begin(&mut self, is_exact: bool) -> Turn {
        let began = Instant::now();
        if is_exact || began.duration_since(self.read_at) > MOST_AGE {
            self.last = (self.read)();
            self.read_at = began;
        }
        Turn { began, is_exact }
    }

    /// What the turn used.
    pub(super) fn end(&mut self, turn: &Turn) -> Duration {
        let wall = turn.began.elapsed();
        if !turn.is_exact && wall < SHORT {
            return wall;
        }
        let now = (self.read)();
        let used = now.saturating_sub(self.last);
        self.last = now;
        self.read_at = Instant::now();
        used.min(wall)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::thread::sleep;

    fn spin(time: Duration) {
        let began = Instant::now();
        while began.elapsed() < time {
            std::hint::spin_loop();
        }
    }

    #[test]
    fn a_turn_that_sleeps_uses_next_to_nothing_and_one_that_computes_does() {
        let mut meter = CpuMeter::new();
        for is_exact in [false, true] {
            let turn = meter.begin(is_exact);
            sleep(Duration::from_millis(40));
            assert!(meter.end(&turn) < Duration::from_millis(20), "asleep, exact: {is_exact}");
            let turn = meter.begin(is_exact);
            spin(Duration::from_millis(40));
            let used = meter.end(&turn);
            assert!(used > Duration::from_millis(2) && used <= turn.began.elapsed(), "{used:?}, exact: {is_exact}");
        }
    }

    #[test]
    fn short_turns_ask_nobody() {
        let mut meter = CpuMeter::reading(|| Duration::ZERO);
        meter.read = || panic!("the clock was read");
        let turn = meter.begin(false);
        let used = meter.end(&turn);
        assert!(used < SHORT);
    }

    #[test]
    fn what_others_used_before_is_charged_to_no_exact_turn() {
        let mut meter = CpuMeter::new();
        spin(Duration::from_millis(30));
        let turn = meter.begin(true);
        sleep(Duration::from_millis(30));
        assert!(meter.end(&turn) < Duration::from_millis(20));
    }
}
