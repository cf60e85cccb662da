//! The command line: `fuzz TARGET [--seed N] [--attempts K | --seconds S] [--note FILE]`, or `corpora FILE`.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command line")]
#![expect(clippy::disallowed_methods, reason = "reads what a script has laid out")]

use isolated_runtime_fuzz::{Session, Until, run_corpora, targets};
use std::process::ExitCode;
use std::time::Duration;

struct Options {
    target: String,
    seed: u64,
    until: Until,
    note: Option<std::path::PathBuf>,
}

fn main() -> ExitCode {
    let given: Vec<String> = std::env::args().skip(1).collect();
    if given.first().is_some_and(|word| word == "corpora") {
        return corpora(given.get(1).map_or("", String::as_str));
    }
    match options(&given) {
        Ok(options) => fuzz(options),
        Err(problem) => {
            eprintln!("{problem}; targets are {}", targets::NAMES.join(", "));
            ExitCode::from(2)
        }
    }
}

fn options(given: &[String]) -> Result<Options, String> {
    let mut options = Options { target: String::new(), seed: 1, until: Until::Attempts(1), note: None };
    let mut words = given.iter();
    while let Some(word) = words.next() {
        if !word.starts_with("--") {
            options.target.clone_from(word);
            continue;
        }
        let value = words.next().ok_or_else(|| format!("{word} wants a value"))?;
        let number = || value.parse::<u64>().map_err(|error| format!("{word} {value}: {error}"));
        match word.as_str() {
            "--seed" => options.seed = number()?,
            "--attempts" => options.until = Until::Attempts(number()?),
            "--seconds" => options.until = Until::Elapsed(Duration::from_secs(number()?)),
            "--note" => options.note = Some(value.into()),
            _ => return Err(format!("unknown option {word}")),
        }
    }
    Ok(options)
}

fn fuzz(options: Options) -> ExitCode {
    let Some(target) = targets::by_name(&options.target) else {
        eprintln!("there is no target {:?}; targets are {}", options.target, targets::NAMES.join(", "));
        return ExitCode::from(2);
    };
    let mut session = Session::new(target, options.note);
    let report = session.run(options.seed, options.until);
    let seconds = report.took.as_secs_f64();
    println!(
        "{}: {} attempts from seed {} in {seconds:.1} s; {}; {}",
        options.target,
        report.attempts,
        options.seed,
        session.tally(),
        report.resources,
    );
    match report.failure {
        Some((seed, problem, input)) => {
            println!("FAILED {} at seed {seed}: {problem}\n{input}", options.target);
            ExitCode::FAILURE
        }
        None => ExitCode::SUCCESS,
    }
}

fn corpora(path: &str) -> ExitCode {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    // The last name on the screen is that of the case that ended the process, if one does.
    match run_corpora(&text, |name| eprintln!("{name}")) {
        Ok((count, problems)) => {
            for problem in &problems {
                println!("FAILED {problem}");
            }
            println!("corpora: {} passed, {} failed", count - problems.len(), problems.len());
            if problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(problem) => {
            eprintln!("{path}: {problem}");
            ExitCode::from(2)
        }
    }
}
