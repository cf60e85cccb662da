//! Which patterns may have been taken apart at a place.
//!
//! The engine notes no place for a pattern: an error in one has the place of what the engine came by before it, or that of
//! the function. So all patterns from there to the next name that is read are told, and perhaps more: never too few.

use super::stretch::{Stretch, is_plain_keyword, is_statement};
use super::tokens::{Kind, is_operator_word};

/// Functions that have the place of a call which they are given to: that many are looked into.
const MOST_FUNCTIONS: usize = 8;

/// What is taken apart at a place, or iterated over.
#[derive(Default)]
pub(super) struct Taken {
    /// The opening brackets of patterns.
    pub(super) patterns: Vec<usize>,
    /// Something that is no pattern may be iterated over as well.
    pub(super) has_other_iteration: bool,
}

/// A part of the source that runs one after the other, up to the first name that is read.
struct Walk<'s, 'a> {
    stretch: &'s Stretch<'a>,
    taken: Taken,
    /// Brackets that are open, and whether they are patterns.
    open: Vec<(usize, bool)>,
    /// Functions whose place is that of the walk.
    inner: Vec<(usize, usize)>,
}

impl Stretch<'_> {
    /// What may have been taken apart in a function of this name; `None` where that cannot be told.
    pub(super) fn taken_apart(&self, function: &[u8]) -> Option<Taken> {
        let mut walk = Walk { stretch: self, taken: Taken::default(), open: Vec::new(), inner: Vec::new() };
        self.note_functions_of_line(&mut walk)?;
        match self.own_function(self.place) {
            Some((first, end)) => {
                walk.walk(first, end)?;
                if !self.is_only_function(self.place, function) {
                    walk.go_on(end)?;
                }
            }
            None if self.is(self.place, b"for") => walk.go_on(self.end_of_loop(self.place)?)?,
            None => {
                walk.head_of_loop()?;
                walk.go_on(self.place)?;
            }
        }
        for _ in 0..MOST_FUNCTIONS {
            let Some((first, end)) = walk.inner.pop() else { break };
            walk.walk(first, end)?;
        }
        if !walk.inner.is_empty() {
            return None;
        }
        // A function's name and its keyword both begin it.
        walk.taken.patterns.sort_unstable();
        walk.taken.patterns.dedup();
        Some(walk.taken)
    }

    /// A function that reads no name has the beginning of its line for its place.
    fn note_functions_of_line(&self, walk: &mut Walk<'_, '_>) -> Option<()> {
        let start = self.tokens[self.place].start;
        if start > 0 && self.source[start - 1] != b'\n' {
            return Some(());
        }
        let length = self.source[start..].iter().position(|byte| *byte == b'\n');
        let end = length.map_or(self.source.len(), |length| start + length);
        let is_on_line = |index: &usize| self.tokens.get(*index).is_some_and(|token| token.start < end);
        for at in (self.place + 1..).take_while(is_on_line) {
            walk.inner.extend(self.own_function(at));
            if walk.inner.len() > MOST_FUNCTIONS {
                return None;
            }
        }
        (!self.is_cut || self.tokens.last()?.start >= end).then_some(())
    }

    /// Parameters and body of the function that begins with a token.
    fn own_function(&self, at: usize) -> Option<(usize, usize)> {
        let token = self.tokens.get(at)?;
        let text = self.text(token);
        if text == b"(" {
            let arrow = token.partner? + 1;
            return if self.is(arrow, b"=>") { Some((at, self.end_of_arrow(arrow)?)) } else { None };
        }
        if token.kind != Kind::Word || self.is_property(at) || is_statement(text) {
            return None;
        }
        if self.is(at + 1, b"=>") {
            return Some((at, self.end_of_arrow(at + 1)?));
        }
        if text == b"async" && (self.is(at + 1, b"function") || self.is(at + 2, b"=>") || self.is(at + 1, b"(")) {
            return self.own_function(at + 1);
        }
        let open = if text == b"function" {
            (at + 1..at + 4).find(|index| self.is(*index, b"("))?
        } else {
            at + if text == b"async" { 2 } else { 1 }
        };
        if self.is(open, b"(") { Some((open, self.end_of_function(open)?)) } else { None }
    }

    /// Whether a token that begins a function cannot be the place of anything else.
    fn is_only_function(&self, at: usize, function: &[u8]) -> bool {
        const SILENT: [&[u8]; 11] =
            [b"=", b":", b";", b"{", b"}", b"return", b"default", b"export", b"=>", b"static", b"?"];
        let Some(before) = at.checked_sub(1).map(|before| self.text(&self.tokens[before])) else { return true };
        let text = self.text(&self.tokens[at]);
        if self.is(at + 1, b"(") && !matches!(text, b"function" | b"async" | b"(") {
            return text == b"constructor" || function.ends_with(text);
        }
        SILENT.contains(&before)
    }

    /// Behind a loop with a block.
    fn end_of_loop(&self, at: usize) -> Option<usize> {
        let head = (at + 1..self.tokens.len().min(at + 3)).find(|index| self.is(*index, b"("))?;
        let body = self.tokens[head].partner? + 1;
        self.is(body, b"{").then(|| Some(self.tokens[body].partner? + 1))?
    }

    /// Whether the engine certainly notes the place of this word: a variable is read or called there.
    fn is_read(&self, at: usize, is_in_pattern: bool) -> bool {
        let token = &self.tokens[at];
        let text = self.text(token);
        const SOMETIMES: [&[u8]; 13] = [
            b"function",
            b"class",
            b"async",
            b"static",
            b"get",
            b"set",
            b"let",
            b"using",
            b"from",
            b"as",
            b"export",
            b"debugger",
            b"enum",
        ];
        let is_name = token.kind == Kind::Word
            && text[0] != b'#'
            && !(is_plain_keyword(text) || is_operator_word(text) || is_statement(text) || SOMETIMES.contains(&text));
        if !is_name || self.is_property(at) || self.is(at + 1, b":") || self.is(at + 1, b"=>") {
            return false;
        }
        let Some(before) = at.checked_sub(1) else { return false };
        const BEFORE: [&[u8]; 28] = [
            b"=",
            b"?",
            b"&&",
            b"||",
            b"??",
            b"!",
            b"+",
            b"-",
            b"*",
            b"/",
            b"%",
            b"===",
            b"!==",
            b"==",
            b"!=",
            b"<",
            b">",
            b"<=",
            b">=",
            b"return",
            b"new",
            b"typeof",
            b"await",
            b"throw",
            b"instanceof",
            b"case",
            b";",
            b"of",
        ];
        match self.text(&self.tokens[before]) {
            b"(" => {
                let is_head = before > 0 && (self.is(before - 1, b"catch") || self.is_for(before));
                !is_in_pattern && !is_head && !self.is_parameters(before)
            }
            b"[" => !is_in_pattern,
            b"}" | b"{" | b"," => {
                let is_called =
                    self.is(at + 1, b"(") && self.tokens[at + 1].partner.is_some_and(|close| !self.is(close + 1, b"{"));
                is_called || self.is(at + 1, b".")
            }
            text => BEFORE.contains(&text) || text.ends_with(b"${"),
        }
    }

    pub(super) fn is_parameters(&self, open: usize) -> bool {
        let Some(close) = self.tokens[open].partner else { return true };
        self.is(close + 1, b"=>") || (self.is(close + 1, b"{") && !self.is_head(open))
    }
}

impl Walk<'_, '_> {
    /// From here to wherever the stretch is read to.
    fn go_on(&mut self, from: usize) -> Option<()> {
        let is_ended = self.walk(from, self.stretch.tokens.len())?;
        (is_ended || !self.stretch.is_cut).then_some(())
    }

    /// The pattern of the loop in whose head the place is: it is taken apart after what is iterated over.
    fn head_of_loop(&mut self) -> Option<()> {
        let stretch = self.stretch;
        let mut outer = stretch.enclosing(stretch.place);
        while let Some(open) = outer.filter(|open| *open > 0 && !stretch.is(*open, b"{")) {
            if stretch.is_for(open) {
                let first = (open + 1..stretch.place.min(open + 3)).find(|at| stretch.tokens[*at].kind == Kind::Open);
                if let Some(first) = first {
                    self.walk(first, stretch.tokens[first].partner? + 1)?;
                }
                break;
            }
            outer = stretch.enclosing(open);
        }
        Some(())
    }

    /// Goes behind a function that begins here, if one does. Only one without a place of its own can have failed.
    fn skip_function(&mut self, at: &mut usize) -> bool {
        let Some((first, end)) = self.stretch.own_function(*at) else { return false };
        let token = &self.stretch.tokens[*at];
        if token.kind == Kind::Open && !token.is_spaced {
            self.inner.push((first, end));
        }
        *at = end;
        true
    }

    /// Whether a name that is read ended the walk.
    fn walk(&mut self, from: usize, end: usize) -> Option<bool> {
        let stretch = self.stretch;
        self.open.clear();
        let mut at = from;
        while at < end.min(stretch.tokens.len()) {
            let token = &stretch.tokens[at];
            let text = stretch.text(token);
            let is_in_pattern = self.open.last().is_some_and(|(_, is_pattern)| *is_pattern);
            if at != stretch.place && stretch.is_read(at, is_in_pattern) {
                return Some(true);
            }
            match token.kind {
                Kind::Word if stretch.is_property(at) => {}
                Kind::Word if text == b"with" => return None,
                Kind::Word if text == b"class" => {
                    // Its methods have places of their own.
                    let body = (at..end.min(stretch.tokens.len())).find(|index| stretch.is(*index, b"{"))?;
                    at = stretch.tokens[body].partner?;
                }
                Kind::Word | Kind::Open if at != from && self.skip_function(&mut at) => continue,
                Kind::Word => {
                    let is_iteration = text == b"of" || (text == b"yield" && stretch.is(at + 1, b"*"));
                    self.taken.has_other_iteration |= is_iteration;
                }
                Kind::Open => {
                    let is_pattern = self.is_pattern(at, is_in_pattern)?;
                    if is_pattern {
                        let next = token.partner? + 1;
                        // What is iterated over is read before.
                        if stretch.is(next, b"of") && stretch.is_read(next + 1, false) && next + 1 < end {
                            return Some(true);
                        }
                        self.taken.patterns.push(at);
                    }
                    self.open.push((at, is_pattern));
                }
                Kind::Close => {
                    self.open.pop();
                }
                Kind::Mark if text == b"..." && !is_in_pattern => {
                    let is_object = self.open.last().is_some_and(|(open, _)| stretch.is(*open, b"{"));
                    self.taken.has_other_iteration |= !is_object;
                }
                _ => {}
            }
            at += 1;
        }
        Some(false)
    }

    fn is_pattern(&self, open: usize, is_in_pattern: bool) -> Option<bool> {
        let stretch = self.stretch;
        let token = &stretch.tokens[open];
        if !matches!(stretch.text(token), b"{" | b"[") {
            return Some(false);
        }
        let next = token.partner? + 1;
        let Some(before) = open.checked_sub(1) else { return Some(stretch.is(next, b"=")) };
        if stretch.is(next, b"=") {
            return Some(!stretch.ends_operand(before) || !stretch.is(open, b"["));
        }
        Some(match stretch.text(&stretch.tokens[before]) {
            b"let" | b"const" | b"var" => true,
            b"(" => {
                (before > 0 && stretch.is(before - 1, b"catch"))
                    || stretch.is_parameters(before)
                    || (before > 0 && stretch.is_for(before) && (stretch.is(next, b"of") || stretch.is(next, b"in")))
            }
            b"," | b"..." | b":" | b"[" if is_in_pattern => true,
            b"," | b"..." => self
                .open
                .last()
                .is_some_and(|(open, _)| stretch.is(*open, b"(") && *open > 0 && stretch.is_parameters(*open)),
            _ => false,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `|` in the text is where the engine is.
    fn taken(marked: &str) -> Option<Vec<String>> {
        let (before, after) = marked.split_once('|').expect("the text has a mark");
        let source = format!("{before}{after}");
        let stretch = Stretch::around(source.as_bytes(), before.len(), 1 << 10)?;
        let taken = stretch.taken_apart(b"m")?;
        let text = |open: &usize| {
            let first = &stretch.tokens[*open];
            let last = &stretch.tokens[first.partner.unwrap_or(*open)];
            source[first.start..last.end].to_owned()
        };
        Some(taken.patterns.iter().map(text).collect())
    }

    #[test]
    fn all_patterns_up_to_the_next_name_that_is_read_are_told() {
        for (marked, expected) in [
            ("a; |b.c; const {d} = e; const {f} = g;", vec!["{d}"]),
            ("a; |b.c; const {d} = 1, {e} = 2;", vec!["{d}", "{e}"]),
            ("a; x.|map(({b}) => b); c;", vec!["{b}"]),
            ("a; x.|map(({b}) => b); const {c} = 1;", vec!["{b}", "{c}"]),
            ("a; const f = |({a: {b}}, [c]) => b; const {d} = 1;", vec!["{a: {b}}", "{b}", "[c]"]),
            ("class A { |m({a}) { return a; } n({b}) {} }", vec!["{a}"]),
            ("a; for (const {b} of |c.d) e.f;", vec!["{b}"]),
            ("a; |for (const {b} of c) { d; } const {e} = 1;", vec!["{e}"]),
            ("a; |b = {c: 1, d: [2]}; ({e} = f);", vec!["{e}"]),
        ] {
            assert_eq!(taken(marked).unwrap_or_default(), expected, "{marked}");
        }
    }

    #[test]
    fn whatever_the_source_is_there_is_an_answer_or_none() {
        for source in
            ["|(", "|{", "|f({", "|for (", "|({a}) =>", "|a => b => {", "|class {", "|m({", "|async (", "|const {a} ="]
        {
            let _any = taken(source);
        }
    }

    #[test]
    fn nested_functions_are_looked_at_once() {
        let source = format!("a.|b({})", "()=>".repeat(4_000));
        assert_eq!(taken(&source), None);
    }
}
