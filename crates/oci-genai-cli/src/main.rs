//! The `oci-genai` program: OCI Generative AI conversations from a terminal.
//!
//! Output text goes to standard output and everything else to standard error, so that output can be
//! piped. Exit codes: 0 success, 1 the service returned an error, 2 invalid usage or settings,
//! 3 network error, 130 stopped by Ctrl-C.

mod args;
mod command;
mod error;
mod local_sessions;
mod log;
mod output;
mod private;
mod render;
mod secrets;
mod settings;
mod terminal;
mod time_format;
mod usage;

use std::process::ExitCode;

use clap::Parser;

use crate::args::Cli;

#[tokio::main]
async fn main() -> ExitCode {
    secrets::remember();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        // Help and version.
        Err(error) if !error.use_stderr() => error.exit(),
        Err(error) => {
            output::usage_error(error);
            return ExitCode::from(2);
        }
    };
    log::start(&cli);
    match command::run(cli).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            output::error(&error);
            ExitCode::from(error.exit_code())
        }
    }
}
