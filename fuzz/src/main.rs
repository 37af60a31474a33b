//! Runs targets with a seeded mutator: `cargo xtask fuzz`.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use oci_genai_fuzz::{TARGETS, Target, runner};

#[derive(Debug, Parser)]
#[command(name = "cargo xtask fuzz")]
struct Arguments {
    /// Duration of each target's run, in seconds.
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    /// Seed of the mutator.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Run only this input.
    #[arg(long)]
    input: Option<PathBuf>,
    /// Folder for failing inputs.
    #[arg(long, default_value = "target/fuzz-inputs")]
    folder: PathBuf,
    /// Targets to run; all, if none is named.
    targets: Vec<String>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match fuzz(&arguments) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(problem) => {
            say(&format!("error: {problem}"));
            ExitCode::from(2)
        }
    }
}

/// Returns true if no target failed.
fn fuzz(arguments: &Arguments) -> Result<bool, String> {
    let mut holds = true;
    for target in chosen(&arguments.targets)? {
        let report = match &arguments.input {
            Some(path) => {
                let input = std::fs::read(path)
                    .map_err(|error| format!("could not read {}: {error}", path.display()))?;
                let outcome = runner::attempt(target, &input);
                say(&format!("{}: {outcome:?}", target.name));
                holds &= outcome.is_ok();
                continue;
            }
            None => runner::run(
                target,
                arguments.seed,
                Duration::from_secs(arguments.seconds),
            ),
        };
        say(&format!(
            "{}: {} inputs from seed {}, {} outcomes, longest {} ms",
            target.name,
            report.inputs,
            arguments.seed,
            report.outcomes,
            report.longest.as_millis(),
        ));
        if let Some((input, said)) = report.failure {
            holds = false;
            let path = arguments.folder.join(format!(
                "{}-{}-{}",
                target.name, arguments.seed, report.inputs
            ));
            std::fs::create_dir_all(&arguments.folder)
                .and_then(|()| std::fs::write(&path, input))
                .map_err(|error| format!("could not write {}: {error}", path.display()))?;
            say(&format!("FAILED with {}: {said}", path.display()));
        }
    }
    Ok(holds)
}

fn chosen(names: &[String]) -> Result<Vec<&'static Target>, String> {
    if names.is_empty() {
        return Ok(TARGETS.iter().collect());
    }
    let known = || {
        TARGETS
            .iter()
            .map(|target| target.name)
            .collect::<Vec<_>>()
            .join(", ")
    };
    let find = |name: &String| {
        let found = TARGETS.iter().find(|target| target.name == name);
        found.ok_or_else(|| format!("unknown target {name}; available targets: {}", known()))
    };
    names.iter().map(find).collect()
}

#[allow(clippy::print_stdout, reason = "a program's answer")]
fn say(text: &str) {
    println!("{text}");
}
