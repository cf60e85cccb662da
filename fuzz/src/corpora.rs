//! Runs cases of the corpora that a script has laid out: for builds that no Node can load.

use crate::rig::{Event, Rig};
use isolated_runtime_engine::request::Request;
use serde::Deserialize;

/// One run of one case, as the host would hand it in.
#[derive(Deserialize)]
struct Case {
    name: String,
    request: Request,
    args: String,
    context: String,
}

/// Each case in a pool of its own sandbox, with the probe after it; answers what did not hold, by name, and how many there were.
///
/// # Errors
/// When the text is no list of cases.
pub fn run_corpora(json: &str, mut tell: impl FnMut(&str)) -> Result<(usize, Vec<String>), String> {
    let cases: Vec<Case> = serde_json::from_str(json).map_err(|error| error.to_string())?;
    let count = cases.len();
    let mut problems = Vec::new();
    let mut rig = Rig::new(64 << 20, 4 << 20);
    for case in cases {
        tell(&case.name);
        let ended = rig.run(case.request, case.args, case.context, |pool, run, event| {
            if let Event::Call(call) = event {
                pool.answer_call(run, call.id, Ok(call.args));
            }
        });
        let answer = ended.map(|_| ()).and_then(|()| rig.probe());
        if let Err(problem) = answer {
            problems.push(format!("{}: {problem}", case.name));
        }
    }
    Ok((count, problems))
}
