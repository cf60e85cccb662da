//! Engines by number, so that a hook thread, which has an environment of its own, can find the one it serves.
//!
//! Holds no engine alive and names no environment.

use crate::engine::Core;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};

#[derive(Default)]
struct Registry {
    last_id: u32,
    engines: HashMap<u32, Weak<Core>>,
}

fn registry() -> &'static Mutex<Registry> {
    static REGISTRY: OnceLock<Mutex<Registry>> = OnceLock::new();
    REGISTRY.get_or_init(Mutex::default)
}

/// Makes an engine known under a new number.
pub(crate) fn add(make: impl FnOnce(u32) -> Arc<Core>) -> Arc<Core> {
    let mut registry = registry().lock().unwrap_or_else(PoisonError::into_inner);
    registry.last_id += 1;
    let id = registry.last_id;
    let core = make(id);
    registry.engines.retain(|_, engine| engine.strong_count() > 0);
    registry.engines.insert(id, Arc::downgrade(&core));
    core
}

pub(crate) fn find(id: u32) -> Option<Arc<Core>> {
    registry().lock().unwrap_or_else(PoisonError::into_inner).engines.get(&id).and_then(Weak::upgrade)
}

pub(crate) fn for_each(mut visit: impl FnMut(&Core)) {
    let engines: Vec<_> = {
        let registry = registry().lock().unwrap_or_else(PoisonError::into_inner);
        registry.engines.values().filter_map(Weak::upgrade).collect()
    };
    for engine in engines {
        visit(&engine);
    }
}
