//! The memory that the sandboxes of one pool may hold together, and each one's share of it.
//!
//! Counted are pages that can be in use, not ceilings: a sandbox takes its share in steps as its heap grows, and gives it
//! back when it is made pristine or dropped. So the counter that all threads share is touched once per step.

use super::schedule::Shared;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

/// What the pool's sandboxes may hold, and what they do.
pub struct MemoryBudget {
    limit: usize,
    used: AtomicUsize,
    /// Held by who is about to be refused. Taken before the pool's lock, never under it.
    refusing: Mutex<()>,
    pool: Weak<Shared>,
}

/// A sandbox wanted more than there was; what the pool would hold with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refused {
    /// Bytes that the pool would hold.
    pub wanted: usize,
    /// Bytes that it may hold.
    pub limit: usize,
}

impl MemoryBudget {
    /// Without a limit there is none.
    pub(super) fn new(limit: Option<u64>, pool: Weak<Shared>) -> Self {
        let limit = limit.map_or(usize::MAX, |limit| usize::try_from(limit).unwrap_or(usize::MAX));
        Self { limit, used: AtomicUsize::new(0), refusing: Mutex::new(()), pool }
    }

    /// For a sandbox that belongs to no pool: without a limit.
    #[must_use]
    pub fn without_pool() -> Self {
        Self::new(None, Weak::new())
    }

    pub(super) fn limit(&self) -> usize {
        self.limit
    }

    // Relaxed everywhere: it is a count, and orders nothing else.
    pub(super) fn used(&self) -> usize {
        self.used.load(Ordering::Relaxed)
    }

    fn take(&self, bytes: usize) {
        self.used.fetch_add(bytes, Ordering::Relaxed);
    }

    fn try_take(&self, bytes: usize) -> Result<(), Refused> {
        let within_limit = |used: usize| used.checked_add(bytes).filter(|wanted| *wanted <= self.limit);
        match self.used.fetch_update(Ordering::Relaxed, Ordering::Relaxed, within_limit) {
            Ok(_) => Ok(()),
            Err(used) => Err(Refused { wanted: used.saturating_add(bytes), limit: self.limit }),
        }
    }

    fn give_back(&self, bytes: usize) {
        self.used.fetch_sub(bytes, Ordering::Relaxed);
    }
}

/// What one sandbox holds. Given back when it is dropped.
pub(crate) struct MemoryShare {
    budget: Arc<MemoryBudget>,
    bytes: usize,
}

impl MemoryShare {
    pub(crate) fn new(budget: Arc<MemoryBudget>) -> Self {
        Self { budget, bytes: 0 }
    }

    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Holds so much from now on, whatever the limit says.
    pub(crate) fn set(&mut self, bytes: usize) {
        match bytes.checked_sub(self.bytes) {
            Some(more) => self.budget.take(more),
            None => self.budget.give_back(self.bytes - bytes),
        }
        self.bytes = bytes;
    }

    /// Holds so much more, if the limit allows it once idle sandboxes have made room; else nothing any more: the run that
    /// wanted it is over, and the next one to ask shall not be refused because of what is about to be dropped. Takes the
    /// pool's lock.
    pub(crate) fn try_grow(&mut self, more: usize) -> Result<(), Refused> {
        if self.budget.try_take(more).is_err() {
            self.insist(more)?;
        }
        self.bytes += more;
        Ok(())
    }

    fn insist(&mut self, more: usize) -> Result<(), Refused> {
        let budget = Arc::clone(&self.budget);
        // One at a time: of two that want the last bytes, one goes on with what the other gives up.
        let _refusing = budget.refusing.lock().unwrap_or_else(PoisonError::into_inner);
        budget.try_take(more).or_else(|refused| {
            if let Some(pool) = budget.pool.upgrade() {
                pool.drop_idle_sandboxes(refused.wanted.saturating_sub(refused.limit));
            }
            budget.try_take(more).inspect_err(|_| self.set(0))
        })
    }
}

impl Drop for MemoryShare {
    fn drop(&mut self) {
        self.budget.give_back(self.bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_granted_up_to_the_limit_and_given_back() {
        let budget = Arc::new(MemoryBudget::new(Some(100), Weak::new()));
        let (mut one, mut other) = (MemoryShare::new(Arc::clone(&budget)), MemoryShare::new(Arc::clone(&budget)));
        assert_eq!(one.try_grow(60), Ok(()));
        assert_eq!(other.try_grow(40), Ok(()), "at the limit");
        assert_eq!(other.try_grow(1), Err(Refused { wanted: 101, limit: 100 }));
        assert_eq!((one.bytes(), other.bytes(), budget.used()), (60, 0, 60), "who is refused holds nothing any more");
        one.set(10);
        assert_eq!(other.try_grow(90), Ok(()));
        drop(other);
        assert_eq!(budget.used(), 10);
        one.set(500);
        assert_eq!(budget.used(), 500, "what a sandbox needs to be there at all is counted, and not refused");
    }

    #[test]
    fn of_two_that_want_the_last_bytes_one_gets_them() {
        let budget = Arc::new(MemoryBudget::new(Some(1_000), Weak::new()));
        for _ in 0..200 {
            let start = Arc::new(std::sync::Barrier::new(2));
            let ask = || {
                let (budget, start) = (Arc::clone(&budget), Arc::clone(&start));
                std::thread::spawn(move || {
                    let mut share = MemoryShare::new(budget);
                    share.set(500);
                    start.wait();
                    let granted = share.try_grow(100).is_ok();
                    start.wait();
                    granted
                })
            };
            let granted = [ask(), ask()].map(|thread| thread.join().unwrap());
            assert_eq!(granted.iter().filter(|granted| **granted).count(), 1);
        }
        assert_eq!(budget.used(), 0);
    }

    #[test]
    fn without_a_limit_everything_is_granted() {
        let mut share = MemoryShare::new(Arc::new(MemoryBudget::without_pool()));
        assert_eq!(share.try_grow(usize::MAX / 2), Ok(()));
    }
}
