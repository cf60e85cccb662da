//! The source maps of a run's modules, and the names that its stacks give to what they lead to.
//!
//! A map is looked for when a stack is written; a prepared application has those that it was prepared with. What is wrong with
//! one, or too large, leaves the compiled place.

use super::base64;
use super::source_map::{Original, SourceMap};
use crate::text::SharedText;
use std::collections::HashMap;

/// Names of sources longer than this are no names.
const LONGEST_NAME: usize = 1_000;

/// By the names of compiled modules; emptied with the run.
#[derive(Default)]
pub(super) struct SourceMaps {
    known: HashMap<String, Option<SourceMap>>,
    /// Of all maps together.
    bytes: u64,
}

impl SourceMaps {
    /// The place that a place of compiled code comes from, as stacks show it. `limit` is in bytes, for all maps of the run;
    /// `read` reads a file that the module names.
    pub(super) fn place(
        &mut self,
        (file, line, column): (&str, u32, u32),
        source: &[u8],
        limit: u64,
        read: impl FnOnce(&str, u64) -> Option<SharedText>,
    ) -> Option<String> {
        if !self.known.contains_key(file) {
            let map = self.load(source, limit, read);
            self.known.insert(file.to_owned(), map);
        }
        let original = self.known.get(file)?.as_ref()?.find(line, column)?;
        let name = name_of(file, &original)?;
        Some(format!("{name}:{}:{}", original.line, original.column))
    }

    fn load(
        &mut self,
        source: &[u8],
        limit: u64,
        read: impl FnOnce(&str, u64) -> Option<SharedText>,
    ) -> Option<SourceMap> {
        let url = url_of(source)?;
        let room = limit.saturating_sub(self.bytes);
        if let Some(data) = url.strip_prefix("data:") {
            let (kind, text) = data.split_once(";base64,")?;
            let is_json = kind.split(';').next() == Some("application/json");
            if !is_json || text.len() as u64 > room {
                return None;
            }
            self.bytes += text.len() as u64;
            return SourceMap::parse(&String::from_utf8(base64::decode(text.as_bytes())).ok()?);
        }
        let text = read(url, room).filter(|text| text.as_str().len() as u64 <= room)?;
        self.bytes += text.as_str().len() as u64;
        SourceMap::parse(text.as_str())
    }
}

/// The name of the file that a module says its map is in.
pub(super) fn file_of(source: &[u8]) -> Option<&str> {
    url_of(source).filter(|url| !url.starts_with("data:"))
}

/// What the comment at the end of a module says.
fn url_of(source: &[u8]) -> Option<&str> {
    const LAST_LINES: usize = 4;
    let lines = source.rsplit(|byte| *byte == b'\n').take(LAST_LINES);
    let urls = lines.filter_map(|line| line.trim_ascii().strip_prefix(b"//# sourceMappingURL="));
    urls.filter_map(|url| std::str::from_utf8(url).ok()).find(|url| !url.is_empty())
}

/// The name of a source as stacks show names: below the root, or not at all.
fn name_of(file: &str, original: &Original<'_>) -> Option<String> {
    let Original { root, source, .. } = original;
    if source.is_empty()
        || root.len() + source.len() > LONGEST_NAME
        || source.chars().chain(root.chars()).any(char::is_control)
    {
        return None;
    }
    let joined =
        if root.is_empty() { (*source).to_owned() } else { format!("{}/{source}", root.trim_end_matches('/')) };
    // Bundlers write `webpack://name/./src/x.ts`: below the root, by their own account.
    let (folder, below) = match joined.strip_prefix("webpack://") {
        Some(rest) => ("", rest.split_once('/')?.1),
        None => (file.rsplit_once('/')?.0, joined.as_str()),
    };
    if below.starts_with('/') || below.contains(':') || below.contains('\\') {
        return None;
    }
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in below.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(format!("/{}", parts.join("/")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(root: &str, source: &str) -> Option<String> {
        name_of("/dist/js/index.js", &Original { root, source, line: 1, column: 1 })
    }

    #[test]
    fn sources_are_named_from_the_root_on() {
        for (root, source, name) in [
            ("", "index.ts", "/dist/js/index.ts"),
            ("", "../../src/a.ts", "/src/a.ts"),
            ("", "./x/../a.ts", "/dist/js/a.ts"),
            ("../src/", "a.ts", "/dist/src/a.ts"),
            ("", "webpack://app/./src/a.ts", "/src/a.ts"),
            ("", "webpack:///src/a.ts", "/src/a.ts"),
        ] {
            assert_eq!(named(root, source).as_deref(), Some(name), "{root} {source}");
        }
    }

    #[test]
    fn names_that_lead_out_of_the_root_or_are_none_are_refused() {
        let long = "a".repeat(LONGEST_NAME + 1);
        for source in [
            "../../../etc/passwd",
            "/etc/passwd",
            "file:///etc/passwd",
            "https://x.test/a",
            "C:\\a",
            "a\0b",
            "a\nb",
            "",
            "webpack://app/../../x",
            "..\\..\\a",
            long.as_str(),
        ] {
            assert_eq!(named("", source), None, "{source}");
        }
        assert_eq!(named("/etc", "passwd"), None);
        assert_eq!(named("file:///", "etc/passwd"), None);
    }

    #[test]
    fn the_comment_is_found_at_the_end_of_a_wrapped_module() {
        assert_eq!(url_of(b"(function () {\n\nx\n//# sourceMappingURL=a.js.map\n\n})"), Some("a.js.map"));
        assert_eq!(url_of(b"x\n//# sourceMappingURL=a.js.map"), Some("a.js.map"));
        assert_eq!(url_of(b"'//# sourceMappingURL=a.js.map'"), None);
        assert_eq!(url_of(b"//# sourceMappingURL=a.js.map\na\nb\nc\nd"), None);
    }

    #[test]
    fn maps_together_keep_to_the_limit() {
        let text = "x\n//# sourceMappingURL=a.map";
        let map = crate::text::HashedText::shared(r#"{"mappings":"AAAA","sources":["a.ts"]}"#.to_owned());
        let mut maps = SourceMaps::default();
        let limit = map.as_str().len() as u64;
        let read = |_: &str, room: u64| (map.as_str().len() as u64 <= room).then(|| SharedText::clone(&map));
        assert_eq!(maps.place(("/b/a.js", 1, 1), text.as_bytes(), limit, read).as_deref(), Some("/b/a.ts:1:1"));
        assert_eq!(maps.place(("/b/a.js", 1, 9), text.as_bytes(), limit, |_, _| None).as_deref(), Some("/b/a.ts:1:1"));
        assert_eq!(maps.place(("/b/c.js", 1, 1), text.as_bytes(), limit, read), None);
    }
}
