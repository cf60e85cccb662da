//! Runs that wait for a place, in order of priority and arrival.

use crate::host::RunId;
use crate::sandbox::RunSpec;
use std::collections::{BTreeMap, HashMap};
use std::time::Instant;

/// A run without a place.
pub(super) struct Queued {
    pub(super) spec: Box<RunSpec>,
    pub(super) since: Instant,
}

type Rank = (u32, i64);

#[derive(Default)]
pub(super) struct Queue {
    by_rank: BTreeMap<Rank, Queued>,
    rank_of: HashMap<RunId, Rank>,
    arrivals: i64,
}

impl Queue {
    pub(super) fn len(&self) -> usize {
        self.by_rank.len()
    }

    pub(super) fn push(&mut self, spec: Box<RunSpec>, fifo: bool, now: Instant) {
        self.arrivals += 1;
        let arrival = if fifo { self.arrivals } else { -self.arrivals };
        let rank = (spec.request.priority, arrival);
        self.rank_of.insert(spec.id, rank);
        self.by_rank.insert(rank, Queued { spec, since: now });
    }

    /// Who comes next.
    pub(super) fn first(&self) -> Option<&Queued> {
        self.by_rank.first_key_value().map(|(_, queued)| queued)
    }

    pub(super) fn pop(&mut self) -> Option<Queued> {
        let (_, queued) = self.by_rank.pop_first()?;
        self.rank_of.remove(&queued.spec.id);
        Some(queued)
    }

    pub(super) fn remove(&mut self, id: RunId) -> Option<Queued> {
        self.by_rank.remove(&self.rank_of.remove(&id)?)
    }

    /// Those for whom `is_over` holds.
    pub(super) fn take_where(&mut self, mut is_over: impl FnMut(&Queued) -> bool) -> Vec<Queued> {
        let over: Vec<RunId> =
            self.by_rank.values().filter(|queued| is_over(queued)).map(|queued| queued.spec.id).collect();
        over.into_iter().filter_map(|id| self.remove(id)).collect()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Queued> {
        self.by_rank.values()
    }
}
