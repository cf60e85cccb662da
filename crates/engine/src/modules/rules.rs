//! Node's rules for finding packages and completing names, as the resolver wants them.

use super::gate::Origin;
use super::policy::Policy;
use super::resolve::Syntax;
use oxc_resolver::ResolveOptions;

/// Extensions in the order of the guest's own files or in that of packages.
pub(super) fn options_of(order: Origin, syntax: Syntax, policy: &Policy) -> ResolveOptions {
    let mut extensions = match order {
        Origin::Own => policy.extensions.clone(),
        // Packages are written for these, whatever the guest's own files are called, and may ship what they were made from.
        Origin::Package => vec![".js".to_owned(), ".json".to_owned()],
    };
    let last = match order {
        Origin::Own => &[".json".to_owned()][..],
        Origin::Package => &policy.extensions,
    };
    for extension in last {
        if !extensions.contains(extension) {
            extensions.push(extension.clone());
        }
    }
    let condition = match syntax {
        Syntax::Require => "require",
        Syntax::Import => "import",
    };
    ResolveOptions {
        condition_names: vec!["node".to_owned(), condition.to_owned()],
        extensions,
        main_fields: vec!["main".to_owned()],
        main_files: vec!["index".to_owned()],
        modules: vec!["node_modules".to_owned()],
        symlinks: true,
        node_path: false,
        builtin_modules: false,
        tsconfig: None,
        ..ResolveOptions::default()
    }
}
