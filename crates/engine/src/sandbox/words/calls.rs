//! Which call or construction failed, told from the place that the engine gives it.
//!
//! The engine's place of a call is that of what it came by last: a name in the last argument, or the last name before the
//! parenthesis if no argument has one. So several calls can share a place: only where it is a single one is it certain.

use super::stretch::{Stretch, is_plain_keyword, is_statement};
use super::tokens::Kind;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Callee {
    Called,
    Constructed,
}

/// A call that may be the one.
struct Candidate {
    kind: Callee,
    /// The last token of what is called.
    end: usize,
}

/// What goes on where the walk is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Level {
    Call(usize),
    Object,
    Other,
}

impl Stretch<'_> {
    /// The expression that was called, as V8 shows it, and how it was called.
    pub(super) fn failed_call(&self, wanted: Option<Callee>) -> Option<String> {
        let candidates = self.candidates()?;
        let mut fitting = candidates.iter().filter(|candidate| wanted.is_none_or(|wanted| candidate.kind == wanted));
        let only = fitting.next().filter(|_| fitting.next().is_none())?;
        let (shown, start) = self.shown(only.end)?;
        if only.kind == Callee::Called && !shown.contains("?.") && self.is_iterated(start, only.end) {
            return Some(format!("{shown} is not a function or its return value is not iterable"));
        }
        let what = if only.kind == Callee::Called { "function" } else { "constructor" };
        Some(format!("{shown} is not a {what}"))
    }

    /// Calls that may have failed at the place; `None` where that cannot be told.
    fn candidates(&self) -> Option<Vec<Candidate>> {
        let here = self.tokens[self.place].start;
        let mut candidates = Vec::new();
        let mut levels: Vec<Level> = Vec::new();
        let mut outer = self.place;
        let mut at = self.place;
        if let Some(end) = self.bare_construction() {
            candidates.push(Candidate { kind: Callee::Constructed, end });
        }
        while let Some(token) = self.tokens.get(at) {
            let text = self.text(token);
            let is_behind_operand = at > 0 && self.ends_operand(at - 1);
            match token.kind {
                Kind::Word if self.is_property(at) => {}
                Kind::Word if self.is(at + 1, b"=>") => {
                    at = self.end_of_arrow(at + 1)?;
                    continue;
                }
                Kind::Word if matches!(text, b"function" | b"async") => {
                    // What is asynchronous may be an arrow function.
                    let name = if self.is(at + 1, b"function") || text == b"function" {
                        self.end_of_function(at)?
                    } else {
                        at + 1
                    };
                    at = name;
                    continue;
                }
                Kind::Word if text == b"class" => return None,
                Kind::Word if is_plain_keyword(text) => {}
                Kind::Word if self.is_key(at, levels.last().copied()) && self.is(at + 1, b"(") => {
                    at = self.end_of_function(at)?;
                    continue;
                }
                Kind::Word if self.is_key(at, levels.last().copied()) => {}
                Kind::Word if token.start == here && !is_statement(text) => {}
                Kind::Word => break,
                Kind::Open if text == b"(" && is_behind_operand => {
                    let is_new = self.is_constructed(at - 1);
                    if !is_new && self.mark_of(at + 1) != here {
                        break;
                    }
                    levels.push(Level::Call(at));
                }
                Kind::Open if text == b"(" => {
                    let close = token.partner?;
                    if self.is(close + 1, b"=>") {
                        at = self.end_of_arrow(close + 1)?;
                        continue;
                    }
                    if self.is(at.saturating_sub(1), b"?.") {
                        return None;
                    }
                    levels.push(Level::Other);
                }
                Kind::Open if text.starts_with(b"`") && is_behind_operand => return None,
                Kind::Open if text == b"[" || text.ends_with(b"${") => levels.push(Level::Other),
                Kind::Open if self.is_object(at) => levels.push(Level::Object),
                Kind::Open => break,
                Kind::Close => {
                    let open = match levels.pop() {
                        Some(Level::Call(open)) => Some(open),
                        Some(_) => None,
                        None => {
                            let Some(open) = self.enclosing(outer) else { break };
                            outer = open;
                            if self.is(open, b"{") && !self.is_object(open) || self.is_head(open) {
                                break;
                            }
                            if self.is_tagged(open) {
                                return None;
                            }
                            self.is_call(open).then_some(open)
                        }
                    };
                    if let Some(open) = open {
                        let end = open - 1;
                        let kind = if self.is_constructed(end) { Callee::Constructed } else { Callee::Called };
                        candidates.push(Candidate { kind, end });
                    }
                }
                Kind::Template if is_behind_operand => {
                    if self.mark_of(at) != here {
                        break;
                    }
                    candidates.push(Candidate { kind: Callee::Called, end: at - 1 });
                }
                Kind::Mark if text == b";" => break,
                // Behind these operators the engine notes where it is.
                Kind::Mark
                    if is_behind_operand
                        && is_binary(text)
                        && self.mark_of((at + 1).min(self.tokens.len() - 1)) != here =>
                {
                    break;
                }
                _ => {}
            }
            at += 1;
        }
        // What was read may end in the middle of a call, or of a word.
        let is_at_end = at + 1 >= self.tokens.len();
        (!is_at_end || (!self.is_cut && levels.is_empty())).then_some(candidates)
    }

    /// Where the engine says that a token is: at the last name, or behind the last white space.
    fn mark_of(&self, index: usize) -> usize {
        let back = (0..=index).rev().find(|at| self.tokens[*at].is_spaced || self.tokens[*at].kind == Kind::Word);
        self.tokens[back.unwrap_or(0)].start
    }

    /// Whether what is called, and ends here, stands behind `new`.
    fn is_constructed(&self, end: usize) -> bool {
        let start = self.start_of_path(end);
        start > 0 && self.is(start - 1, b"new") && !(start..=end).any(|index| self.tokens[index].kind == Kind::Close)
    }

    /// `new Class` without parentheses, whose class is at the place.
    fn bare_construction(&self) -> Option<usize> {
        let end = self.end_of_path(self.place);
        let is_bare = self.is_constructed(end) && !self.is(end + 1, b"(");
        is_bare.then_some(end)
    }

    /// Whether a bracket belongs to `if`, `while` or the like.
    pub(super) fn is_head(&self, open: usize) -> bool {
        open > 0
            && self.is(open, b"(")
            && self.tokens[open - 1].kind == Kind::Word
            && is_statement(self.text(&self.tokens[open - 1]))
    }

    /// Whether a substitution belongs to a template that is given to a function.
    fn is_tagged(&self, open: usize) -> bool {
        let mut at = open;
        while self.text(&self.tokens[at]).ends_with(b"${") {
            if self.text(&self.tokens[at]).starts_with(b"`") {
                return at > 0 && self.ends_operand(at - 1);
            }
            // The substitution before this one ended where this part of the template begins.
            let Some(before) = at.checked_sub(1).and_then(|close| self.tokens[close].partner) else { return true };
            at = before;
        }
        false
    }

    fn is_key(&self, at: usize, level: Option<Level>) -> bool {
        let is_in_object = match level {
            Some(level) => level == Level::Object,
            None => self.enclosing(at).is_some_and(|open| self.is_object(open)),
        };
        let is_first = at > 0 && (self.is(at - 1, b"{") || self.is(at - 1, b","));
        // The engine notes no place for a property that is named like the variable it is given.
        is_in_object && is_first && [b":", b"(", b",", b"}"].iter().any(|next| self.is(at + 1, *next))
    }

    /// Behind a function's body, or a method's.
    pub(super) fn end_of_function(&self, at: usize) -> Option<usize> {
        let parameters = (at..self.tokens.len()).find(|index| self.is(*index, b"("))?;
        let body = self.tokens[parameters].partner? + 1;
        if !self.is(body, b"{") {
            return None;
        }
        Some(self.tokens[body].partner? + 1)
    }

    /// Behind the body of an arrow function.
    pub(super) fn end_of_arrow(&self, arrow: usize) -> Option<usize> {
        let mut at = arrow + 1;
        if self.is(at, b"{") {
            return Some(self.tokens[at].partner? + 1);
        }
        while let Some(token) = self.tokens.get(at) {
            match token.kind {
                Kind::Open => at = token.partner?,
                Kind::Close => break,
                Kind::Mark if matches!(self.text(token), b"," | b";") => break,
                _ => {}
            }
            at += 1;
        }
        Some(at)
    }

    /// Whether the answer of the call of what stands here is iterated over.
    fn is_iterated(&self, start: usize, end: usize) -> bool {
        let Some(before) = start.checked_sub(1) else { return false };
        let close = self.tokens.get(end + 1).and_then(|open| open.partner);
        let is_whole = close
            .and_then(|close| self.tokens.get(close + 1))
            .is_none_or(|next| next.kind != Kind::Open && !matches!(self.text(next), b"." | b"?."));
        // What is spread into an object is not iterated over.
        let is_spread = self.is(before, b"...") && self.enclosing(before).is_none_or(|open| !self.is(open, b"{"));
        let is_list = self.is(before, b"=") && before > 0 && self.is(before - 1, b"]");
        is_whole && (self.is(before, b"of") || is_spread || is_list)
    }
}

/// Operators with two operands at whose second the engine notes where it is; whether it is a name or not.
fn is_binary(mark: &[u8]) -> bool {
    matches!(
        mark,
        b"+" | b"-"
            | b"*"
            | b"/"
            | b"%"
            | b"**"
            | b"<"
            | b">"
            | b"<="
            | b">="
            | b"=="
            | b"!="
            | b"==="
            | b"!=="
            | b"&"
            | b"|"
            | b"^"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `|` in the text is where the engine is.
    fn failed(marked: &str) -> Option<String> {
        let (before, after) = marked.split_once('|').expect("the text has a mark");
        let source = format!("{before}{after}");
        Stretch::around(source.as_bytes(), before.len(), 1 << 10)?.failed_call(None)
    }

    #[test]
    fn the_call_at_a_place_is_found() {
        for (marked, expected) in [
            ("|f()", "f is not a function"),
            ("o.|a('x', 1)", "o.a is not a function"),
            ("o.a(|b)", "o.a is not a function"),
            ("o.a(x, |b.c)", "o.a is not a function"),
            ("o.|each((x) => { return x(1); })", "o.each is not a function"),
            ("o.each(|x => x.y(2))", "o.each is not a function"),
            ("o.|on('x', function (a, b) { return a(b); })", "o.on is not a function"),
            ("f(|g(x), y)", ""),
            ("f(g(|x), y)", "g is not a function"),
            ("f({ a: |b })", "f is not a function"),
            ("if (o.|a()) x()", "o.a is not a function"),
            ("new |f()", "f is not a constructor"),
            ("new |o.f", "o.f is not a constructor"),
            ("this.|x()", "this.x is not a function"),
            ("f('a(').|g('y')", "f(...).g is not a function"),
            ("o[|k]()", "o[k] is not a function"),
            ("|o['x']()", "o.x is not a function"),
            ("for (const x of o.|a()) ;", "o.a is not a function or its return value is not iterable"),
            ("f\n  .|g(1)", "f.g is not a function"),
            ("o.|a`x`", "o.a is not a function"),
            ("o.a(1, `${|b} '${'x'} ( `, (c) => c.d(1))", "o.a is not a function"),
            ("`${o.|a(1)}`", "o.a is not a function"),
        ] {
            let expected = Some(expected.to_owned()).filter(|expected| !expected.is_empty());
            assert_eq!(failed(marked), expected, "{marked}");
        }
    }

    #[test]
    fn where_several_calls_share_a_place_none_is_named() {
        for marked in [
            "f(|g())",
            "f(g(|x))",
            "|f(2)(3)",
            "o.a(f(|x), 2)",
            "(|a || b)()",
            "o.a`${|x}`",
            "f(`${g(|x)}`)",
            "f(|g(), 1)",
            "u`${1} and ${o.|g(1)}`",
        ] {
            assert_eq!(failed(marked), None, "{marked}");
        }
    }
}
