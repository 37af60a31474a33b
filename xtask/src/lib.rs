//! The project's own tasks, run as `cargo xtask <task>`.
//!
//! [`codegen`] compiles the OpenAPI document of `openapi/` into the crate `oci-genai-api`, and any other
//! document into a crate of its own.

pub mod codegen;
mod regions;

use std::path::Path;
use std::process::ExitCode;

use clap::Parser;

#[derive(Debug, Parser)]
#[command(name = "cargo xtask", about = "The project's own tasks")]
enum Task {
    /// Generate the low-level client and the table of regions.
    Codegen(codegen::Arguments),
}

/// Runs the task named on the command line.
pub fn main() -> ExitCode {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap_or(Path::new("."));
    let outcome = match Task::parse() {
        Task::Codegen(arguments) => codegen::run(&arguments, root),
    };
    match outcome {
        Ok(report) => {
            print(&report);
            ExitCode::SUCCESS
        }
        Err(problem) => {
            complain(&problem);
            ExitCode::FAILURE
        }
    }
}

#[allow(clippy::print_stdout, reason = "a program's answer")]
fn print(text: &str) {
    println!("{text}");
}

#[allow(clippy::print_stderr, reason = "a program's complaint")]
fn complain(text: &str) {
    eprintln!("error: {text}");
}
