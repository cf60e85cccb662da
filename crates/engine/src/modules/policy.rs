//! What one run may load, as the host said it, checked once.

use super::ModuleError;
use super::files::Files;
use std::path::{Component, Path, PathBuf};

/// What the host allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyOptions {
    /// The customer's folder.
    pub root: String,
    /// Folders allowed besides it.
    pub whitelisted_paths: Vec<String>,
    /// Packages that the guest's own files may require; patterns with `*`.
    pub external: Vec<String>,
    /// Extensions of the guest's own source files, with or without the dot.
    pub source_extensions: Vec<String>,
    /// Bytes a source file may have.
    pub source_bytes: u64,
}

/// A folder the run may read, by the name the host gave and by its real one.
#[derive(Debug, Clone)]
pub(super) struct Folder {
    given: PathBuf,
    pub(super) real: PathBuf,
}

/// Checked options.
#[derive(Debug, Clone)]
pub(super) struct Policy {
    /// `root` first.
    pub(super) folders: Vec<Folder>,
    external: Vec<String>,
    /// With the dot.
    pub(super) extensions: Vec<String>,
    pub(super) source_bytes: u64,
}

impl Policy {
    /// `is_root_real`: what lies below `root` was reached without meeting a link.
    pub(super) fn new(options: PolicyOptions, is_root_real: bool) -> Result<Self, ModuleError> {
        let root = PathBuf::from(&options.root);
        let real = if is_root_real { Ok(root.clone()) } else { Files::canonicalize(&root) };
        let real = real.map_err(|error| ModuleError::NotFound {
            specifier: options.root.clone(),
            reason: format!("root {} cannot be opened: {error}", options.root),
        })?;
        let mut folders = vec![Folder { given: root, real }];
        for path in &options.whitelisted_paths {
            let given = PathBuf::from(path);
            // A folder that does not exist holds nothing to allow.
            if let Ok(real) = Files::canonicalize(&given) {
                folders.push(Folder { given, real });
            }
        }
        let extensions =
            options.source_extensions.iter().map(|extension| format!(".{}", extension.trim_start_matches('.')));
        Ok(Self {
            folders,
            extensions: extensions.collect(),
            external: options.external,
            source_bytes: options.source_bytes,
        })
    }

    pub(super) fn root(&self) -> &Path {
        &self.folders[0].real
    }

    /// As the host named it.
    pub(super) fn given_root(&self) -> &Path {
        &self.folders[0].given
    }

    /// The allowed folder a real path lies in.
    pub(super) fn folder_of(&self, real: &Path) -> Option<&Path> {
        self.folders.iter().map(|folder| folder.real.as_path()).find(|folder| real.starts_with(folder))
    }

    /// A path under an allowed folder's given name, under its real one.
    pub(super) fn by_real_name(&self, path: &Path) -> PathBuf {
        for folder in &self.folders {
            if let Ok(rest) = path.strip_prefix(&folder.given) {
                return folder.real.join(rest);
            }
        }
        path.to_path_buf()
    }

    /// Whether the guest's own files may ask for this package.
    pub(super) fn is_external(&self, specifier: &str) -> bool {
        let package = package_name(specifier);
        !leaves_package(specifier)
            && self.external.iter().any(|pattern| matches(pattern, specifier) || matches(pattern, package))
    }

    /// What loads when it is named outright. Extensions that say which kind of source a file is always do.
    pub(super) fn is_source(&self, path: &Path) -> bool {
        const EVERYONES: [&str; 6] = [".json", ".mjs", ".cjs", ".ts", ".mts", ".cts"];
        let name = path.to_string_lossy();
        EVERYONES.iter().any(|extension| name.ends_with(extension))
            || self.extensions.iter().any(|extension| name.ends_with(extension.as_str()))
    }

    /// For reasons: `/srv/app, /srv/shared`.
    pub(super) fn folder_names(&self) -> String {
        let names: Vec<_> = self.folders.iter().map(|folder| folder.real.to_string_lossy()).collect();
        names.join(", ")
    }
}

/// `@scope/name` or `name`, without a subpath.
pub(super) fn package_name(specifier: &str) -> &str {
    let parts = if specifier.starts_with('@') { 2 } else { 1 };
    match specifier.match_indices('/').nth(parts - 1) {
        Some((end, _)) => &specifier[..end],
        None => specifier,
    }
}

/// Whether a specifier names another package than the one it begins with: `lodash/../evil`, `@scope/../evil`.
pub(super) fn leaves_package(specifier: &str) -> bool {
    let package = package_name(specifier);
    let is_name = package.split(['/', '\\']).all(|part| !matches!(part, "" | "." | ".."));
    !is_name || climbs(specifier[package.len()..].trim_start_matches(['/', '\\']))
}

/// Whether a relative path leaves the folder it starts in, by its own words.
pub(super) fn climbs(below: &str) -> bool {
    let mut depth = 0_i64;
    for part in Path::new(below).components() {
        match part {
            Component::ParentDir => depth -= 1,
            Component::Normal(_) => depth += 1,
            Component::CurDir => {}
            Component::RootDir | Component::Prefix(_) => return true,
        }
        if depth < 0 {
            return true;
        }
    }
    false
}

/// `*` stands for any text; everything else for itself.
fn matches(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or("");
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else { return rest.is_empty() };
    for part in parts {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::{leaves_package, matches, package_name};

    #[test]
    fn a_subpath_with_dots_does_not_name_another_package() {
        for specifier in
            ["a/../b", "a//../b", "a/./../b/c", "a/..", "@a/../b", "@a/b/../../c", "@a/./b", "@a//b", "a/b/../../c"]
        {
            assert!(leaves_package(specifier), "{specifier}");
        }
        for specifier in ["a", "a/b", "a/b/../c", "a/./b", "@a/b", "@a/b/c/../d", "a/"] {
            assert!(!leaves_package(specifier), "{specifier}");
        }
    }

    #[test]
    fn package_names_keep_their_scope_and_lose_their_subpath() {
        for (specifier, name) in
            [("lodash", "lodash"), ("lodash/fp", "lodash"), ("@a/b", "@a/b"), ("@a/b/c/d", "@a/b"), ("@a", "@a")]
        {
            assert_eq!(package_name(specifier), name);
        }
    }

    #[test]
    fn patterns_match_whole_names() {
        for (pattern, text, expected) in [
            ("*", "anything/at/all", true),
            ("lodash", "lodash", true),
            ("lodash", "lodash-es", false),
            ("@scope/*", "@scope/a", true),
            ("@scope/*", "@scopes/a", false),
            ("lodash*", "lodash-es", true),
            ("*-plugin", "my-plugin", true),
            ("*-plugin", "my-plugins", false),
            ("a*b*c", "aXbYc", true),
            ("a*b*c", "acb", false),
            ("", "x", false),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} against {text}");
        }
    }
}
