//! Resolution over real folders: what is found, what is refused, and what the host is told.

#![expect(clippy::disallowed_methods, reason = "tests fill folders of their own")]

mod packages;
mod paths;

use super::*;
use crate::modules::Syntax;
use std::path::PathBuf;

/// A folder with files, gone with the test.
struct Place {
    _folder: tempfile::TempDir,
    path: PathBuf,
}

fn place(files: &[(&str, &str)]) -> Place {
    let folder = tempfile::tempdir().unwrap();
    let path = std::fs::canonicalize(folder.path()).unwrap();
    let place = Place { _folder: folder, path };
    for (name, text) in files {
        place.write(name, text);
    }
    place
}

impl Place {
    fn write(&self, name: &str, text: &str) {
        let file = self.path.join(name);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, text).unwrap();
    }

    /// A symbolic link `name`, to `target` in this place.
    #[cfg(unix)]
    fn link(&self, name: &str, target: &str) {
        let link = self.path.join(name);
        std::fs::create_dir_all(link.parent().unwrap()).unwrap();
        std::os::unix::fs::symlink(self.path.join(target), link).unwrap();
    }

    fn absolute(&self, name: &str) -> String {
        self.path.join(name).to_string_lossy().into_owned()
    }

    /// What a loader says whose `root` is the folder `app`.
    fn app(&self, allowed: &[&str], external: &[&str]) -> Run<'_> {
        self.run("app", allowed, external, &["js"])
    }

    fn run(&self, root: &str, allowed: &[&str], external: &[&str], extensions: &[&str]) -> Run<'_> {
        let texts = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect();
        let loader = ModuleLoader::new(PolicyOptions {
            root: self.absolute(root),
            whitelisted_paths: allowed.iter().map(|name| self.absolute(name)).collect(),
            external: texts(external),
            source_extensions: texts(extensions),
            source_bytes: 1 << 20,
        });
        Run { place: self, loader: loader.unwrap() }
    }
}

/// One run's loader.
struct Run<'a> {
    place: &'a Place,
    loader: ModuleLoader,
}

/// What came of a specifier.
#[derive(Debug, PartialEq, Eq)]
enum Answer {
    /// A file, by its name in the place.
    File(String),
    AsksHook,
    /// The reason, which the guest does not get.
    Refused(String),
}

fn file(name: &str) -> Answer {
    Answer::File(name.to_owned())
}

impl Run<'_> {
    fn entry(&self, name: &str) -> ApprovedPath {
        self.loader.entry(name).unwrap()
    }

    /// What `require(specifier)` comes to in `main.js`.
    fn main(&self, specifier: &str) -> Answer {
        self.from(&self.entry("main.js"), specifier)
    }

    fn from(&self, from: &ApprovedPath, specifier: &str) -> Answer {
        self.answer(self.loader.resolve(specifier, from, Syntax::Require), specifier)
    }

    /// The file behind a specifier in `main.js`, to require from it in turn.
    fn load(&self, specifier: &str) -> ApprovedPath {
        match self.loader.resolve(specifier, &self.entry("main.js"), Syntax::Require).unwrap() {
            Resolution::Found(file) => file,
            Resolution::AskHook { .. } => panic!("{specifier} was not found"),
        }
    }

    /// What a resolver's answer comes to.
    fn hook(&self, answer: &str) -> Answer {
        let approved = self.loader.approve_answer("asked", answer, &self.entry("main.js"), Syntax::Require);
        self.answer(approved.map(Resolution::Found), "asked")
    }

    fn answer(&self, resolution: Result<Resolution, ModuleError>, specifier: &str) -> Answer {
        match resolution {
            Ok(Resolution::Found(file)) => {
                Answer::File(file.path().strip_prefix(&self.place.path).unwrap().to_string_lossy().replace('\\', "/"))
            }
            Ok(Resolution::AskHook { .. }) => Answer::AsksHook,
            Err(error) => {
                // Whatever the reason, this is all the guest sees.
                assert_eq!(error.to_string(), format!("Cannot find module '{specifier}'"));
                match error {
                    ModuleError::NotFound { reason, .. } => Answer::Refused(reason),
                    other => panic!("{other:?}"),
                }
            }
        }
    }

    /// The reason why `main.js` cannot have it, all of whose words are expected in it.
    fn refused(&self, specifier: &str, words: &[&str]) {
        says(&self.main(specifier), words);
    }
}

fn says(answer: &Answer, words: &[&str]) {
    let Answer::Refused(reason) = answer else { panic!("not refused: {answer:?}") };
    for word in words {
        assert!(reason.contains(word), "'{word}' is not in: {reason}");
    }
}
