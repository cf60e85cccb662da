//! Source maps that lie beside compiled modules: read through the same gate, and as carefully, as modules.

use super::files::{self, Contents};
use super::gate::{ApprovedPath, Origin, approve};
use super::names::normalize;
use super::resolve::ModuleLoader;
use crate::text::SharedText;
use std::path::Path;

impl ModuleLoader {
    /// The text of the map that a module names; `None` for whatever is wrong with it. `name` is the guest's.
    pub(crate) fn source_map(&self, name: &str, from: &ApprovedPath, limit: u64) -> Option<SharedText> {
        let is_map = Path::new(name).extension().is_some_and(|extension| extension == "map");
        if !is_map || name.contains('\0') || name.contains(':') || Path::new(name).is_absolute() {
            return None;
        }
        let read = || {
            let real = self.files.real_file(&normalize(&from.path().parent()?.join(name)))?;
            let file = approve(&self.policy, real, Origin::Own)?;
            match files::read_approved(&file, limit, |bytes| String::from_utf8_lossy(&bytes).into_owned()) {
                Ok(Contents::Text(text)) => Some(text),
                _ => None,
            }
        };
        match &self.recording {
            Some(recording) => recording.source_map(from, read),
            None => read(),
        }
    }
}
