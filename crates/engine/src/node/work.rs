//! Long computations for guests: they are bounded before they start, and ask between slices whether to go on.

/// Why a computation ended without an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Halt {
    /// The run was told to stop.
    Stopped,
    /// The answer would not fit into the guest's heap.
    Memory {
        /// Bytes it may have.
        limit: usize,
        /// Bytes it was found to have at least.
        wanted: usize,
    },
    /// More work than a run may ask for at once.
    TooMuch {
        /// Of what.
        what: &'static str,
        /// How much is allowed.
        limit: u64,
        /// How much was asked for.
        measured: u64,
    },
}

/// What a computation may ask and use.
pub struct Work<'a> {
    /// Whether the run may go on; looks at the clock.
    pub may_go_on: &'a dyn Fn() -> bool,
    /// Bytes an answer may have.
    pub most_bytes: usize,
}

impl Work<'_> {
    /// To be called between slices that take about a millisecond.
    ///
    /// # Errors
    /// `Halt::Stopped`.
    pub fn check(&self) -> Result<(), Halt> {
        if (self.may_go_on)() { Ok(()) } else { Err(Halt::Stopped) }
    }

    /// # Errors
    /// `Halt::Memory`.
    pub fn check_bytes(&self, bytes: usize) -> Result<(), Halt> {
        if bytes > self.most_bytes { Err(Halt::Memory { limit: self.most_bytes, wanted: bytes }) } else { Ok(()) }
    }
}
