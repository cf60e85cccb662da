//! Resolution over real folders: what is found, what is refused, and what the host is told.

#![expect(clippy::disallowed_methods, reason = "tests fill folders of their own")]

use super::*;
use std::path::PathBuf;

struct Place {
    _folder: tempfile::TempDir,
    path: PathBuf,
}

fn place(files: &[(&str, &str)]) -> Place {
    let folder = tempfile::tempdir().unwrap();
    let path = std::fs::canonicalize(folder.path()).unwrap();
    for (name, text) in files {
        let file = path.join(name);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, text).unwrap();
    }
    Place { _folder: folder, path }
}

fn loader(place: &Place, root: &str, allowed: &[&str], external: &[&str]) -> ModuleLoader {
    ModuleLoader::new(PolicyOptions {
        root: place.path.join(root).to_string_lossy().into_owned(),
        whitelisted_paths: allowed.iter().map(|name| place.path.join(name).to_string_lossy().into_owned()).collect(),
        external: external.iter().map(|name| (*name).to_owned()).collect(),
        source_extensions: vec!["js".to_owned()],
        source_bytes: 1 << 20,
    })
    .unwrap()
}

#[test]
fn a_package_above_root_is_found_when_its_node_modules_folder_is_allowed() {
    let place = place(&[
        ("customers/acme/rules.js", ""),
        ("node_modules/money/package.json", r#"{"main":"lib/money.js"}"#),
        ("node_modules/money/lib/money.js", ""),
    ]);
    let loader = loader(&place, "customers/acme", &["node_modules"], &["money"]);
    let entry = loader.entry("rules.js").unwrap();
    match loader.resolve("money", &entry).unwrap() {
        Resolution::Found(file) => assert!(file.path().ends_with("node_modules/money/lib/money.js")),
        other => panic!("{other:?}"),
    }
}
