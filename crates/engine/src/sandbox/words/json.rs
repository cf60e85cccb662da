//! What V8 says of text that is not JSON, with positions in UTF-16 as Node 22 gives them.

/// Characters that are shown before and behind what is wrong.
const SHOWN: usize = 10;

/// What is wrong with a text; `None` if it is JSON.
pub(in crate::sandbox) fn problem_of(text: &str) -> Option<String> {
    Scanner { bytes: text.as_bytes(), at: 0 }.value_and_nothing_else().err().map(|problem| problem.words(text))
}

/// Where it is wrong, and how, if not by the character alone.
struct Problem {
    at: usize,
    what: Option<&'static str>,
}

type Scanned = Result<(), Problem>;

struct Scanner<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Scanner<'_> {
    fn value_and_nothing_else(&mut self) -> Scanned {
        let mut open: Vec<u8> = Vec::new();
        loop {
            // A value begins here.
            self.skip_space();
            match self.peek() {
                Some(b'{') => {
                    self.at += 1;
                    self.skip_space();
                    if self.peek() == Some(b'}') {
                        self.at += 1;
                    } else {
                        open.push(b'{');
                        self.property("Expected property name or '}'")?;
                        continue;
                    }
                }
                Some(b'[') => {
                    self.at += 1;
                    self.skip_space();
                    if self.peek() == Some(b']') {
                        self.at += 1;
                    } else {
                        open.push(b'[');
                        continue;
                    }
                }
                _ => self.scalar()?,
            }
            // And has ended here.
            loop {
                self.skip_space();
                match (open.last(), self.peek()) {
                    (None, None) => return Ok(()),
                    (None, Some(_)) => return self.wrong("Unexpected non-whitespace character after JSON"),
                    (Some(b'{'), Some(b',')) => {
                        self.at += 1;
                        self.skip_space();
                        self.property("Expected double-quoted property name")?;
                        break;
                    }
                    (Some(b'['), Some(b',')) => {
                        self.at += 1;
                        break;
                    }
                    (Some(b'{'), Some(b'}')) | (Some(b'['), Some(b']')) => {
                        self.at += 1;
                        open.pop();
                    }
                    (Some(b'{'), _) => return self.wrong("Expected ',' or '}' after property value"),
                    (Some(_), _) => return self.wrong("Expected ',' or ']' after array element"),
                }
            }
        }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn wrong(&self, what: &'static str) -> Scanned {
        Err(Problem { at: self.at, what: Some(what) })
    }

    fn property(&mut self, otherwise: &'static str) -> Scanned {
        if self.peek() != Some(b'"') {
            return self.wrong(otherwise);
        }
        self.string()?;
        self.skip_space();
        if self.peek() != Some(b':') {
            return self.wrong("Expected ':' after property name");
        }
        self.at += 1;
        Ok(())
    }

    fn scalar(&mut self) -> Scanned {
        match self.peek() {
            Some(b'"') => self.string(),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.literal(b"true"),
            Some(b'f') => self.literal(b"false"),
            Some(b'n') => self.literal(b"null"),
            _ => Err(Problem { at: self.at, what: None }),
        }
    }

    fn literal(&mut self, word: &[u8]) -> Scanned {
        for letter in word {
            if self.peek() != Some(*letter) {
                return Err(Problem { at: self.at, what: None });
            }
            self.at += 1;
        }
        Ok(())
    }

    fn string(&mut self) -> Scanned {
        self.at += 1;
        loop {
            match self.peek() {
                None => return self.wrong("Unterminated string"),
                Some(b'"') => {
                    self.at += 1;
                    return Ok(());
                }
                Some(0..=0x1f) => return self.wrong("Bad control character in string literal"),
                Some(b'\\') => {
                    self.at += 1;
                    match self.peek() {
                        None => return Err(Problem { at: self.at, what: None }),
                        Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => self.at += 1,
                        Some(b'u') => {
                            self.at += 1;
                            for _ in 0..4 {
                                if !self.peek().is_some_and(|digit| digit.is_ascii_hexdigit()) {
                                    return self.wrong("Bad Unicode escape");
                                }
                                self.at += 1;
                            }
                        }
                        Some(_) => return self.wrong("Bad escaped character"),
                    }
                }
                Some(_) => self.at += 1,
            }
        }
    }

    fn digits(&mut self, otherwise: &'static str) -> Scanned {
        if !self.peek().is_some_and(|digit| digit.is_ascii_digit()) {
            return self.wrong(otherwise);
        }
        while self.peek().is_some_and(|digit| digit.is_ascii_digit()) {
            self.at += 1;
        }
        Ok(())
    }

    fn number(&mut self) -> Scanned {
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        if self.peek() == Some(b'0') {
            self.at += 1;
            if self.peek().is_some_and(|digit| digit.is_ascii_digit()) {
                return self.wrong("Unexpected number");
            }
        } else {
            self.digits("No number after minus sign")?;
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits("Unterminated fractional number")?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits("Exponent part is missing a number")?;
        }
        Ok(())
    }
}

impl Problem {
    fn words(&self, text: &str) -> String {
        let before = text.get(..self.at).unwrap_or(text);
        if let Some(what) = self.what {
            let position = before.encode_utf16().count();
            let line = before.replace("\r\n", "\n").matches(['\n', '\r']).count() + 1;
            let column = before.rsplit(['\n', '\r']).next().unwrap_or("").encode_utf16().count() + 1;
            let of = if what.ends_with("JSON") { "" } else { " in JSON" };
            return format!("{what}{of} at position {position} (line {line} column {column})");
        }
        let Some(character) = text.get(self.at..).and_then(|rest| rest.chars().next()) else {
            return "Unexpected end of JSON input".to_owned();
        };
        if matches!(text, "undefined" | "NaN" | "Infinity" | "[object Object]") {
            return format!("\"{text}\" is not valid JSON");
        }
        let start = before.char_indices().rev().nth(SHOWN - 1).map_or(0, |(index, _)| index);
        let behind = text[self.at..].char_indices().nth(SHOWN).map_or(text.len(), |(index, _)| self.at + index);
        let is_short = text.chars().count() <= 2 * SHOWN;
        let (start, behind) = if is_short { (0, text.len()) } else { (start, behind) };
        let (left, right) = (if start > 0 { "..." } else { "" }, if behind < text.len() { "..." } else { "" });
        format!("Unexpected token '{character}', {left}\"{}\"{right} is not valid JSON", &text[start..behind])
    }
}
