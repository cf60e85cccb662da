//! What V8 says of a pattern that undefined or null was given to.

use super::patterns::Taken;
use super::stretch::{Stretch, is_plain_keyword, is_statement};
use super::tokens::{Kind, is_operator_word};

/// How V8 shows what it does not show as it stands in the source.
pub(super) const INTERMEDIATE: &str = "(intermediate value)";

/// What the pattern was given. The engine does not say which of the two it was.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Given {
    Undefined,
    Null,
    Either,
}

impl Given {
    fn shown(self) -> &'static str {
        match self {
            Self::Undefined => "undefined",
            Self::Null => "null",
            Self::Either => "undefined or null",
        }
    }
}

/// The first property of a pattern for an object.
enum First {
    /// None, or none with a name that is known: what the pattern was given is looked at as a whole.
    Whole,
    /// It is bound to a name, or to another pattern.
    Bound(String),
    /// It has a default, or is assigned to a property: V8 reads it like any other.
    Read(String),
}

/// What a pattern is given.
struct Source {
    shown: String,
    given: Given,
}

impl Stretch<'_> {
    /// The pattern for an object that undefined or null was given to, in a function of this name.
    pub(super) fn failed_pattern(&self, function: &[u8]) -> Option<String> {
        let Taken { patterns, .. } = self.taken_apart(function)?;
        let mut objects = patterns.iter().copied().filter(|open| self.is(*open, b"{") && !self.is_given_object(*open));
        let only = objects.next().filter(|_| objects.next().is_none())?;
        let first = self.first_property(only)?;
        let initializer = self.initializer(only);
        if initializer.is_none() && self.is_nested(only) {
            // V8 has no words of its own for one that is within another.
            let (First::Bound(name) | First::Read(name)) = first else { return None };
            return Some(reading(Given::Either, &name));
        }
        let source = self.source(only, initializer)?;
        let given = source.given.shown();
        Some(match first {
            First::Whole => format!("Cannot destructure '{}' as it is {given}.", source.shown),
            First::Bound(name) => {
                format!("Cannot destructure property '{name}' of '{}' as it is {given}.", source.shown)
            }
            First::Read(name) => reading(source.given, &name),
        })
    }

    /// The pattern for a list that something was given to which cannot be iterated over, in a function of this name.
    pub(super) fn failed_list(&self, function: &[u8]) -> Option<String> {
        let Taken { patterns, has_other_iteration } = self.taken_apart(function)?;
        let mut lists = patterns.iter().copied().filter(|open| self.is(*open, b"["));
        let only = lists.next().filter(|_| lists.next().is_none() && !has_other_iteration)?;
        let at = self.initializer(only)?;
        let before = only.checked_sub(1)?;
        if !matches!(self.text(&self.tokens[before]), b"const" | b"let" | b"var") {
            return None;
        }
        let end = self.end_of_operand(at)?;
        if self.is(at, b"await") {
            return Some(format!("{INTERMEDIATE} is not iterable"));
        }
        let text = std::str::from_utf8(self.text(&self.tokens[at])).ok()?;
        if end == at {
            return Some(format!("{text} is not iterable"));
        }
        let is_call = self.is(at + 1, b"(") && self.tokens[at + 1].partner == Some(end) && self.is_plain_name(at);
        is_call.then(|| format!("{text} is not a function or its return value is not iterable"))
    }

    /// Whether a pattern is part of another.
    fn is_nested(&self, open: usize) -> bool {
        let Some(before) = open.checked_sub(1).map(|before| self.text(&self.tokens[before])) else { return false };
        let is_in_list = || self.enclosing(open).is_some_and(|outer| self.is(outer, b"["));
        before == b":" || (matches!(before, b"[" | b"," | b"...") && is_in_list())
    }

    /// The first token of what stands behind a pattern's `=`.
    fn initializer(&self, open: usize) -> Option<usize> {
        let equals = self.tokens[open].partner? + 1;
        self.is(equals, b"=").then_some(equals + 1)
    }

    /// Whether a declaration's initializer is an object for certain.
    fn is_given_object(&self, open: usize) -> bool {
        let is_declared = open > 0 && [b"const".as_slice(), b"let", b"var"].iter().any(|word| self.is(open - 1, word));
        let Some(at) = self.initializer(open).filter(|_| is_declared) else { return false };
        let token = self.tokens.get(at);
        let is_literal = token.is_some_and(|token| matches!(self.text(token), b"{" | b"["));
        is_literal && token.and_then(|token| token.partner).is_some_and(|close| self.is_end(close))
    }

    fn first_property(&self, open: usize) -> Option<First> {
        let key = self.tokens.get(open + 1)?;
        let text = std::str::from_utf8(self.text(key)).ok()?;
        let name = match key.kind {
            Kind::Close | Kind::Open | Kind::Mark => return Some(First::Whole),
            Kind::Text if text.contains('\\') => return None,
            Kind::Text => &text[1..text.len() - 1],
            Kind::Number if !text.bytes().all(|byte| byte.is_ascii_digit()) => return None,
            _ => text,
        };
        let name = name.to_owned();
        if !self.is(open + 2, b":") {
            return Some(if self.is(open + 2, b"=") { First::Read(name) } else { First::Bound(name) });
        }
        let target = self.tokens.get(open + 3)?;
        let (end, is_pattern) = match target.kind {
            Kind::Word => (open + 3, false),
            Kind::Open => (target.partner?, true),
            _ => return None,
        };
        let next = self.text(self.tokens.get(end + 1)?);
        match next {
            b"," | b"}" => Some(First::Bound(name)),
            // Of a pattern with a default V8 shows the default instead.
            b"=" if is_pattern => None,
            _ => Some(First::Read(name)),
        }
    }

    fn source(&self, open: usize, initializer: Option<usize>) -> Option<Source> {
        let before = open.checked_sub(1)?;
        let is_declared = [b"const".as_slice(), b"let", b"var"].iter().any(|word| self.is(before, word));
        let next = self.tokens[open].partner? + 1;
        let source = |shown: &str, given| Some(Source { shown: shown.to_owned(), given });
        if self.is(next, b"of") {
            // One without a declaration is read from.
            return source(".for", Given::Either).filter(|_| is_declared);
        }
        if before > 0 && self.is(before, b"(") && self.is(before - 1, b"catch") {
            return source(".catch", Given::Either);
        }
        let is_nested = self.is_nested(open);
        let is_parameter = !is_declared
            && !is_nested
            && self.enclosing(open).is_some_and(|outer| self.is(outer, b"(") && self.is_parameters(outer));
        let Some(at) = initializer else {
            return source(Given::Either.shown(), Given::Either).filter(|_| is_parameter);
        };
        if !is_nested && !is_parameter {
            return self.shown_source(at);
        }
        // With an object for a default it was not undefined.
        let is_object = self.is(at, b"{") && self.is(at + 1, b"}") && self.is_end(at + 1);
        match (is_object, self.is(at, b"null") && self.is_end(at)) {
            (true, _) if is_parameter => source(&INTERMEDIATE.repeat(3), Given::Null),
            (true, _) => source("{}", Given::Null),
            (_, true) if is_nested => source("null", Given::Null),
            _ => None,
        }
    }

    fn shown_source(&self, at: usize) -> Option<Source> {
        let end = self.end_of_operand(at)?;
        let is_given = |word: &[u8]| {
            let is_awaited = end == at + 1 && self.is(at, b"await");
            (end == at || is_awaited) && self.is(end, word)
        };
        let given = match (is_given(b"undefined"), is_given(b"null")) {
            (true, _) => Given::Undefined,
            (_, true) => Given::Null,
            _ => Given::Either,
        };
        if self.is(at, b"await") {
            return Some(Source { shown: INTERMEDIATE.to_owned(), given });
        }
        if given != Given::Either {
            return Some(Source { shown: given.shown().to_owned(), given });
        }
        let (shown, start) = self.shown(end)?;
        (start == at && !shown.contains(['#', '?'])).then_some(Source { shown, given })
    }

    /// The last token of an operand of names, calls and indices that is all there is.
    fn end_of_operand(&self, at: usize) -> Option<usize> {
        let first = if self.is(at, b"await") { at + 1 } else { at };
        if !self.is_plain_name(first) && !self.is(first, b"this") && !self.is(first, b"null") {
            return None;
        }
        let mut end = first;
        while !self.is_end(end) {
            let next = self.tokens.get(end + 1)?;
            end = match self.text(next) {
                b"." if self.tokens.get(end + 2)?.kind == Kind::Word => end + 2,
                b"(" | b"[" => next.partner?,
                _ => return None,
            };
        }
        Some(end)
    }

    fn is_plain_name(&self, at: usize) -> bool {
        let Some(token) = self.tokens.get(at) else { return false };
        let text = self.text(token);
        token.kind == Kind::Word
            && !(is_plain_keyword(text) || is_operator_word(text) || is_statement(text))
            && !matches!(text, b"function" | b"class" | b"async")
    }

    /// Whether an expression that ends here is over, whatever follows.
    fn is_end(&self, end: usize) -> bool {
        match self.tokens.get(end + 1) {
            None => !self.is_cut,
            Some(next) => match next.kind {
                Kind::Close => true,
                Kind::Mark => matches!(self.text(next), b";" | b","),
                Kind::Word => !matches!(self.text(next), b"in" | b"instanceof" | b"of"),
                _ => false,
            },
        }
    }
}

fn reading(given: Given, name: &str) -> String {
    format!("Cannot read properties of {} (reading '{name}')", given.shown())
}
