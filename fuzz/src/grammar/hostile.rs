//! Expressions that nobody writes by accident: proxies, damaged intrinsics, source in texts, and what takes much room.

use super::Grammar;
use super::words::TRAPS;

impl Grammar<'_> {
    pub(super) fn proxy(&mut self) {
        self.wrapped("new Proxy(Object(", "), { ");
        for _ in 0..self.random.below(4) {
            self.pick(&TRAPS);
            match self.random.below(3) {
                0 => self.wrapped(": (t, k, v) => (", "), "),
                1 => self.put(": Reflect.get, "),
                _ => {
                    self.block_of_function("(t, k, v) ");
                    self.put(", ");
                }
            }
        }
        self.put("})");
    }

    pub(super) fn hostile(&mut self) {
        match self.random.below(9) {
            0 => self.wrapped("(Error.prepareStackTrace = (e, f) => (", "))"),
            1 => self.wrapped("(Error.stackTraceLimit = ", ")"),
            2 => self.wrapped(
                "Object.defineProperty(Array.prototype, 0, { configurable: true, get() { return ",
                "; }, set(v) {} })",
            ),
            3 => self.wrapped(
                "Object.defineProperty(Object.prototype, 'then', { configurable: true, get() { return ",
                "; } })",
            ),
            4 => self.wrapped("(Array.prototype[Symbol.iterator] = function* () { yield ", "; })"),
            5 => self.wrapped("Object.setPrototypeOf(b, ", ")"),
            6 => self.wrapped("(class extends (", ") { constructor() { super(1); this.x = new.target; } })"),
            7 => self.wrapped("({ get length() { return 2 ** 53 - 1; }, [Symbol.toPrimitive]: () => (", ") })"),
            _ => self.wrapped("(Object.prototype.toJSON = function () { return ", "; })"),
        }
    }

    pub(super) fn source_in_text(&mut self) {
        let inner = self.nested_source();
        self.pick(&["eval", "(0, eval)", "new Function", "Function('p', 'q', ", "(async () => {}).constructor"]);
        if self.out.ends_with(", ") {
            self.put(&format!("{inner:?})"));
        } else {
            self.put(&format!("({inner:?})"));
        }
    }

    pub(super) fn typed_array(&mut self) {
        self.pick(&[
            "new Uint8Array",
            "new Float64Array",
            "new BigInt64Array",
            "new DataView",
            "new Int16Array",
            "new Uint8ClampedArray",
        ]);
        let (bytes, most) = (self.random.below(300) * 8, 4_096);
        self.put(&format!("(new ArrayBuffer({bytes}, {{ maxByteLength: {most} }})"));
        if self.random.one_in(2) {
            let offset = self.random.below(40) * 8;
            self.put(&format!(", {offset}"));
        }
        self.put(")");
        if self.random.one_in(2) {
            self.put(".");
            self.pick(&[
                "fill",
                "set",
                "subarray",
                "sort",
                "with",
                "copyWithin",
                "map",
                "indexOf",
                "toReversed",
                "join",
            ]);
            self.arguments();
        }
    }

    pub(super) fn large(&mut self) {
        let (size, inner) = ([10, 1_000, 60_000, 3_000_000][self.random.below(4)], self.random.below(8));
        let text = match inner {
            0 => format!("'ab'.repeat({size})"),
            1 => format!("new Array({size}).fill(c)"),
            2 => format!("Array.from({{ length: {size} }}, (_, i) => i)"),
            3 => format!("(2n ** {size}n)"),
            4 => format!("'['.repeat({size})"),
            5 => format!("JSON.parse('['.repeat({0}) + ']'.repeat({0}))", size.min(60_000)),
            6 => format!("eval('(' + '+'.repeat({}) + '1)')", size.min(60_000)),
            _ => format!("Object.fromEntries(Array.from({{ length: {} }}, (_, i) => ['k' + i, i]))", size.min(60_000)),
        };
        self.put(&text);
    }
}
