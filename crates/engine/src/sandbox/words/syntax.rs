//! What V8 says of a source that does not parse, told from what the engine says of it and from the token at the place.

use super::stretch::{Stretch, is_statement};
use super::tokens::{Kind, Token, read};

/// Longer sources are not searched for the bracket that is wrong.
const LONGEST_SEARCHED: usize = 256 << 10;
/// Source behind the place that is looked at.
const BEHIND: usize = 256;

/// Messages that stand for themselves: the engine's words, V8's, and whether V8's place is the token before the engine's.
const ALIKE: [(&str, &str, bool); 25] = [
    ("break must be inside loop or switch", "Illegal break statement", true),
    ("continue must be inside loop", "Illegal continue statement: no surrounding iteration statement", true),
    ("expecting catch or finally", "Missing catch or finally after try", true),
    ("property constructor appears more than once", "A class may only have one constructor", false),
    ("invalid keyword: with", "Strict mode code may not include a with statement", false),
    ("cannot delete a direct reference in strict mode", "Delete of an unqualified identifier in strict mode.", true),
    ("super() is only valid in a derived class constructor", "'super' keyword unexpected here", true),
    ("'super' is only valid in a method", "'super' keyword unexpected here", true),
    ("'let' is not a valid lexical identifier", "let is disallowed as a lexically bound name", false),
    ("unsupported keyword: enum", "Unexpected reserved word", false),
    ("invalid first character of private name", "Invalid or unexpected token", false),
    ("unexpected character", "Invalid or unexpected token", false),
    ("line terminator not allowed after throw", "Illegal newline after throw", true),
    ("unexpected line terminator in regexp", "Invalid regular expression: missing /", false),
    ("duplicate default", "More than one default clause in switch statement", false),
    ("rest element must be the last one", "Rest element must be last element", false),
    ("assignment rest property must be last", "Rest element must be last element", false),
    ("new.target only allowed within functions", "new.target expression is not allowed here", false),
    ("return not in a function", "Illegal return statement", false),
    ("invalid destructuring target", "Invalid destructuring assignment target", false),
    ("invalid variable name in strict mode", EVAL_OR_ARGUMENTS, false),
    ("invalid argument name in strict code", EVAL_OR_ARGUMENTS, false),
    ("invalid function name in strict code", EVAL_OR_ARGUMENTS, false),
    (
        "unparenthesized unary expression can't appear on the left-hand side of '**'",
        "Unary operator used immediately before exponentiation expression. Parenthesis must be used to disambiguate operator precedence",
        false,
    ),
    (
        "a declaration in the head of a for-of loop can't have an initializer",
        "for-of loop variable declaration may not have an initializer.",
        false,
    ),
];
const EVAL_OR_ARGUMENTS: &str = "Unexpected eval or arguments in strict mode";
const STRICT_WORD: &str = "Unexpected strict mode reserved word";
const MISSING_BRACKET: &str = "missing ) after argument list";

/// What is wrong with a text, and at which byte.
#[derive(Debug, PartialEq, Eq)]
pub(in super::super) struct Problem {
    pub(in super::super) words: String,
    pub(in super::super) place: usize,
}

/// V8's words for a syntax error at a byte of a module's text; `None` where they are not certain.
pub(in super::super) fn problem_of(message: &str, text: &[u8], place: usize) -> Option<Problem> {
    let is_end = place >= text.trim_ascii_end().len();
    let stretch = if text.len() <= LONGEST_SEARCHED {
        let tokens = read(text, 0, text.len());
        let at = if is_end { Ok(tokens.len()) } else { tokens.binary_search_by_key(&place, |token| token.start) };
        let stretch = Stretch { source: text, tokens, place: at.unwrap_or_default(), is_cut: false };
        if let Some(problem) = stretch.stray_bracket(place) {
            return Some(problem);
        }
        at.ok()?;
        stretch
    } else {
        Stretch::around(text, place, BEHIND).filter(|_| !is_end)?
    };
    let (words, at) = match ALIKE.iter().find(|(engines, ..)| *engines == message) {
        Some((_, words, is_before)) => ((*words).to_owned(), stretch.place.saturating_sub(usize::from(*is_before))),
        None => words_at(message, &stretch)?,
    };
    Some(Problem { words, place: stretch.tokens.get(at).map_or(text.len(), |token| token.start) })
}

/// V8's words, and the token that they are about.
fn words_at(message: &str, stretch: &Stretch<'_>) -> Option<(String, usize)> {
    let at = stretch.place;
    let before = at.wrapping_sub(1);
    let is_expected = message.starts_with("Unexpected ") || message.starts_with("expecting '");
    if is_expected && stretch.is_in_arguments() && !message.starts_with("expecting ';'") {
        return Some((MISSING_BRACKET.to_owned(), before));
    }
    let is_expression = message.starts_with("unexpected token in expression: ");
    if message.contains("redefinition of ") || message == "private class field is already defined" {
        let name = stretch.declared_before(at)?;
        let text = std::str::from_utf8(stretch.text(&stretch.tokens[name])).ok()?;
        return Some((format!("Identifier '{text}' has already been declared"), name));
    }
    let Some(token) = stretch.tokens.get(at) else {
        let is_missing = is_expression
            || ["Unexpected ", "expecting ", "invalid property name"].iter().any(|start| message.starts_with(start))
            || message.ends_with(" expected");
        return is_missing.then(|| ("Unexpected end of input".to_owned(), at));
    };
    let text = stretch.text(token);
    let words = match message {
        "expecting ';'" if stretch.is(before, b"await") && !stretch.is_property(before) => {
            let words = "await is only valid in async functions and the top level bodies of modules";
            return Some((words.to_owned(), before));
        }
        "variable name expected" if matches!(text, b"{" | b"[") => {
            let next = stretch.tokens.get(token.partner? + 1)?;
            let is_bare = matches!(stretch.text(next), b";" | b",");
            is_bare.then_some("Missing initializer in destructuring declaration")?
        }
        _ if is_expression || message == "variable name expected" => {
            let is_strict = std::str::from_utf8(text).is_ok_and(is_reserved_in_strict_code);
            if !is_strict {
                return Some((stretch.unexpected(at)?, at));
            }
            STRICT_WORD
        }
        "expecting ';'"
        | "expecting field name"
        | "invalid property name"
        | "invalid switch statement"
        | "class statement requires a name" => return Some((stretch.unexpected(at)?, at)),
        "function name expected" if text == b"(" => "Function statements require a function name",
        "missing initializer for variable" if matches!(text, b";" | b",") => {
            return Some(("Missing initializer in const declaration".to_owned(), before));
        }
        "unexpected end of string" if !text.starts_with(b"`") => "Invalid or unexpected token",
        "invalid number literal" if !text.contains(&b'_') => "Invalid or unexpected token",
        "invalid assignment left-hand side" => {
            let is_assigned = stretch.tokens.get(before).is_some_and(|token| stretch.text(token).ends_with(b"="));
            let is_call = stretch.is(at.wrapping_sub(2), b")");
            (is_assigned && !is_call).then_some("Invalid left-hand side in assignment")?
        }
        "Octal literals are not allowed in strict mode" if text.iter().all(|digit| matches!(digit, b'0'..=b'7')) => {
            "Octal literals are not allowed in strict mode."
        }
        "duplicate label name" => {
            let name = std::str::from_utf8(stretch.word()?).ok()?;
            return Some((format!("Label '{name}' has already been declared"), at));
        }
        _ => return None,
    };
    Some((words.to_owned(), at))
}

impl Stretch<'_> {
    /// As V8 names a token that it does not expect.
    fn unexpected(&self, at: usize) -> Option<String> {
        let token = &self.tokens[at];
        let text = std::str::from_utf8(self.text(token)).ok()?;
        Some(match token.kind {
            Kind::Number => "Unexpected number".to_owned(),
            Kind::Text => "Unexpected string".to_owned(),
            Kind::Template => "Unexpected template string".to_owned(),
            Kind::Open if text.starts_with('`') => "Unexpected template string".to_owned(),
            Kind::Mark if matches!(text, "@" | "#" | "\"" | "'") || !text.is_ascii() => {
                "Invalid or unexpected token".to_owned()
            }
            // The rest of the operator is a token of its own here.
            Kind::Mark if matches!(text, "-" | "*" | "/" | "%" | "&" | "|" | "^") && self.is(at + 1, b"=") => {
                let is_one = self.tokens[at + 1].start == token.end;
                format!("Unexpected token '{text}{}'", if is_one { "=" } else { "" })
            }
            Kind::Mark if matches!(text, "\\" | "`" | "/") => return None,
            Kind::Open | Kind::Close | Kind::Mark => format!("Unexpected token '{text}'"),
            Kind::Regexp => return None,
            Kind::Word if is_reserved(text.as_bytes()) => format!("Unexpected token '{text}'"),
            Kind::Word if is_reserved_in_strict_code(text) || text.starts_with('#') => return None,
            Kind::Word if matches!(text, "await" | "async" | "enum" | "of" | "eval" | "arguments") => return None,
            Kind::Word => format!("Unexpected identifier '{text}'"),
        })
    }

    /// A bracket that closes nothing, before which all is well, if the engine stumbles right there or at what comes next.
    fn stray_bracket(&self, place: usize) -> Option<Problem> {
        let is_alone = |token: &Token| matches!(token.kind, Kind::Open | Kind::Close) && token.partner.is_none();
        let at = self.tokens.iter().position(is_alone)?;
        let stray = self.tokens.get(at).filter(|token| token.kind == Kind::Close)?;
        let is_here =
            place == stray.start || self.tokens.get(at + 1).map_or(place > stray.start, |next| place == next.start);
        let words = format!("Unexpected token '{}'", self.source[stray.start] as char);
        is_here.then_some(Problem { words, place: stray.start })
    }

    /// Whether the place is right behind an argument of a call; parameters of a method's declaration look alike.
    fn is_in_arguments(&self) -> bool {
        let at = self.place;
        let Some(open) = self.enclosing(at).filter(|open| self.is_call(*open) && self.ends_operand(at - 1)) else {
            return false;
        };
        let start = self.start_of_path(open - 1);
        const OPERATORS: [&[u8]; 14] =
            [b"=", b"(", b"[", b"return", b"await", b"=>", b"!", b"+", b"?", b"&&", b"||", b"??", b"new", b"throw"];
        let Some(before) = start.checked_sub(1) else {
            return self.source[..self.tokens[0].start].trim_ascii().is_empty();
        };
        let is_statement = self.enclosing(start).is_none()
            && self.source[..self.tokens[0].start].trim_ascii().is_empty()
            && !self.is(before, b"function")
            && !self.is(before, b"*");
        start + 1 < open || OPERATORS.contains(&self.text(&self.tokens[before])) || is_statement
    }

    /// The name that was declared before a token.
    fn declared_before(&self, at: usize) -> Option<usize> {
        let mut last = at.checked_sub(1)?;
        if self.is(last, b"}") {
            let before = self.tokens[last].partner?.checked_sub(1)?;
            last = if self.is(before, b")") { self.tokens[before].partner?.checked_sub(1)? } else { before };
            let keyword = last.checked_sub(1)?;
            if ![b"function".as_slice(), b"*", b"class"].iter().any(|word| self.is(keyword, word)) {
                return None;
            }
        }
        let token = self.tokens.get(last)?;
        let is_name = token.kind == Kind::Word && !self.is_property(last) && !is_reserved(self.text(token));
        is_name.then_some(last)
    }
}

fn is_reserved(word: &[u8]) -> bool {
    const OTHERS: [&[u8]; 18] = [
        b"this",
        b"null",
        b"true",
        b"false",
        b"super",
        b"typeof",
        b"void",
        b"delete",
        b"in",
        b"instanceof",
        b"new",
        b"function",
        b"class",
        b"extends",
        b"export",
        b"import",
        b"debugger",
        b"with",
    ];
    (is_statement(word) && word != b"let") || OTHERS.contains(&word)
}

fn is_reserved_in_strict_code(word: &str) -> bool {
    const WORDS: [&str; 9] =
        ["let", "static", "yield", "implements", "interface", "package", "private", "protected", "public"];
    WORDS.contains(&word)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `|` in the text is where the engine is.
    fn said(message: &str, marked: &str) -> Option<(String, usize)> {
        let (before, after) = marked.split_once('|').expect("the text has a mark");
        let source = format!("{before}{after}\n");
        let problem = problem_of(message, source.as_bytes(), before.len())?;
        Some((problem.words, problem.place))
    }

    #[test]
    fn brackets_that_close_nothing_are_named_where_they_are() {
        assert_eq!(said("?", "a;\n}\n|b;"), Some(("Unexpected token '}'".to_owned(), 3)));
        assert_eq!(said("?", "|)"), Some(("Unexpected token ')'".to_owned(), 0)));
        assert_eq!(said("?", "a;\n}\nb; |c"), None);
    }

    #[test]
    fn sources_that_end_too_early_say_so() {
        assert_eq!(said("expecting ','", "x = [1\n|"), Some(("Unexpected end of input".to_owned(), 8)));
        assert_eq!(said("expecting ','", "f(1\n|"), Some((MISSING_BRACKET.to_owned(), 2)));
    }

    #[test]
    fn whatever_the_source_is_there_is_an_answer_or_none() {
        for source in ["|", "`|", "'|", "/|", "((|", "}}|}", "é|", "a\\|", "`${|"] {
            for message in ["expecting ';'", "Unexpected x", "invalid redefinition of lexical identifier", "?"] {
                let _any = said(message, source);
            }
        }
    }
}
