//! A stretch of source around a place of the engine's, and what stands there.

use super::tokens::{Kind, Token, is_name, is_operator_word, read};

/// Source before the place that is looked at.
const BEFORE: usize = 4 << 10;
/// Longer expressions are not shown.
const LONGEST_SHOWN: usize = 200;

pub(super) struct Stretch<'a> {
    pub(super) source: &'a [u8],
    pub(super) tokens: Vec<Token>,
    /// The token at the place.
    pub(super) place: usize,
    /// Whether the source goes on behind the tokens.
    pub(super) is_cut: bool,
}

impl<'a> Stretch<'a> {
    /// As much as `behind` bytes behind the place. `None` where no token begins there: it is not what it seems to be.
    pub(super) fn around(source: &'a [u8], place: usize, behind: usize) -> Option<Self> {
        let first = place.saturating_sub(BEFORE);
        let line = source[first..place].iter().position(|byte| *byte == b'\n').map_or(first, |index| first + index + 1);
        let start = if first == 0 { 0 } else { line };
        let tokens = read(source, start, place.saturating_add(behind));
        let found = tokens.binary_search_by_key(&place, |token| token.start).ok()?;
        Some(Self { source, tokens, place: found, is_cut: place.saturating_add(behind) < source.len() })
    }

    /// The word at the place.
    pub(super) fn word(&self) -> Option<&'a [u8]> {
        let token = self.tokens.get(self.place)?;
        (token.kind == Kind::Word).then(|| self.text(token))
    }

    pub(super) fn text(&self, token: &Token) -> &'a [u8] {
        &self.source[token.start..token.end]
    }

    pub(super) fn is(&self, index: usize, text: &[u8]) -> bool {
        self.tokens.get(index).is_some_and(|token| self.text(token) == text)
    }

    /// Whether something follows from here that belongs to what ends here: a call, an index, a property.
    pub(super) fn ends_operand(&self, index: usize) -> bool {
        let token = &self.tokens[index];
        match token.kind {
            Kind::Word => {
                self.is_property(index) || !(is_operator_word(self.text(token)) || is_statement(self.text(token)))
            }
            Kind::Number | Kind::Text | Kind::Template | Kind::Regexp => true,
            Kind::Close => self.text(token) != b"}",
            Kind::Open | Kind::Mark => false,
        }
    }

    pub(super) fn is_property(&self, index: usize) -> bool {
        index > 0 && (self.is(index - 1, b".") || self.is(index - 1, b"?."))
    }

    pub(super) fn is_call(&self, open: usize) -> bool {
        open > 0 && self.is(open, b"(") && self.ends_operand(open - 1)
    }

    /// The innermost bracket that is open before a token.
    pub(super) fn enclosing(&self, index: usize) -> Option<usize> {
        let mut at = index;
        while at > 0 {
            at -= 1;
            match self.tokens[at].kind {
                Kind::Close => at = self.tokens[at].partner?,
                Kind::Open => return Some(at),
                _ => {}
            }
        }
        None
    }

    pub(super) fn is_object(&self, open: usize) -> bool {
        let Some(before) = open.checked_sub(1).map(|index| self.text(&self.tokens[index])) else { return false };
        const OPERATORS: [&[u8]; 11] = [b"(", b",", b":", b"=", b"[", b"?", b"&&", b"||", b"??", b"...", b"return"];
        self.is(open, b"{") && OPERATORS.contains(&before)
    }

    /// The first token of the path that ends here: names, properties, calls, indices.
    pub(super) fn start_of_path(&self, end: usize) -> usize {
        let mut at = end;
        loop {
            if self.tokens[at].kind == Kind::Close {
                let Some(open) = self.tokens[at].partner else { return at };
                if open == 0 || !self.ends_operand(open - 1) {
                    return open;
                }
                at = open - 1;
            } else if self.is_property(at) && at > 1 {
                at -= 2;
            } else {
                return at;
            }
        }
    }

    /// The last token of the plain path around a name.
    pub(super) fn end_of_path(&self, at: usize) -> usize {
        let mut end = at;
        while (self.is(end + 1, b".") || self.is(end + 1, b"?."))
            && self.tokens.get(end + 2).is_some_and(|token| token.kind == Kind::Word)
        {
            end += 2;
        }
        end
    }

    /// What ends here as V8 shows it, and where it starts. Only what V8 shows as it stands.
    pub(super) fn shown(&self, end: usize) -> Option<(String, usize)> {
        let mut parts: Vec<String> = Vec::new();
        let mut at = end;
        let start = loop {
            let token = self.tokens.get(at)?;
            match (token.kind, self.text(token)) {
                (Kind::Word, name) if self.is_property(at) && at > 1 => {
                    let dot = std::str::from_utf8(self.text(&self.tokens[at - 1])).ok()?;
                    parts.push(format!("{dot}{}", std::str::from_utf8(name).ok()?));
                    at -= 2;
                }
                (Kind::Word, name) => {
                    if name != b"this" && (is_operator_word(name) || is_plain_keyword(name) || is_statement(name)) {
                        return None;
                    }
                    parts.push(std::str::from_utf8(name).ok()?.to_owned());
                    break at;
                }
                (Kind::Close, close) => {
                    let open = token.partner.filter(|open| *open > 0 && self.ends_operand(*open - 1))?;
                    parts.push(match close {
                        b")" => "(...)".to_owned(),
                        b"]" => self.shown_index(open, at)?,
                        _ => return None,
                    });
                    at = open - 1;
                }
                _ => return None,
            }
        };
        // V8 has its own words for what was just constructed.
        let is_new = start > 0 && self.is(start - 1, b"new");
        parts.reverse();
        let shown = parts.concat();
        (shown.len() <= LONGEST_SHOWN && !(is_new && shown.contains("(...)"))).then_some((shown, start))
    }

    fn shown_index(&self, open: usize, close: usize) -> Option<String> {
        let [token] = self.tokens.get(open + 1..close)? else { return None };
        let text = std::str::from_utf8(self.text(token)).ok()?;
        match token.kind {
            Kind::Word if !is_plain_keyword(text.as_bytes()) => Some(format!("[{text}]")),
            Kind::Number if text.bytes().all(|byte| byte.is_ascii_digit()) => Some(format!("[{text}]")),
            Kind::Text if text[1..text.len() - 1].bytes().all(is_name) => {
                Some(format!(".{}", &text[1..text.len() - 1]))
            }
            _ => None,
        }
    }
}

/// Keywords at which the engine notes no place.
pub(super) fn is_plain_keyword(word: &[u8]) -> bool {
    matches!(
        word,
        b"this" | b"null" | b"true" | b"false" | b"super" | b"typeof" | b"void" | b"await" | b"yield" | b"delete"
    )
}

/// Keywords that begin statements, or go on with them.
pub(super) fn is_statement(word: &[u8]) -> bool {
    const WORDS: [&[u8]; 19] = [
        b"if",
        b"else",
        b"for",
        b"while",
        b"do",
        b"switch",
        b"case",
        b"default",
        b"try",
        b"catch",
        b"finally",
        b"with",
        b"var",
        b"let",
        b"const",
        b"throw",
        b"return",
        b"break",
        b"continue",
    ];
    WORDS.contains(&word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_a_place_of_a_token_is_none() {
        assert!(Stretch::around(b"abc()", 1, 9).is_none());
        assert!(Stretch::around(b"f('abc')", 4, 9).is_none());
    }
}
