//! Which files a guest may load, where they are, and what is in them.
//!
//! Must not know the engine or the pool. Everything here treats names, links and manifests as hostile.

mod files;
mod format;
mod gate;
mod maps;
mod names;
mod policy;
mod reasons;
mod recording;
mod resolve;
mod rules;
mod source_cache;
#[cfg(test)]
mod tests;

pub use format::{Format, PackageType, file_url, format_of};
pub use gate::{ApprovedPath, Origin, SourceKind};
pub use policy::PolicyOptions;
pub use recording::{Recording, Recordings};
pub use resolve::{ModuleLoader, Resolution, Syntax};

/// Why a module cannot be had. Refused and missing are one variant: a guest must not be able to tell them apart.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ModuleError {
    /// There is none, or it may not be loaded; `reason` is for the host alone.
    #[error("Cannot find module '{specifier}'")]
    NotFound {
        /// What was asked for.
        specifier: String,
        /// Which rule refused which path, and what would allow it.
        reason: String,
    },
    /// The file exceeds `limits.sourceBytes`.
    #[error("source file {file} is {measured} bytes, limit is {limit} bytes")]
    TooLarge {
        /// As shown in stack traces.
        file: String,
        /// Bytes allowed.
        limit: u64,
        /// Bytes found, at least.
        measured: u64,
    },
    /// The file was approved but cannot be read.
    #[error("cannot read {file}")]
    Unreadable {
        /// As shown in stack traces.
        file: String,
        /// What the system said.
        reason: String,
    },
}
