//! What paths and specifiers say by their words alone. Must not look at files.

use super::policy::package_name;
use std::path::{Component, Path, PathBuf};

/// An entry file's name without what would make it absolute.
pub(super) fn below_root(file: &str) -> &str {
    file.trim_start_matches(['/', '\\'])
}

/// Whether a folder's name is what `Path::join` and a real path would make of it.
pub(super) fn is_spelled_plainly(folder: &str) -> bool {
    folder.len() > 1 && !folder.ends_with('/')
}

pub(super) fn is_path(specifier: &str) -> bool {
    let is_relative = matches!(specifier, "." | "..") || specifier.starts_with("./") || specifier.starts_with("../");
    is_relative || Path::new(specifier).is_absolute() || specifier.starts_with('/')
}

/// Without `.` and `..`, by words alone.
pub(super) fn normalize(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                out.pop();
            }
            Component::CurDir => {}
            other => out.push(other),
        }
    }
    out
}

/// `./x/` names a folder even where a file has that name.
pub(super) fn names_folder(specifier: &str) -> bool {
    matches!(specifier, "." | "..") || ["/", "/.", "/.."].iter().any(|end| specifier.ends_with(end))
}

/// The package below the innermost `node_modules` folder of a path.
pub(super) fn installed_name(path: &Path) -> Option<String> {
    let text = path.to_string_lossy().replace('\\', "/");
    let (_, below) = text.rsplit_once("/node_modules/")?;
    Some(package_name(below).to_owned())
}
