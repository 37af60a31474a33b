//! `cargo xtask ci` and `cargo xtask check`: the checks of this project, with the time of each step.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::interop;

/// The options of `cargo xtask ci`.
#[derive(Debug, clap::Args)]
pub(crate) struct CiArguments {
    /// Also run what takes long: release builds and size guards, the clients of all frameworks, campaigns of
    /// 1,000 kills, feature combinations.
    #[arg(long)]
    full: bool,
}

/// One step: a title, the command, and variables for it.
struct Step {
    title: &'static str,
    /// `$PYTHON` stands for the interpreter with the test tools.
    command: &'static [&'static str],
    variables: &'static [(&'static str, &'static str)],
}

/// The variable that names the Python interpreter with the test tools, for the tests, too.
const PYTHON: &str = "OCI_GENAI_TEST_PYTHON";

const fn step(title: &'static str, command: &'static [&'static str]) -> Step {
    Step {
        title,
        command,
        variables: &[],
    }
}

const GUIDE: &str = "guide, without warnings";
const PEERS: &str = "oci-genai-tests/peers";

/// What every change has to pass. The tests come last, so that a run ends with their summary.
const STEPS: &[Step] = &[
    step("format", &["cargo", "fmt", "--all", "--check"]),
    step(
        "contract, by an independent validator",
        &[
            "$PYTHON",
            "-m",
            "openapi_spec_validator",
            "openapi/oci-genai.yaml",
        ],
    ),
    step("generated code", &["cargo", "xtask", "codegen", "--check"]),
    step(
        "lints",
        &[
            "cargo",
            "clippy",
            "--workspace",
            "--all-targets",
            "--locked",
            "--",
            "-D",
            "warnings",
        ],
    ),
    Step {
        title: "documentation",
        command: &["cargo", "doc", "--workspace", "--no-deps", "--locked"],
        variables: &[("RUSTDOCFLAGS", "-D warnings")],
    },
    // The generator of the book warns of a broken link or a missing page, and goes on.
    step(GUIDE, &["mdbook", "build", "docs"]),
    step("interop", &["cargo", "xtask", "interop"]),
    step(
        "tests",
        &[
            "cargo",
            "test",
            "--workspace",
            "--locked",
            "--features",
            PEERS,
        ],
    ),
];

/// What takes too long for every change.
const LONG_STEPS: &[Step] = &[
    step("dependencies", &["cargo", "deny", "check"]),
    step(
        "release build",
        &["cargo", "build", "--release", "--locked"],
    ),
    Step {
        title: "campaigns of 1,000 kills",
        command: &[
            "cargo",
            "test",
            "-p",
            "oci-genai-session",
            "--locked",
            "--test",
            "campaign",
        ],
        variables: &[("OCI_GENAI_CAMPAIGN_KILLS", "1000")],
    },
];

/// Runs all steps up to the first that fails. The times are shown before the last step, whose own
/// summary is to be the end.
#[allow(clippy::print_stderr, reason = "a program's progress")]
pub(crate) fn run(arguments: &CiArguments, root: &Path) -> Result<(), String> {
    let python = match std::env::var(PYTHON) {
        Ok(python) => python,
        Err(_) => interop::run(&interop::Arguments::only_prepare(), root)?.text,
    };
    let long: &[Step] = if arguments.full { LONG_STEPS } else { &[] };
    let steps: Vec<&Step> = long.iter().chain(STEPS).collect();
    let mut times = String::new();
    for (index, step) in steps.iter().enumerate() {
        if index + 1 == steps.len() {
            eprintln!("\n== time of each step\n{times}");
        }
        let program = |word: &&'static str| {
            if *word == "$PYTHON" {
                python.as_str()
            } else {
                *word
            }
        };
        let command: Vec<&str> = step.command.iter().map(program).collect();
        let variables = [step.variables, &[(PYTHON, python.as_str())]].concat();
        let took = run_command(step.title, &command, &variables, root)
            .map_err(|problem| format!("{problem}\n{times}"))?;
        record(&mut times, step.title, took);
    }
    Ok(())
}

/// Formats, lints and tests the crates with uncommitted changes, and those changed since `main` on a branch.
pub(crate) fn check(root: &Path) -> Result<String, String> {
    let changed = changed_crates(root)?;
    if changed.is_empty() {
        return Ok("no crate has changed".to_owned());
    }
    let packages: Vec<&str> = changed.iter().flat_map(|name| ["-p", name]).collect();
    let mut times = String::new();
    for (title, command, tail) in [
        ("format", &["cargo", "fmt", "--all", "--check"][..], &[][..]),
        (
            "lints",
            &["cargo", "clippy", "--all-targets"][..],
            &["--", "-D", "warnings"][..],
        ),
        ("tests", &["cargo", "test"][..], &[][..]),
    ] {
        let selected: &[&str] = if title == "format" { &[] } else { &packages };
        let command: Vec<&str> = [command, selected, tail].concat();
        let took = run_command(title, &command, &[], root)?;
        record(&mut times, title, took);
    }
    Ok(times)
}

fn record(times: &mut String, title: &str, took: Duration) {
    let _ = writeln!(times, "{title:<40} {:>5} s", took.as_secs());
}

/// Runs one command with its output shown.
#[allow(clippy::print_stderr, reason = "a program's progress")]
#[allow(
    clippy::disallowed_methods,
    reason = "the time of a step is what is asked for"
)]
fn run_command(
    title: &str,
    command: &[&str],
    variables: &[(&str, &str)],
    root: &Path,
) -> Result<Duration, String> {
    let [program, arguments @ ..] = command else {
        return Err(format!("the step {title} has no command"));
    };
    eprintln!("\n== {title}: {}", command.join(" "));
    let start = Instant::now();
    let mut process = Command::new(program);
    process
        .args(arguments)
        .envs(variables.iter().copied())
        .current_dir(root);
    let could_not_start = |error| format!("could not start {program}: {error}");
    let passed = if title == GUIDE {
        let output = process.output().map_err(could_not_start)?;
        let text = String::from_utf8_lossy(&output.stderr);
        eprintln!("{text}");
        let warns = |line: &str| line.trim_start().starts_with("WARN") || line.contains("ERROR");
        output.status.success() && !text.lines().any(warns)
    } else {
        process.status().map_err(could_not_start)?.success()
    };
    if !passed {
        return Err(format!("the step {title} failed: {}", command.join(" ")));
    }
    Ok(start.elapsed())
}

/// The packages below `crates/`, `tests/` and `xtask/` that differ from the last commit on `main`.
fn changed_crates(root: &Path) -> Result<Vec<String>, String> {
    let mut names: Vec<String> = Vec::new();
    for arguments in [
        &["diff", "--name-only", "main"][..],
        &["ls-files", "--others", "--exclude-standard"][..],
    ] {
        let listing = Command::new("git")
            .args(arguments)
            .current_dir(root)
            .output()
            .map_err(|error| format!("could not start git: {error}"))?;
        if !listing.status.success() {
            let words = String::from_utf8_lossy(&listing.stderr);
            return Err(format!(
                "git {} failed: {}",
                arguments.join(" "),
                words.trim()
            ));
        }
        let listing = String::from_utf8_lossy(&listing.stdout).into_owned();
        names.extend(listing.lines().filter_map(package_of).map(str::to_owned));
    }
    names.sort();
    names.dedup();
    Ok(names)
}

/// The package that a file belongs to.
fn package_of(file: &str) -> Option<&str> {
    let mut folders = file.split('/');
    match folders.next()? {
        "crates" => folders.next(),
        "tests" => Some("oci-genai-tests"),
        "xtask" => Some("xtask"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{STEPS, package_of};

    #[test]
    fn a_file_belongs_to_its_package() {
        for (file, package) in [
            ("crates/oci-genai/src/lib.rs", Some("oci-genai")),
            ("tests/src/lib.rs", Some("oci-genai-tests")),
            ("xtask/src/ci.rs", Some("xtask")),
            ("README.md", None),
        ] {
            assert_eq!(package_of(file), package, "{file}");
        }
    }

    #[test]
    fn the_run_ends_with_the_tests() {
        assert_eq!(STEPS.last().map(|step| step.title), Some("tests"));
    }
}
