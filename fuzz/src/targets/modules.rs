//! Specifiers, file names, manifests and links. Nothing outside the allowed folders may ever be read: a secret lies there.

use super::{Tally, Target, Tell, mutated};
use crate::random::Random;
use crate::rig::{Event, Rig};
use isolated_runtime_engine::host::Outcome;
use isolated_runtime_engine::limits::Limits;
use isolated_runtime_engine::request::HookPlace;
use std::path::PathBuf;

const SECRET: &str = "CANARY-7c1f";
const LINKS: u32 = 4;

/// Tries each specifier in every way there is, and answers all that it learned.
const GUEST: &str = "
const learned = [];
const note = (value) => { try { learned.push(typeof value === 'function' ? String(value) : JSON.stringify(value)); } catch (error) { learned.push(String(error)); } };
exports.main = async (specifiers) => {
  for (const specifier of specifiers) {
    try { note(require(specifier)); } catch (error) { note([error.message, error.code, error.stack]); }
    try { note(require.resolve(specifier)); } catch (error) { note(error.message); }
    try { note(await import(specifier)); } catch (error) { note([error.message, error.stack]); }
    try { note(module.constructor.createRequire(specifier)('./secret')); } catch (error) { note(error.message); }
  }
  return learned.join('\\n');
};
";

pub(super) struct Modules {
    rig: Rig,
    tally: Tally,
    /// What lies in the current application.
    text: String,
}

impl Modules {
    pub(super) fn new() -> Self {
        let mut rig = Rig::new(8 << 20, 1 << 20);
        for (name, text) in [
            ("outside/secret.js", format!("module.exports = '{SECRET}'; // {SECRET}")),
            ("outside/secret.json", format!("\"{SECRET}\"")),
            ("outside/secret.mjs", format!("export default '{SECRET}'")),
            ("outside/index.js", format!("module.exports = '{SECRET}'")),
            (
                "outside/package.json",
                format!("{{\"name\":\"{SECRET}\",\"main\":\"./secret.js\",\"exports\":\"./secret.js\"}}"),
            ),
            ("node_modules/above/index.js", format!("module.exports = '{SECRET}'")),
            ("secret.js", format!("module.exports = '{SECRET}'")),
        ] {
            rig.write(name, &text);
        }
        Self { rig, tally: Tally::default(), text: String::new() }
    }

    fn root(&self) -> PathBuf {
        self.rig.root().join("app")
    }

    /// An application with random files, manifests and links.
    fn build(&mut self, random: &mut Random) {
        let root = self.root();
        if root.exists() {
            std::fs::remove_dir_all(&root).expect("an old application can be removed");
        }
        let name = "app";
        self.text = String::new();
        self.write(&format!("{name}/main.js"), GUEST);
        self.write(&format!("{name}/good.js"), "module.exports = 'good'");
        for _ in 0..3 + random.below(6) {
            let file = format!("{name}/{}", file_name(random));
            let text =
                if file.ends_with(".json") { manifest(random) } else { "module.exports = module.filename".to_owned() };
            self.write(&file, &text);
        }
        for package in ["pkg", "@s/pkg"] {
            let text = manifest(random);
            self.write(&format!("{name}/node_modules/{package}/package.json"), &text);
            self.write(&format!("{name}/node_modules/{package}/index.js"), "module.exports = 'package'");
        }
        let text = manifest(random);
        self.write(&format!("{name}/package.json"), &text);
        for at in 0..LINKS {
            let target = random.pick(&[
                "../outside",
                "../outside/secret.js",
                "../outside/secret.json",
                "..",
                "good.js",
                ".",
                "link0",
                "/etc",
                "node_modules/pkg",
            ]);
            let place = random.pick(&["", "node_modules/", "node_modules/pkg/", "node_modules/@s/"]);
            self.link(&root.join(format!("{place}link{at}")), target, place);
        }
    }

    /// A name that the system refuses, or that is taken, makes no file.
    #[expect(clippy::disallowed_methods, reason = "what is fuzzed is what lies on disk")]
    fn write(&mut self, name: &str, text: &str) {
        let path = self.rig.root().join(name);
        let is_written = path.parent().is_some_and(|folder| std::fs::create_dir_all(folder).is_ok())
            && std::fs::write(&path, text).is_ok();
        if is_written {
            self.text.push_str(&format!("{name}: {text}\n"));
        }
    }

    #[cfg(unix)]
    fn link(&mut self, path: &std::path::Path, target: &str, place: &str) {
        let target = format!("{}{target}", "../".repeat(place.matches('/').count()));
        if std::os::unix::fs::symlink(&target, path).is_ok() {
            self.text.push_str(&format!("{} -> {target}\n", path.display()));
        }
    }

    #[cfg(not(unix))]
    fn link(&mut self, _path: &std::path::Path, _target: &str, _place: &str) {}
}

impl Target for Modules {
    fn attempt(&mut self, random: &mut Random, tell: Tell<'_>) -> Result<(), String> {
        self.build(random);
        let root = self.root();
        let shown = root.to_string_lossy().into_owned();
        let specifiers: Vec<String> = (0..1 + random.below(6)).map(|_| specifier(random, &shown)).collect();
        let mut request = self.rig.request("main.js", "main", 2_000);
        request.root.clone_from(&shown);
        request.limits = Limits { memory: 8 << 20, ..Limits::default() };
        request.file = if random.one_in(10) { specifier(random, &shown) } else { "main.js".to_owned() };
        if random.one_in(2) {
            request.external = vec![random.pick(&["*", "pkg", "@s/*", "pkg*", "link0", ""]).to_owned()];
        }
        if random.one_in(4) {
            request.whitelisted_paths =
                vec![format!("{shown}/{}", random.pick(&["node_modules", "link1", "", ".", "absent"]))];
        }
        if random.one_in(4) {
            request.hooks.resolver = Some(HookPlace::Host);
        }
        tell(&format!(
            "{}file: {:?}\nexternal: {:?}\nallowed: {:?}\nspecifiers: {specifiers:?}\n",
            self.text, request.file, request.external, request.whitelisted_paths
        ));
        let allows_outside = request.whitelisted_paths.iter().any(|path| path.ends_with("link1"));
        let args = format!("J{}", serde_json::json!([specifiers]));
        let mut answers = random.clone();
        let ended = self.rig.run(request, args, String::new(), |pool, _, event| {
            if let Event::AskHost(question) = event {
                let path = specifier(&mut answers, &shown);
                let answer = if answers.one_in(2) { serde_json::json!(path).to_string() } else { path };
                pool.hooks().answer(question.id, if answers.one_in(5) { Err(answer) } else { Ok(answer) });
            }
        })?;
        self.tally.count(&ended.outcome);
        let seen = match &ended.outcome {
            Outcome::Done(text) => text.clone(),
            Outcome::Failed(failure) => format!("{failure:?}"),
        };
        // Whoever allows a folder by the name of a link allows what it leads to.
        if !allows_outside && (seen.contains(SECRET) || ended.console.iter().any(|line| line.contains(SECRET))) {
            return Err(format!("the secret was read: {seen}"));
        }
        self.rig.probe()
    }

    fn kept_bytes(&self) -> u64 {
        32 << 20
    }

    fn tally(&self) -> String {
        self.tally.text()
    }
}

fn part(random: &mut Random) -> &'static str {
    random.pick(&[
        "..",
        ".",
        "",
        "outside",
        "secret",
        "secret.js",
        "secret.json",
        "secret.mjs",
        "link0",
        "link1",
        "link2",
        "link3",
        "good",
        "good.js",
        "node_modules",
        "pkg",
        "@s",
        "index",
        "package.json",
        "above",
        "main",
        "%2e%2e",
        "..%2f",
        "\\..",
        "é",
        "e\u{301}",
        "\u{0}",
        " ",
        "a*b",
        "con",
        "SECRET.JS",
        "proc",
        "self",
        "cwd",
        "etc",
        "passwd",
        "app",
        "?x",
        "#y",
        "{",
    ])
}

fn path(random: &mut Random) -> String {
    let parts: Vec<&str> = (0..1 + random.below(7)).map(|_| part(random)).collect();
    parts.join(random.pick(&["/", "/", "/", "//", "\\", "/./"]))
}

fn specifier(random: &mut Random, root: &str) -> String {
    let path = path(random);
    let whole = match random.below(12) {
        0 => format!("./{path}"),
        1 => format!("../{path}"),
        2 => format!("{root}/{path}"),
        3 => format!("/{path}"),
        4 => format!("file://{root}/{path}"),
        5 => format!("file:{path}"),
        6 => format!("pkg/{path}"),
        7 => format!("@s/pkg/{path}"),
        8 => format!("#{path}"),
        9 => format!("node:{path}"),
        10 => format!("{root}/../outside/{path}"),
        _ => path,
    };
    if random.one_in(5) { mutated(random, &whole) } else { whole }
}

fn file_name(random: &mut Random) -> String {
    let place = random.pick(&[
        "",
        "sub/",
        "node_modules/",
        "node_modules/pkg/",
        "node_modules/@s/pkg/",
        "sub/node_modules/pkg/",
    ]);
    let name = path(random).replace("..", "dots").replace('\0', "nul");
    format!("{place}{name}{}", random.pick(&["", ".js", ".json", ".mjs", ".cjs", "/package.json", "/index.js"]))
}

/// Where maps lead: mostly out.
fn target(random: &mut Random, depth: usize) -> serde_json::Value {
    match random.below(if depth == 0 { 6 } else { 9 }) {
        0 => serde_json::json!(format!("./{}", path(random))),
        1 => serde_json::json!(format!(
            "../../../outside/{}",
            random.pick(&["secret.js", "secret.json", "index.js", "*"])
        )),
        2 => serde_json::json!(format!("./link{}/secret.js", random.below(4))),
        3 => serde_json::json!(path(random)),
        4 => serde_json::json!("./index.js"),
        5 => serde_json::Value::Null,
        6 => serde_json::json!([target(random, depth - 1), target(random, depth - 1)]),
        7 => serde_json::json!({ "node": target(random, depth - 1), "default": target(random, depth - 1) }),
        _ => serde_json::json!({ "require": target(random, depth - 1), "import": target(random, depth - 1) }),
    }
}

fn manifest(random: &mut Random) -> String {
    let mut map = serde_json::Map::new();
    for key in ["main", "exports", "imports", "type", "browser", "module", "name"] {
        if !random.one_in(3) {
            continue;
        }
        let value = match key {
            "type" => serde_json::json!(random.pick(&["module", "commonjs", "x"])),
            "exports" if random.one_in(2) => {
                serde_json::json!({ ".": target(random, 2), "./*": target(random, 1), "./a/": target(random, 1), "./package.json": target(random, 0) })
            }
            "imports" => {
                serde_json::json!({ "#a": target(random, 2), "#*": target(random, 1), "#outside/*": "../../outside/*" })
            }
            _ => target(random, 2),
        };
        map.insert(key.to_owned(), value);
    }
    let text = serde_json::Value::Object(map).to_string();
    if random.one_in(8) { mutated(random, &text) } else { text }
}
