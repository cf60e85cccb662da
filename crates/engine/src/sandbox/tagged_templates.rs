//! Whether a source has tagged templates. Bytecode loses that the `raw` of their objects is frozen, so such sources are
//! compiled each time. Must not know the engine: text in, an answer out.
//!
//! A look at the letters, not a parser: a regular expression with a quote in it may mislead it. Then a source is compiled
//! once more than needed, or the `raw` of a template can be changed by the guest that owns it.

/// What the text at a place belongs to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Within {
    /// Code, at this depth of braces inside a template's `${`; the outermost code has no depth to come back from.
    Code(u32),
    Template,
}

/// Words before a template that are no tags.
const KEYWORDS: [&[u8]; 14] = [
    b"return", b"typeof", b"case", b"in", b"of", b"await", b"yield", b"void", b"delete", b"throw", b"else", b"do",
    b"new", b"default",
];

pub(super) fn has_tagged_template(source: &[u8]) -> bool {
    let mut within = vec![Within::Code(0)];
    let mut at = 0;
    while at < source.len() {
        match within.last().copied().unwrap_or(Within::Code(0)) {
            Within::Template => match source[at] {
                b'\\' => at += 1,
                b'`' => drop(within.pop()),
                b'$' if source.get(at + 1) == Some(&b'{') => {
                    at += 1;
                    within.push(Within::Code(0));
                }
                _ => {}
            },
            Within::Code(depth) => match source[at] {
                quote @ (b'"' | b'\'') => at = end_of_string(source, at, quote),
                b'/' if source.get(at + 1) == Some(&b'/') => at = find(source, at, b"\n"),
                b'/' if source.get(at + 1) == Some(&b'*') => at = find(source, at + 2, b"*/"),
                b'`' if is_tag(&source[..at]) => return true,
                b'`' => within.push(Within::Template),
                b'{' => set_depth(&mut within, depth + 1),
                b'}' if depth > 0 => set_depth(&mut within, depth - 1),
                b'}' if within.len() > 1 => drop(within.pop()),
                _ => {}
            },
        }
        at += 1;
    }
    false
}

fn set_depth(within: &mut [Within], depth: u32) {
    if let Some(last) = within.last_mut() {
        *last = Within::Code(depth);
    }
}

/// The place of the closing quote, or of the end of the line.
fn end_of_string(source: &[u8], start: usize, quote: u8) -> usize {
    let mut at = start + 1;
    while at < source.len() && source[at] != quote && source[at] != b'\n' {
        at += if source[at] == b'\\' { 2 } else { 1 };
    }
    at
}

fn find(source: &[u8], from: usize, what: &[u8]) -> usize {
    let rest = source.get(from..).unwrap_or(b"");
    rest.windows(what.len()).position(|window| window == what).map_or(source.len(), |found| from + found)
}

/// Whether what stands before a back tick is a value that is called with the template.
fn is_tag(before: &[u8]) -> bool {
    let before = before.trim_ascii_end();
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$') || *byte >= 0x80;
    match before.last() {
        Some(b')' | b']' | b'`') => true,
        Some(byte) if is_name(byte) => {
            let start = before.iter().rposition(|byte| !is_name(byte)).map_or(0, |at| at + 1);
            !KEYWORDS.contains(&&before[start..])
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::has_tagged_template;

    #[test]
    fn tags_are_told_from_templates_that_stand_alone() {
        for (source, expected) in [
            ("tag`x`", true),
            ("a.b `x`", true),
            ("f()`x`", true),
            ("list[0]`x`", true),
            ("`x``y`", true),
            ("`a${ tag`b` }c`", true),
            ("const x = `a${b}c` + `d`;", false),
            ("return `x`; f(`y`, `z`)", false),
            ("`a${ { b: `c` }.b }d`; x = [`e`]", false),
            ("'tag`x`'; // tag`x`\n/* tag`x` */ \"it's\" + `x`", false),
            ("'a\\'`' + `b`", false),
            ("", false),
        ] {
            assert_eq!(has_tagged_template(source.as_bytes()), expected, "{source}");
        }
    }
}
