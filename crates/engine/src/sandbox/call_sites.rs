//! Where V8 would say that a call stands, found in the source.
//!
//! The engine's place of a call is that of what it evaluated last, often an argument; V8's is `new`, or the last name of
//! what is called. The source shows which call it is where the called function is known by name. Must not know the
//! engine: text in, places out.

/// Text further back than this is not searched.
const FARTHEST: usize = 4 << 10;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// `new Class(…)`.
    New,
    /// `super(…)`, or a class that has no constructor of its own.
    Super,
    /// `name(…)`.
    Call,
}

/// A call in a source; line and column count from 1, in characters.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct CallSite {
    pub(super) kind: Kind,
    pub(super) line: u32,
    pub(super) column: u32,
}

/// The call of `callee` that was under way when the engine was at this place of `source`, a module with its wrapper; the
/// engine's column counts bytes.
/// `is_simple` asks for arguments up to the place that nothing can fail in.
pub(super) fn find(source: &[u8], line: u32, column: u32, callee: Option<&str>, is_simple: bool) -> Option<CallSite> {
    let start = start_of_line(source, line)?;
    let end = start + source[start..].iter().position(|byte| *byte == b'\n').unwrap_or(source.len() - start);
    let at = start + byte_of_column(&source[start..end], column)?;
    if source[at..].starts_with(b"class") && !source.get(at + 5).is_some_and(is_name) {
        return Some(CallSite { kind: Kind::Super, line, column });
    }
    let own_end = at + source[at..].iter().take_while(|byte| is_name(byte) || **byte == b'.').count();
    let found = call_ending(source, own_end, callee).or_else(|| {
        let bounds = at.saturating_sub(FARTHEST)..at;
        enclosing(source, bounds, |open| {
            let is_plain =
                !is_simple || !source[open + 1..own_end].iter().any(|byte| matches!(byte, b'.' | b'[' | b'('));
            call_ending(source, open, callee).filter(|_| is_plain)
        })
    });
    let (kind, start) = found?;
    let (line, column) = place_of(source, start, line, at);
    Some(CallSite { kind, line, column })
}

/// The call whose arguments begin behind `open`, if it is that of `callee`; answers where V8 says it is.
fn call_ending(source: &[u8], open: usize, callee: Option<&str>) -> Option<(Kind, usize)> {
    let end = trimmed(source, open);
    let name = last_name(source, end);
    if name.is_empty() || !source[open..].trim_ascii_start().starts_with(b"(") {
        return None;
    }
    let start = end - name.len();
    if name == b"super" {
        return Some((Kind::Super, start));
    }
    if callee.is_none_or(|callee| callee.as_bytes() != name) {
        return None;
    }
    let path = end - source[..end].iter().rev().take_while(|byte| is_name(byte) || **byte == b'.').count();
    let before = trimmed(source, path);
    if before < path && last_name(source, before) == b"new" {
        Some((Kind::New, before - 3))
    } else {
        Some((Kind::Call, start))
    }
}

/// Goes outwards from the end of `bounds`, from one opening parenthesis to the next, until `look` finds something or the
/// expression ends.
fn enclosing<T>(source: &[u8], bounds: std::ops::Range<usize>, look: impl Fn(usize) -> Option<T>) -> Option<T> {
    let (mut at, mut depth) = (bounds.end, 0_usize);
    while at > bounds.start {
        at -= 1;
        match source[at] {
            b')' | b']' | b'}' => depth += 1,
            b'(' | b'[' | b'{' if depth > 0 => depth -= 1,
            b'(' => {
                let found = look(at);
                if found.is_some() {
                    return found;
                }
            }
            // Inside a template: on before it.
            b'{' if at > 0 && source[at - 1] == b'$' => at = opening_quote(source, bounds.start, at, b'`')?,
            b'{' if !is_object_literal(source, at) => return None,
            b';' if depth == 0 => return None,
            quote @ (b'"' | b'\'' | b'`') => at = opening_quote(source, bounds.start, at, quote)?,
            _ => {}
        }
    }
    None
}

/// Whether a brace begins an object; else it begins a block.
fn is_object_literal(source: &[u8], at: usize) -> bool {
    let end = trimmed(source, at);
    let before = end.checked_sub(1).map(|last| source[last]);
    matches!(before, Some(b'(' | b',' | b':' | b'=' | b'[' | b'?' | b'&' | b'|')) || last_name(source, end) == b"return"
}

fn opening_quote(source: &[u8], first: usize, closing: usize, quote: u8) -> Option<usize> {
    let mut at = closing;
    while at > first {
        at -= 1;
        if source[at] == quote && source[first..at].iter().rev().take_while(|byte| **byte == b'\\').count() % 2 == 0 {
            return Some(at);
        }
    }
    None
}

/// The end of what stands before `end`, without white space.
fn trimmed(source: &[u8], end: usize) -> usize {
    source[..end].trim_ascii_end().len()
}

fn last_name(source: &[u8], end: usize) -> &[u8] {
    let length = source[..end].iter().rev().take_while(|byte| is_name(byte)).count();
    &source[end - length..end]
}

fn is_name(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$' | 0x80..)
}

/// A module's lines count from behind its wrapper's two.
pub(super) fn start_of_line(source: &[u8], line: u32) -> Option<usize> {
    let mut breaks = source.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
    breaks.nth(line as usize).map(|(index, _)| index + 1)
}

/// The engine counts bytes.
pub(super) fn byte_of_column(line: &[u8], column: u32) -> Option<usize> {
    let byte = column.checked_sub(1)? as usize;
    line.get(byte).filter(|first| **first & 0xC0 != 0x80).map(|_| byte)
}

/// The column in characters of one in bytes.
pub(super) fn characters_to(source: &[u8], line: u32, column: u32) -> Option<u32> {
    let start = start_of_line(source, line)?;
    let before = source.get(start..start + column.checked_sub(1)? as usize)?;
    Some(before.iter().filter(|byte| **byte & 0xC0 != 0x80).count() as u32 + 1)
}

/// Line and column of the byte `start`, which lies before `at` on `line`.
fn place_of(source: &[u8], start: usize, line: u32, at: usize) -> (u32, u32) {
    let breaks = source[start.min(at)..at].iter().filter(|byte| **byte == b'\n').count();
    let first = source[..start].iter().rposition(|byte| *byte == b'\n').map_or(0, |index| index + 1);
    let characters = source[first..start].iter().filter(|byte| **byte & 0xC0 != 0x80).count();
    (line.saturating_sub(breaks as u32), characters as u32 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `|` in the text is where the engine is.
    fn found(marked: &str, callee: &str, is_simple: bool) -> Option<(Kind, u32, u32)> {
        let (before, after) = marked.split_once('|').expect("the text has a mark");
        let source = format!("wrapper\n\n{before}{after}\n");
        let line = before.matches('\n').count() as u32 + 1;
        let column = before.rsplit('\n').next().unwrap_or("").len() as u32 + 1;
        find(source.as_bytes(), line, column, Some(callee), is_simple).map(|site| (site.kind, site.line, site.column))
    }

    #[test]
    fn calls_are_found_from_their_arguments() {
        for (marked, callee, expected) in [
            ("throw new |Error('x')", "Error", (Kind::New, 1, 7)),
            ("throw new Error(|x)", "Error", (Kind::New, 1, 7)),
            ("throw new a.b.Odd(1, { k: [|x] })", "Odd", (Kind::New, 1, 7)),
            ("new Error(`${m} in ${|x}`, 1)", "Error", (Kind::New, 1, 1)),
            ("new Error('a)' + \"(\" + |x)", "Error", (Kind::New, 1, 1)),
            ("é; o.g.h(|x)", "h", (Kind::Call, 1, 8)),
            ("o?.f(|x)", "f", (Kind::Call, 1, 4)),
            ("o.|f()", "f", (Kind::Call, 1, 3)),
            ("fn(...[|x])", "fn", (Kind::Call, 1, 1)),
            ("fn(other(1), |x)", "fn", (Kind::Call, 1, 1)),
            ("o.g\n  .h(\n  x,\n  |y)", "h", (Kind::Call, 2, 4)),
            ("super(|x)", "Anything", (Kind::Super, 1, 1)),
            ("|super()", "Anything", (Kind::Super, 1, 1)),
            ("|class A extends B {}", "B", (Kind::Super, 1, 1)),
        ] {
            assert_eq!(found(marked, callee, false), Some(expected), "{marked}");
        }
    }

    #[test]
    fn what_is_not_certain_is_left_alone() {
        for (marked, callee) in [
            ("fn(|x)", "other"),
            ("renew Error; |x", "Error"),
            ("t(() => { |x.y; })", "t"),
            ("fn(1); |x", "fn"),
            ("o['f'](|x)", "f"),
            ("if (|x) y()", "if2"),
        ] {
            assert_eq!(found(marked, callee, false), None, "{marked}");
        }
    }

    #[test]
    fn arguments_that_may_fail_are_told_from_simple_ones() {
        assert_eq!(found("new TypeError(|x)", "TypeError", true), Some((Kind::New, 1, 1)));
        assert_eq!(found("new TypeError('a' + |x)", "TypeError", true), Some((Kind::New, 1, 1)));
        assert_eq!(found("new TypeError(|x.y)", "TypeError", true), None);
        assert_eq!(found("new TypeError(f(1), |x)", "TypeError", true), None);
    }
}
