//! Expressions: literals, calls of everything there is.

use super::words::{ASSIGNMENTS, BINARY, CLASSES, FUNCTIONS, MODULES, PROPERTIES, REGEXPS, SYMBOLS};
use super::{Grammar, NAMES};

impl Grammar<'_> {
    pub(super) fn expression(&mut self) {
        if self.is_spent() {
            return self.leaf();
        }
        self.depth += 1;
        match self.random.below(30) {
            0..=2 => self.leaf(),
            3 | 4 => self.call_by_name(),
            5 => self.call_by_number(),
            6 => self.construct(),
            7 => self.method(),
            8 => self.binary(),
            9 => self.object(),
            10 => self.array(),
            11 => self.function(),
            12 => self.proxy(),
            13 => self.hostile(),
            14 => self.member(),
            15 => self.assignment(),
            16 => self.template(),
            17 => self.source_in_text(),
            18 => self.wrapped("(", ")"),
            19 => self.prefixed(&["typeof ", "void ", "delete ", "!", "~", "-", "+"]),
            20 if self.in_async > 0 => self.prefixed(&["await "]),
            21 if self.in_generator > 0 => self.prefixed(&["yield ", "yield* "]),
            22 => self.ternary(),
            23 => self.typed_array(),
            24 => self.large(),
            25 => self.module(),
            26 => self.timer(),
            27 => self.class(),
            28 => self.iterator_chain(),
            _ => self.promise(),
        }
        self.depth -= 1;
    }

    fn leaf(&mut self) {
        let number = self.random.number();
        match self.random.below(12) {
            0..=2 => self.put(&number),
            3 => self.pick(&["0n", "-1n", "2n ** 64n", "123456789012345678901234567890n"]),
            4 => self.pick(&REGEXPS),
            5 => self.pick(&[
                "''",
                "'a'",
                "'abc'",
                "'\\u{1F600}'",
                "'\\ud800'",
                "'length'",
                "'\\0'",
                "'é'.normalize('NFD')",
            ]),
            6 => self.pick(&["undefined", "null", "true", "globalThis", "this", "arguments", "module", "exports"]),
            7 => self.pick(&CLASSES),
            _ => self.pick(&NAMES),
        }
    }

    pub(super) fn arguments(&mut self) {
        self.put("(");
        for at in 0..self.random.below(4) {
            if at > 0 {
                self.put(", ");
            }
            if self.random.one_in(10) {
                self.put("...");
            }
            self.expression();
        }
        self.put(")");
    }

    fn call_by_name(&mut self) {
        self.pick(&FUNCTIONS);
        self.arguments();
    }

    /// One of all functions that can be reached, on some of all values that can.
    fn call_by_number(&mut self) {
        let numbers: Vec<String> = (0..4).map(|_| self.random.below(5_000).to_string()).collect();
        self.put(&format!("$call({})", numbers.join(", ")));
    }

    fn construct(&mut self) {
        if !self.random.one_in(4) {
            self.put("new ");
        }
        self.pick(&CLASSES);
        self.arguments();
    }

    fn method(&mut self) {
        self.wrapped("(", ")");
        self.pick(&[".", ".", "?."]);
        self.name_of_property();
        if self.random.one_in(8) {
            self.put("`a${1}\\u00e9`");
        } else {
            self.arguments();
        }
    }

    fn member(&mut self) {
        self.wrapped("(", ")[");
        if self.random.one_in(2) {
            self.key();
        } else {
            self.expression();
        }
        self.put("]");
    }

    fn name_of_property(&mut self) {
        const WORDS: [&str; 52] = PROPERTY_WORDS;
        self.pick(&WORDS);
    }

    fn key(&mut self) {
        if self.random.one_in(3) {
            self.put("Symbol.");
            self.pick(&SYMBOLS);
        } else {
            self.put("'");
            self.pick(&PROPERTIES);
            self.put("'");
        }
    }

    pub(super) fn wrapped(&mut self, before: &str, after: &str) {
        self.put(before);
        self.expression();
        self.put(after);
    }

    fn prefixed(&mut self, operators: &[&str]) {
        self.put("(");
        self.pick(operators);
        self.wrapped("(", "))");
    }

    fn binary(&mut self) {
        self.wrapped("((", ") ");
        self.pick(&BINARY);
        self.wrapped(" (", "))");
    }

    fn assignment(&mut self) {
        self.put("(");
        self.pick(&NAMES);
        if self.random.one_in(2) {
            self.put("[");
            self.key();
            self.put("]");
        }
        self.put(" ");
        self.pick(&ASSIGNMENTS);
        self.wrapped(" ", ")");
    }

    fn ternary(&mut self) {
        self.wrapped("(", " ? ");
        self.wrapped("", " : ");
        self.wrapped("", ")");
    }

    fn template(&mut self) {
        self.wrapped("`a${", "}\\n${");
        self.wrapped("", "}`");
    }

    fn object(&mut self) {
        self.put("({ ");
        for _ in 0..self.random.below(4) {
            match self.random.below(6) {
                0 => self.wrapped("...(", "), "),
                1 => {
                    self.put("get [");
                    self.key();
                    self.block_of_function("]() ");
                    self.put(", ");
                }
                2 => {
                    self.put("[");
                    self.key();
                    self.block_of_function("](p, q) ");
                    self.put(", ");
                }
                3 => self.wrapped("__proto__: (", "), "),
                _ => {
                    self.put("[");
                    self.key();
                    self.wrapped("]: (", "), ");
                }
            }
        }
        self.put("})");
    }

    fn array(&mut self) {
        self.put("[");
        for _ in 0..self.random.below(5) {
            match self.random.below(6) {
                0 => self.put(","),
                1 => self.wrapped("...(", "),"),
                _ => self.wrapped("(", "),"),
            }
        }
        self.put("]");
    }

    fn function(&mut self) {
        match self.random.below(5) {
            0 => self.block_of_function("(function f(p, ...q) "),
            1 => {
                self.wrapped("((p, q = ", ") => ");
                self.expression();
            }
            2 => {
                self.in_generator += 1;
                self.block_of_function("(function* (p, { length, ...q } = []) ");
                self.in_generator -= 1;
            }
            3 => {
                self.in_async += 1;
                self.block_of_function("(async (p, [q] = [1]) => ");
                self.in_async -= 1;
            }
            _ => {
                self.in_async += 1;
                self.in_generator += 1;
                self.block_of_function("(async function* (p, q) ");
                self.in_generator -= 1;
                self.in_async -= 1;
            }
        }
        self.put(")");
    }

    fn module(&mut self) {
        self.pick(&["require", "import", "require.resolve"]);
        self.put("('");
        self.pick(&MODULES);
        self.put("')");
        if self.random.one_in(2) {
            self.put(".");
            self.name_of_property();
        }
    }

    fn timer(&mut self) {
        self.pick(&["setTimeout", "setInterval", "setImmediate", "queueMicrotask", "clearTimeout", "process.nextTick"]);
        self.wrapped("(() => (", ")");
        let delay = self.random.below(20);
        self.put(&format!(", {delay})"));
    }

    pub(super) fn class(&mut self) {
        self.put("(class ");
        if self.random.one_in(2) {
            self.wrapped("extends (", ") ");
        }
        self.wrapped("{ #p = ", "; static s = ");
        self.wrapped("", "; static { try { this.t = new this(); } catch {} } get #g() { return ");
        self.wrapped(
            "",
            "; } m(o) { return #p in o ? o.#g : this.#p; } static async *[Symbol.asyncIterator]() { yield this.s; } })",
        );
    }

    fn iterator_chain(&mut self) {
        self.wrapped("Iterator.from(", ")");
        for _ in 0..self.random.below(5) {
            self.put(".");
            self.pick(&["map", "filter", "flatMap"]);
            self.wrapped("((x) => (", "))");
        }
        self.pick(&[".toArray()", ".next()", ".take(3).drop(1)", "", ".return()"]);
    }

    fn promise(&mut self) {
        match self.random.below(4) {
            0 => self.wrapped("new Promise((p, q) => { p(", "); })"),
            1 => self.wrapped("Promise.reject(", ")"),
            2 => self.wrapped("Promise.resolve({ then(p, q) { p(", "); } })"),
            _ => self.wrapped("(async () => (", "))()"),
        }
        if self.random.one_in(2) {
            self.put(".");
            self.pick(&["then", "catch", "finally"]);
            self.wrapped("((x) => (", "))");
        }
    }
}

/// Those that are words.
const PROPERTY_WORDS: [&str; 52] = {
    let mut words = [""; 52];
    let (mut from, mut to) = (0, 0);
    while from < PROPERTIES.len() && to < words.len() {
        let first = PROPERTIES[from].as_bytes()[0];
        if first.is_ascii_alphabetic() || first == b'_' {
            words[to] = PROPERTIES[from];
            to += 1;
        }
        from += 1;
    }
    words
};
