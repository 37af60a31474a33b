//! The project's own tasks, run as `cargo xtask <task>`.
//!
//! [`codegen`] compiles the OpenAPI document of `openapi/` into the crate `oci-genai-api`, and any other
//! document into a crate of its own. `drift` compares the pin with another document. `bench` measures what
//! `docs/performance.md` shows, `cost` what the low-level client takes to build. `interop` runs
//! other people's software against the emulator. `fuzz` runs the readers over mutated inputs. `check` and `ci` run the checks.

mod bench;
mod build_time;
mod ci;
pub mod codegen;
mod drift;
mod emulator_schemas;
mod fuzz;
mod interop;
mod regions;

use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

use clap::Parser;

#[derive(Debug, Parser)]
#[command(name = "cargo xtask", about = "The project's own tasks")]
enum Task {
    /// Generate the low-level client and the table of regions.
    Codegen(codegen::Arguments),
    /// Compare the contract with another OpenAPI document.
    Drift(drift::Arguments),
    /// Build the low-level client and a rival from nothing, and print what each took.
    Cost(build_time::Arguments),
    /// Measure everything side by side and write the table.
    Bench(bench::Arguments),
    /// Run other people's clients, signers and test tools, and a browser, against the emulator.
    Interop(interop::Arguments),
    /// Run what reads input from outside over mutated inputs, from a seed.
    Fuzz(fuzz::Arguments),
    /// Check the crates that were changed: format, lints, tests.
    Check,
    /// Run what continuous integration runs, and show the time of each step.
    Ci(ci::CiArguments),
}

/// Runs the task named on the command line.
pub fn main() -> ExitCode {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap_or(Path::new("."));
    match Task::parse() {
        Task::Codegen(arguments) => match codegen::run(&arguments, root) {
            Ok(report) => answer(&report, 0),
            Err(problem) => complain(&problem, 1),
        },
        Task::Cost(arguments) => match build_time::run(&arguments, root) {
            Ok(table) => answer(&table, 0),
            Err(problem) => complain(&problem, 1),
        },
        Task::Bench(arguments) => match bench::run(&arguments, root) {
            Ok(table) => answer(&table, 0),
            Err(problem) => complain(&problem, 1),
        },
        Task::Drift(arguments) => match drift::run(&arguments, root) {
            Ok(report) => answer(&report.text, u8::from(report.differences > 0)),
            Err(problem) => complain(&problem, 2),
        },
        Task::Fuzz(arguments) => match fuzz::run(&arguments, root) {
            Ok(()) => ExitCode::SUCCESS,
            Err(problem) => complain(&problem, 1),
        },
        Task::Check => match ci::check(root) {
            Ok(times) => answer(&times, 0),
            Err(problem) => complain(&problem, 1),
        },
        Task::Ci(arguments) => match ci::run(&arguments, root) {
            Ok(()) => ExitCode::SUCCESS,
            Err(problem) => complain(&problem, 1),
        },
        Task::Interop(arguments) => match interop::run(&arguments, root) {
            Ok(report) => answer(&report.text, u8::from(report.failed > 0)),
            Err(problem) => complain(&problem, 2),
        },
    }
}

/// Prints an answer. A reader that has seen enough and closed the pipe is no failure.
fn answer(text: &str, code: u8) -> ExitCode {
    let _ = writeln!(std::io::stdout(), "{text}");
    code.into()
}

fn complain(text: &str, code: u8) -> ExitCode {
    let _ = writeln!(std::io::stderr(), "error: {text}");
    code.into()
}
