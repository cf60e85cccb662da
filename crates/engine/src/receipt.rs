//! What a run cost, measured always: four clocks kept apart, and what it used up.

use std::fmt::Write;
use std::time::Duration;

/// Filled by the pool (clocks) and the sandbox (the rest) as the run goes on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Receipt {
    /// Waiting for a place, a thread, or the hook thread: not the run's own doing.
    pub queue: Duration,
    /// From its first instruction until it settled, all of the other three included but the wait for a place.
    pub wall: Duration,
    /// CPU time of the threads that executed it.
    pub cpu: Duration,
    /// Waiting for hooks and host functions.
    pub host_wait: Duration,
    /// The most bytes its heap held.
    pub peak_bytes: u64,
    /// Modules it loaded.
    pub modules: u64,
    /// Host functions it called.
    pub host_calls: u64,
    /// Arguments, context and host functions' results, as text.
    pub bytes_in: u64,
    /// Result and host functions' arguments, as text.
    pub bytes_out: u64,
    /// Console output that was dropped.
    pub console_bytes_dropped: u64,
    /// Why it ended: `done`, or the code of the error, or `error` for what guests throw.
    pub stopped_by: &'static str,
}

impl Receipt {
    /// As the host reads it: the fields in their order, times in nanoseconds, separated by spaces.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = String::with_capacity(96);
        for time in [self.queue, self.wall, self.cpu, self.host_wait] {
            push(&mut text, u64::try_from(time.as_nanos()).unwrap_or(u64::MAX));
        }
        for number in
            [self.peak_bytes, self.modules, self.host_calls, self.bytes_in, self.bytes_out, self.console_bytes_dropped]
        {
            push(&mut text, number);
        }
        text.push_str(self.stopped_by);
        text
    }
}

fn push(text: &mut String, number: u64) {
    let written = write!(text, "{number} ");
    debug_assert!(written.is_ok(), "writing to a string cannot fail");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_reads_the_fields_in_their_order() {
        let receipt = Receipt {
            queue: Duration::from_micros(1),
            wall: Duration::from_micros(2),
            modules: 3,
            stopped_by: "done",
            ..Receipt::default()
        };
        assert_eq!(receipt.to_text(), "1000 2000 0 0 0 3 0 0 0 0 done");
    }
}
