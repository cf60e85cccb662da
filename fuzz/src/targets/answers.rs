//! What the host answers: results and errors of host functions, and of hooks. In order, late, twice, for nobody, and broken.

use super::values::text;
use super::{Tally, Target, Tell, mutated};
use crate::random::Random;
use crate::rig::{Event, Rig};
use isolated_runtime_engine::host::RunId;
use isolated_runtime_engine::limits::Limits;
use isolated_runtime_engine::pool::Pool;
use isolated_runtime_engine::request::{HookPlace, HostFunction, ResultForm};

const GUEST: &str = "
const look = (value) => { try { return JSON.stringify(value) ?? typeof value; } catch (error) { return error.name; } };
exports.main = async (count) => {
  const calls = [];
  for (let at = 0; at < count; at++) calls.push(db.get(at, new Map([[at, [at]]])), db.deep.er(), free(at));
  const first = await Promise.race(calls).catch(look);
  const all = await Promise.allSettled(calls);
  return [look(first), all.map((one) => one.value ?? one.reason)];
};
exports.abandons = async () => { db.get(1); await free(2); return 'done'; };
exports.hooked = (value) => {
  let caught;
  Error.prepareStackTrace = () => { try { caught = require('elsewhere'); } catch (error) { caught = error.code; } return 'x'; };
  db.get().catch((error) => { caught = error.stack; });
  try { return [require('absent'), value]; } catch (error) { return [error.message, error.stack, caught, value]; }
};
exports.thenable = async () => Object.defineProperty({}, 'then', { get() { return db.get; } });
exports.loop = async () => { for (;;) await db.get().catch(() => free()); };
";

pub(super) struct Answers {
    rig: Rig,
    tally: Tally,
    generation: u32,
    /// Requests of former runs, which nobody waits for any more.
    stale: Vec<u32>,
}

impl Answers {
    pub(super) fn new() -> Self {
        let mut rig = Rig::new(8 << 20, 1 << 20);
        rig.write("answers.js", GUEST);
        rig.write("typed.ts", "exports.main = (x: number): number => x;");
        Self { rig, tally: Tally::default(), generation: 0, stale: Vec::new() }
    }
}

impl Target for Answers {
    fn attempt(&mut self, random: &mut Random, tell: Tell<'_>) -> Result<(), String> {
        let function = random.pick(&["main", "main", "abandons", "hooked", "thenable", "loop"]);
        let file = if random.one_in(8) { "typed.ts" } else { "answers.js" };
        let mut request = self.rig.request(file, function, 60);
        request.limits = Limits { memory: 8 << 20, host_calls: 60, result_bytes: 512 << 10, ..Limits::default() };
        request.result = if random.one_in(2) { ResultForm::Structured } else { ResultForm::Json };
        request.host_functions = [(vec!["db", "get"], false), (vec!["db", "deep", "er"], false), (vec!["free"], true)]
            .into_iter()
            .map(|(path, is_free)| HostFunction { path: path.into_iter().map(str::to_owned).collect(), is_free })
            .collect();
        let mut place = || match random.below(6) {
            0 => Some(HookPlace::Thread),
            1 => Some(HookPlace::Host),
            _ => None,
        };
        (request.hooks.resolver, request.hooks.compiler, request.hooks.arguments) = (place(), place(), place());
        request.hooks.compiler_id = random.below(1 << 30).to_string();
        request.hooks.running = random.one_in(4);
        tell(&format!("{file} {function} {:?} {:?}\n", request.result, request.hooks));
        let mut answering = Answering {
            random,
            tell,
            generation: &mut self.generation,
            stale: &mut self.stale,
            source: if file == "typed.ts" { "exports.main = (x) => x" } else { GUEST },
        };
        let ended = self
            .rig
            .run(request, "J[3]".to_owned(), String::new(), |pool, run, event| answering.answer(pool, run, event))?;
        self.tally.count(&ended.outcome);
        self.rig.probe()
    }

    fn kept_bytes(&self) -> u64 {
        // Sources are kept, up to 64 MiB, what compilers made of them, up to 64 MiB, and bytecode, up to 128 MiB.
        288 << 20
    }

    fn tally(&self) -> String {
        self.tally.text()
    }
}

struct Answering<'a, 'b> {
    random: &'a mut Random,
    tell: Tell<'b>,
    generation: &'a mut u32,
    stale: &'a mut Vec<u32>,
    source: &'static str,
}

impl Answering<'_, '_> {
    fn answer(&mut self, pool: &Pool, run: RunId, event: Event) {
        match event {
            Event::Call(call) => self.answer_call(pool, run, call.id),
            Event::AskHost(request) => {
                let answer = self.hook_answer(request.kind);
                self.answer_hook(pool, request.id, answer);
            }
            Event::AskHookThread(generation, request) => {
                let answer = self.hook_answer(request.kind);
                if self.random.one_in(6) {
                    *self.generation += 1;
                    pool.hooks().attach(*self.generation);
                }
                if !self.random.one_in(8) {
                    pool.hooks().answer_from_thread(generation, request.id, answer);
                }
                self.stale.push(request.id);
            }
            Event::HookThreadWanted | Event::HookThreadHangs => {
                if self.random.one_in(8) {
                    pool.hooks().hook_thread_failed(*self.generation, "{\"message\":");
                }
                *self.generation += 1;
                pool.hooks().attach(*self.generation);
            }
            Event::Settled(..) | Event::Console(_) => {}
        }
    }

    fn answer_call(&mut self, pool: &Pool, run: RunId, id: u32) {
        let times = [1, 1, 1, 2, 0][self.random.below(5)];
        for _ in 0..times {
            let text = self.text();
            let answer = if self.random.one_in(3) { Err(text) } else { Ok(text) };
            pool.answer_call(run, id, answer);
        }
        if self.random.one_in(4) {
            let (run, id, text) = (self.random.below(run as usize + 5), self.random.below(100), self.text());
            pool.answer_call(run as RunId, id as u32, Ok(text));
        }
        if self.random.one_in(40) {
            // Nothing is told of a run that was cancelled, so one that does not exist is.
            pool.cancel(run + 1_000_000);
        }
    }

    fn text(&mut self) -> String {
        let text = match self.random.below(6) {
            0 => "u".to_owned(),
            1 => String::new(),
            2 => {
                let report = r#"{"name":"TypeError","message":"no\ud800","code":"ERR_X"}"#;
                if self.random.one_in(2) { report.to_owned() } else { mutated(self.random, report) }
            }
            _ => text(self.random, String::new()),
        };
        (self.tell)(&format!("answer: {text}\n"));
        text
    }

    fn hook_answer(&mut self, kind: &str) -> Result<String, String> {
        let valid = match kind {
            "compile" => self.source.to_owned(),
            "strip" => format!("c{}", self.source),
            "arguments" => "J[1]".to_owned(),
            "resolve" => "\"/nowhere\"".to_owned(),
            _ => "u".to_owned(),
        };
        let text = match self.random.below(4) {
            0 => self.text(),
            1 => mutated(self.random, &valid),
            _ => valid,
        };
        (self.tell)(&format!("{kind}: {text}\n"));
        if self.random.one_in(6) { Err(text) } else { Ok(text) }
    }

    fn answer_hook(&mut self, pool: &Pool, id: u32, answer: Result<String, String>) {
        if !self.random.one_in(10) {
            pool.hooks().answer(id, answer);
        }
        if let Some(stale) = self.stale.pop() {
            pool.hooks().answer(stale, Ok("late".to_owned()));
        }
    }
}
