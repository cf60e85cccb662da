//! The path gate: the only place where an `ApprovedPath` is made, from a real path inside an allowed folder.

use super::policy::Policy;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// Whose file it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// The guest's own; what it requires must be listed.
    Own,
    /// Code of an allowed package; its dependencies load without being listed.
    Package,
}

/// What a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SourceKind {
    /// CommonJS, by its name.
    Script,
    /// An ES module, by its name.
    Module,
    /// Either, as its package or its text says.
    Unclear,
    /// JSON data.
    Json,
}

/// A real path that was inside an allowed folder when it was checked. Reading follows no link on the way to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApprovedPath {
    path: PathBuf,
    display: String,
    origin: Origin,
}

impl ApprovedPath {
    /// The real, absolute path.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// As stack traces show it: with `root` cut off, else absolute.
    #[must_use]
    pub fn display(&self) -> &str {
        &self.display
    }

    /// Whose file it is.
    #[must_use]
    pub fn origin(&self) -> Origin {
        self.origin
    }

    /// What it holds, by its name.
    #[must_use]
    pub fn kind(&self) -> SourceKind {
        match self.path.extension().and_then(OsStr::to_str) {
            Some("json") => SourceKind::Json,
            Some("mjs" | "mts") => SourceKind::Module,
            Some("cjs" | "cts") => SourceKind::Script,
            _ => SourceKind::Unclear,
        }
    }

    /// Whether it is written in TypeScript, by its name.
    #[must_use]
    pub fn is_typescript(&self) -> bool {
        matches!(self.path.extension().and_then(OsStr::to_str), Some("ts" | "mts" | "cts"))
    }
}

/// Lets a real path through if it lies in an allowed folder.
pub(super) fn approve(policy: &Policy, real: PathBuf, origin: Origin) -> Option<ApprovedPath> {
    policy.folder_of(&real)?;
    let display = match real.strip_prefix(policy.root()) {
        Ok(below) => format!("/{}", below.to_string_lossy()),
        Err(_) => real.to_string_lossy().into_owned(),
    };
    let origin = if is_package(policy, &real) { Origin::Package } else { origin };
    Some(ApprovedPath { display: display.replace('\\', "/"), path: real, origin })
}

/// Whether a path in an allowed folder is a package's. A root that is installed below `node_modules` itself is not.
pub(super) fn is_package(policy: &Policy, path: &Path) -> bool {
    path.strip_prefix(policy.root()).unwrap_or(path).components().any(|part| part.as_os_str() == "node_modules")
}
