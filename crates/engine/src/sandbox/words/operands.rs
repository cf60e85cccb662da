//! What was iterated over at a place, and what was assigned to.

use super::destructuring::INTERMEDIATE;
use super::stretch::Stretch;
use super::tokens::Kind;

impl Stretch<'_> {
    /// What was to be iterated over at the place, in a function of this name.
    pub(super) fn failed_iteration(&self, function: &[u8]) -> Option<String> {
        let has_list = self.taken_apart(function)?.patterns.iter().any(|open| self.is(*open, b"["));
        match self.iterated() {
            Some(words) => Some(words).filter(|_| !has_list),
            None if self.is_in_iterated() => None,
            None => self.failed_list(function),
        }
    }

    /// Whether the place may be within something that is iterated over, whose iteration comes next.
    fn is_in_iterated(&self) -> bool {
        let mut at = self.place;
        while at > 0 {
            at -= 1;
            let token = &self.tokens[at];
            match (token.kind, self.text(token)) {
                (Kind::Close, _) => match token.partner {
                    Some(open) => at = open,
                    None => return true,
                },
                (Kind::Mark, b"...") | (Kind::Word, b"of" | b"yield") if !self.is_property(at) => return true,
                (Kind::Mark, b";") => return false,
                (Kind::Open, b"{") if !self.is_object(at) => return false,
                _ => {}
            }
        }
        false
    }

    fn iterated(&self) -> Option<String> {
        let start = self.start_of_path(self.place);
        let end = self.end_of_path(self.place);
        let before = start.checked_sub(1)?;
        let opener = self.enclosing(before);
        let is_of = self.is(before, b"of") && opener.is_some_and(|open| open > 0 && self.is_for(open));
        let is_spread = self.is(before, b"...") && opener.is_some_and(|open| self.is(open, b"["));
        let is_spread_argument = self.is(before, b"...") && opener.is_some_and(|open| self.is_call(open));
        let is_whole = self
            .tokens
            .get(end + 1)
            .is_some_and(|next| next.kind == Kind::Close || (is_spread && self.text(next) == b","));
        if is_spread_argument && is_whole {
            return Some("Spread syntax requires ...iterable[Symbol.iterator] to be a function".to_owned());
        }
        let (shown, _) = self.shown(end).filter(|_| (is_of || is_spread) && is_whole)?;
        let shown = if shown.contains("?.") { INTERMEDIATE } else { shown.as_str() };
        Some(format!("{shown} is not iterable"))
    }

    pub(super) fn is_for(&self, open: usize) -> bool {
        self.is(open - 1, b"for") || (self.is(open - 1, b"await") && open > 1 && self.is(open - 2, b"for"))
    }

    /// Whether `name` is assigned to as a variable, around the place, and nowhere as a property.
    pub(super) fn assigns_variable(&self, name: &[u8]) -> bool {
        let mut is_variable = false;
        for index in self.start_of_statement()..self.tokens.len() {
            let token = &self.tokens[index];
            if index > self.place && self.text(token) == b";" {
                break;
            }
            if self.text(token) != name {
                continue;
            }
            if self.is_property(index) {
                return false;
            }
            is_variable = is_variable || self.is_assigned(index);
        }
        is_variable
    }

    fn start_of_statement(&self) -> usize {
        (0..self.place)
            .rev()
            .find(|index| matches!(self.text(&self.tokens[*index]), b";" | b"{" | b"}"))
            .map_or(0, |index| index + 1)
    }

    fn is_assigned(&self, index: usize) -> bool {
        let marks = [index + 1, index.wrapping_sub(1)].map(|at| self.tokens.get(at).map(|token| self.text(token)));
        match marks {
            [
                Some(
                    b"++" | b"--" | b"=" | b"+=" | b"of" | b"in" | b"**=" | b"<<=" | b">>=" | b">>>=" | b"&&=" | b"||="
                    | b"??=",
                ),
                _,
            ] => true,
            [_, Some(b"++" | b"--")] => true,
            [Some(b"-" | b"*" | b"/" | b"%" | b"&" | b"|" | b"^"), _] => {
                self.is(index + 2, b"=") && !self.tokens[index + 2].is_spaced
            }
            _ => false,
        }
    }
}
