//! What a prepared application was loaded from. Each of its sandboxes loads it anew, maybe hours later; all of them load what
//! the first one did, whatever has become of the files since.

use super::files::Contents;
use super::format::PackageType;
use super::gate::ApprovedPath;
use super::resolve::Syntax;
use crate::text::SharedText;
use std::collections::HashMap;
use std::hash::Hash;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

/// What is asked for, from which folder, and how.
pub(super) type Asked = (PathBuf, String, Option<Syntax>);

/// Filled while sandboxes load; what is known stays as it is.
#[derive(Debug, Default)]
pub struct Recording {
    texts: Mutex<HashMap<PathBuf, SharedText>>,
    found: Mutex<HashMap<Asked, ApprovedPath>>,
    types: Mutex<HashMap<PathBuf, PackageType>>,
    /// Source maps by the modules that name them; those that could not be read as well.
    maps: Mutex<HashMap<PathBuf, Option<SharedText>>>,
}

impl Recording {
    /// The text of a file, as the first sandbox read it.
    pub(super) fn text<E>(
        &self,
        file: &ApprovedPath,
        read: impl FnOnce() -> Result<Contents, E>,
    ) -> Result<Contents, E> {
        if let Some(known) = known(&self.texts, &file.path().to_path_buf()) {
            return Ok(Contents::Text(known));
        }
        match read()? {
            Contents::Text(text) => Ok(Contents::Text(keep(&self.texts, file.path().to_path_buf(), text))),
            too_large => Ok(too_large),
        }
    }

    pub(super) fn found(&self, asked: &Asked) -> Option<ApprovedPath> {
        known(&self.found, asked)
    }

    pub(super) fn keep_found(&self, asked: Asked, file: ApprovedPath) -> ApprovedPath {
        keep(&self.found, asked, file)
    }

    pub(super) fn source_map(
        &self,
        module: &ApprovedPath,
        read: impl FnOnce() -> Option<SharedText>,
    ) -> Option<SharedText> {
        let module = module.path().to_path_buf();
        known(&self.maps, &module).unwrap_or_else(|| keep(&self.maps, module, read()))
    }

    pub(super) fn package_type(&self, folder: PathBuf, look: impl FnOnce() -> PackageType) -> PackageType {
        known(&self.types, &folder).unwrap_or_else(|| keep(&self.types, folder, look()))
    }
}

fn known<K: Eq + Hash, V: Clone>(map: &Mutex<HashMap<K, V>>, key: &K) -> Option<V> {
    map.lock().unwrap_or_else(PoisonError::into_inner).get(key).cloned()
}

/// Two sandboxes may load at once; who comes first is right.
fn keep<K: Eq + Hash, V: Clone>(map: &Mutex<HashMap<K, V>>, key: K, value: V) -> V {
    map.lock().unwrap_or_else(PoisonError::into_inner).entry(key).or_insert(value).clone()
}

/// The recordings of a pool's applications, by their numbers.
#[derive(Debug, Default)]
pub struct Recordings(Mutex<HashMap<u32, Arc<Recording>>>);

impl Recordings {
    /// The one of this application; a new one if there is none.
    pub(crate) fn of(&self, prepared: u32) -> Arc<Recording> {
        Arc::clone(self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(prepared).or_default())
    }

    /// The application is run no more.
    pub(crate) fn forget(&self, prepared: u32) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&prepared);
    }
}
