//! Values on their way in and back out: valid graph texts, damaged ones, JSON, and garbage.

use super::{Tally, Target, Tell, mutated};
use crate::random::Random;
use crate::rig::Rig;
use isolated_runtime_engine::host::Outcome;
use isolated_runtime_engine::limits::Limits;
use isolated_runtime_engine::request::ResultForm;

const TIMEOUT: u64 = 2_000;

/// What guests do with what they get.
const GUEST: &str = "
const touch = (value) => {
  const found = [];
  for (const look of [
    (x) => JSON.stringify(x), (x) => String(x), (x) => structuredClone(x), (x) => [...x], (x) => Object.getOwnPropertyDescriptors(x),
    (x) => x.sort && x.sort(), (x) => x.fill && x.fill(7), (x) => x.exec && x.exec('abc'), (x) => x.toISOString && x.toISOString(),
    (x) => require('util').inspect(x), (x) => Object.assign({}, x), (x) => x.buffer && x.buffer.transfer(8), (x) => x.stack, (x) => x.clear && x.clear(),
  ]) {
    try { found.push(typeof look(value)); } catch (error) { found.push(error.name); }
  }
  return found;
};
exports.echo = (...args) => args;
exports.touch = (...args) => [args.map(touch), args];
exports.throws = (value) => { throw value; };
exports.rejects = async (...args) => { throw Object.assign(new TypeError('no', { cause: args }), args); };
exports.logs = (...args) => { console.log(...args); console.error({ args }); return args.length; };
exports.context = () => [Object.keys(__globals__.__context__), __globals__.__context__];
";

pub(super) struct Values {
    rig: Rig,
    tally: Tally,
}

impl Values {
    pub(super) fn new() -> Self {
        let mut rig = Rig::new(8 << 20, 1 << 20);
        rig.write("values.js", GUEST);
        Self { rig, tally: Tally::default() }
    }

    fn run(&mut self, function: &str, form: ResultForm, args: String, context: String) -> Result<Outcome, String> {
        let mut request = self.rig.request("values.js", function, TIMEOUT);
        request.result = form;
        // What checks the results takes a hundred times their size.
        request.limits = Limits { memory: 8 << 20, stack: 512 << 10, result_bytes: 512 << 10, ..Limits::default() };
        let ended = self.rig.run(request, args, context, |_, _, _| {})?;
        self.tally.count(&ended.outcome);
        Ok(ended.outcome)
    }

    /// What came out goes in again, and comes out as it was.
    fn comes_back(&mut self, args: String) -> Result<(), String> {
        let Outcome::Done(once) = self.run("echo", ResultForm::Structured, args, String::new())? else {
            return Err("a valid graph was refused".to_owned());
        };
        match self.run("echo", ResultForm::Structured, once.clone(), String::new())? {
            Outcome::Done(twice) if twice == once => Ok(()),
            other => Err(format!("{once} came back as {other:?}")),
        }
    }
}

impl Target for Values {
    fn attempt(&mut self, random: &mut Random, tell: Tell<'_>) -> Result<(), String> {
        let graph = graph(random);
        if random.one_in(3) {
            tell(&format!("args (valid): {graph}\n"));
            self.comes_back(graph)?;
            return self.rig.probe();
        }
        let args = text(random, graph);
        let context = if random.one_in(3) { text(random, String::new()) } else { String::new() };
        let function = random.pick(&["echo", "touch", "throws", "rejects", "logs", "context", "absent"]);
        let form = if random.one_in(2) { ResultForm::Structured } else { ResultForm::Json };
        tell(&format!("function: {function}\nform: {form:?}\nargs: {args}\ncontext: {context}\n"));
        self.run(function, form, args, context)?;
        self.rig.probe()
    }

    fn kept_bytes(&self) -> u64 {
        64 << 20
    }

    fn tally(&self) -> String {
        self.tally.text()
    }
}

/// Any text at all, or a damaged version of a valid one.
pub(super) fn text(random: &mut Random, valid: String) -> String {
    let valid = match random.below(4) {
        0 => format!("J{}", json(random, 4)),
        _ if valid.is_empty() => self::graph(random),
        _ => valid,
    };
    match random.below(8) {
        0 => valid,
        1 => mutated(random, ""),
        2 => format!("S{}", json(random, 3)),
        _ => mutated(random, &valid),
    }
}

fn string(random: &mut Random) -> String {
    const TEXTS: [&str; 20] = [
        "",
        "a",
        "length",
        "__proto__",
        "constructor",
        "toJSON",
        "then",
        "0",
        "1",
        "4294967295",
        "é",
        "𝒳",
        "\\ud800",
        "\\udc00x",
        "\\u0000",
        "\\n\\t\\\"",
        "message",
        "stack",
        "cause",
        "name",
    ];
    if random.one_in(6) {
        return format!("\"{}\"", random.pick(&["ab", "é", "\\ud800"]).repeat(random.below(1_000)));
    }
    format!("\"{}\"", random.pick(&TEXTS))
}

fn scalar(random: &mut Random) -> String {
    const NUMBERS: [&str; 12] = [
        "0",
        "1",
        "-1",
        "0.5",
        "1e21",
        "5e-324",
        "1.7976931348623157e308",
        "4294967295",
        "9007199254740993",
        "-2147483648",
        "1e-7",
        "12e3",
    ];
    match random.below(5) {
        0 => random.pick(&["null", "true", "false"]).to_owned(),
        1 | 2 => random.pick(&NUMBERS).to_owned(),
        _ => string(random),
    }
}

fn json(random: &mut Random, depth: usize) -> String {
    let most = if random.one_in(20) { 400 } else { 5 };
    match random.below(if depth == 0 { 1 } else { 3 }) {
        1 => {
            let parts: Vec<String> = (0..random.below(most)).map(|_| json(random, depth - 1)).collect();
            format!("[{}]", parts.join(","))
        }
        2 => {
            let parts: Vec<String> =
                (0..random.below(most)).map(|_| format!("{}:{}", string(random), json(random, depth - 1))).collect();
            format!("{{{}}}", parts.join(","))
        }
        _ if random.one_in(40) => format!("{}{}", "[".repeat(3_000), "]".repeat(3_000)),
        _ => scalar(random),
    }
}

/// A valid graph, by the grammar of lib/README.md: an array whose parts are anything that can cross.
fn graph(random: &mut Random) -> String {
    let count = 1 + random.below(8);
    let mut nodes = vec![r#"["x",[1]]"#.to_owned()];
    // Buffers come last, so that views know where they are.
    let buffers = random.below(3);
    let all = count + buffers;
    for index in 1..=count {
        let node = if index == 1 { list(random, all, "a") } else { node(random, all, count) };
        nodes.push(node);
    }
    for _ in 0..buffers {
        // 24 bytes.
        nodes.push(r#"["y","AAECAwQFBgcICQoLDA0ODxAREhMUFRYX"]"#.to_owned());
    }
    format!("S[{}]", nodes.join(","))
}

fn slot(random: &mut Random, nodes: usize) -> String {
    match random.below(4) {
        0 => format!("[{}]", 1 + random.below(nodes)),
        1 => random
            .pick(&[
                r#"["u"]"#,
                r#"["n"]"#,
                r#"["+"]"#,
                r#"["-"]"#,
                r#"["0"]"#,
                r#"["b","-123456789012345678901234567890"]"#,
            ])
            .to_owned(),
        _ => scalar(random),
    }
}

fn list(random: &mut Random, nodes: usize, tag: &str) -> String {
    let mut text = format!("[\"{tag}\"");
    for _ in 0..random.below(6) {
        text.push(',');
        text.push_str(&slot(random, nodes));
    }
    text.push(']');
    text
}

/// `,key,slot` for keys that are all different.
fn entries(random: &mut Random, nodes: usize) -> String {
    const KEYS: [&str; 10] =
        ["a", "b", "length2", "__proto__", "constructor", "toString", "é", "x y", "then", "valueOf"];
    let from = random.below(KEYS.len());
    (0..random.below(4)).map(|at| format!(",\"{}\",{}", KEYS[(from + at) % KEYS.len()], slot(random, nodes))).collect()
}

fn node(random: &mut Random, nodes: usize, first_buffer: usize) -> String {
    const VIEWS: [(&str, usize); 12] = [
        ("Int8Array", 1),
        ("Uint8Array", 1),
        ("Uint8ClampedArray", 1),
        ("Int16Array", 2),
        ("Uint16Array", 2),
        ("Int32Array", 4),
        ("Uint32Array", 4),
        ("Float32Array", 4),
        ("Float64Array", 8),
        ("BigInt64Array", 8),
        ("DataView", 1),
        ("Buffer", 1),
    ];
    match random.below(9) {
        0 => list(random, nodes, "a"),
        1 => format!("[\"o\"{}]", entries(random, nodes)),
        2 => format!("[\"s\",{}{}]", random.below(1_000), entries(random, nodes)),
        3 => random.pick(&[r#"["d",0]"#, r#"["d",null]"#, r#"["d",8640000000000000]"#, r#"["d",-1.5]"#]).to_owned(),
        4 => random.pick(&[r#"["r","(a)|\\d+","gi"]"#, r#"["r","(?:)",""]"#, r#"["r","[é-ü]","u"]"#]).to_owned(),
        5 => {
            let pairs: String =
                (0..random.below(4)).map(|_| format!(",{},{}", slot(random, nodes), slot(random, nodes))).collect();
            format!("[\"m\"{pairs}]")
        }
        6 => list(random, nodes, "t"),
        7 => random.pick(&[r#"["w",1]"#, r#"["w","text"]"#, r#"["w",true]"#, r#"["w",["b","7"]]"#]).to_owned(),
        _ if nodes > first_buffer => {
            let (name, bytes) = VIEWS[random.below(VIEWS.len())];
            let offset = random.below(2) * 8;
            let length = random.below((24 - offset) / bytes + 1);
            let buffer = first_buffer + 1 + random.below(nodes - first_buffer);
            format!("[\"v\",\"{name}\",[{buffer}],{offset},{length}]")
        }
        _ => {
            let class = random.pick(&["Error", "TypeError", "RangeError", "AggregateError"]);
            format!("[\"e\",\"{class}\",{},[\"h\"],{}]", string(random), slot(random, nodes))
        }
    }
}
