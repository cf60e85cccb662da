//! Which module system a source is written for, and how a file is named as a URL.

use super::files::Files;
use super::gate::SourceKind;
use oxc_resolver::FileSystem;
use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// What a source is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// CommonJS.
    Script,
    /// An ES module.
    Module,
    /// CommonJS if it parses as such, else an ES module.
    Unclear,
}

/// What the nearest manifest says about `.js` files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PackageType {
    /// `"type": "module"`.
    Module,
    /// `"type": "commonjs"`.
    CommonJs,
    /// Nothing.
    Unsaid,
}

/// What nearest manifests say, by folder, for one run.
#[derive(Default)]
pub(super) struct PackageTypes {
    known: RefCell<HashMap<PathBuf, PackageType>>,
}

impl PackageTypes {
    /// The type that holds for files in this folder: that of the nearest manifest within the allowed folders and within
    /// the package.
    pub(super) fn of_folder(&self, files: &Files, folder: &Path) -> PackageType {
        if let Some(known) = self.known.borrow().get(folder) {
            return *known;
        }
        let found = match read_type(files, folder) {
            Some(found) => found,
            None => match folder.parent() {
                Some(parent) if !is_boundary(folder) && files.is_within(parent) => self.of_folder(files, parent),
                _ => PackageType::Unsaid,
            },
        };
        self.known.borrow_mut().insert(folder.to_path_buf(), found);
        found
    }
}

/// A `node_modules` folder is no part of the package it lies in.
fn is_boundary(folder: &Path) -> bool {
    folder.file_name().is_some_and(|name| name == "node_modules")
}

/// `None` when the folder has no manifest.
fn read_type(files: &Files, folder: &Path) -> Option<PackageType> {
    let bytes = files.read(&folder.join("package.json")).ok()?;
    let manifest: serde_json::Value = serde_json::from_slice(&bytes).unwrap_or_default();
    Some(match manifest.get("type").and_then(serde_json::Value::as_str) {
        Some("module") => PackageType::Module,
        Some("commonjs") => PackageType::CommonJs,
        _ => PackageType::Unsaid,
    })
}

/// Decides by name, by package, and by what the text looks like, in this order; the package is asked only if it matters.
pub fn format_of(kind: SourceKind, text: &str, package: impl FnOnce() -> PackageType) -> Format {
    match kind {
        SourceKind::Module => Format::Module,
        SourceKind::Script | SourceKind::Json => Format::Script,
        SourceKind::Unclear => {
            if has_module_words(text) {
                return match package() {
                    PackageType::Module => Format::Module,
                    PackageType::CommonJs => Format::Script,
                    PackageType::Unsaid => Format::Unclear,
                };
            }
            let may_await = text.contains("await") && package() == PackageType::Module;
            if may_await { Format::Unclear } else { Format::Script }
        }
    }
}

/// Whether there is what may be an `import` or `export` at the start of a statement, or `import.meta`. A comment may look
/// like that, too.
fn has_module_words(text: &str) -> bool {
    ["import", "export"].iter().any(|word| {
        text.match_indices(word).any(|(at, _)| {
            let after = &text[at + word.len()..];
            (*word == "import" && after.starts_with(".meta")) || (begins_statement(&text[..at]) && goes_on(after))
        })
    })
}

fn begins_statement(before: &str) -> bool {
    let code = before.trim_end();
    code.is_empty() || before[code.len()..].contains('\n') || code.ends_with([';', '}', '/'])
}

fn goes_on(after: &str) -> bool {
    let rest = after.trim_start();
    let is_name = |letter: char| letter.is_alphabetic() || matches!(letter, '_' | '$');
    rest.starts_with(['{', '*', '"', '\'']) || (rest.len() < after.len() && rest.starts_with(is_name))
}

/// The `file:` URL of an absolute path.
#[must_use]
pub fn file_url(path: &str) -> String {
    let path = if cfg!(windows) { path.replace('\\', "/") } else { path.to_owned() };
    let mut url = String::from(if path.starts_with('/') { "file://" } else { "file:///" });
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => url.push(char::from(byte)),
            _ if b"-_.!~*'()/:@&=+$,;[]|".contains(&byte) => url.push(char::from(byte)),
            _ => {
                let _cannot_fail = write!(url, "%{byte:02X}");
            }
        }
    }
    url
}

/// The absolute path that a `file:` URL stands for.
pub(super) fn path_of_url(url: &str) -> Option<String> {
    let path = url.strip_prefix("file://")?;
    let path = path.split(['?', '#']).next()?;
    let path = if cfg!(windows) { path.strip_prefix('/')? } else { path };
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
        let (high, low) = (digit(rest.next())?, digit(rest.next())?);
        bytes.push(u8::try_from(high * 16 + low).ok()?);
    }
    String::from_utf8(bytes).ok().filter(|path| Path::new(path).is_absolute() && !path.contains('\0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_modules_count_at_the_start_of_statements_only() {
        for text in [
            "import x from 'y'",
            "import'y'",
            "import * as x from 'y'",
            "x();import{a}from'b'",
            "export default 1",
            "export{a}",
            "export * from 'x'",
            "'use strict'\n  export const a = 1",
            "f(import.meta.url)",
            "/* licence */ export {a}",
        ] {
            assert!(has_module_words(text), "{text}");
        }
        for text in [
            "exports.x = 1",
            "module.exports = { export: 1, import: 2 }",
            "const x = import('y')",
            "important()",
            "x.import = 1; y.export = 2",
            "exported = 1",
            "'please export default'",
        ] {
            assert!(!has_module_words(text), "{text}");
        }
    }

    #[test]
    fn the_package_decides_where_name_and_text_leave_it_open() {
        let say = |kind, text, package| format_of(kind, text, || package);
        assert_eq!(say(SourceKind::Module, "", PackageType::CommonJs), Format::Module);
        assert_eq!(say(SourceKind::Script, "export {}", PackageType::Module), Format::Script);
        assert_eq!(say(SourceKind::Unclear, "export {}", PackageType::Module), Format::Module);
        assert_eq!(say(SourceKind::Unclear, "await 1", PackageType::Module), Format::Unclear);
        assert_eq!(say(SourceKind::Unclear, "await 1", PackageType::Unsaid), Format::Script);
        assert_eq!(say(SourceKind::Unclear, "export {}", PackageType::CommonJs), Format::Script);
        assert_eq!(say(SourceKind::Unclear, "export {}", PackageType::Unsaid), Format::Unclear);
        let nobody_asks = || unreachable!("plain CommonJS needs no manifest");
        assert_eq!(format_of(SourceKind::Unclear, "exports.a = 1", nobody_asks), Format::Script);
    }

    #[test]
    fn paths_and_urls_are_each_others_inverse() {
        let path = "/a b/%41/ü#?.mjs";
        assert_eq!(file_url(path), "file:///a%20b/%2541/%C3%BC%23%3F.mjs");
        assert_eq!(path_of_url(&file_url(path)).as_deref(), Some(path));
        for url in ["file:///%zz", "file:///%2", "file:///a%00b", "file://host", "http:///x", "file:a", "file:///%ff"] {
            assert_eq!(path_of_url(url), None, "{url}");
        }
    }
}
