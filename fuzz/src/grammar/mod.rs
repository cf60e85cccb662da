//! Programs of a grammar that reaches what hostile programs reach: natives, generators, proxies, getters, classes, regular
//! expressions, typed arrays, promises, timers, `require`, `eval`, JSON, symbols, and the hooks of errors.

mod expressions;
mod hostile;
mod words;

use crate::random::Random;
use words::PROPERTIES;

/// Nesting of one statement.
const DEEPEST: usize = 7;
/// Nothing but leaves beyond.
const LONGEST: usize = 6_000;

/// Variables that every program has.
const NAMES: [&str; 8] = ["a", "b", "c", "d", "p", "q", "f", "o"];

/// Gathers every function and some values that can be reached, in an order that is the same every time.
const GATHER: &str = "
const $functions = [], $values = [0, -1, 2 ** 53, NaN, 1n, 'text', '', null, undefined, true, Symbol.iterator, /x/g, [], [1, , 3], {}];
{
  const seen = new Set([globalThis, console.log, console.error]);
  const queue = [globalThis, Object.getPrototypeOf(function* () {}), Object.getPrototypeOf(async function* () {})];
  while (queue.length > 0 && $functions.length < 4000) {
    const object = queue.shift();
    if (typeof object === 'function') $functions.push(object);
    $values.push(object);
    let parent;
    try { parent = Object.getPrototypeOf(object); } catch {}
    for (const next of [parent, ...Reflect.ownKeys(object).map((key) => { try { return Reflect.getOwnPropertyDescriptor(object, key); } catch {} })
      .flatMap((property) => (property ? [property.value, property.get, property.set] : []))]) {
      if ((typeof next === 'object' || typeof next === 'function') && next !== null && !seen.has(next)) { seen.add(next); queue.push(next); }
    }
  }
}
const $call = (f, t, x, y) => $functions[f % $functions.length].call($values[t % $values.length], $values[x % $values.length], $values[y % $values.length]);
";

/// Loads what is made on first touch only, so that it is gathered as well.
const TOUCH: &str = "Buffer, URL, TextDecoder, structuredClone, crypto.subtle, performance, ReadableStream, Intl;
for (const name of Reflect.ownKeys(Intl)) try { new Intl[name]('en', { type: 'ordinal' }); } catch {}
";

/// One program, whose function is `main`.
#[must_use]
pub fn program(random: &mut Random) -> String {
    let gathers = random.one_in(2);
    let is_async = random.one_in(2);
    let mut grammar =
        Grammar { random, out: String::new(), depth: 0, in_async: usize::from(is_async), in_generator: 0, in_loop: 0 };
    if gathers && grammar.random.one_in(8) {
        grammar.put(TOUCH);
    }
    grammar.put(if gathers { GATHER } else { "const $call = (...x) => x;\n" });
    grammar.put("let a = [1, 2.5, , 'x'], b = { x: 1, get y() { return a; } }, c = new Map([[b, a]]), d = /(?<n>b)+/g, o = globalThis;\n");
    grammar.put("let p = new Proxy(function () {}, {}), q = new Uint16Array(9), f = (x) => x;\n");
    grammar.put(if is_async { "exports.main = async function (" } else { "exports.main = function (" });
    grammar.put("x, y) {\n");
    for _ in 0..1 + grammar.random.below(7) {
        grammar.guarded_statement();
    }
    grammar.put("return [a, b, c];\n};\n");
    grammar.out
}

struct Grammar<'r> {
    random: &'r mut Random,
    out: String,
    depth: usize,
    in_async: usize,
    in_generator: usize,
    in_loop: usize,
}

impl Grammar<'_> {
    fn put(&mut self, text: &str) {
        self.out.push_str(text);
    }

    fn pick(&mut self, from: &[&str]) {
        let word = self.random.pick(from).to_owned();
        self.put(&word);
    }

    fn is_spent(&self) -> bool {
        self.depth >= DEEPEST || self.out.len() > LONGEST
    }

    /// Most statements throw; the next one is to be reached all the same.
    fn guarded_statement(&mut self) {
        if self.random.one_in(4) {
            return self.statement();
        }
        self.put("try { ");
        self.statement();
        self.put("} catch (e) { ");
        match self.random.below(4) {
            0 => self.put("a = e"),
            1 => self.put("String(e.stack)"),
            2 => self.expression(),
            _ => {}
        }
        self.put("}\n");
    }

    fn statement(&mut self) {
        if self.is_spent() {
            self.expression();
            return self.put(";\n");
        }
        self.depth += 1;
        match self.random.below(18) {
            0 => self.declaration(),
            1 => self.conditional(),
            2 => self.counting_loop(),
            3 => self.walking_loop(),
            4 => self.endless_loop(),
            5 => self.exception(),
            6 => self.choice(),
            7 => self.destructuring(),
            8 => {
                self.put("throw ");
                self.expression();
                self.put(";\n");
            }
            9 if self.in_loop > 0 => self.pick(&["break;\n", "continue;\n"]),
            10 => {
                self.put("return ");
                self.expression();
                self.put(";\n");
            }
            11 => self.block("{ "),
            12 => self.recursion(),
            13 => {
                self.put("console.log(");
                self.expression();
                self.put(");\n");
            }
            _ => {
                self.expression();
                self.put(";\n");
            }
        }
        self.depth -= 1;
    }

    fn block(&mut self, before: &str) {
        self.put(before);
        for _ in 0..1 + self.random.below(2) {
            self.statement();
        }
        self.put("}\n");
    }

    /// A function's body; loops around it do not count inside.
    fn block_of_function(&mut self, before: &str) {
        let around = std::mem::take(&mut self.in_loop);
        self.put(before);
        self.block("{ ");
        self.in_loop = around;
    }

    fn declaration(&mut self) {
        self.pick(&["let ", "const ", "var "]);
        self.pick(&NAMES);
        self.put(" = ");
        self.expression();
        self.put(";\n");
    }

    fn conditional(&mut self) {
        self.put("if (");
        self.expression();
        self.block(") { ");
        if self.random.one_in(2) {
            self.block("else { ");
        }
    }

    fn looped(&mut self, before: &str) {
        self.in_loop += 1;
        self.block(before);
        self.in_loop -= 1;
    }

    fn counting_loop(&mut self) {
        let most = [3, 100, 100_000][self.random.below(3)];
        self.looped(&format!("for (let i = 0; i < {most}; i++) {{ "));
    }

    fn walking_loop(&mut self) {
        self.pick(if self.in_async > 0 {
            &["for (let v of ", "for (let v in ", "for await (let v of "]
        } else {
            &["for (let v of ", "for (var v in "]
        });
        self.expression();
        self.looped(") { a = v; ");
    }

    fn endless_loop(&mut self) {
        self.pick(&["for (;;) ", "while (true) ", "do "]);
        let is_do = self.out.ends_with("do ");
        self.looped("{ ");
        if is_do {
            self.put("while (true);\n");
        }
    }

    fn exception(&mut self) {
        self.block("try { ");
        if self.random.one_in(3) {
            self.block("catch { ");
        } else {
            self.block("catch (p) { ");
        }
        if self.random.one_in(2) {
            self.block("finally { ");
        }
    }

    fn choice(&mut self) {
        self.put("switch (");
        self.expression();
        self.put(") { case ");
        self.expression();
        self.put(": ");
        self.statement();
        self.put("default: ");
        self.statement();
        self.put("}\n");
    }

    fn destructuring(&mut self) {
        self.pick(&["[a, , ...b] = ", "({ length: a, ...b } = ", "[a = b, [c]] = ", "({ [a]: d = c } = "]);
        let closes = self.out.ends_with("} = ");
        self.expression();
        self.put(if closes { ");\n" } else { ";\n" });
    }

    fn recursion(&mut self) {
        self.put("{ const r = (x) => { ");
        self.pick(&[
            "r(x); ",
            "[x].map(r); ",
            "JSON.stringify({ toJSON: r }); ",
            "new Proxy({}, { get: r }).x; ",
            "`${{ toString: r }}`; ",
        ]);
        self.statement();
        self.put("}; r(");
        self.expression();
        self.put("); }\n");
    }

    /// For `eval` and its kin.
    fn nested_source(&mut self) -> String {
        let outer = std::mem::take(&mut self.out);
        let (in_async, in_generator, in_loop) = (self.in_async, self.in_generator, self.in_loop);
        (self.in_async, self.in_generator, self.in_loop) = (0, 0, 0);
        self.statement();
        if self.random.one_in(6) {
            let word = self.random.pick(&PROPERTIES).to_owned();
            self.out = self.out.replacen('(', &word, 1);
        }
        (self.in_async, self.in_generator, self.in_loop) = (in_async, in_generator, in_loop);
        std::mem::replace(&mut self.out, outer)
    }
}

#[cfg(test)]
mod tests {
    use super::program;
    use crate::random::Random;

    #[test]
    fn a_seed_gives_the_same_program_every_time() {
        for seed in 0..20 {
            let source = program(&mut Random::from_seed(seed));
            assert_eq!(source, program(&mut Random::from_seed(seed)));
            assert!(source.contains("exports.main ="));
        }
    }
}
