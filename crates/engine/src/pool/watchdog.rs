//! One thread for the process that looks after all pools: deadlines, queue time-outs, idle sandboxes.
//!
//! It sleeps until the earliest thing any pool asked for, and is woken when something earlier comes up.

use super::schedule::Shared;
use std::sync::{Arc, Condvar, Mutex, OnceLock, PoisonError, Weak};
use std::time::{Duration, Instant};

/// A pool that asks for nothing is still visited this often, for what it did not announce.
const LONGEST_SLEEP: Duration = Duration::from_millis(500);

struct Watchdog {
    plan: Mutex<Plan>,
    changed: Condvar,
}

struct Plan {
    pools: Vec<Weak<Shared>>,
    /// When the thread will look next.
    wakes_at: Instant,
    is_woken: bool,
    is_running: bool,
}

fn watchdog() -> &'static Watchdog {
    static WATCHDOG: OnceLock<Watchdog> = OnceLock::new();
    WATCHDOG.get_or_init(|| Watchdog {
        plan: Mutex::new(Plan { pools: Vec::new(), wakes_at: Instant::now(), is_woken: false, is_running: false }),
        changed: Condvar::new(),
    })
}

/// Adds a pool; it is forgotten when it is gone.
pub(super) fn look_after(pool: &Arc<Shared>) {
    let watchdog = watchdog();
    let mut plan = watchdog.plan.lock().unwrap_or_else(PoisonError::into_inner);
    plan.pools.push(Arc::downgrade(pool));
    if !plan.is_running {
        let started = std::thread::Builder::new().name("isolated-watchdog".to_owned()).spawn(|| run(watchdog));
        // Without it runs still stop by themselves wherever the engine polls; the next pool tries again.
        plan.is_running = started.is_ok();
    }
}

/// Something is due at `at`; wakes the watchdog only if it would sleep longer than that.
pub(super) fn expect(at: Option<Instant>) {
    let Some(at) = at else { return };
    let watchdog = watchdog();
    let mut plan = watchdog.plan.lock().unwrap_or_else(PoisonError::into_inner);
    if at < plan.wakes_at {
        plan.wakes_at = at;
        plan.is_woken = true;
        watchdog.changed.notify_one();
    }
}

/// Looks at once.
pub(super) fn wake() {
    expect(Some(Instant::now()));
}

fn run(watchdog: &'static Watchdog) {
    let mut plan = watchdog.plan.lock().unwrap_or_else(PoisonError::into_inner);
    loop {
        plan.is_woken = false;
        plan.pools.retain(|pool| pool.strong_count() > 0);
        if plan.pools.is_empty() {
            plan.is_running = false;
            return;
        }
        let pools = plan.pools.clone();
        let now = Instant::now();
        plan.wakes_at = now + LONGEST_SLEEP;
        drop(plan);
        let mut next = now + LONGEST_SLEEP;
        for pool in pools {
            if let Some(pool) = pool.upgrade()
                && let Some(at) = pool.look_after(now)
            {
                next = next.min(at);
            }
        }
        plan = watchdog.plan.lock().unwrap_or_else(PoisonError::into_inner);
        plan.wakes_at = plan.wakes_at.min(next);
        if !plan.is_woken {
            let wait = plan.wakes_at.saturating_duration_since(Instant::now());
            plan = watchdog.changed.wait_timeout(plan, wait).unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}
