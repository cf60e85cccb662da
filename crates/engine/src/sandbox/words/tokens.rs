//! A stretch of JavaScript source as tokens, read without trust: whatever the source is, reading it ends, takes time in
//! proportion to its length, and recurses nowhere.

/// What a token is. Only what telling calls apart needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A name, a keyword, or a private name.
    Word,
    Number,
    Text,
    /// A template without substitutions. Those with some are brackets, whose texts are parts of the template.
    Template,
    Regexp,
    Open,
    Close,
    /// Anything else: operators, commas, semicolons.
    Mark,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) start: usize,
    pub(super) end: usize,
    /// White space or a comment is before it.
    pub(super) is_spaced: bool,
    /// The bracket that belongs to this one.
    pub(super) partner: Option<usize>,
}

/// Operators of more than one byte, the longer ones first.
const LONG_MARKS: [&[u8]; 24] = [
    b">>>=", b"...", b"===", b"!==", b"**=", b"<<=", b">>=", b">>>", b"&&=", b"||=", b"??=", b"=>", b"==", b"!=",
    b"<=", b">=", b"&&", b"||", b"??", b"?.", b"++", b"--", b"**", b"+=",
];

/// The tokens of a stretch of source that begins between two of them.
pub(super) fn read(source: &[u8], start: usize, end: usize) -> Vec<Token> {
    let mut reader =
        Reader { source: &source[..end.min(source.len())], at: start, tokens: Vec::new(), braces: Vec::new() };
    while reader.next() {}
    pair(reader.source, &mut reader.tokens);
    reader.tokens
}

fn pair(source: &[u8], tokens: &mut [Token]) {
    let mut open: Vec<usize> = Vec::new();
    for index in 0..tokens.len() {
        match tokens[index].kind {
            Kind::Open => open.push(index),
            Kind::Close => {
                // What does not fit is of a stretch that did not begin between two tokens.
                let fits = open.last().is_some_and(|other| {
                    let pair = [source[tokens[*other].end - 1], source[tokens[index].start]];
                    [*b"()", *b"[]", *b"{}"].contains(&pair)
                });
                if fits && let Some(other) = open.pop() {
                    tokens[index].partner = Some(other);
                    tokens[other].partner = Some(index);
                }
            }
            _ => {}
        }
    }
}

struct Reader<'a> {
    source: &'a [u8],
    at: usize,
    tokens: Vec<Token>,
    /// Of the braces that are open, whether they are substitutions.
    braces: Vec<bool>,
}

impl Reader<'_> {
    fn next(&mut self) -> bool {
        let is_spaced = self.skip_space();
        let start = self.at;
        let Some(&first) = self.source.get(start) else { return false };
        let kind = match first {
            b'"' | b'\'' => self.text(first),
            b'`' => self.template(),
            b'{' => self.brace(),
            b'}' => self.end_of_brace(is_spaced),
            b'(' | b'[' => self.one(Kind::Open),
            b')' | b']' => self.one(Kind::Close),
            b'0'..=b'9' => self.number(),
            b'.' if self.byte(1).is_some_and(|next| next.is_ascii_digit()) => self.number(),
            b'/' if self.is_operand_next() => self.regexp(),
            first if is_name(first) || first == b'#' => {
                self.at += 1;
                self.skip_while(is_name);
                Kind::Word
            }
            _ => self.mark(),
        };
        // Between two substitutions one token ends, and one begins.
        let is_next = self.tokens.last().is_some_and(|last| last.start == start);
        self.tokens.push(Token {
            kind,
            start: start + usize::from(is_next),
            end: self.at,
            is_spaced: is_spaced && !is_next,
            partner: None,
        });
        true
    }

    fn byte(&self, ahead: usize) -> Option<u8> {
        self.source.get(self.at + ahead).copied()
    }

    fn skip_while(&mut self, wanted: impl Fn(u8) -> bool) {
        while self.byte(0).is_some_and(&wanted) {
            self.at += 1;
        }
    }

    fn one(&mut self, kind: Kind) -> Kind {
        self.at += 1;
        kind
    }

    fn mark(&mut self) -> Kind {
        let rest = &self.source[self.at..];
        // `a?.5:b` is a condition.
        let is_condition = rest.starts_with(b"?.") && self.byte(2).is_some_and(|next| next.is_ascii_digit());
        let long = LONG_MARKS.iter().find(|mark| rest.starts_with(mark)).filter(|_| !is_condition);
        self.at += long.map_or(1, |mark| mark.len());
        Kind::Mark
    }

    fn skip_space(&mut self) -> bool {
        let start = self.at;
        loop {
            match (self.byte(0), self.byte(1)) {
                (Some(b' ' | b'\t' | b'\r' | b'\n' | 0x0b | 0x0c), _) => self.at += 1,
                (Some(b'/'), Some(b'/')) => self.skip_while(|byte| byte != b'\n'),
                (Some(b'/'), Some(b'*')) => {
                    self.at += 2;
                    while self.byte(0).is_some() && (self.byte(0), self.byte(1)) != (Some(b'*'), Some(b'/')) {
                        self.at += 1;
                    }
                    self.at = (self.at + 2).min(self.source.len());
                }
                _ => return self.at > start,
            }
        }
    }

    fn number(&mut self) -> Kind {
        self.skip_while(|byte| is_name(byte) || byte == b'.');
        Kind::Number
    }

    /// A text ends with its line at the latest: then it was none, but an apostrophe somewhere.
    fn text(&mut self, quote: u8) -> Kind {
        let start = self.at;
        self.at += 1;
        while let Some(byte) = self.byte(0) {
            match byte {
                b'\\' => self.at += 2,
                b'\n' => break,
                byte if byte == quote => {
                    self.at += 1;
                    return Kind::Text;
                }
                _ => self.at += 1,
            }
        }
        self.at = start + 1;
        Kind::Mark
    }

    /// A template up to its end, or up to a substitution, which is a bracket like others.
    fn template(&mut self) -> Kind {
        self.at += 1;
        while let Some(byte) = self.byte(0) {
            self.at += 1;
            match byte {
                b'\\' => self.at += 1,
                b'`' => break,
                b'$' if self.byte(0) == Some(b'{') => {
                    self.at += 1;
                    self.braces.push(true);
                    return Kind::Open;
                }
                _ => {}
            }
        }
        self.at = self.at.min(self.source.len());
        Kind::Template
    }

    fn brace(&mut self) -> Kind {
        self.braces.push(false);
        self.one(Kind::Open)
    }

    /// Behind a substitution the template goes on.
    fn end_of_brace(&mut self, is_spaced: bool) -> Kind {
        let is_template = self.braces.pop() == Some(true);
        if !is_template {
            return self.one(Kind::Close);
        }
        let start = self.at;
        if self.template() == Kind::Open {
            self.tokens.push(Token { kind: Kind::Close, start, end: start + 1, is_spaced, partner: None });
            return Kind::Open;
        }
        Kind::Close
    }

    fn regexp(&mut self) -> Kind {
        let start = self.at;
        let mut is_class = false;
        self.at += 1;
        while let Some(byte) = self.byte(0) {
            self.at += 1;
            match byte {
                b'\\' => self.at += 1,
                b'\n' => break,
                b'[' => is_class = true,
                b']' => is_class = false,
                b'/' if !is_class => {
                    self.skip_while(is_name);
                    return Kind::Regexp;
                }
                _ => {}
            }
        }
        self.at = start + 1;
        Kind::Mark
    }

    /// Whether a slash begins a regular expression here.
    fn is_operand_next(&self) -> bool {
        let Some(last) = self.tokens.last() else { return true };
        let text = &self.source[last.start..last.end];
        match last.kind {
            Kind::Word => is_operator_word(text),
            Kind::Number | Kind::Text | Kind::Template | Kind::Regexp => false,
            Kind::Close => text == b"}",
            Kind::Open => true,
            Kind::Mark => text != b"++" && text != b"--",
        }
    }
}

/// Keywords behind which an operand comes.
pub(super) fn is_operator_word(word: &[u8]) -> bool {
    const WORDS: [&[u8]; 17] = [
        b"return",
        b"typeof",
        b"instanceof",
        b"in",
        b"of",
        b"new",
        b"delete",
        b"void",
        b"throw",
        b"case",
        b"do",
        b"else",
        b"yield",
        b"await",
        b"extends",
        b"default",
        b"import",
    ];
    WORDS.contains(&word)
}

pub(super) fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$' | 0x80..)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(source: &str) -> Vec<&str> {
        read(source.as_bytes(), 0, source.len()).iter().map(|token| &source[token.start..token.end]).collect()
    }

    #[test]
    fn sources_come_apart_at_their_tokens() {
        for (source, expected) in [
            ("a.b?.c(1.5, 'x')", vec!["a", ".", "b", "?.", "c", "(", "1.5", ",", "'x'", ")"]),
            ("a /* ' */ + b // '\n+ c", vec!["a", "+", "b", "+", "c"]),
            ("x = /[/'\"]\\//g / 2", vec!["x", "=", "/[/'\"]\\//g", "/", "2"]),
            ("f(a) / 2 / b", vec!["f", "(", "a", ")", "/", "2", "/", "b"]),
            ("`a${`}${b}`}c` + `d`", vec!["`a${", "`}${", "b", "}`", "}c`", "+", "`d`"]),
            ("`${ a }, ${b}`.c", vec!["`${", "a", "}", ", ${", "b", "}`", ".", "c"]),
            ("don't\nf('y')", vec!["don", "'", "t", "f", "(", "'y'", ")"]),
            ("a ?.5 : b => #c", vec!["a", "?", ".5", ":", "b", "=>", "#c"]),
        ] {
            assert_eq!(texts(source), expected, "{source}");
        }
    }

    #[test]
    fn whatever_the_source_is_reading_it_ends() {
        for source in ["`", "`${", "'", "/", "/*", "\\", "`\\", "'\\", "/\\", "((((", "))))", "`${`${`${", "é`ü"] {
            for start in 0..=source.len() {
                read(source.as_bytes(), start, source.len() + 1);
            }
        }
    }

    #[test]
    fn brackets_know_each_other() {
        let tokens = read(b")f(a[0], {b})", 0, 13);
        let partners: Vec<_> = tokens.iter().map(|token| token.partner).collect();
        let none = None;
        assert_eq!(
            partners,
            [none, none, Some(11), none, Some(6), none, Some(4), none, Some(10), none, Some(8), Some(2)]
        );
    }
}
