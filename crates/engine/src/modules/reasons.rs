//! Why a specifier leads nowhere, and what would allow it: for the host alone. The guest gets the same answer for all.

use super::ModuleError;
use super::files::Files;
use super::gate::{ApprovedPath, Origin};
use super::names::{is_path, normalize};
use super::policy::{leaves_package, package_name};
use super::resolve::ModuleLoader;
use oxc_resolver::ResolveError;
use std::path::Path;

/// What Node has built in and guests ask for in vain, so that the host is not told to list it as a package.
const NODES_OWN: [&str; 38] = [
    "assert",
    "async_hooks",
    "child_process",
    "cluster",
    "console",
    "constants",
    "crypto",
    "dgram",
    "diagnostics_channel",
    "dns",
    "domain",
    "events",
    "fs",
    "http",
    "http2",
    "https",
    "inspector",
    "module",
    "net",
    "os",
    "path",
    "perf_hooks",
    "process",
    "punycode",
    "querystring",
    "readline",
    "repl",
    "stream",
    "string_decoder",
    "tls",
    "tty",
    "url",
    "util",
    "v8",
    "vm",
    "wasi",
    "worker_threads",
    "zlib",
];

impl ModuleLoader {
    /// Why a specifier leads nowhere, and what would allow it.
    #[must_use]
    pub fn not_found(&self, specifier: &str, from: &ApprovedPath) -> ModuleError {
        let folder = from.path().parent().unwrap_or(self.policy.root());
        let reason = if specifier.contains('\0') || specifier.starts_with("file:") {
            "only paths and package names can be required".to_owned()
        } else if specifier.starts_with("node:") {
            format!("the built-in module {specifier} is not offered to guests")
        } else if is_path(specifier) {
            self.nothing_matches(&normalize(&self.policy.by_real_name(&folder.join(specifier))))
        } else if specifier.starts_with('#') {
            format!(
                "'{specifier}' leads to no allowed file by the imports of the package.json above {}",
                from.path().display()
            )
        } else if from.origin() == Origin::Own && leaves_package(specifier) {
            format!("'{specifier}' leads out of the package it names")
        } else if from.origin() == Origin::Own && !self.policy.is_external(specifier) {
            match package_name(specifier) {
                package if NODES_OWN.contains(&package) => format!(
                    "the built-in module {specifier} is not offered to guests; a package of this name loads if it is \
                     listed in external"
                ),
                package => not_listed(package),
            }
        } else {
            self.not_installed(specifier, folder, from)
        };
        ModuleError::NotFound { specifier: specifier.to_owned(), reason }
    }

    pub(super) fn nothing_matches(&self, named: &Path) -> String {
        if self.policy.folder_of(named).is_none() {
            return format!("{} {}", named.display(), self.outside());
        }
        self.leads_outside(named).unwrap_or_else(|| {
            format!("no file matches {} with extensions {}, .json", named.display(), self.policy.extensions.join(", "))
        })
    }

    fn not_installed(&self, specifier: &str, folder: &Path, from: &ApprovedPath) -> String {
        if let Err(ResolveError::PackagePathNotExported { package_json_path, .. }) =
            self.by_rules(Origin::Package, folder, specifier)
        {
            return format!("'{specifier}' is not among the exports of {}", package_json_path.display());
        }
        let package = package_name(specifier);
        let places = self.node_modules_paths(folder);
        let linked = places.iter().find_map(|place| self.leads_outside(&Path::new(place).join(package)));
        linked.unwrap_or_else(|| {
            format!(
                "no node_modules folder above {} within {} has '{package}', and no resolver found it; add the folder \
                 that has it to whitelistedPaths to allow it",
                from.path().display(),
                self.policy.folder_names()
            )
        })
    }

    /// What to say about an allowed name whose real path is not.
    fn leads_outside(&self, named: &Path) -> Option<String> {
        let real = Files::canonicalize(named).ok()?;
        if self.policy.folder_of(&real).is_some() {
            return None;
        }
        Some(format!("{} leads to {}, which {}", named.display(), real.display(), self.outside()))
    }

    fn outside(&self) -> String {
        format!(
            "lies outside root and whitelistedPaths ({}); add its folder to whitelistedPaths to allow it",
            self.policy.folder_names()
        )
    }
}

pub(super) fn not_listed(package: &str) -> String {
    format!("'{package}' is not listed in external; add it to external to allow it")
}
