//! Guest source under tight limits: programs of a grammar, tens of milliseconds, a few megabytes.

use super::{Tally, Target, Tell, mutated};
use crate::grammar;
use crate::random::Random;
use crate::rig::{Event, Rig};
use isolated_runtime_engine::limits::Limits;
use isolated_runtime_engine::request::{HostFunction, ResultForm};

const MIB: u64 = 1 << 20;

pub(super) struct Guests {
    rig: Rig,
    tally: Tally,
}

impl Guests {
    pub(super) fn new() -> Self {
        Self { rig: Rig::new(8 * MIB, MIB), tally: Tally::default() }
    }
}

impl Target for Guests {
    fn attempt(&mut self, random: &mut Random, tell: Tell<'_>) -> Result<(), String> {
        let mut source = grammar::program(random);
        if random.one_in(6) {
            source = mutated(random, &source);
        }
        let file = if random.one_in(8) { "guest.mjs" } else { "guest.js" };
        if file.ends_with(".mjs") {
            source = source.replace("exports.main =", "export const main =");
        }
        let mut request = self.rig.request(file, "main", 10 + random.below(40) as u64);
        request.result = if random.one_in(2) { ResultForm::Structured } else { ResultForm::Json };
        request.host_functions =
            vec![HostFunction { path: vec!["host".to_owned(), "echo".to_owned()], is_free: false }];
        request.limits = Limits {
            memory: MIB + random.below(7 * MIB as usize) as u64,
            stack: (64 << 10) + random.below(960 << 10) as u64,
            cpu: random.one_in(10).then_some(10),
            timers: 50,
            result_bytes: 256 << 10,
            ..Limits::default()
        };
        let limits = request.limits;
        tell(&format!(
            "// {file}: {} ms, {} bytes, stack {}, {:?}\n{source}\n",
            request.timeout, limits.memory, limits.stack, request.result
        ));
        self.rig.write(file, &source);
        let ended = self.rig.run(request, "J[[3,1,2],\"text\"]".to_owned(), String::new(), |pool, run, event| {
            if let Event::Call(call) = event {
                pool.answer_call(run, call.id, Ok(call.args));
            }
        })?;
        self.tally.count(&ended.outcome);
        self.rig.probe()
    }

    fn kept_bytes(&self) -> u64 {
        // Sources are kept, up to 64 MiB of them, and their bytecode, up to 128 MiB; small blocks take more than they hold.
        384 << 20
    }

    fn tally(&self) -> String {
        self.tally.text()
    }
}
