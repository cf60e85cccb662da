//! Attempts one after another, from a seed on, until a number of them or a time is reached, or an oracle does not hold.

use crate::random::Random;
use crate::resources::Resources;
use crate::targets::Target;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// Attempts until everything that is made once has been made.
const WARM_UP: u64 = 50;
/// How often resources are looked at.
const LOOK_EVERY: u64 = 200;
/// Growth that is gone after so long is none.
const SETTLING: Duration = Duration::from_secs(10);

/// When to stop.
#[derive(Debug, Clone, Copy)]
pub enum Until {
    /// After so many attempts.
    Attempts(u64),
    /// After so long; the seeds are the same ones whatever the machine, only how many differs.
    Elapsed(Duration),
}

/// What a session came to.
#[derive(Debug)]
pub struct Report {
    /// How many were made.
    pub attempts: u64,
    /// How long it took.
    pub took: Duration,
    /// The seed at which an oracle did not hold, what it says, and the input.
    pub failure: Option<(u64, String, String)>,
    /// What was held at the first look and at the last.
    pub resources: String,
}

/// One target under way.
pub struct Session {
    target: Box<dyn Target>,
    /// Where the seed and the input of the current attempt are written before it runs, for whoever finds the process dead.
    note: Option<PathBuf>,
}

impl Session {
    /// For a target.
    #[must_use]
    pub fn new(target: Box<dyn Target>, note: Option<PathBuf>) -> Self {
        Self { target, note }
    }

    /// Attempts with the seeds from `first` on.
    pub fn run(&mut self, first: u64, until: Until) -> Report {
        let began = Instant::now();
        let (mut attempts, mut failure, mut earlier, mut latest) = (0, None, None, None);
        while failure.is_none() && !is_over(until, attempts, began) {
            let seed = first.wrapping_add(attempts);
            failure = self.attempt(seed).err().map(|(problem, input)| (seed, problem, input));
            attempts += 1;
            if failure.is_none() && attempts >= WARM_UP && (attempts - WARM_UP).is_multiple_of(LOOK_EVERY) {
                latest = Resources::now();
                earlier = earlier.or(latest);
                let mut grown = self.growth(earlier, latest);
                // A thread whose guest overran its time-out is replaced, and ends a little later.
                let looked = Instant::now();
                while grown.is_some() && looked.elapsed() < SETTLING {
                    std::thread::sleep(Duration::from_millis(100));
                    latest = Resources::now();
                    grown = self.growth(earlier, latest);
                }
                failure = grown.map(|problem| (seed, problem, String::new()));
            }
        }
        let resources = earlier.zip(latest).map_or_else(String::new, |(then, now)| {
            let mib = |bytes: u64| bytes >> 20;
            format!(
                "resident {} -> {} MiB, descriptors {} -> {}, threads {} -> {}",
                mib(then.resident_bytes),
                mib(now.resident_bytes),
                then.descriptors,
                now.descriptors,
                then.threads,
                now.threads,
            )
        });
        Report { attempts, took: began.elapsed(), failure, resources }
    }

    fn growth(&self, earlier: Option<Resources>, latest: Option<Resources>) -> Option<String> {
        latest?.growth_since(earlier?, self.target.kept_bytes())
    }

    fn attempt(&mut self, seed: u64) -> Result<(), (String, String)> {
        let mut input = String::new();
        let note = self.note.clone();
        let answer = self.target.attempt(&mut Random::from_seed(seed), &mut |text| {
            input.push_str(text);
            if let Some(note) = &note {
                write_note(note, &format!("{seed}\n{input}"));
            }
        });
        answer.map_err(|problem| (problem, input))
    }

    /// What the target has seen, in a few words.
    #[must_use]
    pub fn tally(&self) -> String {
        self.target.tally()
    }
}

#[expect(clippy::disallowed_methods, reason = "a note for whoever started this process")]
fn write_note(path: &std::path::Path, text: &str) {
    std::fs::write(path, text).expect("the note can be written");
}

fn is_over(until: Until, attempts: u64, began: Instant) -> bool {
    match until {
        Until::Attempts(most) => attempts >= most,
        Until::Elapsed(most) => began.elapsed() >= most,
    }
}
